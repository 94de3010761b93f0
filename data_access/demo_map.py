"""The map of the invented demo city: an outline, a river, nine districts and their neighbourhoods, always the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import LineString, MultiLineString, Polygon, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

Floats = npt.NDArray[np.floating[Any]]

ORIGIN = (-93.86, 40.79)
"""Longitude and latitude of City Hall, the origin of the plan: farmland, so that nobody's street is meant."""
KM_EAST, KM_NORTH = 111.320 * math.cos(math.radians(ORIGIN[1])), 110.574
"""Kilometres in a degree of longitude and of latitude; the plan is drawn in kilometres."""
STREET_KM = 0.2
"""Distance between two parallel streets."""

OUTLINE = (
    (-6.9, -1.2),
    (-6.4, -1.3),
    (-6.3, -2.6),
    (-5.1, -2.8),
    (-5.0, -3.9),
    (-3.2, -4.2),
    (-3.0, -5.3),
    (-0.4, -5.7),
    (0.9, -5.1),
    (2.4, -5.3),
    (2.6, -4.4),
    (4.6, -4.6),
    (4.9, -3.1),
    (6.4, -2.9),
    (6.7, -0.9),
    (7.5, -0.7),
    (7.6, 1.0),
    (6.5, 1.3),
    (6.7, 2.9),
    (5.2, 3.3),
    (5.4, 4.6),
    (3.6, 4.9),
    (3.1, 5.9),
    (0.7, 5.7),
    (0.2, 4.9),
    (-1.9, 5.2),
    (-2.2, 4.3),
    (-3.9, 4.4),
    (-4.3, 3.2),
    (-5.6, 3.0),
    (-5.4, 1.6),
    (-7.1, 1.3),
)
RIVER = (
    (-8.5, -0.4),
    (-6.6, 0.3),
    (-5.0, 0.1),
    (-4.0, -1.0),
    (-2.7, -1.5),
    (-1.4, -1.0),
    (-0.8, 0.0),
    (0.0, 0.75),
    (1.1, 0.9),
    (2.0, 0.3),
    (2.3, -0.8),
    (3.1, -1.6),
    (4.3, -1.4),
    (5.1, -0.4),
    (6.3, 0.3),
    (8.6, 0.1),
)
TURN = {"north": math.radians(7.0), "south": math.radians(-9.0)}
"""How far the street grid of each bank is turned: the two were laid out at different times."""

NEIGHBOURHOODS = {
    "1": ("Westgate", "Cedar Flats", "Lower Wharf"),
    "2": ("Larkspur", "Quarry Hill", "Ferry Landing"),
    "3": ("Brewery Hill", "Union Depot", "Riverfront", "Courthouse Square"),
    "4": ("North Bluffs", "College Green", "Maple Heights"),
    "5": ("Eastlook", "Saltbox Row", "Prairie Gate"),
    "6": ("Stockyards", "Tannery Bend", "Hawthorn"),
    "7": ("Old Mill", "Orchard Park", "Southmoor"),
    "8": ("Ironworks", "Meadowbrook", "Kettle Creek"),
    "9": ("Sycamore Point", "Lindenwood"),
}
BANKS = {"north": ("1", "2", "3", "4", "5"), "south": ("6", "7", "8", "9")}


@dataclass(frozen=True)
class DemoMap:
    """Polygons in WGS84 (longitude, latitude) that share their borders exactly; neighbourhoods nest in districts."""

    districts: dict[str, Polygon]
    neighbourhoods: dict[str, Polygon]
    district_of: dict[str, str]
    river: LineString
    """The middle of the river, in kilometres of the plan."""


@cache
def demo_map() -> DemoMap:
    """Draw the city: banks are cut into districts, districts into neighbourhoods, along streets with a jog or two."""
    river = LineString(_rounded_corners(np.array(RIVER)))
    sides = sorted(split(Polygon(OUTLINE), river).geoms, key=lambda side: side.centroid.y)
    leaves: dict[str, Polygon] = {}
    for bank, ground in (("north", sides[-1]), ("south", sides[0])):
        districts = BANKS[bank]
        for district, area in zip(districts, _pieces(_only_polygon(ground), len(districts), bank, 0), strict=True):
            names = NEIGHBOURHOODS[district]
            leaves.update(zip(names, _pieces(area, len(names), bank, 1), strict=True))
    neighbourhoods = _shared_borders(leaves)
    district_of = {name: district for district, names in NEIGHBOURHOODS.items() for name in names}
    districts = {
        district: _only_polygon(shapely.union_all([neighbourhoods[name] for name in names]))
        for district, names in NEIGHBOURHOODS.items()
    }
    return DemoMap(districts, neighbourhoods, district_of, river)


def feature_collection(areas: dict[str, Polygon]) -> dict[str, object]:
    """GeoJSON of named areas, each with the one property `name`."""
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": mapping(shape)} for name, shape in areas.items()
    ]
    return {"type": "FeatureCollection", "features": features}


def to_degrees(plan: Floats) -> Floats:
    """Kilometres east and north of City Hall (n x 2) as longitude and latitude with 6 decimals."""
    return np.round(plan / (KM_EAST, KM_NORTH) + ORIGIN, 6)


def turned(points: Floats, angle: float) -> Floats:
    """Points (n x 2) turned anticlockwise about City Hall."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return points @ np.array([[cosine, sine], [-sine, cosine]])


def _rounded_corners(points: Floats, times: int = 4) -> Floats:
    """Chaikin's corner cutting: every corner is replaced by two points at a quarter of its two sides."""
    for _ in range(times):
        near = 0.75 * points[:-1] + 0.25 * points[1:]
        far = 0.25 * points[:-1] + 0.75 * points[1:]
        inner = np.stack([near, far], axis=1).reshape(-1, 2)
        points = np.vstack([points[:1], inner, points[-1:]])
    return points


def _pieces(ground: Polygon, count: int, bank: str, level: int) -> list[Polygon]:
    """Cut an area into `count` of about equal population, from west to east and north to south."""
    if count == 1:
        return [ground]
    first = count // 2
    one, other = _cut(ground, first / count, bank, level + count)
    return [*_pieces(one, first, bank, level + 2), *_pieces(other, count - first, bank, level + 3)]


def _cut(ground: Polygon, share: float, bank: str, variant: int) -> tuple[Polygon, Polygon]:
    """Two parts of an area, the first with `share` of its people, along streets across its longer side."""
    people = turned(_people(ground), -TURN[bank])
    weights = np.exp(-np.hypot(people[:, 0], people[:, 1]) / 3.2)
    low, high = people.min(axis=0), people.max(axis=0)
    across = 0 if high[0] - low[0] >= high[1] - low[1] else 1
    order = np.argsort(people[:, across])[:: 1 if across == 0 else -1]
    place = people[order[np.searchsorted(np.cumsum(weights[order]), share * weights.sum())], across]
    line = _jogged(round(float(place) / STREET_KM) * STREET_KM, low[1 - across], high[1 - across], variant)
    far = -99 if across == 0 else 99
    around = np.vstack([line, [(far, line[-1, 1]), (far, line[0, 1])]])
    if across == 1:
        line, around = line[:, ::-1], around[:, ::-1]
    side = Polygon(turned(around, TURN[bank]))
    parts = list(split(ground, LineString(turned(line, TURN[bank]))).geoms)
    one = max((part for part in parts if side.contains(part.representative_point())), key=lambda part: part.area)
    return _only_polygon(one), _only_polygon(shapely.union_all([part for part in parts if part is not one]))


def _jogged(place: float, low: float, high: float, variant: int) -> Floats:
    """A line at x = place from y = low to high that twice moves over by a few streets."""
    steps = ((2, -1), (-2, 1), (1, -2), (-1, 3), (3, 1), (-3, -1))[variant % 6]
    length = high - low
    turns = [round((low + length * part) / STREET_KM) * STREET_KM for part in (0.36, 0.68)]
    scale = STREET_KM * min(1.0, length / 3.0)
    xs = [place + round(step * scale / STREET_KM) * STREET_KM for step in (steps[0], 0, steps[1])]
    return np.array(
        [
            (xs[0], low - 1),
            (xs[0], turns[0]),
            (xs[1], turns[0]),
            (xs[1], turns[1]),
            (xs[2], turns[1]),
            (xs[2], high + 1),
        ]
    )


def _people(ground: Polygon) -> Floats:
    """Points on a 100 m raster inside an area."""
    west, south, east, north = ground.bounds
    x, y = np.meshgrid(np.arange(west, east, 0.1), np.arange(south, north, 0.1))
    inside = shapely.contains_xy(ground, x, y)
    return np.column_stack([x[inside], y[inside]])


def _only_polygon(shape: BaseGeometry) -> Polygon:
    """The largest polygon of a shape."""
    polygons = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return max(polygons, key=lambda part: part.area)


def _shared_borders(leaves: dict[str, Polygon]) -> dict[str, Polygon]:
    """The same areas in degrees, made again from one net of lines, so that neighbours have the same corners."""
    rings = [LineString(to_degrees(np.array(leaf.exterior.coords))) for leaf in leaves.values()]
    net = shapely.union_all(MultiLineString(rings), grid_size=1e-6)
    grounds = [Polygon(ring) for ring in rings]
    parts: list[list[Polygon]] = [[] for _ in grounds]
    for cell in shapely.get_parts(shapely.polygonize([net])):
        # Where a border ends on another, rounding leaves slivers that are in no area or in two: each gets one owner.
        shared = [ground.intersection(cell).area or 1e-12 * ground.intersection(cell).length for ground in grounds]
        if max(shared) > 0 and not _is_outside(cell, shared):
            parts[int(np.argmax(shared))].append(cell)
    return {name: _only_polygon(shapely.union_all(own)) for name, own in zip(leaves, parts, strict=True)}


def _is_outside(cell: Polygon, shared: list[float]) -> bool:
    """Whether a cell lies between the city and the world: large, and in no area."""
    return cell.area > 1e-7 and max(shared) < 0.5 * cell.area
