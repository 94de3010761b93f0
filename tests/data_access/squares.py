"""Four squares as the areas of a small city, and rows in and around them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from shapely.geometry import Point, shape

from tests.builders import row

WEST, SOUTH, SIDE = -71.2, 42.1, 0.1
NAMES = ("1", "2", "3", "4")
AREAS = {
    "district": {"name": "District", "plural": "Districts", "boundary_property": "name"},
    "neighbourhood": {"name": "Quarter", "plural": "Quarters", "boundary_property": "name"},
}


def square(name: Any, west: float, south: float, side: float = SIDE) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def file_of(folder: Path, features: list[dict[str, Any]], name: str = "areas.geojson") -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def four_squares(names: tuple[Any, ...] = NAMES) -> list[dict[str, Any]]:
    """A square of two by two: the first two names in the south, from west to east."""
    return [square(name, WEST + SIDE * (i % 2), SOUTH + SIDE * (i // 2)) for i, name in enumerate(names)]


def drawn_at(latitude: float, longitude: float, names: tuple[Any, ...] = NAMES) -> str:
    """The slow obvious way: each square in turn."""
    for feature in four_squares(names):
        if shape(feature["geometry"]).contains(Point(longitude, latitude)):
            return str(feature["properties"]["name"])
    return ""


def scattered(count: int, seed: int, *, own: bool, prefix: str) -> list[dict[str, str]]:
    """Rows at random places in and around the four squares, every one with its own area or none of them."""
    chance = random.Random(seed)
    rows = []
    for n in range(count):
        lat, lon = chance.uniform(SOUTH - 0.02, SOUTH + 0.22), chance.uniform(WEST - 0.02, WEST + 0.22)
        name = drawn_at(lat, lon) if own else ""
        rows.append(row(f"{prefix}{n}", Lat=f"{lat:.6f}", Lon=f"{lon:.6f}", District=name))
    return rows
