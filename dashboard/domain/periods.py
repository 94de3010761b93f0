"""Presets of the date filter and the buckets of a series, all in local dates."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

PERIODS = ("30d", "90d", "12m", "fy", "last_fy", "all")


def shift_months(day: date, months: int) -> date:
    """The same day some months away, or the last day of that month where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period_range(period: str, data_from: date, data_to: date, fiscal_year_starts: int) -> tuple[date, date]:
    """First and last day of a preset; presets end at the last day of the data, never at today."""
    if period == "30d":
        return data_to - timedelta(days=29), data_to
    if period == "90d":
        return data_to - timedelta(days=89), data_to
    if period == "12m":
        return shift_months(data_to + timedelta(days=1), -12), data_to
    if period == "all":
        return data_from, data_to
    year = data_to.year if data_to.month >= fiscal_year_starts else data_to.year - 1
    first = date(year, fiscal_year_starts, 1)
    if period == "fy":
        return first, data_to
    return date(year - 1, fiscal_year_starts, 1), first - timedelta(days=1)


def bucket_start(day: date, interval: str) -> date:
    """First day of the bucket that a day lies in; weeks begin on Monday (ISO 8601)."""
    if interval == "week":
        return day - timedelta(days=day.weekday())
    if interval == "month":
        return day.replace(day=1)
    if interval == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    if interval == "year":
        return date(day.year, 1, 1)
    return day


def bucket_end(start: date, interval: str) -> date:
    """Last day of the bucket that begins on a day."""
    months = {"month": 1, "quarter": 3, "year": 12}
    if interval in months:
        return shift_months(start, months[interval]) - timedelta(days=1)
    return start + timedelta(days=6 if interval == "week" else 0)


def buckets(start: date, end: date, interval: str) -> list[tuple[date, date]]:
    """First and last day of every bucket from `start` to `end`, the outer ones cut to the range."""
    found: list[tuple[date, date]] = []
    first = bucket_start(start, interval)
    while first <= end:
        last = bucket_end(first, interval)
        found.append((max(first, start), min(last, end)))
        first = last + timedelta(days=1)
    return found
