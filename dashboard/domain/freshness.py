"""How fresh a city's rows are: whether its source has been silent for too long, and how its last syncs went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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
    """Whether the last good sync asked the portal; else files were given to it."""


def is_stale(data_through: datetime, now: datetime, usual_days: int) -> bool:
    """Whether a source has been silent for longer than it usually is; both times aware."""
    return now - data_through > timedelta(days=usual_days + GRACE_DAYS)
