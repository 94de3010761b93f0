"""With which earlier period a period is compared, and how old the earlier one's requests may be looked at.

Ranges are local dates, first and last day included. The earlier period is seen *as of the same age*: what is known of
it today is cut back to what was known when it was as old as the present one, else older always looks better closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Literal

import numpy as np

from dashboard.domain.survival import Estimate

ONE_DAY = timedelta(days=1)
WEEKS_OF_A_YEAR = timedelta(days=364)  # 52 whole weeks: weekdays fall on weekdays


class ComparisonKind(StrEnum):
    """Why this earlier period, so that a sentence can say so."""

    SAME_DATES = "same_dates"  # the same months a year earlier
    SAME_WEEKDAYS = "same_weekdays"  # 364 days earlier
    JUST_BEFORE = "just_before"  # as many days, ending the day before


@dataclass(frozen=True, slots=True)
class Comparison:
    """The earlier period; `extra_weekdays` is how many more days from Monday to Friday the present one has."""

    kind: ComparisonKind
    start: date
    end: date
    extra_weekdays: int = 0
    overlap_days: int = 0

    @property
    def weekdays_differ(self) -> bool:
        """Whether a note is due: the two differ by more than one working day."""
        return abs(self.extra_weekdays) > 1


def comparison_range(
    start: date,
    end: date,
    mode: Literal["year", "previous", "none"],
    data_from: date,
    *,
    keep_weekdays: bool = False,
) -> Comparison | None:
    """The earlier period of a range, or None where there is none or none is wanted.

    'year': whole months or years get the same months a year earlier (February with February, 28 or 29 days), all other
    ranges, and with `keep_weekdays` (day and week series) these too, 364 days earlier. Where the source does not reach
    back so far, and for 'previous': the same number of days just before. A period longer than a year overlaps with
    its comparison by `overlap_days`. Raises ValueError if the range ends before it starts.
    """
    if end < start:
        raise ValueError(f"the period ends ({end}) before it starts ({start})")
    if mode == "none":
        return None
    just_before = (ComparisonKind.JUST_BEFORE, start - (end - start) - ONE_DAY, start - ONE_DAY)
    candidates = [_year_earlier(start, end, keep_weekdays), just_before] if mode == "year" else [just_before]
    for kind, first, last in candidates:
        if first >= data_from:
            extra = _weekdays(start, end) - _weekdays(first, last)
            return Comparison(kind, first, last, extra, max(0, (last - start).days + 1))
    return None


def observed_until(comparison_end: date, period_end: date, data_through: datetime, zone: tzinfo) -> datetime:
    """The moment as of which the earlier requests are looked at: their period's own end + the present follow-up.

    The follow-up is `data_through` (aware) minus the end of `period_end`, i.e. the next local midnight in the city's
    `zone`, in elapsed time. It is negative while the last day is not over; requests created after the moment returned
    then had no counterpart yet and are left out. Returns an aware time in UTC; ValueError if `data_through` is naive.
    """
    if data_through.utcoffset() is None:
        raise ValueError("data_through has to be an aware time")
    return _end_of(comparison_end, zone) + (data_through.astimezone(UTC) - _end_of(period_end, zone))


def relative_change(now: float | None, before: float | None) -> float | None:
    """(now - before) / before, so 0.1 is 10 % more; None where either is missing or there was nothing before."""
    if now is None or before is None or before == 0:
        return None
    return (now - before) / before


class Direction(StrEnum):
    """What a change means to a resident. SAME is "no clear difference", UNKNOWN "cannot be told"."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNKNOWN = "unknown"


def direction(now: Estimate, before: Estimate, *, low_is_good: bool) -> Direction:
    """Better or worse only where the two 95 % intervals do not meet; a careful rule, stricter than a test at 5 %.

    A missing upper limit is unbounded (a wait whose limit is not reached yet), so "more than 40 days" after "4 to 6
    days" is worse. UNKNOWN where an interval has no limits at all, as plain counts have none.
    """
    if (now.low is None and now.high is None) or (before.low is None and before.high is None):
        return Direction.UNKNOWN
    if _above(now, before):
        return Direction.WORSE if low_is_good else Direction.BETTER
    if _above(before, now):
        return Direction.BETTER if low_is_good else Direction.WORSE
    return Direction.SAME


def _above(one: Estimate, other: Estimate) -> bool:
    return one.low is not None and other.high is not None and one.low > other.high


def _year_earlier(start: date, end: date, keep_weekdays: bool) -> tuple[ComparisonKind, date, date]:
    """The same months a year earlier where the range is made of whole months, else 364 days earlier."""
    after = end + ONE_DAY
    if not keep_weekdays and start.day == 1 and after.day == 1:
        last = after.replace(year=after.year - 1) - ONE_DAY
        return ComparisonKind.SAME_DATES, start.replace(year=start.year - 1), last
    return ComparisonKind.SAME_WEEKDAYS, start - WEEKS_OF_A_YEAR, end - WEEKS_OF_A_YEAR


def _weekdays(start: date, end: date) -> int:
    """Days from Monday to Friday in a range, public holidays included."""
    return int(np.busday_count(start, end + ONE_DAY))


def _end_of(day: date, zone: tzinfo) -> datetime:
    """The local midnight that ends a day, in UTC."""
    return datetime.combine(day + ONE_DAY, time(), tzinfo=zone).astimezone(UTC)
