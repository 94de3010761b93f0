"""Targets that a city publishes beside its rows: by when a request of a category is due, and when that was changed.

Business days leave out Saturdays, Sundays and the city's holidays: what is made on such a day counts as made on the
business day before it, so that one business day after a Saturday is the Monday. A request keeps the target that held on
the day it was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np


@dataclass(frozen=True, slots=True)
class Target:
    """So many days, calendar or business, for requests of some categories made on or after a day; and where the city says so."""

    category: tuple[str, ...]
    days: int
    business: bool
    valid_from: date
    source_url: str


@dataclass(frozen=True, slots=True)
class Change:
    """A category's target gave way to another one for requests made from a day on."""

    on: date
    category: str
    before: Target
    after: Target


def due_day(target: Target, made: date, holidays: Sequence[date] = ()) -> date:
    """The local day by whose end a request made on a day is due."""
    if not target.business:
        return made + timedelta(days=target.days)
    free = np.array(sorted(holidays), dtype="datetime64[D]")
    roll = "backward" if target.days else "forward"  # nothing is due before it was made
    return np.busday_offset(np.datetime64(made, "D"), target.days, roll=roll, holidays=free).astype(object)


def categories_of(targets: Sequence[Target]) -> list[str]:
    """The categories that have a target, each once."""
    return sorted({category for target in targets for category in target.category})


def of_category(targets: Sequence[Target], category: str) -> list[Target]:
    """The targets that a category has had, the earliest first."""
    return sorted((each for each in targets if category in each.category), key=lambda each: each.valid_from)


def changes(targets: Sequence[Target]) -> list[Change]:
    """Each change of a category's target, in the order of time."""
    found = [
        Change(after.valid_from, category, before, after)
        for category in categories_of(targets)
        for before, after in pairwise(of_category(targets, category))
    ]
    return sorted(found, key=lambda change: (change.on, change.category))
