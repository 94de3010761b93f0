"""Single requests as the API and the pages give them, with the wait that requests like it had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.domain.cursor import Position
from dashboard.domain.durations import DAY, bin_of
from dashboard.domain.filters import Filters
from dashboard.domain.method import HORIZONS, TOO_FEW
from dashboard.domain.periods import shift_months
from dashboard.domain.request import DIMENSIONS, Status, flags_of
from dashboard.domain.survival import StillWaiting, Survival, still_waiting
from data_access.answers.summary import rounded, survival_of
from data_access.answers.untimed import has_closing_times
from data_access.local_time import utc_to_local
from data_access.queries import cohort
from data_access.queries import requests as queries
from data_access.queries.requests import SORTED_BY, Sort, Standing
from data_access.store.published import Snapshot

Record = dict[str, Any]

TIMES = ("created_at", "closed_at", "updated_at", "due_at")
TEXTS = ("status", "outcome", "outcome_words", *DIMENSIONS, "channel_group", "origin")
COLUMNS = (
    "request_id",
    *TIMES,
    *TEXTS,
    "duplicate",
    "duplicate_of",
    "latitude",
    "longitude",
    "address",
    "seconds",
    "flags",
)
LOOK_BACK_MONTHS = 24
EXPECTED = ("p50_days", "p90_days", "n", "group")
GROUPS = (("category", "district"), ("category",), ("department",), ())
"""The fields that "requests like this one" share with it: the narrowest group that is large enough is taken."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some records in the order asked for, and where the pages around it begin; None where there is none."""

    records: list[Record]
    after: Position | None
    before: Position | None = None


def page(
    snapshot: Snapshot,
    filters: Filters,
    limit: int,
    after: Position | None = None,
    *,
    sort: Sort = "newest",
    standing: Standing = "any",
    before: Position | None = None,
) -> Page:
    """One page of the chosen requests; records have the keys of COLUMNS, times in the city's zone, flags as names.

    `before` asks for the page that ends there, in the place of the one after `after`.
    """
    asked = after if before is None else before
    found = queries.page(
        snapshot, filters, limit + 1, asked, sort=sort, standing=standing, backwards=before is not None
    )
    rows = found.to_dict("records")
    more, rows = len(rows) > limit, rows[:limit]
    if before is not None:
        rows.reverse()
    if not rows:
        return Page([], None)
    key = SORTED_BY[sort][0]
    first, last = ((int(row[key]), str(row["request_id"])) for row in (rows[0], rows[-1]))
    records = [record(snapshot, row) for row in rows]
    if before is not None:
        return Page(records, last, first if more else None)
    return Page(records, last if more else None, first if after is not None else None)


def one(snapshot: Snapshot, request_id: str) -> Record | None:
    """One record with its expected wait, while open the share like it that waited on, once closed the share that was
    closed sooner; None if it is unknown.

    All are null where the city does not publish when requests were closed.
    """
    row = None if "\0" in request_id else queries.one(snapshot, request_id)
    if row is None:
        return None
    found = record(snapshot, row)
    timed = has_closing_times(snapshot)
    is_open = (
        timed and found["status"] in (Status.OPEN, Status.IN_PROGRESS) and row["created_at"] <= snapshot.data_through
    )
    return {
        **found,
        "expected_wait": expected_wait(snapshot, found) if timed else dict.fromkeys(EXPECTED),
        "still_waiting": still_open(snapshot, found, int(row["created_at"])) if is_open else None,
        "closed_sooner": closed_sooner(snapshot, found) if timed and found["seconds"] is not None else None,
    }


def record(snapshot: Snapshot, row: dict[Any, Any]) -> Record:
    """A row of the store as published: keys of COLUMNS; `seconds` is the duration to the close, None without one."""
    return {
        "request_id": str(row["request_id"]),
        **{name: _time(snapshot, row[name]) for name in TIMES},
        **{name: _known(row[name]) for name in TEXTS},
        "duplicate": bool(row["duplicate"]),
        "duplicate_of": _known(row["duplicate_of"]),
        "latitude": _known(row["latitude"]),
        "longitude": _known(row["longitude"]),
        "address": _known(row["address"]),
        "seconds": None if pd.isna(row["seconds"]) else int(row["seconds"]),
        "flags": [flag.value for flag in flags_of(int(row["flags"]))],
    }


def expected_wait(snapshot: Snapshot, found: Record) -> Record:
    """How long residents' requests like this one took: p50_days, p90_days (None if not reached), n, group.

    The group is the narrowest of GROUPS with at least 30 requests created in the 24 months before data through.
    """
    chosen, survival = _requests_like(snapshot, found)
    return {
        "p50_days": rounded(survival.quantile(0.5).value),
        "p90_days": rounded(survival.quantile(0.9).value),
        "n": survival.n,
        "group": chosen,
    }


def closed_sooner(snapshot: Snapshot, found: Record) -> Record:
    """Where a closed request stands among those like it: the share that was closed sooner, of n, in group.

    Sooner means in an earlier bin of durations, so requests that took about as long are not sooner.
    """
    chosen, survival = _requests_like(snapshot, found)
    place = int(bin_of(int(found["seconds"])))
    share = 1.0 - float(survival.survival[place - 1]) if place else 0.0
    return {"share": rounded(share) if survival.n else None, "n": survival.n, "group": chosen}


def _requests_like(snapshot: Snapshot, found: Record) -> tuple[dict[str, str], Survival]:
    chosen: dict[str, str] = {}
    survival = None
    for group in _groups(snapshot, found):
        chosen, survival = group
        if survival.n >= TOO_FEW:
            break
    assert survival is not None, "the whole city is always a group"
    return chosen, survival


def filters_like(snapshot: Snapshot, group: Mapping[str, str]) -> Filters:
    """The filters of a group: residents' requests of the 24 months before data through that share its values."""
    through = snapshot.data_through_local.date()
    filters = Filters(snapshot.city.id, shift_months(through, -LOOK_BACK_MONTHS), through, period=None)
    for field, name in group.items():
        filters = filters.only(field, name)
    return filters


def still_open(snapshot: Snapshot, found: Record, created_at: int) -> Record:
    """Of the requests like this one that were as old as it is now, the share still open 7, 30 and 90 days later.

    From the narrowest of GROUPS with at least 30 still at risk at that age. Where not even the city has so many,
    `at_risk`, `group` and `within` are None: it is older than almost all such requests. An upper bound has
    `observed` false: nobody was followed for so long.
    """
    age = (snapshot.data_through - created_at) / DAY
    for chosen, survival in _groups(snapshot, found):
        shares = {str(days): still_waiting(survival, age, days) for days in HORIZONS}
        known = {days: share for days, share in shares.items() if share is not None}
        if len(known) == len(HORIZONS):
            return {
                "age_days": rounded(age),
                "group": chosen,
                "at_risk": next(iter(known.values())).at_risk,
                "within": {days: _share(share) for days, share in known.items()},
            }
    return {"age_days": rounded(age), "group": None, "at_risk": None, "within": None}


def _groups(snapshot: Snapshot, found: Record) -> Iterator[tuple[dict[str, str], Survival]]:
    """Ever wider groups of residents' requests like this one, each with its curve."""
    for fields in GROUPS:
        group = {field: str(found[field]) for field in fields}
        yield group, survival_of(cohort.durations(snapshot, filters_like(snapshot, group)))


def _share(found: StillWaiting) -> Record:
    return {
        "share": rounded(found.share.value),
        "low": rounded(found.share.low),
        "high": rounded(found.share.high),
        "observed": found.observed,
    }


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value


def _time(snapshot: Snapshot, seconds: Any) -> str | None:
    """A time with the city's offset; None also for one that no calendar holds (flagged impossible_date)."""
    if pd.isna(seconds):
        return None
    try:
        return utc_to_local(int(seconds), snapshot.city.zone).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return None
