"""Where the demo city's requests are about: neighbourhoods, addresses, duplicates and returns to the same spot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_access.demo_catalogue import categories, of_categories
from data_access.demo_streets import Ints, demo_sites
from data_access.demo_volume import DAY

Bools = npt.NDArray[np.bool_]

DUPLICATES, RETURNS = 0.031, 0.06
"""Shares of the requests that repeat an open one, and that come back to where one was."""


@dataclass(frozen=True)
class Places:
    """Of each request its site (a row of `demo_sites`), and the row that it is a duplicate of, or -1."""

    site: Ints
    original: Ints


def make_places(category: Ints, created: Ints, by_city: Bools, rng: np.random.Generator) -> Places:
    """Choose the sites; rows come by time."""
    neighbourhood = _neighbourhoods(category, rng)
    site = _sites(category, neighbourhood, rng)
    return _followers(
        category * len(demo_sites().neighbourhoods) + neighbourhood,
        created,
        site,
        _may_follow(category) & ~by_city,
        rng,
    )


def _neighbourhoods(category: Ints, rng: np.random.Generator) -> Ints:
    """Neighbourhood numbers: where people live, more central or less as the category is, and some chance."""
    sites = demo_sites()
    people = np.diff(sites.first) * (0.15 + sites.downtown**1.3)
    chance = rng.random(len(category))
    result = np.zeros(len(category), dtype=np.int64)
    order = np.argsort(category, kind="stable")
    ends = np.searchsorted(category[order], np.arange(len(categories()) + 1))
    for number, kind in enumerate(categories()):
        weights = people * sites.downtown**kind.urban * rng.lognormal(0.0, 0.28, len(people))
        own = order[ends[number] : ends[number + 1]]
        found = np.searchsorted(np.cumsum(weights) / weights.sum(), chance[own], side="right")
        result[own] = np.minimum(found, len(people) - 1)
    return result


def _sites(category: Ints, neighbourhood: Ints, rng: np.random.Generator) -> Ints:
    """Addresses: in each neighbourhood some are asked about far more often, others for each category."""
    first = demo_sites().first
    count = (first[1:] - first[:-1])[neighbourhood]
    rank = (count * rng.random(len(category)) ** 1.55).astype(np.int64)
    return first[neighbourhood] + (rank * 7919 + category * 6151) % count


def _may_follow(category: Ints) -> Bools:
    """Whether two requests of the category can be about the same problem."""
    return of_categories(lambda kind: kind.ending != "answer")[category] > 0


def _followers(group: Ints, created: Ints, site: Ints, may: Bools, rng: np.random.Generator) -> Places:
    """Let some requests take the site of the one before them in their group, as its duplicate or as a return."""
    order = np.argsort(group, kind="stable")
    since = np.diff(created[order], prepend=0)
    same = np.diff(group[order], prepend=-1) == 0
    allowed = same & may[order]
    duplicate = _some(allowed & (since < 3 * DAY), DUPLICATES, rng)
    returning = _some(allowed & (since < 45 * DAY) & ~duplicate, RETURNS, rng)
    position = np.arange(len(group))
    source = np.maximum.accumulate(np.where(duplicate | returning, 0, position))
    report = np.maximum.accumulate(np.where(duplicate, 0, position))
    moved, original = site.copy(), np.full(len(group), -1)
    moved[order] = site[order][source]
    original[order] = np.where(duplicate, order[report], -1)
    return Places(moved, original)


def _some(candidates: Bools, share: float, rng: np.random.Generator) -> Bools:
    """Of the candidates so many that they are about `share` of all."""
    wanted = share * len(candidates) / max(1, np.count_nonzero(candidates))
    return candidates & (rng.random(len(candidates)) < min(0.9, wanted))
