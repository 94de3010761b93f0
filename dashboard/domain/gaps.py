"""Days of which the data hold nothing: not days without requests, but days that were never read.

A city that gets requests every day does not get none for four weeks. Such a stretch is a *gap*: of its days nothing is
known, so they are neither drawn as zero nor compared with. Days are the city's local days.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

LEAST_DAYS = 28
BUSY_FROM = 5.0
"""Requests a day outside of the gaps: with fewer, four weeks without any may be what happened."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """The first and the last day of a stretch without a single request, whoever made it."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1


def find_gaps(made: Mapping[date, int], first: date, last: date) -> tuple[Gap, ...]:
    """The gaps from `first` to `last`, by the number of requests made on each day (days without any may be missing)."""
    busy = sorted(day for day, n in made.items() if n > 0 and first <= day <= last)
    ends = [first - ONE_DAY, *busy, last + ONE_DAY]
    stretches = [Gap(before + ONE_DAY, after - ONE_DAY) for before, after in pairwise(ends)]
    found = tuple(stretch for stretch in stretches if stretch.days >= LEAST_DAYS)
    others = (last - first).days + 1 - sum(gap.days for gap in found)
    return found if others and sum(made[day] for day in busy) > BUSY_FROM * others else ()


def touched(start: date, end: date, gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """The gaps that have a day from `start` to `end`, both included."""
    return tuple(gap for gap in gaps if gap.start <= end and gap.end >= start)


def touches(start: date, end: date, gaps: Iterable[Gap]) -> bool:
    """Whether any day from `start` to `end` lies in a gap."""
    return bool(touched(start, end, gaps))


def covers(start: date, end: date, gaps: Iterable[Gap]) -> bool:
    """Whether all days from `start` to `end` lie in one gap."""
    return any(gap.start <= start and end <= gap.end for gap in gaps)


def unknown_in_gaps(row: Mapping[str, Any], kind: str, gaps: Iterable[Gap], run_in_days: int) -> dict[str, Any]:
    """A bucket of a series (start, end, n, value, low, high, mature) as it is with the gaps known.

    Wholly in a gap it has no value and no count; touching one it is not mature. What is closed and what is open lacks,
    after a gap as after the first day of the data, the requests that nobody has read: `run_in_days` are not mature.
    """
    gaps = tuple(gaps)
    if covers(row["start"], row["end"], gaps):
        return {**row, "n": 0, "value": None, "low": None, "high": None, "mature": False}
    since = row["end"] - timedelta(days=run_in_days - 1) if kind in ("closed", "backlog") else row["start"]
    return {**row, "mature": row["mature"] and not touches(min(since, row["start"]), row["end"], gaps)}


def to_text(gaps: Iterable[Gap]) -> str:
    """Gaps as JSON: a list of [first day, last day]."""
    return json.dumps([[gap.start.isoformat(), gap.end.isoformat()] for gap in gaps])


def from_text(text: str) -> tuple[Gap, ...]:
    """The gaps that `to_text` wrote."""
    return tuple(Gap(date.fromisoformat(start), date.fromisoformat(end)) for start, end in json.loads(text))
