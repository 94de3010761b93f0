"""One pass over the packed arrays: the rows of a selection counted by several groupings at once.

Rows of a segment stand in the order of creation, so a period is a slice of them; closings are found through the order of
their days. Rows are read in pieces that fit the processor's cache.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_access.queries.conditions import OPEN_CODES
from data_access.queries.tally import Part
from data_access.store.packed import NO_DAY, Segment

PIECE = 1 << 17
WIDE = 3
"""Closings of more than one in so many rows are read in the order of the rows."""
FILLED, LARGEST_TABLE = 8, 1 << 24
Integers = NDArray[np.int64]
Codes = Mapping[str, tuple[int, ...]]
"""The codes that are chosen of each field."""


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """How rows are put into groups: by the code in a column, or through a table from it (`table[code - first]`)."""

    groups: int
    column: str = ""
    table: NDArray[np.int64] | None = None
    first: int = 0

    def of(self, segment: Segment, rows: slice | NDArray[Any]) -> NDArray[np.int64] | int:
        """The group of each row."""
        if not self.column:
            return 0
        codes = segment[self.column][rows].astype(np.int64)
        return codes if self.table is None else self.table[codes - self.first]


class Counter:
    """Sums of a segment's rows by the group of each grouping and the cell.

    `rows` is how many there may be: a table of all groups and cells is kept only where they fill it, and it is not too large.
    """

    def __init__(self, segment: Segment, groupings: Mapping[str, Grouping], rows: int) -> None:
        self._segment, self._groupings = segment, groupings
        self._cells = max(1, len(segment.keys))
        sizes = {name: each.groups * self._cells for name, each in groupings.items()}
        self._tables = {
            name: np.zeros(size, np.int32)
            for name, size in sizes.items()
            if rows * FILLED > size and size <= LARGEST_TABLE
        }
        self._lists: dict[str, list[tuple[Integers, Integers]]] = {
            name: [] for name in groupings if name not in self._tables
        }

    def add(self, rows: slice | NDArray[Any]) -> None:
        """Count some rows."""
        cell = self._segment["cell"][rows].astype(np.int64)
        n = None if self._segment.n is None else self._segment.n[rows]
        for name, grouping in self._groupings.items():
            keys = grouping.of(self._segment, rows) * self._cells + cell
            if name in self._tables:
                np.add.at(self._tables[name], keys, 1 if n is None else n)
            elif n is None:
                self._lists[name].append(np.unique(keys, return_counts=True))
            else:
                self._lists[name].append((keys, n.astype(np.int64)))

    def part(self, name: str) -> Part:
        """What was found by one of the groupings."""
        if name in self._tables:
            keys = np.flatnonzero(self._tables[name])
            n = self._tables[name][keys].astype(np.int64)
        else:
            none = np.zeros(0, dtype=np.int64)
            keys, n = (np.concatenate([none, *found]) for found in zip((none, none), *self._lists[name], strict=True))
        return Part(keys // self._cells, keys % self._cells, n, self._segment.cells)


def created_rows(segment: Segment, first: int, last: int, codes: Codes) -> Iterator[slice | NDArray[np.int64]]:
    """The chosen rows created from the day `first` to `last`, in pieces."""
    low, high = created(segment, first, last)
    for start in range(low, high, PIECE):
        piece = slice(start, min(start + PIECE, high))
        yield chosen(segment, piece, codes) if codes else piece


def closed_rows(segment: Segment, first: int, last: int, codes: Codes) -> Iterator[NDArray[np.int64]]:
    """The chosen rows closed from the day `first` to `last`, whenever created, in pieces."""
    low, high = closings(segment, first, last)
    if (high - low) * WIDE > segment.rows:
        for start in range(0, segment.rows, PIECE):
            day = segment["closed_day"][start : start + PIECE]
            rows = np.flatnonzero((day >= first) & (day <= last)) + start
            yield chosen(segment, rows, codes)
        return
    for start in range(low, high, PIECE):
        yield chosen(segment, segment.by_closing[start : min(start + PIECE, high)].astype(np.int64), codes)


def created(segment: Segment, first: int, last: int) -> tuple[int, int]:
    """Where the rows created on some days lie."""
    if first > last:
        return 0, 0
    low, high = np.searchsorted(segment["created_day"], np.array([max(first, 0), last + 1], dtype=np.uint16)).tolist()
    return low, high


def closings(segment: Segment, first: int, last: int) -> tuple[int, int]:
    """Where in the order of closings those of some days lie."""
    if first > last:
        return 0, 0
    day, order = segment["closed_day"], segment.by_closing
    places = range(len(order))
    low = bisect_left(places, first, key=lambda place: int(day[order[place]]))
    return low, bisect_left(places, last + 1, lo=low, key=lambda place: int(day[order[place]]))


def standing_rows(segment: Segment, created_by: int, closed_from: int, codes: Codes) -> NDArray[np.int64]:
    """The chosen rows created up to a day and either not ended, or closed on `closed_from` or later."""
    low, high = closings(segment, closed_from, NO_DAY - 1)
    limit = int(np.searchsorted(segment["created_day"], np.uint16(created_by + 1)))
    order = segment.by_closing[low:high]
    found = [order[order < limit].astype(np.int64)]
    if segment.n is not None:  # what has not ended is never settled
        cells = segment.cells
        not_ended = is_open(cells.kinds)[cells.kind_of]
        found.append(np.flatnonzero(not_ended[segment["cell"][:limit]]))
    return chosen(segment, np.concatenate(found), codes)


def chosen(segment: Segment, rows: slice | NDArray[np.int64], codes: Codes) -> NDArray[np.int64]:
    """Those of some rows whose codes are chosen."""
    mask: NDArray[np.bool_] | None = None
    for field, wanted in codes.items():
        values = segment[field][rows]
        within = np.zeros(len(values), dtype=np.bool_)
        if len(wanted) <= 4:
            for code in wanted:
                within |= values == code
        else:
            within = np.isin(values, np.array(wanted, dtype=values.dtype), kind="table")
        mask = within if mask is None else mask & within
    if mask is None:
        return np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
    return np.flatnonzero(mask) + rows.start if isinstance(rows, slice) else rows[mask]


def is_open(kinds: Mapping[str, NDArray[np.int64]]) -> NDArray[np.bool_]:
    """The kinds that have not ended."""
    return np.isin(kinds["status"], OPEN_CODES)
