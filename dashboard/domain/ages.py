"""The bands in which the ages of open requests are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """Ages from `low` days to under `high` days; the last band has no end. `name` is its key in the API."""

    name: str
    low: int
    high: int | None


BANDS = (
    Band("under_7", 0, 7),
    Band("7_to_30", 7, 30),
    Band("30_to_90", 30, 90),
    Band("90_to_365", 90, 365),
    Band("over_365", 365, None),
)


def counted(ages: Sequence[tuple[int, int]]) -> dict[str, int]:
    """The number in each band, from (age in whole days, number) pairs; ages below 0 count as 0."""
    found = dict.fromkeys((band.name for band in BANDS), 0)
    for age, n in ages:
        band = next(each for each in reversed(BANDS) if max(age, 0) >= each.low)
        found[band.name] += n
    return found
