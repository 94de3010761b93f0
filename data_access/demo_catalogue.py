"""What the demo city is asked for: its categories, how each goes through the year, and how long it waits."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

SEASONS = {
    "even": (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
    "thaw": (1.1, 2.0, 3.0, 2.3, 1.3, 0.7, 0.5, 0.5, 0.5, 0.5, 0.5, 0.6),
    "dark": (1.5, 1.2, 1.0, 0.8, 0.7, 0.6, 0.6, 0.8, 1.0, 1.3, 1.6, 1.7),
    "snow": (1, 1, 0.5, 0.05, 0, 0, 0, 0, 0, 0, 0.15, 0.8),
    "heat": (2.6, 2.1, 1.4, 0.7, 0.2, 0.05, 0.05, 0.05, 0.2, 1.4, 1.9, 2.4),
    "warm": (0.4, 0.4, 0.7, 1.0, 1.3, 1.6, 1.7, 1.6, 1.3, 1.0, 0.6, 0.4),
    "growth": (0.1, 0.1, 0.3, 0.9, 1.9, 2.3, 2.1, 1.8, 1.3, 0.7, 0.2, 0.1),
    "rain": (0.5, 0.6, 1.1, 1.6, 1.9, 1.6, 1.0, 0.8, 0.8, 0.8, 0.7, 0.5),
    "leaves": (0.1, 0.05, 0.2, 0.4, 0.2, 0.1, 0.1, 0.1, 0.4, 2.8, 4.6, 1.4),
    "moving": (0.8, 0.7, 0.9, 1.0, 1.2, 1.3, 1.2, 1.4, 1.2, 0.9, 0.8, 0.7),
}
"""Requests in each month, January first, relative to an even year."""

RHYTHMS = {
    "office": (1.30, 1.18, 1.12, 1.08, 1.02, 0.52, 0.40),
    "day": (1.14, 1.08, 1.05, 1.02, 1.02, 0.87, 0.82),
    "night": (0.78, 0.78, 0.82, 0.90, 1.14, 1.42, 1.30),
}
"""Requests on each weekday, Monday first."""
HOURS = {
    "office": (1, 1, 1, 1, 2, 6, 18, 50, 95, 110, 108, 98, 84, 90, 88, 80, 66, 40, 24, 18, 14, 10, 6, 3),
    "day": (4, 3, 2, 2, 3, 10, 34, 66, 88, 94, 92, 86, 82, 82, 82, 82, 80, 74, 60, 48, 38, 28, 18, 8),
    "night": (90, 74, 50, 28, 16, 12, 14, 18, 20, 22, 24, 26, 28, 28, 30, 34, 38, 44, 54, 66, 82, 104, 118, 112),
}
"""Requests in each hour of the day."""


@dataclass(frozen=True)
class Category:
    """One kind of request."""

    name: str
    department: str
    share: float
    """Requests in a thousand, before storms."""
    season: str
    rhythm: str
    wait_days: float
    """Median days to close in a usual week, in the middle of the four years."""
    spread: float
    """Sigma of the logarithm of the wait."""
    target_days: float
    """Days allowed by the published target, 0 for none."""
    never: float
    """Share that nobody ever closes."""
    by_city: float
    """Share that the city's own crews and sensors record."""
    urban: float
    """Above 0 more in the centre, below 0 more at the edge."""
    ending: str
    details: tuple[str, ...]


TABLE = Path(__file__).parent / "demo_categories.csv"


@cache
def categories() -> tuple[Category, ...]:
    """The categories, as the table beside this module lists them."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_category(row) for row in csv.DictReader(file))


def _category(row: dict[str, str]) -> Category:
    return Category(
        name=row["name"],
        department=row["department"],
        share=float(row["share"]),
        season=row["season"],
        rhythm=row["rhythm"],
        wait_days=float(row["wait_days"]),
        spread=float(row["spread"]),
        target_days=float(row["target_days"]),
        never=float(row["never"]),
        by_city=float(row["by_city"]),
        urban=float(row["urban"]),
        ending=row["ending"],
        details=tuple(row["details"].split("|")),
    )


def of_categories(value: Callable[[Category], float]) -> npt.NDArray[np.float64]:
    """One number of each category, to be looked up by a row's category number."""
    return np.array([value(category) for category in categories()], dtype=np.float64)


TRENDS = {
    "Street Maintenance": (1.45, 0.70),
    "Traffic & Lighting": (1.30, 0.72),
    "Sanitation": (1.12, 0.92),
    "Water & Sewer": (1.0, 1.0),
    "Parks & Trees": (0.68, 1.75),
    "Housing & Inspections": (1.0, 1.08),
    "Health & Animal Care": (1.05, 0.95),
    "311 Center": (1.0, 1.0),
}
"""Of each department how waits at the beginning and at the end of the four years compare with those in the middle."""
DEPARTMENTS = tuple(TRENDS)


@dataclass(frozen=True)
class Storm:
    """A few days of weather that many people report: the first day, how fast it fades, and how many times as much."""

    first: date
    fades_days: float
    times: dict[str, float]
    snow: float = 0.0
    """How much snow fell, where a usual snowfall is 1.6."""


STORMS = (
    Storm(
        date(2023, 5, 6),
        1.5,
        {
            "Street Flooding": 45,
            "Sewer Backup": 26,
            "Clogged Storm Drain": 14,
            "Pothole Repair": 1.5,
        },
    ),
    Storm(
        date(2024, 7, 15),
        2.2,
        {
            "Fallen Tree or Limb": 48,
            "Street Light Out": 4,
            "Traffic Signal Problem": 9,
            "Street Flooding": 10,
            "Bulky Item Pickup": 1.6,
            "Tree Pruning": 3,
        },
    ),
    Storm(
        date(2025, 2, 12),
        2.5,
        {
            "No Heat or Hot Water": 2.5,
            "Missed Trash Pickup": 3.5,
            "Missed Recycling Pickup": 3,
        },
        snow=9.0,
    ),
    Storm(
        date(2026, 4, 18),
        1.8,
        {
            "Fallen Tree or Limb": 22,
            "Street Flooding": 18,
            "Sewer Backup": 9,
            "Street Light Out": 2.5,
        },
    ),
)
