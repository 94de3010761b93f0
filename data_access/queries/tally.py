"""Sums by group and cell: from one of them every number of a page is put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.durations import BINS
from data_access.store.packed import CellTable

Integers = NDArray[np.int64]
Test = Callable[[dict[str, Integers]], NDArray[np.bool_]]
"""Which kinds of row are meant, from the parts of each (see packed.KINDS)."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some of the sums: `n` rows of group `at` and cell `cell`, one entry each; a pair may occur more than once."""

    at: Integers
    cell: Integers
    n: Integers
    cells: CellTable

    def by_kind(self, groups: int) -> Integers:
        """The sums by group and kind."""
        kinds = len(next(iter(self.cells.kinds.values())))
        return _sums(self.at * kinds + self.cells.kind_of[self.cell], self.n, groups * kinds).reshape(groups, kinds)


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """The rows of a selection by group and cell. Groups are numbered from 0 up to `groups`."""

    groups: int
    parts: tuple[Part, ...]

    def sums(self, tests: dict[str, Test]) -> dict[str, Integers]:
        """For each test the rows of the kinds that it picks, by group."""
        found = {name: np.zeros(self.groups, dtype=np.int64) for name in tests}
        for part in self.parts:
            counted = part.by_kind(self.groups)
            for name, test in tests.items():
                found[name] += counted[:, test(part.cells.kinds)].sum(axis=1)
        return found

    def by_bin(self, test: Test) -> Integers:
        """The rows of the kinds that a test picks by group and duration bin, shape (groups, BINS)."""
        found = np.zeros(self.groups * BINS, dtype=np.int64)
        for part in self.parts:
            picked = test(part.cells.kinds)[part.cells.kind_of[part.cell]]
            cell = part.cell[picked]
            found += _sums(part.at[picked] * BINS + part.cells.bins[cell], part.n[picked], len(found))
        return found.reshape(self.groups, BINS)

    def together(self) -> Tally:
        """All groups as one."""
        return Tally(1, tuple(Part(np.zeros_like(each.at), each.cell, each.n, each.cells) for each in self.parts))


def _sums(keys: Integers, n: Integers, size: int) -> Integers:
    # the weights are floats, which hold whole numbers up to 2^53
    return np.bincount(keys, weights=n, minlength=size).astype(np.int64)
