"""The aligned bins in which durations are counted: fine enough for every quantile, exact at every published horizon.

A bin is (lower, upper] in whole seconds. Bin 0 holds exactly 0 s; every second up to 100 s has its own bin; above
that an upper edge is at most 1.02 times its lower one, so the geometric middle is within 1 % of everything in the bin.
Edges fall exactly on 60 s, 3600 s and the days of `ANCHOR_DAYS`, so a share within N days is a sum of whole bins.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

DAY = 86_400
ANCHOR_DAYS = (1, 3, 7, 14, 30, 60, 90, 180, 365)
LONGEST = 36_525 * DAY  # 100 years


def _upper_edges() -> NDArray[np.int64]:
    """Upper edges, built greedily: as far as the ratio allows, but never past the next anchor."""
    edges = [0]
    for anchor in (60, 3600, *(days * DAY for days in ANCHOR_DAYS), LONGEST):
        while edges[-1] < anchor:
            edge = edges[-1]
            edges.append(min(max(edge + 1, edge * 102 // 100), anchor))
    return np.array(edges, dtype=np.int64)


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    """The same array, closed to writing: the tables are shared by everybody."""
    values.setflags(write=False)
    return values


UPPER: NDArray[np.int64] = _read_only(_upper_edges())
LOWER: NDArray[np.int64] = _read_only(np.concatenate([np.array([-1], dtype=np.int64), UPPER[:-1]]))
BINS = len(UPPER)

_MIDDLE_DAYS: NDArray[np.float64] = _read_only(np.sqrt((LOWER + 1.0) * UPPER) / DAY)


def bin_of(seconds: NDArray[np.integer[Any]] | int) -> NDArray[np.int16]:
    """The bin of each duration.

    Takes an integer or an array of integers of any shape, in seconds, and returns the same shape (an integer gives an
    array of no dimensions). More than 100 years lands in the last bin. Raises ValueError on a negative duration and
    TypeError on anything but integers: a fraction of a second has to be cut off where the row is read.
    """
    values = np.asarray(seconds)
    if not np.issubdtype(values.dtype, np.integer):
        raise TypeError(f"durations are whole seconds, not {values.dtype}")
    if values.size and int(values.min()) < 0:
        raise ValueError("a duration cannot be negative")
    return np.asarray(np.minimum(np.searchsorted(UPPER, values, side="left"), BINS - 1), dtype=np.int16)


@lru_cache(maxsize=64)
def edge_bin(seconds: int) -> int:
    """The bin that ends exactly at this many seconds; ValueError where none does."""
    index = int(np.searchsorted(UPPER, seconds, side="left"))
    if index == BINS or int(UPPER[index]) != seconds:
        raise ValueError(f"{seconds} s is not an edge of the duration bins")
    return index


def middle_days() -> NDArray[np.float64]:
    """Geometric middle of each bin in days, shape (BINS,), read-only.

    That is sqrt(smallest x largest duration in the bin), with smallest = lower + 1 because durations are whole seconds;
    0 for bin 0, and the second itself where a bin holds only one.
    """
    return _MIDDLE_DAYS
