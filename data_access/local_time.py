"""Local wall-clock times to instants, by our rule: the repeated hour is its first pass, a time in the gap is 03:00.

Databases disagree on both nights (DuckDB takes the second pass and moves a gap time by an hour), so the offsets come
from the zone database as a small table with one row a day, which the normalising statement joins.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 86_400
EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def zone_days(zone: ZoneInfo, first: date, last: date) -> list[dict[str, int]]:
    """One row a local day: how its wall-clock seconds become UTC seconds.

    Columns: day (number), before, after (UTC offsets in seconds), gap_from, switch (wall-clock seconds since 1970).
    A wall time w is w - before if w < gap_from, the instant of the change if gap_from <= w < switch, else w - after.
    """
    rows: list[dict[str, int]] = []
    for number in range(day_number(first), day_number(last) + 1):
        start, end = number * DAY, (number + 1) * DAY
        before, after = _offset_at_wall(zone, start), _offset_at_wall(zone, end)
        gap_from = switch = end
        if before != after:
            change = _change(zone, start - before - 1, end - after)  # it may come with the first second of the day
            gap_from = change + before
            switch = max(gap_from, change + after)
        rows.append({"day": number, "before": before, "after": after, "gap_from": gap_from, "switch": switch})
    return rows


def local_to_utc(wall_seconds: int, zone: ZoneInfo) -> int:
    """One wall-clock time (seconds since 1970 as if UTC) to UTC seconds; the same rule, for single values."""
    day = EPOCH + timedelta(days=wall_seconds // DAY)
    row = zone_days(zone, day, day)[0]
    if wall_seconds < row["gap_from"]:
        return wall_seconds - row["before"]
    return max(wall_seconds, row["switch"]) - row["after"]


def utc_to_local(seconds: int, zone: ZoneInfo) -> datetime:
    """UTC seconds as an aware local time."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone)


def local_midnight(day: date, zone: ZoneInfo) -> int:
    """UTC seconds of the first moment of a local day."""
    return local_to_utc(day_number(day) * DAY, zone)


def _offset_at_wall(zone: ZoneInfo, wall_seconds: int) -> int:
    wall = datetime(1970, 1, 1) + timedelta(seconds=wall_seconds)  # noqa: DTZ001 - a wall-clock time has no zone yet
    offset = wall.replace(tzinfo=zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """UTC seconds at which the offset changes between two instants, by bisection."""

    def offset(seconds: int) -> timedelta | None:
        return datetime.fromtimestamp(seconds, UTC).astimezone(zone).utcoffset()

    old = offset(low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == old else (low, middle)
    return high
