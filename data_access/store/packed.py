"""The counts once more as plain arrays in files, mapped into memory: what a page's numbers are summed from.

A version has two segments of the same shape. `settled` holds the rows that time alone cannot change, one request a row,
in the order of creation; a publish that only adds changes shares it with the version before. `later` holds the rest with
their signed number. Both are written by `data_access.packing`; an array has one entry a row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.durations import BINS
from dashboard.domain.request import DIMENSIONS

FOLDER = "packed"
SETTLED, LATER = "settled", "later"
SEGMENTS = (SETTLED, LATER)
NO_DAY = np.iinfo(np.uint16).max
"""Stands for a day that is not known; real ones are days since 1970, cut to what fits below."""
NONE = 2
"""Of a fact that is yes, no or not known: not known."""
DAYS, SECONDS = ("created_day", "closed_day"), ("created_at", "closed_at", "due_at")
CODES = (*DIMENSIONS, "cell")
KINDS: dict[str, int] = {
    "origin": 4,
    "status": 4,
    "outcome": 16,
    "duplicate": 2,
    "event": 3,
    "late": 3,
    "due": 3,
    "timed": 2,
    "instant": 2,
    "repeat": 3,
}
"""What a kind of row is made of, and how many values each part can have: together one small integer.

`due` is NOT_DUE without a due time, DUE with one up to data through, DUE_LATER with a later one; `timed` says whether
there is a closing time.
"""
NOT_DUE, DUE, DUE_LATER = range(3)
Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class CellTable:
    """What cells mean: a cell is a kind of row and a duration bin (0 where `event` is NONE).

    `kind_of` and `bins` have an entry for each cell; `kinds` has the parts of KINDS for each kind that occurs.
    """

    kind_of: NDArray[np.int64]
    bins: NDArray[np.int64]
    kinds: dict[str, NDArray[np.int64]]

    @classmethod
    def of(cls, keys: NDArray[np.int64]) -> CellTable:
        """The table of cells whose keys are kind x BINS + bin (the kind as in `packing.kind_key`)."""
        there, kind_of = np.unique(keys // BINS, return_inverse=True)
        return cls(kind_of, keys % BINS, kinds_of(there))


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The arrays of a segment, one entry a row: days and seconds since 1970 (0 seconds: none), codes, and the cell.

    `by_closing` names the rows that were closed, in the order of their closed_day, and `backwards` those of them closed on
    a day before their creation; `keys` are those of the cells. `n` is None where every row is one request.
    """

    rows: int
    columns: dict[str, Array]
    keys: NDArray[np.int64]
    cells: CellTable
    by_closing: Array
    backwards: Array
    n: Array | None

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """The segments of a version."""

    segments: tuple[Segment, ...] = field(default=())


def packed_layout() -> list[str]:
    """What the files look like: a version of another layout cannot be read."""
    return [*DAYS, *SECONDS, *CODES, *(f"{name} {size}" for name, size in KINDS.items()), f"bins {BINS}", "backwards"]


def open_packed(version: Path) -> Packed:
    """Map the arrays of a version into memory; nothing is read before it is asked for."""
    return Packed(tuple(_segment(version / FOLDER, name) for name in SEGMENTS))


def path_of(folder: Path, segment: str, column: str) -> Path:
    """The file of a column."""
    return folder / f"{segment}-{column}.npy"


def kinds_of(keys: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """The parts of KINDS of each key (see `packing.kind_key`)."""
    parts: dict[str, NDArray[np.int64]] = {}
    for name, size in reversed(KINDS.items()):
        keys, parts[name] = keys // size, keys % size
    return parts


def _segment(folder: Path, name: str) -> Segment:
    def mapped(column: str) -> Array:
        return np.load(path_of(folder, name, column), mmap_mode="r", allow_pickle=False).view(np.ndarray)

    keys: NDArray[np.int64] = np.array(mapped("cells"), dtype=np.int64)
    columns = {column: mapped(column) for column in (*DAYS, *SECONDS, *CODES)}
    n = mapped("n") if path_of(folder, name, "n").exists() else None
    rows = len(columns["cell"])
    return Segment(rows, columns, keys, CellTable.of(keys), mapped("by_closing"), mapped("backwards"), n)
