"""The demo city's addresses: every house and crossing that a request can be about, along the streets of each bank."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import shapely

from data_access.demo_map import BANKS, STREET_KM, TURN, Floats, demo_map, to_degrees, turned

Ints = npt.NDArray[np.int64]

_NAMES = """
    Abbot Acacia Alder Ames Arbor Ash Aspen Balsam Basswood Beech Birch Bluestem Boxelder Briar Buckeye Burdock
    Butternut Cabot Catalpa Chestnut Clover Coneflower Cottonwood Crocker Dewey Dogwood Elder Elm Fern Fielding
    Foxglove Gale Ginkgo Goldenrod Grant Hackberry Hawley Hazel Hemlock Hickory Holly Hornbeam Indigo Ivy
    Juniper Kingsley Larch Laurel Linden Locust Lupine Magnolia Main Mercer Milkweed Mulberry Myrtle Oak Osage
    Pecan Perry Pine Plum Poplar Primrose Quince Redbud Rowan Sassafras Sedge Spruce Sumac Switchgrass Tamarack
    Thistle Tulip Verbena Walnut Willow Yarrow Yew Zinnia
"""
STREETS = tuple(_NAMES.split())
"""Streets that run away from the river, from west to east in the order of the alphabet."""
WATER_KM = 0.11
"""Nobody lives nearer to the middle of the river."""
HOUSES = 5
"""Houses on a block of a street that can be asked about."""


@dataclass(frozen=True)
class Sites:
    """Addresses, ordered by neighbourhood; arrays of one length. Coordinates are text with 5 decimals."""

    neighbourhood: Ints
    """Position in `neighbourhoods`."""
    address: npt.NDArray[np.str_]
    longitude: npt.NDArray[np.str_]
    latitude: npt.NDArray[np.str_]
    neighbourhoods: tuple[str, ...]
    first: Ints
    """Of each neighbourhood its first row, and at the end the number of rows."""
    downtown: Floats
    """Of each neighbourhood how central it is: 1 at City Hall, towards 0 at the edge of the city."""


@cache
def demo_sites() -> Sites:
    """Every address of the demo city, about 25,000."""
    banks = [_bank(bank) for bank in TURN]
    points, texts = np.vstack([plan for plan, _ in banks]), np.concatenate([texts for _, texts in banks])
    places = np.round(to_degrees(points), 5)
    shapes = demo_map().neighbourhoods
    home = np.full(len(places), -1)
    for number, shape in enumerate(shapes.values()):
        shapely.prepare(shape)
        home[shapely.contains_xy(shape, places[:, 0], places[:, 1])] = number
    rows = np.argsort(home, kind="stable")[np.count_nonzero(home < 0) :]
    home = home[rows]
    away = np.bincount(home, weights=np.hypot(points[rows, 0], points[rows, 1])) / np.bincount(home)
    longitude, latitude = (np.char.mod("%.5f", places[rows, axis]) for axis in (0, 1))
    first = np.searchsorted(home, np.arange(len(shapes) + 1))
    return Sites(home, texts[rows], longitude, latitude, tuple(shapes), first, np.exp(-away / 3.0))


def _bank(bank: str) -> tuple[Floats, npt.NDArray[np.str_]]:
    """The sites on one side of the river and not in it: places in the plan and their addresses."""
    ground = shapely.union_all([demo_map().districts[name] for name in BANKS[bank]])
    grid = np.arange(-(len(STREETS) // 2), len(STREETS) // 2)
    street, avenue = (axis.ravel() for axis in np.meshgrid(grid, grid, indexing="ij"))
    shapely.prepare(ground)
    degrees = to_degrees(turned(np.column_stack([street, avenue]) * STREET_KM, TURN[bank]))
    inside = shapely.contains_xy(ground, degrees[:, 0], degrees[:, 1])
    street, avenue = street[inside], avenue[inside]
    groups = [_corners(street, avenue, bank), *(_houses(street, avenue, bank, house) for house in range(2 * HOUSES))]
    places = turned(np.vstack([plan for plan, _ in groups]), TURN[bank])
    degrees = to_degrees(places)
    river = demo_map().river
    shapely.prepare(river)
    dry = ~shapely.dwithin(river, shapely.points(places), WATER_KM)
    kept = dry & shapely.contains_xy(ground, degrees[:, 0], degrees[:, 1])
    return places[kept], np.array([text for _, texts in groups for text in texts])[kept]


def _corners(street: Ints, avenue: Ints, bank: str) -> tuple[Floats, list[str]]:
    """The crossings of streets and avenues."""
    texts = [f"INTERSECTION of {_street(s, bank)} & {_avenue(a, bank)}" for s, a in zip(street, avenue, strict=True)]
    return np.column_stack([street, avenue]) * STREET_KM + 0.004, texts


def _houses(street: Ints, avenue: Ints, bank: str, house: int) -> tuple[Floats, list[str]]:
    """One house of every block: the first `HOUSES` stand on streets, the others on avenues, odd and even by turns."""
    step, side = (house % HOUSES + 0.5) / HOUSES, 1 if house % 2 else -1
    number = 4 + 18 * (house % HOUSES) + (side > 0)
    if house < HOUSES:
        plan = np.column_stack([street + 0.07 * side, avenue + step])
        texts = [
            f"{100 * _avenue_number(a, bank) + number} {_street(s, bank)}" for s, a in zip(street, avenue, strict=True)
        ]
    else:
        plan = np.column_stack([street + step, avenue + 0.07 * side])
        texts = [
            f"{100 * (s + len(STREETS) // 2 + 1) + number} {_avenue(a, bank)}"
            for s, a in zip(street, avenue, strict=True)
        ]
    return plan * STREET_KM, texts


def _street(number: int, bank: str) -> str:
    """The name of a street that runs away from the river."""
    prefix = "S " if bank == "south" else ""
    return f"{prefix}{STREETS[number + len(STREETS) // 2]} St"


def _avenue_number(number: int, bank: str) -> int:
    """Avenues count from the river outwards."""
    return number + 10 if bank == "north" else 7 - number


def _avenue(number: int, bank: str) -> str:
    """The name of an avenue, such as '2nd Ave' and '13th Ave S'."""
    count = _avenue_number(number, bank)
    ending = "th" if 10 < count % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending} Ave{' S' if bank == 'south' else ''}"
