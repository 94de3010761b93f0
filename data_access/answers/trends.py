"""Any measure by any breakdown over time, and beside each bucket the same days a year earlier at the same age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from dashboard.domain.comparison import observed_until
from dashboard.domain.filters import MULTIPLE, Filters
from dashboard.domain.gaps import touches, unknown_in_gaps
from dashboard.domain.maturity import is_mature
from dashboard.domain.periods import bucket_start, buckets
from dashboard.domain.trend import FOLLOWED, OPEN, OTHER, Bucket, Followed, is_whole, widened, year_earlier
from data_access.answers.summary import rounded
from data_access.answers.trend_cells import Cell, Cells, Then, as_day, cells_of, count
from data_access.answers.untimed import has_closing_times
from data_access.queries import trends
from data_access.queries.conditions import within
from data_access.rollup import ORIGIN_CODES, OUTCOME_CODES
from data_access.store.published import Snapshot

COLUMNS = ("name", "start", "end", "n", "value", "low", "high", "mature")
BEFORE = ("before_n", "before", "before_low", "before_high")
MOST_SHOWN = 8
"""So many values of a breakdown are shown where none are named."""


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
    now = _parts(cells_of(snapshot, asked, by, followed, found, None), codes, found, followed, filters.interval)
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
    listed = snapshot.options.fields[by].names if by in MULTIPLE else tuple(names.values())
    order = {name: place for place, name in enumerate(listed)}
    counted = [
        (names[int(code)], int(n))
        for code, n in zip(found["code"], found["n"], strict=True)
        if n and int(code) in names
    ]
    return sorted(counted, key=lambda each: (-each[1], order[each[0]]))


def bulk_closes(snapshot: Snapshot, filters: Filters) -> list[tuple[date, int]]:
    """The days on which requests of the selection were closed in bulk, with their number, largest first."""
    first, last = within(snapshot, filters)
    if first > last or not has_closing_times(snapshot):
        return []
    found = trends.bulk_days(snapshot, filters)
    return [(as_day(day), int(n)) for day, n in zip(found["day"], found["n"], strict=True)]


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
    cells = cells_of(snapshot, earlier, by, followed, then, _as_of(snapshot, held))
    parts = _parts(cells, codes, then, followed, filters.interval)
    missing: list[Cell | None] = [None] * (len(found) - len(held))
    return [
        [*missing, *(None if touches(*days, snapshot.gaps) else cell for days, cell in zip(then, part, strict=True))]
        for part in parts
    ]


def _as_of(snapshot: Snapshot, held: list[tuple[Bucket, Bucket]]) -> Then:
    """The moment (UTC seconds) up to which the closing of an earlier request is known, by the day on which it was made."""
    steps: list[tuple[date, int]] = []
    for now, before in held:
        moment = observed_until(before[1], now[1], snapshot.data_through_local, snapshot.city.zone)
        seconds = int(moment.timestamp())
        if steps and steps[-1][1] == seconds:
            steps.pop()
        steps.append((before[1], seconds))
    return Then(tuple(steps))


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
    return [*shown, [count(n) for n in rest.values()]] if any(rest.values()) else shown


def _empty(followed: Followed) -> Cell:
    return count(0) if followed.adds_up else Cell()


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
