"""Any measure by any breakdown over time, and beside each bucket the same days a year earlier at the same age."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, case, literal

from dashboard.domain import durations as bins
from dashboard.domain.comparison import observed_until
from dashboard.domain.filters import MULTIPLE, Filters
from dashboard.domain.gaps import touches, unknown_in_gaps
from dashboard.domain.maturity import is_mature
from dashboard.domain.method import HORIZONS
from dashboard.domain.periods import bucket_start, buckets
from dashboard.domain.request import Outcome
from dashboard.domain.survival import NOTHING, Estimate, Survival, kaplan_meier
from dashboard.domain.trend import FOLLOWED, OPEN, OTHER, Bucket, Followed, is_whole, share, widened, year_earlier
from data_access.answers.outcomes import incidence_of
from data_access.answers.summary import rounded
from data_access.answers.untimed import has_closing_times
from data_access.queries import cohort, trends
from data_access.queries.conditions import within
from data_access.queries.repeats import repeats
from data_access.rollup import ORIGIN_CODES, OUTCOME_CODES
from data_access.store.published import Snapshot
from data_access.store.tables import facts

COLUMNS = ("name", "start", "end", "n", "value", "low", "high", "mature")
BEFORE = ("before_n", "before", "before_low", "before_high")
MOST_SHOWN = 8
"""So many values of a breakdown are shown where none are named."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One bucket of one value: what it was counted from, the number with its 95 % limits, the share not yet due."""

    n: int = 0
    estimate: Estimate = NOTHING
    not_yet_due: float | None = None


Cells = dict[tuple[int, date], Cell]
Queried = Callable[[Snapshot, Filters, str, Followed, ColumnElement[int] | None], Cells]


def trend(
    snapshot: Snapshot, filters: Filters, measure: str, by: str = "none", show: Sequence[str] | None = None
) -> pd.DataFrame:
    """One row a value of the breakdown and bucket, empty ones included. Columns: COLUMNS and BEFORE.

    `show` names the values that are wanted, in this order; None: the MOST_SHOWN with most requests. Of a count the rest
    is the last, under the name OTHER. The name is empty without a breakdown. BEFORE is null with `compare` none, and
    where the source does not reach back. There are no rows where the source lacks what the measure needs.
    """
    followed, filters = FOLLOWED[measure], widened(filters, by)
    first, last = within(snapshot, filters)
    if first > last or _lacking(snapshot, followed):
        return pd.DataFrame(columns=[*COLUMNS, *BEFORE])
    found = buckets(first, last, filters.interval)
    wanted = _wanted(snapshot, filters, by, show)
    codes = [code for _, code in wanted]
    asked = filters if followed.adds_up else _narrowed(filters, by, [name for name, _ in wanted])
    now = _parts(_queried(snapshot, asked, by, followed, found, None), codes, found, followed, filters.interval)
    before = _before(snapshot, asked, by, followed, found, codes)
    names = [name for name, _ in wanted] + ([OTHER] if len(now) > len(wanted) else [])
    rows = [
        {
            "name": name,
            **_row(snapshot, followed, bucket, cell, filters.interval),
            **_earlier(before[index][place] if before and index < len(before) else None),
        }
        for index, name in enumerate(names)
        for place, (bucket, cell) in enumerate(zip(found, now[index], strict=True))
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, *BEFORE])


def volumes(snapshot: Snapshot, filters: Filters, by: str) -> list[tuple[str, int]]:
    """The values of a breakdown with their requests in the selection, those with most first."""
    if by == "none":
        return []
    names = _names(snapshot, by)
    found = trends.volumes(snapshot, widened(filters, by), by)
    return [
        (names[int(code)], int(n))
        for code, n in zip(found["code"], found["n"], strict=True)
        if n and int(code) in names
    ]


def bulk_closes(snapshot: Snapshot, filters: Filters) -> list[tuple[date, int]]:
    """The days on which requests of the selection were closed in bulk, with their number, largest first."""
    first, last = within(snapshot, filters)
    if first > last or not has_closing_times(snapshot):
        return []
    found = trends.bulk_days(snapshot, filters)
    return [(_as_day(day), int(n)) for day, n in zip(found["day"], found["n"], strict=True)]


def _lacking(snapshot: Snapshot, followed: Followed) -> bool:
    if followed.id == "backlog" and snapshot.city.sample:
        return True
    if followed.id == "on_time" and "target" in snapshot.city.missing:
        return True
    return followed.needs_closing_times and not has_closing_times(snapshot)


def _wanted(snapshot: Snapshot, filters: Filters, by: str, show: Sequence[str] | None) -> list[tuple[str, int]]:
    """The values that are shown one by one, with their codes."""
    if by == "none":
        return [("", 0)]
    codes = {name: code for code, name in _names(snapshot, by).items()}
    if show is None:
        show = [name for name, _ in volumes(snapshot, filters, by)[:MOST_SHOWN]]
    return [(name, codes[name]) for name in dict.fromkeys(show) if name in codes]


def _names(snapshot: Snapshot, by: str) -> dict[int, str]:
    if by in MULTIPLE:
        return {code: name for name, code in snapshot.codes[by].items()}
    if by == "origin":
        return {code: str(name) for name, code in ORIGIN_CODES.items()}
    return {**{code: str(name) for name, code in OUTCOME_CODES.items()}, trends.STILL_OPEN: OPEN}


def _narrowed(filters: Filters, by: str, names: list[str]) -> Filters:
    """Only the values that are shown: nobody asks for the waits of the others."""
    if by not in MULTIPLE or not names:
        return filters
    return replace(filters, **{MULTIPLE[by]: tuple(sorted(names))})


def _queried(
    snapshot: Snapshot,
    filters: Filters,
    by: str,
    followed: Followed,
    found: list[Bucket],
    as_of: ColumnElement[int] | None,
) -> Cells:
    makers: dict[str, Queried] = {
        "requests": _made,
        "closed": _closed,
        "on_time": _on_time,
        "instant": _instant,
        "repeats": _repeats,
        **{f"work_done_within_{days}": _work_done for days in HORIZONS},
    }
    if followed.id == "backlog":
        return _backlog(snapshot, filters, by, found)
    if followed.outcome:
        return _outcome(snapshot, filters, by, followed, as_of)
    return makers.get(followed.id, _speed)(snapshot, filters, by, followed, as_of)


def _before(
    snapshot: Snapshot, filters: Filters, by: str, followed: Followed, found: list[Bucket], codes: list[int]
) -> list[list[Cell | None]]:
    """The cells a year earlier, as of the same age; None for buckets that the source does not hold in full."""
    if filters.compare != "year":
        return []
    pairs = [(bucket, year_earlier(bucket, filters.interval)) for bucket in found]
    held = [pair for pair in pairs if pair[1][0] >= snapshot.data_from]
    if not held:
        return []
    earlier = filters.between(held[0][1][0], held[-1][1][1])
    then = [before for _, before in held]
    cells = _queried(snapshot, earlier, by, followed, then, _as_of(snapshot, held))
    parts = _parts(cells, codes, then, followed, filters.interval)
    missing: list[Cell | None] = [None] * (len(found) - len(held))
    return [
        [*missing, *(None if touches(*days, snapshot.gaps) else cell for days, cell in zip(then, part, strict=True))]
        for part in parts
    ]


def _as_of(snapshot: Snapshot, held: list[tuple[Bucket, Bucket]]) -> ColumnElement[int]:
    """The moment (UTC seconds) up to which the closing of an earlier request is known, by the day on which it was made."""
    steps: list[tuple[date, int]] = []
    for now, before in held:
        moment = observed_until(before[1], now[1], snapshot.data_through_local, snapshot.city.zone)
        seconds = int(moment.timestamp())
        if steps and steps[-1][1] == seconds:
            steps.pop()
        steps.append((before[1], seconds))
    *others, (_, final) = steps
    if not others:
        return literal(final)
    return case(*((facts.c.created_day <= last, seconds) for last, seconds in others), else_=final)


def _parts(cells: Cells, codes: list[int], found: list[Bucket], followed: Followed, interval: str) -> list[list[Cell]]:
    """The cells of each value in the order of time; of a count, those of the rest come last, if there is any."""
    starts = [bucket_start(bucket[0], interval) for bucket in found]
    shown = [[cells.get((code, start), _empty(followed)) for start in starts] for code in codes]
    if not followed.adds_up:
        return shown
    rest = dict.fromkeys(starts, 0)
    for (code, start), cell in cells.items():
        if code not in codes and start in rest:
            rest[start] += cell.n
    return [*shown, [_count(n) for n in rest.values()]] if any(rest.values()) else shown


def _empty(followed: Followed) -> Cell:
    return _count(0) if followed.adds_up else Cell()


def _count(n: int) -> Cell:
    return Cell(n, Estimate(float(n), None, None))


def _made(snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: ColumnElement[int] | None) -> Cells:
    del followed, as_of  # a count is what it is, whatever became of the requests
    return _counted(trends.made(snapshot, filters, by))


def _closed(
    snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: ColumnElement[int] | None
) -> Cells:
    del followed, as_of
    return _counted(trends.closed(snapshot, filters, by))


def _counted(frame: pd.DataFrame) -> Cells:
    return {key: _count(int(n)) for key, n in zip(_keys(frame), frame["n"], strict=True)}


def _backlog(snapshot: Snapshot, filters: Filters, by: str, found: list[Bucket]) -> Cells:
    """The sums of what joined and left, at the end of each bucket."""
    frame = trends.flows(snapshot, filters, by)
    starts = [bucket_start(bucket[0], filters.interval) for bucket in found]
    cells: Cells = {}
    days = frame["bucket"].map(_as_day)
    for code in sorted({int(each) for each in frame["code"]}):
        of_code = frame["code"] == code
        by_day = dict(zip(days[of_code], frame["n"][of_code], strict=True))
        total = sum(int(n) for day, n in by_day.items() if day < starts[0])
        for start in starts:
            total += int(by_day.get(start, 0))
            cells[code, start] = _count(total)
    return cells


def _speed(
    snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: ColumnElement[int] | None
) -> Cells:
    keys = [trends.bucket_of(facts.c.created_day, filters.interval), trends.group_of(by)]
    frame = cohort.durations(snapshot, filters, keys, as_of=as_of)
    if frame.empty:
        return {}
    places: dict[tuple[int, date], int] = {}
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


def _on_time(
    snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: ColumnElement[int] | None
) -> Cells:
    del followed
    cells: Cells = {}
    for key, row in _cohort(snapshot, filters, by, as_of):
        due = int(row["on_time"] + row["late_closed"] + row["open_overdue"])
        with_target = due + int(row["not_yet_due"])
        not_yet = int(row["not_yet_due"]) / with_target if with_target else None
        cells[key] = Cell(due, share(int(row["on_time"]), due), not_yet)
    return cells


def _outcome(
    snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: ColumnElement[int] | None
) -> Cells:
    """The share of an outcome among the distinct requests that have ended."""
    cells: Cells = {}
    for key, row in _cohort(snapshot, filters, by, as_of):
        ended = sum(int(row[cohort.outcome_column(outcome)]) for outcome in Outcome)
        part = int(row[cohort.outcome_column(Outcome(followed.outcome))])
        cells[key] = Cell(ended, share(part, ended))
    return cells


def _instant(
    snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: ColumnElement[int] | None
) -> Cells:
    del followed
    frame = trends.instant(snapshot, filters, by, as_of=as_of)
    rows = zip(_keys(frame), frame["part"], frame["n"], strict=True)
    return {key: Cell(int(n), share(int(part), int(n))) for key, part, n in rows}


def _work_done(
    snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: ColumnElement[int] | None
) -> Cells:
    """The cumulative incidence of work done, with all other ends competing."""
    keys = [trends.bucket_of(facts.c.created_day, filters.interval), trends.group_of(by)]
    frame = cohort.durations(snapshot, filters, keys, as_of=as_of, outcomes=(Outcome.WORK_DONE,))
    places: dict[tuple[int, date], list[int]] = {}
    for row, key in enumerate(_keys(frame)):
        places.setdefault(key, []).append(row)
    cells: Cells = {}
    for key, rows in places.items():
        incidence = incidence_of(frame.iloc[rows], (Outcome.WORK_DONE,))
        cells[key] = Cell(incidence.n, incidence.within(0, followed.days))
    return cells


def _repeats(
    snapshot: Snapshot, filters: Filters, by: str, followed: Followed, as_of: ColumnElement[int] | None
) -> Cells:
    """The share that came back, of the requests closed in the bucket that could be watched for so long.

    Of a year earlier all that could be watched by now count: a bucket that is not complete yet stands beside a whole one,
    and no change is told of it.
    """
    del followed, as_of
    keys = [trends.bucket_of(facts.c.closed_day, filters.interval), trends.group_of(by)]
    frame = repeats(snapshot, filters, keys)
    rows = zip(_keys(frame), frame["followed"], frame["eligible"], strict=True)
    return {key: Cell(int(n), share(int(part), int(n))) for key, part, n in rows}


def _cohort(
    snapshot: Snapshot, filters: Filters, by: str, as_of: ColumnElement[int] | None
) -> list[tuple[tuple[int, date], dict[str, Any]]]:
    keys = [trends.bucket_of(facts.c.created_day, filters.interval), trends.group_of(by)]
    frame = cohort.counts(snapshot, filters, keys, as_of=as_of)
    records: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
    return list(zip(_keys(frame), records, strict=True))


def _row(snapshot: Snapshot, followed: Followed, bucket: Bucket, cell: Cell, interval: str) -> dict[str, Any]:
    mature = is_whole(bucket, interval) and is_mature(
        followed.kind,
        bucket[1],
        snapshot.data_to,
        snapshot.data_through_local.date(),
        horizon_days=followed.days,
        not_yet_due_share=cell.not_yet_due,
        data_from=snapshot.data_from,
        run_in_days=snapshot.city.run_in_days,
    )
    low, high = rounded(cell.estimate.low), rounded(cell.estimate.high)
    value = {"n": cell.n, "value": rounded(cell.estimate.value), "low": low, "high": high}
    row = {"start": bucket[0], "end": bucket[1], **value, "mature": mature}
    return unknown_in_gaps(row, followed.kind, snapshot.gaps, snapshot.city.run_in_days)


def _earlier(cell: Cell | None) -> dict[str, Any]:
    if cell is None:
        return dict.fromkeys(BEFORE)
    low, high = rounded(cell.estimate.low), rounded(cell.estimate.high)
    return dict(zip(BEFORE, (cell.n, rounded(cell.estimate.value), low, high), strict=True))


def _keys(frame: pd.DataFrame) -> list[tuple[int, date]]:
    return [(int(code), _as_day(day)) for code, day in zip(frame["code"], frame["bucket"], strict=True)]


def _as_day(value: Any) -> date:
    return value if type(value) is date else pd.Timestamp(value).date()
