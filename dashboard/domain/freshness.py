"""How fresh a city's rows are: whether its source has been silent for too long, and how its last syncs went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

GRACE_DAYS = 3
"""Days beyond the source's usual silence before readers are told: a long weekend is no news."""


@dataclass(frozen=True, slots=True)
class Syncs:
    """How the last syncs went; times are aware, in the city's zone.

    `failed_since` is when the first of the syncs began that have failed one after the other up to now, `error` what the
    last of them said; both are empty where the last sync went well.
    """

    last_good: datetime | None = None
    last_attempt: datetime | None = None
    failed_since: datetime | None = None
    error: str = ""
    from_portal: bool = False
    """Whether the last good sync asked the portal for whatever is new; else files were given to it, or only some days
    were asked for."""
    last_news: datetime | None = None
    """When the last good sync began that asked the portal for whatever is new and got any row that was new or changed."""


def is_stale(data_through: datetime, now: datetime, usual_days: int, last_news: datetime | None = None) -> bool:
    """Whether a source has been silent for longer than it usually is; all times aware.

    A file that comes once a month ends well before the day on which it comes, so the silence begins with whichever is
    later: the last thing that the rows tell of, or the last sync that brought any.
    """
    silent_since = data_through if last_news is None else max(data_through, last_news)
    return now - silent_since > timedelta(days=usual_days + GRACE_DAYS)


def year_without_source(data_sets_to: date | None, today: date) -> int | None:
    """The year whose requests have no known data set in a source that adds one each year; None where there is no such year.

    `data_sets_to` is the last day that the known ones hold, None where one goes on without an end.
    """
    if data_sets_to is None or today - data_sets_to <= timedelta(days=GRACE_DAYS):
        return None
    return data_sets_to.year + 1
