"""A slow, obvious recount of the published numbers, for readers who doubt them.

It starts from the raw CSV, holds one Python object a row, and counts with plain loops. It uses the standard library
only and nothing of the project: it was written from the published definitions alone, so that an error in the
project's SQL, bins or caches cannot repeat itself here. Where the project puts durations into bins, this keeps every
duration as it is; expect agreement to the bin's width (2 %) for quantiles and to 0.003 for shares.

Reading order: `Row` (what is known of a request), `read_boston` (how a raw line becomes one), `standing` (what was
known of it at a moment), `kaplan_meier` (the curve), `summary` (all numbers of a period), `series` and `grouped`.
"""

import csv
import functools
import gzip
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import NormalDist
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
DAY = 86_400.0  # seconds
HORIZONS = (7, 30, 90)  # days, for "closed within"
NONE = "none"  # the name of the bucket of rows that have no district (category, channel, ...)
Z95 = NormalDist().inv_cdf(0.975)
# Shares are products of many fractions; 0.5 may come out as 0.5000000000000001 and must still count as reached.
ROUNDING = 1e-12


# ---------------------------------------------------------------------------------------------------------------------
# One request


@dataclass(frozen=True, slots=True)
class Row:
    """One request. Times are aware and in UTC; `created_day` and `closed_day` are the city's own calendar days."""

    request_id: str
    created: datetime
    closed: datetime | None
    updated: datetime | None
    due: datetime | None
    created_day: date
    closed_day: date | None
    due_day: date | None
    status: str  # open, in_progress, closed or cancelled
    category: str | None
    department: str | None
    district: str | None
    neighbourhood: str | None
    channel: str | None
    origin: str  # resident, city or information
    duplicate: bool
    latitude: float | None
    longitude: float | None
    address: str | None
    flags: frozenset[str]

    @property
    def still_open(self) -> bool:
        """By the source's own word: where the status says open, a closing time beside it does not count."""
        return self.status in ("open", "in_progress")

    @property
    def closing(self) -> datetime | None:
        """The closing time, if it can be believed to have happened then."""
        return None if self.still_open or "impossible_date" in self.flags else self.closed

    @property
    def usable(self) -> bool:
        """Whether a duration can be computed: the created time stands and, if it ended, the closing time does too."""
        if "impossible_date" in self.flags:
            return False
        return self.still_open or (self.closed is not None and "closed_before_created" not in self.flags)

    def duration(self) -> float:
        """Seconds from creation to closing, for a usable row that ended."""
        assert self.usable
        assert self.closed is not None
        assert self.closed_day is not None
        if "date_only_close" in self.flags:  # a day without an hour: whole days, same day 0
            return (self.closed_day - self.created_day).days * DAY
        return max(0.0, (self.closed - self.created).total_seconds())  # up to 60 s backwards is clock skew


# ---------------------------------------------------------------------------------------------------------------------
# Reading Boston

INFORMATION_REASONS = {
    "Employee & General Comments",
    "Call Inquiry",
    "Notification",
    "Survey",
    "Alert Boston",
    "Participatory Budgeting Idea Collection",
}
CITY_SOURCES = {"Employee Generated", "City Worker App", "Maximo Integration"}
NEIGHBOURHOOD_VARIANTS: Mapping[str, str | None] = {
    "Allston": "Allston / Brighton",
    "Brighton": "Allston / Brighton",
    "Mattapan": "Greater Mattapan",
    "South Boston": "South Boston / South Boston Waterfront",
    "Boston": None,
}
DEFAULT_POINT = (42.3594, -71.0587)
CLOCK_SKEW = 60.0  # seconds
INSTANT = 60.0  # seconds
BULK_SECOND, BULK_MINUTE = 20, 60  # closes of one category


def local_time(text: str) -> datetime | None:
    """'01/05/2015 12:40:41 PM' on New York's clock, in UTC. The hour that comes twice is its first pass; a time in
    the hour that does not exist is 03:00."""
    text = text.strip()
    if not text:
        return None
    calendar, clock, half = text.split(" ")
    month, day, year = map(int, calendar.split("/"))
    hour, minute, second = map(int, clock.split(":"))
    hour = hour % 12 + {"AM": 0, "PM": 12}[half]  # 12:05 AM is five past midnight, 12:05 PM five past noon
    written = datetime(year, month, day, hour, minute, second, tzinfo=NEW_YORK, fold=0)
    moment = written.astimezone(UTC)
    if moment.astimezone(NEW_YORK).hour != written.hour:  # only a time in the gap does not come back as it was
        moment = written.replace(hour=3, minute=0, second=0).astimezone(UTC)
    return moment


def local_day(moment: datetime, zone: ZoneInfo = NEW_YORK) -> date:
    return moment.astimezone(zone).date()


def boston_origin(reason: str, source: str) -> str:
    if reason in INFORMATION_REASONS:
        return "information"
    if source in CITY_SOURCES:
        return "city"
    return "resident"


def boston_district(text: str) -> str | None:
    name = text.strip().removesuffix(".0")
    return None if name in ("", "0") else name


def boston_neighbourhood(text: str) -> str | None:
    name = text.strip()
    return NEIGHBOURHOOD_VARIANTS.get(name, name) or None


@functools.cache
def read_boston(
    path: Path,
    *,
    read_at: datetime | None = None,
    began: date | None = None,
    date_only_departments: tuple[str, ...] = (),
) -> list[Row]:
    """All rows of Boston's file. `read_at` (the moment of reading) and `began` (the first day of the city's 311) are
    the bounds beyond which a date is impossible; without them no date is. Boston declares no department whose
    closing times are days only."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        rows = [boston_row(raw, read_at, began, date_only_departments) for raw in csv.DictReader(file)]
    return flag_bulk_closes(rows)


def boston_row(
    raw: Mapping[str, str],
    read_at: datetime | None = None,
    began: date | None = None,
    date_only_departments: tuple[str, ...] = (),
) -> Row:
    created = local_time(raw["OPEN_DT"])
    closed = local_time(raw["CLOSED_DT"])
    due = local_time(raw["TARGET_DT"])
    if created is None:
        raise ValueError(f"{raw['CASE_ENQUIRY_ID']}: no created time")
    status = {"Open": "open", "Closed": "closed"}[raw["CASE_STATUS"].strip()]
    department = raw["SUBJECT"].strip() or None
    flags: set[str] = set()

    if status == "open" and closed is not None:
        flags.add("open_with_close")
    if status != "open" and closed is None:
        flags.add("closed_without_time")
    if status != "open" and closed is not None:
        if department in date_only_departments and closed.astimezone(NEW_YORK).strftime("%H%M%S") == "000000":
            flags.add("date_only_close")
            backwards = local_day(closed) < local_day(created)
        else:
            seconds = (closed - created).total_seconds()
            backwards = seconds < -CLOCK_SKEW
            if not backwards and seconds <= INSTANT:
                flags.add("instant_close")
        if backwards:
            flags.add("closed_before_created")
    for moment in (created, closed):
        if moment is None:
            continue
        if (read_at is not None and moment > read_at) or (began is not None and local_day(moment) < began):
            flags.add("impossible_date")

    latitude = float(raw["LATITUDE"]) if raw["LATITUDE"].strip() else None
    longitude = float(raw["LONGITUDE"]) if raw["LONGITUDE"].strip() else None
    address = raw["Location"].strip() or None
    if (latitude, longitude) == DEFAULT_POINT:
        flags.add("default_location")
        latitude = longitude = address = None
    if latitude is None or longitude is None:
        flags.add("no_location")
    district = boston_district(raw["city_council_district"])
    if district is None:
        flags.add("no_district")
    category = raw["TYPE"].strip() or None
    if category is None:
        flags.add("unknown_category")

    return Row(
        request_id=raw["CASE_ENQUIRY_ID"].strip(),
        created=created,
        closed=closed,
        updated=None,  # the file has no such column
        due=due,
        created_day=local_day(created),
        closed_day=None if closed is None else local_day(closed),
        due_day=None if due is None else local_day(due),
        status=status,
        category=category,
        department=department,
        district=district,
        neighbourhood=boston_neighbourhood(raw["neighborhood"]),
        channel=raw["Source"].strip() or None,
        origin=boston_origin(raw["REASON"].strip(), raw["Source"].strip()),
        duplicate="duplicate of existing case" in raw["CLOSURE_REASON"].lower(),
        latitude=latitude,
        longitude=longitude,
        address=address,
        flags=frozenset(flags),
    )


def flag_bulk_closes(rows: Sequence[Row]) -> list[Row]:
    """Marks rows closed with 20 or more of their category in the same second, or 60 or more in the same minute."""
    ended = [row for row in rows if row.closing is not None]
    same_second = Counter((row.category, row.closing) for row in ended)
    same_minute = Counter((row.category, to_the_minute(row.closing)) for row in ended)
    return [
        replace(row, flags=row.flags | {"bulk_close"})
        if row.closing is not None
        and (
            same_second[row.category, row.closing] >= BULK_SECOND
            or same_minute[row.category, to_the_minute(row.closing)] >= BULK_MINUTE
        )
        else row
        for row in rows
    ]


def to_the_minute(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(second=0, microsecond=0)


def newest_time(rows: Iterable[Row], read_at: datetime | None = None) -> datetime:
    """Data through: the newest created, closed or updated time, but none after the moment of reading."""
    return max(
        moment
        for row in rows
        for moment in (row.created, row.closed, row.updated)
        if moment is not None and (read_at is None or moment <= read_at)
    )


def created_days(rows: Iterable[Row]) -> tuple[date, date]:
    """Data from and data to: the first and last local day with a created request (impossible dates apart)."""
    days = [row.created_day for row in rows if "impossible_date" not in row.flags]
    return min(days), max(days)


# ---------------------------------------------------------------------------------------------------------------------
# What was known of a request at a moment


def standing(row: Row, moment: datetime) -> str:
    """'open', 'closed' or 'cancelled', as one looking at `moment` saw it. A request that ended at an unknown time
    counts as ended at every moment: it is never in the backlog."""
    if row.still_open:
        return "open"
    if row.closing is not None and row.closing > moment:
        return "open"
    return row.status


def open_at_end_of(row: Row, day: date) -> bool:
    """Created on or before the day and not closed by its end."""
    if row.created_day > day:
        return False
    if row.still_open:
        return True
    return row.closing is not None and row.closed_day is not None and row.closed_day > day


# ---------------------------------------------------------------------------------------------------------------------
# Kaplan-Meier


@dataclass(frozen=True, slots=True)
class Step:
    """The curve from this time up to the next step. `survival` is S(t), the share not yet closed after t."""

    time: float  # seconds
    at_risk: int  # just before t: neither closed nor lost from sight before t
    events: int  # closed at t
    survival: float
    low: float
    high: float


def kaplan_meier(observations: Iterable[tuple[float, bool]]) -> list[Step]:
    """The product-limit estimate from (seconds, closed?) pairs; one step for every distinct time at which something
    closed. A request censored at t was still at risk at t. Greenwood's variance, 95 % limits on the log(-log S)
    scale; where S is 0, Clopper-Pearson on the number at risk."""
    events: Counter[float] = Counter()
    leaving: Counter[float] = Counter()
    for time, ended in observations:
        leaving[time] += 1
        events[time] += ended
    at_risk = sum(leaving.values())
    survival, greenwood = 1.0, 0.0
    steps: list[Step] = []
    for time in sorted(leaving):
        n, d = at_risk, events[time]
        if d:
            survival *= (n - d) / n
            if n > d:
                greenwood += d / (n * (n - d))
                error = math.sqrt(greenwood) / abs(math.log(survival))
                centre = math.log(-math.log(survival))
                low = math.exp(-math.exp(centre + Z95 * error))
                high = math.exp(-math.exp(centre - Z95 * error))
            else:  # the last ones at risk all closed: 0 of n left
                low, high = 0.0, 1.0 - 0.025 ** (1.0 / n)
            steps.append(Step(time, n, d, survival, low, high))
        at_risk -= leaving[time]
    return steps


def first_time(steps: Sequence[Step], field: str, level: float) -> float | None:
    """The smallest time at which the curve (field 'survival') or a limit of its band ('low', 'high') is at or below
    the level; None if it never is. With the band's limits this is the interval of Brookmeyer and Crowley."""
    for step in steps:
        if getattr(step, field) <= level + ROUNDING:
            return step.time
    return None


def closed_by(steps: Sequence[Step], seconds: float) -> float:
    """1 - S(seconds)."""
    survival = 1.0
    for step in steps:
        if step.time > seconds:
            break
        survival = step.survival
    return 1.0 - survival


def days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / DAY


# ---------------------------------------------------------------------------------------------------------------------
# The numbers

FIELDS = ("category", "department", "district", "neighbourhood", "channel")


def wanted(
    categories: Iterable[str] = (),
    departments: Iterable[str] = (),
    districts: Iterable[str] = (),
    neighbourhoods: Iterable[str] = (),
    channels: Iterable[str] = (),
) -> dict[str, set[str]]:
    """The dimension filters by field. An empty one lets everything through and is left out."""
    names = zip(FIELDS, (categories, departments, districts, neighbourhoods, channels), strict=True)
    return {field: chosen for field, values in names if (chosen := {value.casefold() for value in values})}


def passes(row: Row, filters: Mapping[str, set[str]]) -> bool:
    """Any of the named values of a field, all fields together. 'none' is the bucket of rows without a value. Case
    does not matter."""
    return all((getattr(row, field) or NONE).casefold() in chosen for field, chosen in filters.items())


def of_origin(row: Row, origin: str) -> bool:
    return origin == "all" or row.origin == origin


def summary(
    rows: Iterable[Row],
    *,
    start: date,
    end: date,
    data_to: date,
    data_from: date,
    data_through: datetime,
    categories: Iterable[str] = (),
    departments: Iterable[str] = (),
    districts: Iterable[str] = (),
    neighbourhoods: Iterable[str] = (),
    channels: Iterable[str] = (),
    origin: str = "resident",
    as_of: datetime | None = None,
    zone: ZoneInfo = NEW_YORK,
) -> dict:
    """Every number of a period, under the names of `/api/v1/summary`.

    `as_of` looks at the same period from an earlier moment: a request created after it is not there yet, a closing
    after it is not known, an open request is censored at it, and a due time after it has not come.
    """
    moment = data_through if as_of is None else min(as_of, data_through)
    today = local_day(moment, zone)
    first, last = max(start, data_from), min(end, data_to)

    filters = wanted(categories, departments, districts, neighbourhoods, channels)
    known = [row for row in rows if row.created <= moment and passes(row, filters)]
    here = [row for row in known if of_origin(row, origin)]
    distinct_ever = [row for row in here if not row.duplicate]
    reports = [row for row in here if first <= row.created_day <= last]
    cohort = [row for row in reports if not row.duplicate]

    standings = Counter(standing(row, moment) for row in cohort)
    closed = sum(
        1
        for row in distinct_ever
        if row.closing is not None
        and row.closing <= moment
        and row.closed_day is not None
        and first <= row.closed_day <= last
    )
    overdue = sum(
        1 for row in distinct_ever if standing(row, moment) == "open" and row.due is not None and row.due <= moment
    )

    left_out = {"city": 0, "information": 0, "no_duration": sum(1 for row in cohort if not row.usable)}
    if origin == "resident":
        for row in known:
            if first <= row.created_day <= last and row.origin != "resident":
                left_out[row.origin] += 1

    return {
        "requests": len(reports),
        "duplicates": len(reports) - len(cohort),
        "open": standings["open"],
        "closed_of_these": standings["closed"],
        "cancelled": standings["cancelled"],
        "closed": closed,
        "backlog": backlog(distinct_ever, last, moment, zone),
        "overdue": overdue,
        "wait": wait(cohort, moment, max(0, (today - last).days)),
        "on_time": on_time(cohort, moment),
        "left_out": left_out,
    }


def backlog(distinct: Iterable[Row], last: date, moment: datetime, zone: ZoneInfo = NEW_YORK) -> int:
    """Open at the end of the day `last`, whenever created; at `moment` where that day is not over yet."""
    if local_day(moment, zone) <= last:
        return sum(1 for row in distinct if row.created <= moment and standing(row, moment) == "open")
    return sum(1 for row in distinct if open_at_end_of(row, last))


def wait(cohort: Iterable[Row], moment: datetime, observed_days: int) -> dict:
    """How long requests take to close: every end is an event, an open request is censored at `moment`."""
    observations: list[tuple[float, bool]] = []
    for row in cohort:
        if not row.usable:
            continue
        if standing(row, moment) == "open":
            observations.append(((moment - row.created).total_seconds(), False))
        else:
            observations.append((row.duration(), True))
    steps = kaplan_meier(observations)
    closed_only = kaplan_meier((time, ended) for time, ended in observations if ended)
    return {
        "n": len(observations),
        "events": sum(ended for _, ended in observations),
        "p50_days": days(first_time(steps, "survival", 0.5)),
        "p50_low": days(first_time(steps, "low", 0.5)),
        "p50_high": days(first_time(steps, "high", 0.5)),
        "p90_days": days(first_time(steps, "survival", 0.1)),
        "closed_within": {str(n): closed_by(steps, n * DAY) if observations else None for n in HORIZONS},
        "observed_days": observed_days,
        "closed_only_p50_days": days(first_time(closed_only, "survival", 0.5)),
        # Not published: beyond this the curve is only drawn on, not observed.
        "longest_days": days(max((time for time, _ in observations), default=None)),
    }


def on_time(cohort: Iterable[Row], moment: datetime) -> dict:
    """Of the requests whose due time has come by `moment`, how many had been closed by then. Each request of the
    cohort is in exactly one of the six parts."""
    parts = dict.fromkeys(
        ("on_time", "late_closed", "open_overdue", "not_yet_due", "without_target", "no_closing_time"), 0
    )
    for row in cohort:
        parts[on_time_part(row, moment)] += 1
    due = parts["on_time"] + parts["late_closed"] + parts["open_overdue"]
    return {"rate": parts["on_time"] / due if due else None, **parts}


def on_time_part(row: Row, moment: datetime) -> str:
    if row.due is None:
        return "without_target"
    if row.due > moment:
        return "not_yet_due"
    if standing(row, moment) == "open":
        return "open_overdue"
    if not row.usable or row.closed is None:
        return "no_closing_time"
    if "date_only_close" in row.flags:
        assert row.closed_day is not None
        assert row.due_day is not None
        return "on_time" if row.closed_day <= row.due_day else "late_closed"
    return "on_time" if row.closed <= row.due else "late_closed"


# ---------------------------------------------------------------------------------------------------------------------
# Over time, and by group


def buckets(start: date, end: date, interval: str) -> Iterator[tuple[date, date]]:
    """The whole calendar buckets, first and last day, that the days from start to end touch. A week is Monday to
    Sunday."""
    day = bucket_start(start, interval)
    while day <= end:
        following = next_bucket(day, interval)
        yield day, following - timedelta(days=1)
        day = following


def bucket_start(day: date, interval: str) -> date:
    if interval == "day":
        return day
    if interval == "week":
        return day - timedelta(days=day.weekday())
    if interval == "month":
        return day.replace(day=1)
    if interval == "quarter":
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    if interval == "year":
        return date(day.year, 1, 1)
    raise ValueError(interval)


def next_bucket(day: date, interval: str) -> date:
    if interval == "day":
        return day + timedelta(days=1)
    if interval == "week":
        return day + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[interval]
    month = day.month - 1 + months
    return date(day.year + month // 12, month % 12 + 1, 1)


def series(
    rows: Sequence[Row],
    measure: str,
    interval: str,
    *,
    start: date,
    end: date,
    data_to: date,
    data_from: date,
    data_through: datetime,
    **filters,
) -> list[tuple[date, date, float | None, int]]:
    """(first day, last day, value, n) of every calendar bucket that the period touches; only the period's own days
    are counted in a bucket that sticks out of it.

    requests, closed, backlog: value and n are the same count, the backlog at the end of the bucket. wait: value is the
    typical wait in days of the requests created in the bucket, n how many there are. on_time: value is the rate, n how
    many were due.
    """
    first, last = max(start, data_from), min(end, data_to)
    touched = list(buckets(first, last, interval))
    if measure == "backlog":
        stock = stock_at([min(bucket_last, last) for _, bucket_last in touched], rows, data_through, **filters)
        return [(*bucket, n, n) for bucket, n in zip(touched, stock, strict=True)]

    # The other measures of a bucket only need the rows created or closed in it.
    by_bucket: defaultdict[date, list[Row]] = defaultdict(list)
    for row in rows:
        ends_in = row.created_day if row.closed_day is None else row.closed_day
        for bucket in {bucket_start(row.created_day, interval), bucket_start(ends_in, interval)}:
            by_bucket[bucket].append(row)

    points: list[tuple[date, date, float | None, int]] = []
    for bucket_first, bucket_last in touched:
        numbers = summary(
            by_bucket[bucket_first],
            start=max(bucket_first, first),
            end=min(bucket_last, last),
            data_to=data_to,
            data_from=data_from,
            data_through=data_through,
            **filters,
        )
        points.append((bucket_first, bucket_last, *value_and_n(numbers, measure)))
    return points


def stock_at(
    lasts: Iterable[date],
    rows: Iterable[Row],
    data_through: datetime,
    *,
    origin: str = "resident",
    as_of: datetime | None = None,
    **dimensions,
) -> list[int]:
    """The backlog at the end of each of these days."""
    moment = data_through if as_of is None else min(as_of, data_through)
    filters = wanted(**dimensions)
    distinct = [row for row in rows if not row.duplicate and of_origin(row, origin) and passes(row, filters)]
    return [backlog(distinct, last, moment) for last in lasts]


def value_and_n(numbers: Mapping, measure: str) -> tuple[float | None, int]:
    if measure in ("requests", "closed"):
        return numbers[measure], numbers[measure]
    if measure == "wait":
        return numbers["wait"]["p50_days"], numbers["wait"]["n"]
    if measure == "on_time":
        parts = numbers["on_time"]
        return parts["rate"], parts["on_time"] + parts["late_closed"] + parts["open_overdue"]
    raise ValueError(measure)


def grouped(rows: Iterable[Row], field: str, **period_and_filters) -> dict[str, dict]:
    """`summary` of each value of a field; rows without a value are under 'none'. Values are those that any row has,
    so a group may have nothing in the period."""
    if field not in FIELDS:
        raise ValueError(field)
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, field) or NONE].append(row)
    return {name: summary(members, **period_and_filters) for name, members in sorted(groups.items())}


# ---------------------------------------------------------------------------------------------------------------------
# The same again: repeats

EARTH = 6_371_008.8  # metres
REPEAT_DAYS, REPEAT_METRES = 30, 50.0


def metres_apart(one: Row, other: Row) -> float:
    """The great-circle distance of two points of five decimals (haversine)."""
    lat, lon = math.radians(round(one.latitude or 0, 5)), math.radians(round(one.longitude or 0, 5))
    lat2, lon2 = math.radians(round(other.latitude or 0, 5)), math.radians(round(other.longitude or 0, 5))
    chord = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(chord))


def has_place(row: Row) -> bool:
    """A point or an address that is not a placeholder and not outside the city."""
    if row.flags & {"default_location", "outside_city", "impossible_date"}:
        return False
    return row.latitude is not None or row.address is not None


def same_place(one: Row, other: Row) -> bool:
    """Within 50 m; where there is no point, the same address."""
    if one.latitude is None or other.latitude is None:
        return one.latitude is None and other.latitude is None and one.address == other.address
    return metres_apart(one, other) <= REPEAT_METRES


def repeats(rows: Iterable[Row], data_to: date, data_through: datetime) -> dict[str, bool]:
    """Each request that can be judged, and whether it was followed: closed, distinct, of a resident, of a known
    category, with a place, and closed 30 days before the data end. Followed by another such request, open or closed,
    that was created after it was closed and at most 30 days later."""
    window = timedelta(days=REPEAT_DAYS)
    by_category: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.category and not row.duplicate and row.origin == "resident" and has_place(row):
            by_category[row.category].append(row)
    found: dict[str, bool] = {}
    for members in by_category.values():
        for row in members:
            if row.status != "closed" or not row.usable or row.closed is None or row.closed_day is None:
                continue
            closing = max(row.closed, row.created)
            if row.closed_day + window > data_to or closing + window > data_through:
                continue
            found[row.request_id] = any(
                closing < other.created <= closing + window and same_place(row, other) for other in members
            )
    return found
