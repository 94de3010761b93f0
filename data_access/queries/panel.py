"""What the numbers of a page are put together from: tallies of the cohort, of closings and of what stands open.

Whoever asks for the same selection again, while holding the same snapshot, gets the tally that is there. A grouping is
named by a field, TOGETHER, or the interval of the buckets of the period.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from dashboard.domain.filters import MULTIPLE, Filters
from dashboard.domain.maturity import REPEAT_WINDOW_DAYS
from dashboard.domain.periods import bucket_start, buckets
from data_access.local_time import utc_to_local
from data_access.queries.conditions import within
from data_access.queries.scan import (
    Codes,
    Counter,
    Grouping,
    chosen,
    closed_rows,
    created,
    created_rows,
    is_open,
    standing_rows,
)
from data_access.queries.scan import closings as closed
from data_access.queries.seen_then import Moment, SeenThen
from data_access.queries.tally import Part, Tally
from data_access.store.packed import NO_DAY, Segment
from data_access.store.published import Snapshot

TOGETHER = "together"
BUCKETS = "buckets"
"""The buckets of the filters' interval."""
EPOCH = date(1970, 1, 1)


def cohort(snapshot: Snapshot, filters: Filters, by: str, as_of: Moment = None) -> Tally:
    """Requests created in the period, of every origin, duplicates included; as they stood at `as_of` where that is given."""
    prepare(snapshot, filters, [by], as_of)
    return snapshot.memo["cohort", _selection(filters, by), by, as_of]


def prepare(snapshot: Snapshot, filters: Filters, groupings: Iterable[str], as_of: Moment = None) -> None:
    """Count the cohort by all of these in one pass, those that are there already left out."""
    wanted = dict.fromkeys(groupings)
    missing = [by for by in wanted if ("cohort", _selection(filters, by), by, as_of) not in snapshot.memo]
    if not missing:
        return
    scanned = [by for by in missing if by != TOGETHER] or [TOGETHER]
    first, last = map(day_number, within(snapshot, filters))
    codes = codes_of(snapshot, filters)
    found: dict[str, list[Part]] = {by: [] for by in scanned}
    for segment in snapshot.packed.segments:
        groups = {by: _grouping(snapshot, filters, by, "created_day") for by in scanned}
        low, high = created(segment, first, last)
        counter = Counter(segment, groups, high - low)
        then = None if as_of is None else SeenThen(segment, as_of, groups)
        for rows in created_rows(segment, first, last, codes):
            counter.add(rows if then is None else then.unchanged(rows))
        for by in scanned:
            found[by] += [counter.part(by), *([] if then is None else [then.part(by)])]
    for by in scanned:
        tally = Tally(_grouping(snapshot, filters, by, "created_day").groups, tuple(found[by]))
        snapshot.memo["cohort", _selection(filters, by), by, as_of] = tally
    if TOGETHER in missing and TOGETHER not in scanned:
        tally = snapshot.memo["cohort", _selection(filters, scanned[0]), scanned[0], as_of].together()
        snapshot.memo["cohort", _selection(filters, TOGETHER), TOGETHER, as_of] = tally


def closings(snapshot: Snapshot, filters: Filters, by: str, as_of: int | None = None) -> Tally:
    """Requests closed in the period, whenever created; with `as_of` closings after it are unknown."""
    key = ("closings", _selection(filters, by), by, as_of)
    if key not in snapshot.memo:
        snapshot.memo[key] = _closed(snapshot, filters, by, within(snapshot, filters), as_of)
    return snapshot.memo[key]


def watched(snapshot: Snapshot, filters: Filters, by: str, as_of: int | None = None) -> Tally:
    """Those of the closings that could be watched for as long as a repeat may take to come, at `as_of` if that is given."""
    if as_of is None:
        return closings(snapshot, filters, by)
    first, last = within(snapshot, filters)
    # requests may be known for less long than closings
    behind = snapshot.data_through_local.date() - snapshot.data_to
    until = utc_to_local(as_of, snapshot.city.zone).date() - behind
    final = date.fromordinal(until.toordinal() - REPEAT_WINDOW_DAYS)
    return _closed(snapshot, filters, by, (first, min(last, final)), None)


def backlog(snapshot: Snapshot, filters: Filters, day: date, by: str, as_of: int | None = None) -> Tally:
    """Requests created on or before a day and not closed by its end; with `as_of` as it stood then, if the day was not over."""
    key = ("backlog", _selection(filters, by), day, by, as_of)
    if key in snapshot.memo:
        return snapshot.memo[key]
    codes, number = codes_of(snapshot, filters), day_number(day)
    closed_from = number + 1 if as_of is None else min(number + 1, _local_day(snapshot, as_of))
    grouping = _grouping(snapshot, filters, by, "")
    parts: list[Part] = []
    for segment in snapshot.packed.segments:
        rows = standing_rows(segment, number, closed_from, codes)
        if as_of is not None:
            later = (segment["closed_day"][rows] > number) | (segment["closed_at"][rows] > as_of)
            rows = rows[(segment["created_at"][rows] <= as_of) & (later | _open(segment, rows))]
        parts.append(_counted(segment, grouping, rows))
    snapshot.memo[key] = Tally(grouping.groups, tuple(parts))
    return snapshot.memo[key]


def overdue(snapshot: Snapshot, filters: Filters, by: str, as_of: int | None = None) -> Tally:
    """Requests open and past due at data through (or at `as_of`), whenever created."""
    codes = codes_of(snapshot, filters)
    day = NO_DAY - 1 if as_of is None else _local_day(snapshot, as_of)
    grouping = _grouping(snapshot, filters, by, "")
    observed = snapshot.data_through if as_of is None else as_of
    parts: list[Part] = []
    for segment in snapshot.packed.segments:
        rows = standing_rows(segment, day, NO_DAY if as_of is None else day, codes)
        due = segment["due_at"][rows]
        past = (due > 0) & (due <= observed)
        if as_of is not None:
            open_then = _open(segment, rows) | (segment["closed_at"][rows] > as_of)
            past &= (segment["created_at"][rows] <= as_of) & open_then
        parts.append(_counted(segment, grouping, rows[past]))
    return Tally(grouping.groups, tuple(parts))


def backwards(snapshot: Snapshot, filters: Filters) -> tuple[Tally, Tally]:
    """Requests closed on a day before the one of their creation, by bucket of the closing and by that of the creation."""
    first, last = map(day_number, within(snapshot, filters))
    found: list[Tally] = []
    for column in ("closed_day", "created_day"):
        grouping = _grouping(snapshot, filters, BUCKETS, column)
        parts: list[Part] = []
        for segment in snapshot.packed.segments:
            rows = segment.backwards.astype(np.int64)
            day = segment[column][rows]
            rows = chosen(segment, rows[(day >= first) & (day <= last)], codes_of(snapshot, filters))
            parts.append(_counted(segment, grouping, rows))
        found.append(Tally(grouping.groups, tuple(parts)))
    return found[0], found[1]


def day_number(day: date) -> int:
    """Days since 1970, cut to what the arrays hold and one day before: people ask for the year 1 and for the year 9999."""
    return min(max((day - EPOCH).days, -1), NO_DAY - 1)


def codes_of(snapshot: Snapshot, filters: Filters) -> Codes:
    """The codes of what is chosen in each field."""
    return {
        field: tuple(snapshot.codes[field][name] for name in wanted if name in snapshot.codes[field])
        for field, attribute in MULTIPLE.items()
        if (wanted := getattr(filters, attribute))
    }


def bucket_starts(snapshot: Snapshot, filters: Filters) -> list[date]:
    """The first day of each bucket of the period, of the outer ones too: the groups of BUCKETS in their order."""
    return [bucket_start(start, filters.interval) for start, _ in _buckets(snapshot, filters)]


def _buckets(snapshot: Snapshot, filters: Filters) -> Sequence[tuple[date, date]]:
    first, last = within(snapshot, filters)
    return buckets(first, last, filters.interval) if first <= last else []


def _selection(filters: Filters, by: str) -> Filters:
    """Equal for filters by which the same rows are counted in the same way."""
    interval = filters.interval if by == BUCKETS else "month"
    return replace(filters, origin="all", compare="none", period=None, interval=interval)


def _grouping(snapshot: Snapshot, filters: Filters, by: str, day: str) -> Grouping:
    if by == TOGETHER:
        return Grouping(1)
    if by != BUCKETS:
        return Grouping(max(snapshot.codes[by].values(), default=0) + 1, by)
    found = _buckets(snapshot, filters)
    lengths = [(end - start).days + 1 for start, end in found]
    first = day_number(found[0][0]) if found else 0
    return Grouping(len(found), day, np.repeat(np.arange(len(found)), lengths), first)


def _closed(snapshot: Snapshot, filters: Filters, by: str, days: tuple[date, date], as_of: int | None) -> Tally:
    grouping, (first, last) = _grouping(snapshot, filters, by, "closed_day"), map(day_number, days)
    parts: list[Part] = []
    for segment in snapshot.packed.segments:
        low, high = closed(segment, first, last)
        counter = Counter(segment, {by: grouping}, high - low)
        for rows in closed_rows(segment, first, last, codes_of(snapshot, filters)):
            counter.add(rows if as_of is None else rows[segment["closed_at"][rows] <= as_of])
        parts.append(counter.part(by))
    return Tally(grouping.groups, tuple(parts))


def _counted(segment: Segment, grouping: Grouping, rows: np.ndarray) -> Part:
    counter = Counter(segment, {"": grouping}, len(rows))
    counter.add(rows)
    return counter.part("")


def _open(segment: Segment, rows: np.ndarray) -> np.ndarray:
    return is_open(segment.cells.kinds)[segment.cells.kind_of][segment["cell"][rows]]


def _local_day(snapshot: Snapshot, seconds: int) -> int:
    return day_number(utc_to_local(seconds, snapshot.city.zone).date())
