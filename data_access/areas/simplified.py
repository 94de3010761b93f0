"""Outlines of areas as coarse as a map of a zoom can show, so that a phone does not load corners that nobody sees."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape

TILE, WORLD = 256, 360
"""Pixels of the whole world (degrees) at zoom 0; each zoom has twice as many."""
FINE_FROM, COARSE_DIGITS, DIGITS = 13, 4, 5
"""Decimals of a corner: about 11 m, which is a pixel of zoom 13, and a metre."""
MOST_ZOOM = 20


@lru_cache(maxsize=64)
def simplified(path: Path, zoom: int) -> str:
    """The GeoJSON of a version's boundary file for a zoom (0 to MOST_ZOOM): no part that is left out is wider than a pixel.

    Neighbours keep their common line: all areas are simplified together. A version's files never change, so what was
    made once holds.
    """
    collection: dict[str, Any] = json.loads(path.read_bytes())
    outlines = [shape(feature["geometry"]) for feature in collection["features"]]
    pixel = WORLD / TILE / 2**zoom
    coarse = shapely.coverage_simplify(outlines, pixel)
    digits = DIGITS if zoom >= FINE_FROM else COARSE_DIGITS
    features = [
        {**feature, "geometry": _rounded(whole if outline.is_empty else outline, digits)}
        for feature, outline, whole in zip(collection["features"], coarse, outlines, strict=True)
    ]
    return json.dumps({**collection, "features": features}, separators=(",", ":"))


def _rounded(outline: Any, digits: int) -> dict[str, Any]:
    def cut(value: Any) -> Any:
        return [cut(part) for part in value] if isinstance(value, (list, tuple)) else round(value, digits)

    plain = mapping(outline)
    return {"type": plain["type"], "coordinates": cut(plain["coordinates"])}
