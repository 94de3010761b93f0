"""How long the demo city's requests take: by category, district, load and year, in the hours in which crews work."""

from __future__ import annotations

from datetime import date

import numpy as np

from data_access.demo_catalogue import DEPARTMENTS, TRENDS, of_categories
from data_access.demo_endings import ends_with_answer, outcome_waits
from data_access.demo_map import Floats
from data_access.demo_places import Bools
from data_access.demo_streets import Ints
from data_access.demo_volume import DAY, DAYS, FIRST, skip_gap, wall

SNAPSHOT = wall(date(2026, 7, 6), 18, 30)
"""When the file was written: closings after it are not in it."""
NEVER = -1
"""The time of what has not happened."""

DISTRICT_WAITS = (1.02, 0.84, 0.88, 0.80, 0.96, 1.28, 1.02, 1.22, 1.12)
"""How much longer or shorter requests wait in each district."""
QUICK, SLOW = 0.10, 0.06
"""Shares of requests that a crew passing by does at once, and that get stuck."""


def department_numbers(category: Ints) -> Ints:
    """Position of each row's department in `DEPARTMENTS`."""
    return of_categories(lambda kind: DEPARTMENTS.index(kind.department)).astype(np.int64)[category]


def make_closings(
    category: Ints, created: Ints, district: Ints, outcome: Ints, own: Bools, sensed: Bools, rng: np.random.Generator
) -> Ints:
    """Wall-clock second of each closing, or NEVER; `own` rows were recorded by staff, `sensed` ones by sensors."""
    department = department_numbers(category)
    wait = of_categories(lambda kind: kind.wait_days)[category] * _chance(category, rng)
    wait *= _districts(rng)[department, district] * _trend(department, created) * _load(department, created)
    wait *= outcome_waits(outcome)
    seconds = np.maximum(wait * DAY, 240).astype(np.int64)
    closed = _in_working_hours(category, created, created + seconds, rng)
    at_once = _at_once(category, own & ~sensed, rng)
    closed = np.where(at_once != NEVER, created + at_once, closed)
    date_only = department == DEPARTMENTS.index("Housing & Inspections")
    closed = np.where(date_only, closed // DAY * DAY, skip_gap(closed))
    lost = rng.random(len(category)) < of_categories(lambda kind: kind.never)[category]
    return np.where((lost & (at_once == NEVER)) | (closed > SNAPSHOT), NEVER, closed)


def make_due(category: Ints, created: Ints) -> Ints:
    """Wall-clock second by which the city says that it will be done, or NEVER."""
    target = of_categories(lambda kind: kind.target_days)[category]
    return np.where(target > 0, skip_gap(created + (target * DAY).astype(np.int64)), NEVER)


def make_updates(created: Ints, closed: Ints, rng: np.random.Generator) -> Ints:
    """When each row was last written; the newest open row at the time of the snapshot itself."""
    rows = len(created)
    late = np.where(rng.random(rows) < 0.012, rng.integers(31 * DAY, 200 * DAY, rows), rng.integers(0, 900, rows))
    after = np.where(closed + late <= SNAPSHOT, closed + late, closed)
    meanwhile = created + ((SNAPSHOT - created) * rng.random(rows) ** 2.5).astype(np.int64)
    updated = np.where(closed == NEVER, np.minimum(meanwhile, created + 60 * DAY), after)
    updated[np.flatnonzero(closed == NEVER)[-1:]] = SNAPSHOT
    return skip_gap(updated)


def _chance(category: Ints, rng: np.random.Generator) -> Floats:
    """Log-normal spread, with some requests done in passing and some that get stuck."""
    spread = of_categories(lambda kind: kind.spread)[category]
    kind = rng.random(len(category))
    mixture = np.where(kind < QUICK, 0.2, np.where(kind > 1 - SLOW, 4.5, 1.0))
    return np.exp(spread * rng.standard_normal(len(category))) * mixture


def _districts(rng: np.random.Generator) -> Floats:
    """Factors, department x district."""
    return np.array(DISTRICT_WAITS) * rng.lognormal(0.0, 0.10, (len(DEPARTMENTS), len(DISTRICT_WAITS)))


def _trend(department: Ints, created: Ints) -> Floats:
    """How waits change over the years: a factor that moves from the first to the second number of `TRENDS`."""
    ends = np.log([TRENDS[name] for name in DEPARTMENTS])
    passed = (created - wall(FIRST)) / (DAYS * DAY)
    return np.exp(ends[department, 0] * (1 - passed) + ends[department, 1] * passed)


def _load(department: Ints, created: Ints) -> Floats:
    """How waits grow when a department got more than usual in the last three weeks, and shrink when less."""
    day = (created - wall(FIRST)) // DAY
    cells = np.bincount(department * DAYS + day, minlength=len(DEPARTMENTS) * DAYS)
    daily = cells.reshape(len(DEPARTMENTS), DAYS)
    factors = np.ones_like(daily, dtype=np.float64)
    for number, counts in enumerate(daily):
        mean = max(counts.mean(), 1e-9)
        recent = np.convolve(np.concatenate([np.full(20, mean), counts]), np.full(21, 1 / 21), mode="valid")
        factors[number] = np.clip(recent / mean, 0.5, 3.0) ** 0.8
    return factors[department, day]


def _in_working_hours(category: Ints, created: Ints, closed: Ints, rng: np.random.Generator) -> Ints:
    """Closings moved into 07:00 to 17:00 on working days, except those of the services that answer within hours."""
    round_the_clock = of_categories(lambda kind: 0 < kind.wait_days < 0.5)[category] > 0
    weekday = (closed // DAY + 3) % 7
    weekend_crew = rng.random(len(closed)) < 0.3
    later_in_the_week = rng.integers(0, 4, len(closed))
    days = np.where((weekday < 5) | weekend_crew, 0, 7 - weekday + later_in_the_week)
    time_of_day = (7 * 3600 + 36_000 * rng.beta(1.6, 1.4, len(closed))).astype(np.int64)
    moved = (closed // DAY + days) * DAY + time_of_day
    moved = np.where(moved <= created, moved + DAY * np.where((created // DAY + 3) % 7 == 4, 3, 1), moved)
    return np.where(round_the_clock, closed, moved)


def _at_once(category: Ints, own: Bools, rng: np.random.Generator) -> Ints:
    """Seconds after creation of what is closed nearly at once: own work, answers, and a few others; else NEVER."""
    rows = len(category)
    chance = rng.random(rows)
    quick = rng.integers(0, 55, rows)
    minutes = rng.integers(60, 3600, rows)
    after = np.where(own, np.where(chance < 0.55, quick // 3, minutes), NEVER)
    answers = ends_with_answer(category)
    later = (DAY * rng.lognormal(-1.0, 1.0, rows)).astype(np.int64)
    after = np.where(answers, np.where(chance < 0.72, 0, np.where(chance < 0.9, minutes // 6, later)), after)
    return np.where(~own & ~answers & (chance < 0.006), quick, after)
