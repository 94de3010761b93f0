"""The cells of a trend: each measure counted by bucket and value of a breakdown, in one query grouped by both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, case, literal

from dashboard.domain import durations as bins
from dashboard.domain.filters import Filters
from dashboard.domain.method import HORIZONS
from dashboard.domain.periods import bucket_start
from dashboard.domain.request import Outcome
from dashboard.domain.survival import NOTHING, Estimate, Survival, kaplan_meier
from dashboard.domain.trend import Bucket, Followed, share
from data_access.answers.outcomes import incidence_of
from data_access.queries import cohort, over_time, panel, trends
from data_access.queries.repeats import repeats
from data_access.store.published import Snapshot
from data_access.store.tables import facts


@dataclass(frozen=True, slots=True)
class Cell:
    """One bucket of one value: what it was counted from, the number with its 95 % limits, the share not yet due."""

    n: int = 0
    estimate: Estimate = NOTHING
    not_yet_due: float | None = None


@dataclass(frozen=True, slots=True)
class Then:
    """The moment (UTC seconds) up to which the closing of a request is known, by the last day of creation that it is for;
    the last one holds for all that follow."""

    moments: tuple[tuple[date, int], ...]

    @property
    def steps(self) -> tuple[tuple[int, int], ...]:
        """The same with days since 1970."""
        return tuple((panel.day_number(day), seconds) for day, seconds in self.moments)

    def expression(self) -> ColumnElement[int]:
        """The same as a column of the facts."""
        *others, (_, final) = self.moments
        if not others:
            return literal(final)
        return case(*((facts.c.created_day <= last, seconds) for last, seconds in others), else_=final)


Key = tuple[int, date]
Cells = dict[Key, Cell]
"""By the code of the value and the first day of the bucket."""
Queried = Callable[[Snapshot, Filters, str, Followed, Then | None], Cells]


def cells_of(
    snapshot: Snapshot,
    filters: Filters,
    by: str,
    followed: Followed,
    found: list[Bucket],
    as_of: Then | None,
) -> Cells:
    """The cells of a measure; with `as_of` (UTC seconds, by the day of creation) as they stood then.

    `found` are the buckets in the order of time; cells of others may be there too, but for the backlog's.
    """
    makers: dict[str, Queried] = {
        "requests": _made,
        "closed": _closed,
        "on_time": _on_time,
        "instant": _instant,
        "repeats": _repeats,
        **{f"work_done_within_{days}": _work_done for days in HORIZONS},
    }
    if followed.id == "backlog":
        if by == "none":
            return _in_buckets(snapshot, filters, over_time.backlog(snapshot, filters))
        return _backlog(snapshot, filters, by, found)
    if followed.outcome:
        return _outcome(snapshot, filters, by, followed, as_of)
    return makers.get(followed.id, _speed)(snapshot, filters, by, followed, as_of)


def count(n: int) -> Cell:
    """A number of requests, which has no limits."""
    return Cell(n, Estimate(float(n), None, None))


def _in_buckets(snapshot: Snapshot, filters: Filters, counts: list[int]) -> Cells:
    """The counts of all buckets of the period, without a breakdown."""
    starts = panel.bucket_starts(snapshot, filters)
    return {(0, start): count(n) for start, n in zip(starts, counts, strict=True)}


def _made(snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: Then | None) -> Cells:
    del followed, as_of  # a count is what it is, whatever became of the requests
    return _counted(trends.made(snapshot, filters, by))


def _closed(snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: Then | None) -> Cells:
    del followed, as_of
    return _counted(trends.closed(snapshot, filters, by))


def _counted(frame: pd.DataFrame) -> Cells:
    return {key: count(int(n)) for key, n in zip(_keys(frame), frame["n"], strict=True)}


def _backlog(snapshot: Snapshot, filters: Filters, by: str, found: list[Bucket]) -> Cells:
    """The sums of what joined and left, at the end of each bucket."""
    frame = trends.flows(snapshot, filters, by)
    starts = [bucket_start(bucket[0], filters.interval) for bucket in found]
    cells: Cells = {}
    days = frame["bucket"].map(as_day)
    for code in sorted({int(each) for each in frame["code"]}):
        of_code = frame["code"] == code
        by_day = dict(zip(days[of_code], frame["n"][of_code], strict=True))
        total = sum(int(n) for day, n in by_day.items() if day < starts[0])
        for start in starts:
            total += int(by_day.get(start, 0))
            cells[code, start] = count(total)
    return cells


def _speed(snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: Then | None) -> Cells:
    if by == "none":
        curves = over_time.curves(snapshot, filters, None if as_of is None else as_of.steps)
        starts = panel.bucket_starts(snapshot, filters)
        return {(0, start): _read_off(each, followed) for start, each in zip(starts, curves, strict=True)}
    keys = [trends.bucket_of(facts.c.created_day, filters.interval), trends.group_of(by)]
    frame = cohort.durations(snapshot, filters, keys, as_of=_expression(as_of))
    if frame.empty:
        return {}
    places: dict[Key, int] = {}
    at = np.array([places.setdefault(key, len(places)) for key in _keys(frame)])
    counted = np.zeros((2, len(places), bins.BINS), dtype=np.int64)
    for which, column in enumerate(("events", "censored")):
        np.add.at(counted[which], (at, frame["bin"].to_numpy(np.int64)), frame[column].to_numpy(np.int64))
    return {
        key: _read_off(kaplan_meier(counted[0, place], counted[1, place]), followed) for key, place in places.items()
    }


def _read_off(survival: Survival, followed: Followed) -> Cell:
    if followed.unit == "share":
        return Cell(survival.n, survival.closed_within(followed.days))
    return Cell(survival.n, survival.quantile(0.5 if followed.id == "wait" else 0.9))


def _on_time(snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: Then | None) -> Cells:
    del followed
    cells: Cells = {}
    for key, row in _cohort(snapshot, filters, by, as_of):
        due = int(row["on_time"] + row["late_closed"] + row["open_overdue"])
        with_target = due + int(row["not_yet_due"])
        not_yet = int(row["not_yet_due"]) / with_target if with_target else None
        cells[key] = Cell(due, share(int(row["on_time"]), due), not_yet)
    return cells


def _outcome(snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: Then | None) -> Cells:
    """The share of an outcome among the distinct requests that have ended."""
    cells: Cells = {}
    for key, row in _cohort(snapshot, filters, by, as_of):
        ended = sum(int(row[cohort.outcome_column(outcome)]) for outcome in Outcome)
        part = int(row[cohort.outcome_column(Outcome(followed.outcome))])
        cells[key] = Cell(ended, share(part, ended))
    return cells


def _instant(snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: Then | None) -> Cells:
    del followed
    frame = trends.instant(snapshot, filters, by, as_of=_expression(as_of))
    rows = zip(_keys(frame), frame["part"], frame["n"], strict=True)
    return {key: Cell(int(n), share(int(part), int(n))) for key, part, n in rows}


def _work_done(snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: Then | None) -> Cells:
    """The cumulative incidence of work done, with all other ends competing."""
    keys = [trends.bucket_of(facts.c.created_day, filters.interval), trends.group_of(by)]
    frame = cohort.durations(snapshot, filters, keys, as_of=_expression(as_of), outcomes=(Outcome.WORK_DONE,))
    places: dict[Key, list[int]] = {}
    for row, key in enumerate(_keys(frame)):
        places.setdefault(key, []).append(row)
    cells: Cells = {}
    for key, rows in places.items():
        incidence = incidence_of(frame.iloc[rows], (Outcome.WORK_DONE,))
        cells[key] = Cell(incidence.n, incidence.within(0, followed.days))
    return cells


def _repeats(snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: Then | None) -> Cells:
    """The share that came back, of the requests closed in the bucket that could be watched for so long.

    Of a year earlier all that could be watched by now count: a bucket that is not complete yet stands beside a whole one,
    and no change is told of it.
    """
    del followed, as_of
    keys = [trends.bucket_of(facts.c.closed_day, filters.interval), trends.group_of(by)]
    frame = repeats(snapshot, filters, keys)
    rows = zip(_keys(frame), frame["followed"], frame["eligible"], strict=True)
    return {key: Cell(int(n), share(int(part), int(n))) for key, part, n in rows}


def _cohort(snapshot: Snapshot, filters: Filters, by: str, as_of: Then | None) -> list[tuple[Key, dict[str, Any]]]:
    keys = [trends.bucket_of(facts.c.created_day, filters.interval), trends.group_of(by)]
    frame = cohort.counts(snapshot, filters, keys, as_of=_expression(as_of))
    records: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
    return list(zip(_keys(frame), records, strict=True))


def _keys(frame: pd.DataFrame) -> list[Key]:
    return [(int(code), as_day(day)) for code, day in zip(frame["code"], frame["bucket"], strict=True)]


def _expression(as_of: Then | None) -> ColumnElement[int] | None:
    return None if as_of is None else as_of.expression()


def as_day(value: Any) -> date:
    """A day as the engine gives it."""
    return value if type(value) is date else pd.Timestamp(value).date()
