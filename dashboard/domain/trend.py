"""What can be followed over time: the measures, the breakdowns, and the year-earlier bucket of a bucket."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from typing import Literal

from dashboard.domain.comparison import WEEKS_OF_A_YEAR
from dashboard.domain.filters import MULTIPLE, Filters
from dashboard.domain.maturity import REPEAT_WINDOW_DAYS, WAIT_HORIZON_DAYS, MeasureKind
from dashboard.domain.method import HORIZONS
from dashboard.domain.periods import bucket_end, bucket_start, shift_months
from dashboard.domain.request import Outcome
from dashboard.domain.survival import Z95, Estimate

Unit = Literal["count", "days", "share"]
Bucket = tuple[date, date]
OTHER = "(all others)"
"""Stands for the values of a breakdown that are not shown one by one."""
OPEN = "open"
"""The value of the breakdown by outcome of what has not ended."""
BREAKDOWNS = ("none", *MULTIPLE, "origin", "outcome")


@dataclass(frozen=True, slots=True)
class Followed:
    """One measure over time: its id, how it is counted, what its values are, when a bucket of it is complete.

    `kind` says when a bucket is mature (see `maturity.is_mature`), with `days` as horizon; `outcome` is that of a share.
    """

    id: str
    unit: Unit
    kind: MeasureKind
    measure: str
    """The file that says how it is computed; empty: none."""
    days: int = WAIT_HORIZON_DAYS
    outcome: str = ""

    @property
    def adds_up(self) -> bool:
        """Whether the values of parts add up to that of the whole."""
        return self.unit == "count"

    @property
    def needs_closing_times(self) -> bool:
        """Whether nothing can be said of it without published closing times."""
        return self.id != "requests"

    def breakdowns(self) -> tuple[str, ...]:
        """What it can be broken down by: how requests end says nothing of how long the open ones take."""
        return BREAKDOWNS if self.id in ("requests", "closed") else BREAKDOWNS[:-1]


FOLLOWED: dict[str, Followed] = {
    each.id: each
    for each in (
        Followed("requests", "count", "requests", "requests"),
        Followed("closed", "count", "closed", "closed"),
        Followed("backlog", "count", "backlog", "backlog"),
        Followed("wait", "days", "wait", "wait"),
        Followed("ninety", "days", "wait", "ninety"),
        *(Followed(f"closed_within_{days}", "share", "closed_within", "closed_within", days=days) for days in HORIZONS),
        *(Followed(f"work_done_within_{days}", "share", "closed_within", "work_done", days=days) for days in HORIZONS),
        Followed("on_time", "share", "on_time", "on_time"),
        *(Followed(f"share_{each.value}", "share", "wait", "outcomes", outcome=each.value) for each in Outcome),
        Followed("repeats", "share", "repeats", "repeats", days=REPEAT_WINDOW_DAYS),
        Followed("instant", "share", "wait", "instant"),
    )
}


def year_earlier(bucket: Bucket, interval: str) -> Bucket:
    """The days that a bucket is compared with: 364 days earlier for days and weeks, else the same dates a year earlier."""
    first, last = bucket
    if interval in ("day", "week"):
        return first - WEEKS_OF_A_YEAR, last - WEEKS_OF_A_YEAR
    end = shift_months(last, -12)
    if last.day == monthrange(last.year, last.month)[1]:
        end = end.replace(day=monthrange(end.year, end.month)[1])
    return shift_months(first, -12), end


def is_whole(bucket: Bucket, interval: str) -> bool:
    """Whether a bucket is not cut by the ends of the period."""
    first = bucket_start(bucket[0], interval)
    return bucket == (first, bucket_end(first, interval))


def widened(filters: Filters, by: str) -> Filters:
    """Broken down by whose requests they are, everybody's are looked at."""
    return replace(filters, origin="all") if by == "origin" else filters


def share(part: int, n: int) -> Estimate:
    """A share of n with its 95 % limits (Wilson 1927); None of nothing. ValueError where the part is not one of n."""
    if not 0 <= part <= n:
        raise ValueError(f"{part} is no part of {n}")
    if not n:
        return Estimate(None, None, None)
    centre, square = part / n, Z95 * Z95
    middle = (centre + square / (2 * n)) / (1 + square / n)
    half = Z95 / (1 + square / n) * sqrt(centre * (1 - centre) / n + square / (4 * n * n))
    return Estimate(centre, max(0.0, middle - half), min(1.0, middle + half))


def measures_offered(missing: Collection[str], *, sample: bool) -> tuple[str, ...]:
    """The measures that a city's rows allow: `missing` are the facts that it does not publish, a sample has no backlog."""
    return tuple(
        key
        for key, each in FOLLOWED.items()
        if not (each.needs_closing_times and "closing_time" in missing)
        and not (key == "on_time" and "target" in missing)
        and not (key == "backlog" and sample)
    )


def breakdowns_offered(measure: str, missing: Collection[str], areas: Collection[str]) -> tuple[str, ...]:
    """What a measure can be broken down by in a city that has these kinds of area and does not publish these facts."""
    without = {"district", "neighbourhood"} - set(areas) | set(missing)
    return tuple(each for each in FOLLOWED[measure].breakdowns() if each not in without)
