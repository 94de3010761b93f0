"""Indirect standardisation: what a group's share would be if it were asked what the whole city is asked.

Groups differ in what is asked of them: where more trees than street lights are reported, less is closed within a month.
Each category's share in the whole city says how many of a group's requests would have been closed if they were dealt
with as everywhere; observed against expected, times the city's share, can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Cell(NamedTuple):
    """The requests of one group and one category: how many, and how many of them were closed in time."""

    group: int
    category: int
    n: int
    closed: int


@dataclass(frozen=True, slots=True)
class Standardised:
    """A group's counts, and the number that was to be expected of its mix at the city's shares."""

    n: int
    closed: int
    expected: float
    city_share: float

    @property
    def share(self) -> float | None:
        """The raw share, 0 to 1; None without requests."""
        return self.closed / self.n if self.n else None

    @property
    def ratio(self) -> float | None:
        """Observed over expected; above 1 more was closed than its mix lets expect. None where nothing was expected."""
        return self.closed / self.expected if self.expected else None

    @property
    def adjusted(self) -> float | None:
        """The ratio times the city's share. It can pass 1: it is a comparison, and no share of anything."""
        return None if self.ratio is None else self.ratio * self.city_share


def standardise(cells: Sequence[Cell]) -> dict[int, Standardised]:
    """Every group that occurs, at the shares of all cells together; the expected numbers add up to all that were closed.

    ValueError where more is closed than there is, or a count is negative.
    """
    if any(not 0 <= cell.closed <= cell.n for cell in cells):
        raise ValueError("a cell has more requests closed than it has, or fewer than none")
    of_category: dict[int, tuple[int, int]] = {}
    for cell in cells:
        n, closed = of_category.get(cell.category, (0, 0))
        of_category[cell.category] = (n + cell.n, closed + cell.closed)
    total = sum(n for n, _ in of_category.values())
    share = sum(closed for _, closed in of_category.values()) / total if total else 0.0
    found: dict[int, Standardised] = {}
    for cell in cells:
        n, closed = of_category[cell.category]
        before = found.get(cell.group, Standardised(0, 0, 0.0, share))
        expected = before.expected + (cell.n * closed / n if n else 0.0)
        found[cell.group] = Standardised(before.n + cell.n, before.closed + cell.closed, expected, share)
    return found
