"""Which area a point lies in, for whole columns of points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

NOWHERE = -1
"""Stands for the area of a point that lies in none."""


def places(outlines: Sequence[Any], longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.int32]:
    """The place in `outlines` of the area that holds each point, NOWHERE where none does.

    A point on a border lies in the first of the areas that share it.
    """
    order = np.argsort(longitude, kind="stable")
    x, y = longitude[order], latitude[order]
    found = np.full(len(x), NOWHERE, dtype=np.int32)
    for place, outline in enumerate(outlines):
        west, south, east, north = outline.bounds
        first, last = np.searchsorted(x, west, "left"), np.searchsorted(x, east, "right")
        near = slice(first, last)
        candidates = first + np.flatnonzero((y[near] >= south) & (y[near] <= north) & (found[near] == NOWHERE))
        if len(candidates):
            shapely.prepare(outline)  # an index of its edges: a point then costs a search, not a walk round the outline
            inside = shapely.intersects_xy(outline, x[candidates], y[candidates])
            found[candidates[inside]] = place
    result = np.empty_like(found)
    result[order] = found
    return result
