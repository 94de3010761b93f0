"""How rows of a cohort stood at an earlier moment: what ended later was open then, what was made later was not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.durations import BINS, bin_of
from data_access.queries.conditions import ENDED_CODES, OPEN_CODES
from data_access.queries.scan import Grouping
from data_access.queries.tally import Part
from data_access.store.packed import DUE, DUE_LATER, KINDS, NONE, NOT_DUE, CellTable, Segment

Moment = int | tuple[tuple[int, int], ...] | None
"""UTC seconds, one moment for all rows; or steps (last day of creation since 1970, seconds) of which the last one holds for
all that follow."""
Integers = NDArray[np.int64]


class SeenThen:
    """Tells the few rows of a segment that stood otherwise from the many that did not, and counts the few."""

    def __init__(
        self, segment: Segment, as_of: int | tuple[tuple[int, int], ...], groupings: Mapping[str, Grouping]
    ) -> None:
        self._segment, self._as_of, self._groupings = segment, as_of, groupings
        cells = segment.cells
        self._waits = (cells.kinds["event"] == 0)[cells.kind_of]
        self._others: list[Integers] = []
        self._moments: list[Integers] = []

    def unchanged(self, rows: slice | NDArray[Any]) -> Integers:
        """Those of the rows that stood as they stand now; the others are kept to be counted."""
        segment = self._segment
        at = self._moment(segment["created_day"][rows])
        other = segment["closed_at"][rows] > at
        other |= segment["due_at"][rows] > at
        other |= segment["created_at"][rows] > at
        other |= self._waits[segment["cell"][rows]]
        numbers = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        self._others.append(numbers[other])
        self._moments.append(np.broadcast_to(np.asarray(at, dtype=np.int64), other.shape)[other])
        return numbers[~other]

    def part(self, name: str) -> Part:
        """The rows that stood otherwise, as they stood, by one of the groupings."""
        none = np.zeros(0, dtype=np.int64)
        rows, at = (np.concatenate([none, *found]) for found in (self._others, self._moments))
        there = self._segment["created_at"][rows] <= at
        rows, at = rows[there], at[there]
        keys, cell = np.unique(self._keys(rows, at), return_inverse=True)
        group = np.broadcast_to(self._groupings[name].of(self._segment, rows), rows.shape).astype(np.int64)
        n = np.ones_like(rows) if self._segment.n is None else self._segment.n[rows].astype(np.int64)
        return Part(group, cell, n, CellTable.of(keys))

    def _moment(self, days: NDArray[Any]) -> Any:
        if isinstance(self._as_of, int):
            return self._as_of
        limits, moments = (np.array(values, dtype=np.int64) for values in zip(*self._as_of, strict=True))
        return moments[np.minimum(np.searchsorted(limits, days), len(limits) - 1)]

    def _keys(self, rows: Integers, at: Integers) -> Integers:
        segment = self._segment
        cell = segment["cell"][rows]
        kinds = {name: part[segment.cells.kind_of[cell]] for name, part in segment.cells.kinds.items()}
        created, closed, due = (segment[name][rows].astype(np.int64) for name in ("created_at", "closed_at", "due_at"))
        known = closed <= at
        ended = np.isin(kinds["status"], ENDED_CODES)
        kinds["status"] = np.where(ended & ~known, OPEN_CODES[0], kinds["status"])
        event = (kinds["event"] == 1) & known
        kinds["event"] = np.where(kinds["event"] == NONE, NONE, event)
        kinds["due"] = np.select([due == 0, due <= at], [NOT_DUE, DUE], DUE_LATER)
        waited = bin_of(np.maximum(at - created, 0)).astype(np.int64)
        bins = np.where(event, segment.cells.bins[cell], np.where(kinds["event"] == 0, waited, 0))
        key = np.zeros_like(rows)
        for name, size in KINDS.items():
            key = key * size + kinds[name]
        return key * BINS + bins
