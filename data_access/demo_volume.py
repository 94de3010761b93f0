"""When the demo city's residents write: how many requests of each category on each day, and at what time."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from data_access.demo_catalogue import HOURS, RHYTHMS, SEASONS, STORMS, categories, of_categories
from data_access.demo_map import Floats
from data_access.demo_streets import Ints

FIRST, LAST = date(2022, 7, 1), date(2026, 6, 30)
"""The first and the last day of requests."""
EPOCH = date(1970, 1, 1)
DAY = 86_400
DAYS = (LAST - FIRST).days + 1
GROWTH = 0.035
"""How much more is asked each year."""
HOLIDAYS = ((1, 1), (7, 4), (11, 24), (12, 25))


def wall(day: date, hour: int = 0, minute: int = 0) -> int:
    """A wall-clock time of the city as seconds since 1970, as if it were UTC."""
    return (day - EPOCH).days * DAY + hour * 3600 + minute * 60


def make_arrivals(rows: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Category number and wall-clock second of creation of each request, by time."""
    expected = _expected(rng)
    counts = rng.multinomial(rows, (expected / expected.sum()).ravel()).reshape(expected.shape)
    category, day = (np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices(counts.shape))
    created = wall(FIRST) + day * DAY + _second_of_day(category, rng)
    order = np.argsort(created, kind="stable")
    return category[order], skip_gap(created[order])


def skip_gap(times: Ints) -> Ints:
    """Wall-clock times without those that no clock shows: the hour after 02:00 on the second Sunday of March."""
    result = times.copy()
    for year in range(FIRST.year, LAST.year + 1):
        eighth = date(year, 3, 8)
        gap = wall(eighth + timedelta(days=6 - eighth.weekday()), 2)
        result[(times >= gap) & (times < gap + 3600)] += 3600
    return result


def _expected(rng: np.random.Generator) -> Floats:
    """Expected requests, category x day, up to a common factor."""
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    weekday = np.array([day.weekday() for day in days])
    years = np.arange(DAYS) / 365.25
    seasons = {name: _season(months, days) for name, months in SEASONS.items()}
    seasons["snow"] = seasons["snow"] * _snowfalls(rng)
    holiday = np.array([(day.month, day.day) in HOLIDAYS for day in days])
    rows: list[Floats] = []
    for category in categories():
        week = np.array(RHYTHMS[category.rhythm])[weekday]
        drift = (1 + GROWTH + rng.normal(0, 0.03)) ** years
        row = category.share * seasons[category.season] * week * drift * _weather(rng)
        rows.append(row * np.where(holiday & (category.rhythm != "night"), 0.4, 1.0) * _storms(category.name))
    return np.array(rows)


def _season(months: tuple[float, ...], days: list[date]) -> Floats:
    """A season's monthly levels drawn as a line from the middle of one month to that of the next; 1 on average."""
    middles = (np.arange(-1, 13) + 0.5) * 365.25 / 12
    levels = np.array([months[-1], *months, months[0]], dtype=np.float64)
    of_year = np.array([day.timetuple().tm_yday - 0.5 for day in days])
    line = np.interp(of_year, middles, levels)
    return line / line.mean()


def _snowfalls(rng: np.random.Generator) -> Floats:
    """What falls on one day in nine and is asked about for some days after; 1 on average."""
    falls = (rng.random(DAYS) < 0.11) * rng.gamma(1.6, 1.0, DAYS)
    for storm in STORMS:
        falls[(storm.first - FIRST).days] += storm.snow
    asked = np.convolve(falls, np.exp(-np.arange(7) / 1.4))[:DAYS] + 0.06
    return asked / asked.mean()


def _weather(rng: np.random.Generator) -> Floats:
    """Chance: good and bad weeks that follow each other, and good and bad days."""
    weeks = np.convolve(rng.standard_normal(DAYS + 42), np.exp(-np.arange(42) / 14))[42 : DAYS + 42]
    return np.exp(0.035 * weeks + 0.10 * rng.standard_normal(DAYS))


def _storms(name: str) -> Floats:
    """How many times as much is asked because of the storms."""
    factor = np.ones(DAYS)
    for storm in STORMS:
        since = np.arange(DAYS) - (storm.first - FIRST).days
        factor += (since >= 0) * (storm.times.get(name, 1) - 1) * np.exp(-np.maximum(since, 0) / storm.fades_days)
    return factor


def _second_of_day(category: Ints, rng: np.random.Generator) -> Ints:
    """Seconds after midnight, by the hours of the category's rhythm."""
    names = list(HOURS)
    rhythm = of_categories(lambda kind: names.index(kind.rhythm)).astype(np.int64)[category]
    chance = rng.random(len(category))
    hour = np.zeros(len(category), dtype=np.int64)
    for number, name in enumerate(names):
        until = np.cumsum(HOURS[name]) / sum(HOURS[name])
        own = rhythm == number
        hour[own] = np.searchsorted(until, chance[own], side="right")
    return np.minimum(hour, 23) * 3600 + rng.integers(0, 3600, len(category))
