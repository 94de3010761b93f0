"""The demo city's requests as columns of numbers, made in order: when, where, by whom, how it ended and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.domain.request import Outcome
from data_access.demo_catalogue import of_categories
from data_access.demo_endings import OUTCOMES, make_outcomes, phrase_numbers
from data_access.demo_map import demo_map
from data_access.demo_places import make_places
from data_access.demo_streets import Ints, demo_sites
from data_access.demo_volume import FIRST, make_arrivals, wall
from data_access.demo_waits import NEVER, SNAPSHOT, make_closings, make_due, make_updates

STATUSES = ("Open", "In Progress", "Closed", "Cancelled")
OPEN, IN_PROGRESS, CLOSED, CANCELLED = range(4)
CHANNELS = (
    "Phone Call", "Website", "Mobile App", "Social Media", "Walk-in", "City Crew", "Inspector", "Sensor Network",
)  # fmt: skip
CREW, INSPECTOR, SENSOR = 5, 6, 7
LOCATED, AT_CITY_HALL, NOWHERE, OUT_OF_TOWN = range(4)
SENSED = (
    "Street Light Out", "Clogged Storm Drain", "Street Flooding", "Overflowing Street Bin", "Traffic Signal Problem",
)  # fmt: skip
"""Categories that a sensor can report."""


@dataclass(frozen=True)
class Requests:
    """One row a request, by time. Times are wall-clock seconds since 1970 or NEVER; the others positions in tuples."""

    category: Ints
    """In `categories()`, or -1."""
    created: Ints
    closed: Ints
    updated: Ints
    due: Ints
    status: Ints
    outcome: Ints
    phrase: Ints
    channel: Ints
    site: Ints
    place: Ints
    """Whether the site is known: LOCATED, AT_CITY_HALL, NOWHERE, OUT_OF_TOWN."""
    district: Ints
    """Council district 0 to 8, or -1."""
    original: Ints
    """The row that this one is a duplicate of, or -1."""


def make_requests(rows: int, rng: np.random.Generator) -> Requests:
    """Requests without the mistakes that a real source has."""
    category, created = make_arrivals(rows, rng)
    channel = _channels(category, created, rng)
    by_city = channel >= CREW
    places = make_places(category, created, by_city, rng)
    district = site_districts(places.site)
    outcome = make_outcomes(category, places.original, by_city, rng)
    closed = make_closings(category, created, district, outcome, by_city, channel == SENSOR, rng)
    ended = np.where(outcome == OUTCOMES.index(Outcome.CANCELLED), CANCELLED, CLOSED)
    waiting = np.where(rng.random(rows) < 0.35, IN_PROGRESS, OPEN)
    return Requests(
        category, created, closed, make_updates(created, closed, rng), make_due(category, created),
        np.where(closed == NEVER, waiting, ended), outcome, phrase_numbers(category, outcome, rng), channel,
        places.site, _known(category, places.original, rng),
        np.where(rng.random(rows) < 0.015, -1, district), places.original,
    )  # fmt: skip


def site_districts(site: Ints) -> Ints:
    """The district, 0 to 8, in which each site lies."""
    sites, city = demo_sites(), demo_map()
    numbers = list(city.districts)
    return np.array([numbers.index(city.district_of[name]) for name in sites.neighbourhoods])[sites.neighbourhood[site]]


def _channels(category: Ints, created: Ints, rng: np.random.Generator) -> Ints:
    """Who reports and how: over the years the app takes over from the telephone."""
    passed = (created - wall(FIRST)) / (SNAPSHOT - wall(FIRST))
    chance = rng.random(len(category))
    until = np.stack([0.52 - 0.20 * passed, 0.75 - 0.18 * passed, 0.955 + 0 * passed, 0.98 + 0 * passed])
    channel = (chance >= until).sum(axis=0)
    by_city = rng.random(len(category)) < 1.25 * of_categories(lambda kind: kind.by_city)[category]
    sensed = of_categories(lambda kind: kind.name in SENSED)[category] > 0
    inspected = of_categories(lambda kind: kind.ending in ("inspect", "enforce"))[category] > 0
    staff = np.where(sensed & (chance < 0.4), SENSOR, np.where(inspected, INSPECTOR, CREW))
    return np.where(by_city, staff, channel)


def _known(category: Ints, original: Ints, rng: np.random.Generator) -> Ints:
    """Whether the place is known; callers with a question are often put at City Hall, duplicates never."""
    chance = rng.random(len(category))
    asks = of_categories(lambda kind: kind.ending == "answer")[category] > 0
    hall = np.where(asks, 0.21, 0.0145)
    unknown = np.where(chance < hall, AT_CITY_HALL, np.where(chance > 0.991, NOWHERE, LOCATED))
    return np.where(original >= 0, LOCATED, unknown)
