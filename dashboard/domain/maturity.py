"""When a bucket of a series is complete enough to be compared: the newest ones are not, and neither are the first.

Days are the city's local dates. `data_to` is the last day for which created requests are held, `data_through` the day
up to which closings were observed. Immature buckets are drawn hatched and get no change arrow.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

MeasureKind = Literal["requests", "closed", "backlog", "wait", "closed_within", "on_time", "repeats"]

RUN_IN_DAYS = 365
WAIT_HORIZON_DAYS = 30
REPEAT_WINDOW_DAYS = 30
MOST_NOT_YET_DUE = 0.05


def run_in_ends(data_from: date, run_in_days: int = RUN_IN_DAYS) -> date:
    """The first day on which the backlog counts: requests older than `data_from` are unknown, so it starts too low."""
    return data_from + timedelta(days=run_in_days)


def is_mature(
    kind: MeasureKind,
    bucket_end: date,
    data_to: date,
    data_through: date,
    *,
    horizon_days: int = WAIT_HORIZON_DAYS,
    not_yet_due_share: float | None = None,
    data_from: date | None = None,
    run_in_days: int = RUN_IN_DAYS,
) -> bool:
    """Whether a bucket whose last day is `bucket_end` may be compared with others.

    All kinds need the bucket to be over by `data_to`; then: closed and backlog, that it ends after the run-in; wait,
    30 days of follow-up; closed_within, `horizon_days`; repeats, 30 further days of created requests; on_time, at most
    5 % of those with a target not yet due (never where nothing has a target: share None). ValueError when closed or
    backlog come without `data_from`.
    """
    if bucket_end > data_to:
        return False
    if kind in ("closed", "backlog"):
        if data_from is None:
            raise ValueError(f"whether {kind} is mature depends on data_from")
        return bucket_end >= run_in_ends(data_from, run_in_days)
    if kind == "wait":
        return bucket_end + timedelta(days=WAIT_HORIZON_DAYS) <= data_through
    if kind == "closed_within":
        return bucket_end + timedelta(days=horizon_days) <= data_through
    if kind == "repeats":
        return bucket_end + timedelta(days=REPEAT_WINDOW_DAYS) <= data_to
    if kind == "on_time":
        return not_yet_due_share is not None and not_yet_due_share <= MOST_NOT_YET_DUE
    return True
