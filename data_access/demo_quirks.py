"""The mistakes that a real source has, put into the demo city's requests in known numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from dashboard.domain.request import Outcome
from data_access.demo_catalogue import categories
from data_access.demo_endings import OUTCOMES, phrases
from data_access.demo_places import Bools
from data_access.demo_requests import CLOSED, NOWHERE, OPEN, OUT_OF_TOWN, Requests
from data_access.demo_streets import Ints
from data_access.demo_volume import DAY, wall
from data_access.demo_waits import NEVER, SNAPSHOT

ENOUGH_ROWS = 20_000
"""With fewer rows than this there are fewer mistakes, in proportion."""
COUNTS = {
    "closed_before_created": 100,
    "clock_skew": 40,
    "open_with_close": 40,
    "closed_without_time": 220,
    "impossible_date": 5,
    "no_category": 200,
    "out_of_town": 12,
}
"""How many rows of each mistake are made; no row has two of them."""


@dataclass(frozen=True)
class CleanUp:
    """One minute in which an office closed many old requests of one category."""

    category: str
    at: int
    older_than_days: int
    share: float


CLEAN_UPS = (
    CleanUp("Abandoned Vehicle", wall(date(2024, 11, 8), 10, 5), 30, 0.8),
    CleanUp("Tree Pruning", wall(date(2025, 3, 14), 16, 32), 150, 0.6),
)
AT_LEAST = 60
"""Closes of one category in one minute that count as a bulk close."""


def add_mistakes(requests: Requests, rng: np.random.Generator) -> Requests:
    """The same requests with clean-ups and mistakes."""
    for clean_up in CLEAN_UPS:
        requests = _cleaned_up(requests, clean_up, rng)
    chosen = _choose(requests, rng)
    closed, status = requests.closed.copy(), requests.status.copy()
    updated, category, place = requests.updated.copy(), requests.category.copy(), requests.place.copy()
    district = requests.district.copy()
    before, skew = chosen["closed_before_created"], chosen["clock_skew"]
    closed[before] = requests.created[before] - rng.integers(120, 3 * 3600, len(before))
    closed[skew] = requests.created[skew] - rng.integers(1, 60, len(skew))
    updated[before], updated[skew] = requests.created[before], requests.created[skew]
    status[chosen["open_with_close"]] = OPEN
    closed[chosen["closed_without_time"]] = NEVER
    closed[chosen["impossible_date"]] += 36 * 365 * DAY
    category[chosen["no_category"]] = -1
    place[chosen["out_of_town"]] = OUT_OF_TOWN
    district[chosen["out_of_town"]] = -1
    district[(place == NOWHERE) & (rng.random(len(place)) < 0.3)] = -1
    return replace(
        requests, closed=closed, status=status, updated=updated, category=category, place=place, district=district
    )


def mistake_counts(rows: int) -> dict[str, int]:
    """How many rows of each mistake a file of so many requests has."""
    return {name: max(1, round(count * min(1.0, rows / ENOUGH_ROWS))) for name, count in COUNTS.items()}


def _choose(requests: Requests, rng: np.random.Generator) -> dict[str, Ints]:
    """Different rows for every mistake: ordinary closed ones of departments that keep the time of closing."""
    timed = np.array([kind.department != "Housing & Inspections" for kind in categories()])[requests.category]
    plain = _plain(requests) & timed
    order = rng.permutation(np.flatnonzero(plain))
    ends = np.cumsum([0, *mistake_counts(len(plain)).values()])
    return {name: order[ends[number] : ends[number + 1]] for number, name in enumerate(COUNTS)}


def _plain(requests: Requests) -> Bools:
    """Closed rows that are nobody's duplicate or original, and were not cleaned up."""
    plain = (requests.status == CLOSED) & (requests.original < 0)
    plain &= requests.outcome != OUTCOMES.index(Outcome.ADMINISTRATIVE)
    plain[requests.original[requests.original >= 0]] = False
    return plain


def _cleaned_up(requests: Requests, clean_up: CleanUp, rng: np.random.Generator) -> Requests:
    """Close most of what was open and old at a moment, and, in a small file, as many others as make it a bulk close."""
    own = requests.category == [kind.name for kind in categories()].index(clean_up.category)
    own &= (requests.created < clean_up.at - DAY) & (requests.original < 0)
    still = own & ((requests.closed == NEVER) | (requests.closed > clean_up.at))
    old = still & (requests.created < clean_up.at - clean_up.older_than_days * DAY)
    preferred = np.lexsort((rng.random(len(own)), -(old * 2 + still * 1), ~own))
    count = min(max(AT_LEAST, int(clean_up.share * np.count_nonzero(old))), np.count_nonzero(own))
    rows = preferred[:count]
    closed, status, outcome = requests.closed.copy(), requests.status.copy(), requests.outcome.copy()
    updated, phrase = requests.updated.copy(), requests.phrase.copy()
    closed[rows] = clean_up.at + rng.integers(0, 60, count)
    updated[rows] = np.minimum(closed[rows] + 300, SNAPSHOT)
    status[rows], outcome[rows] = CLOSED, OUTCOMES.index(Outcome.ADMINISTRATIVE)
    phrase[rows] = phrases().index("Closed in backlog review")
    return replace(requests, closed=closed, status=status, outcome=outcome, updated=updated, phrase=phrase)
