"""Rows of text as normalised records: one SQL statement made from the city file, never one Python object a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Float,
    FromClause,
    Integer,
    MetaData,
    Select,
    SmallInteger,
    Table,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
)

from dashboard.domain.request import ChannelGroup, Flag, Origin, Outcome, Status
from data_access.city import TIME_FIELDS, City, Rules, Schema
from data_access.columns import GIVEN, Columns, field_texts
from data_access.local_time import DAY, EPOCH, day_number, local_midnight
from data_access.rules import by_index, by_text, constant, first_index, first_match, lowered_name, place_name, searched

SKEW = 60
"""Seconds by which a close may lie before its creation and still be taken as a clock's skew."""
INSTANT = 60
CHANGED_LATE = 30 * DAY

# A time that says its own zone: "...:00Z", "...:00.000+00", "...:00-05:00".
ZONED = r"^(.*\d:\d\d(?:\.\d+)?)\s*(Z|[+-]\d\d(?::?\d\d)?)$"

zone_table = Table(
    "zone_days", MetaData(), *(Column(name, BigInteger) for name in ("day", "before", "after", "gap_from", "switch"))
)
"""The offsets of each local day (see local_time.zone_days), loaded by the sync."""


def texts(source: FromClause, raw: Columns, schema: Schema, city: City, *keep: ColumnElement[Any]) -> FromClause:
    """The cleaned texts of rows as `records` wants them: from raw columns by header, beside the columns of `keep`."""
    return with_lowered(field_texts(source, raw, schema, city, keep).subquery("texts"), city)


def with_lowered(text: FromClause, city: City) -> FromClause:
    """Cleaned texts, and beside them in lower case those in which a rule looks for a part."""
    lowered = (func.lower(text.c[field]).label(lowered_name(field)) for field in sorted(searched(city.rules)))
    return select(*text.c, *lowered).subquery("lowered")


def records(
    text: FromClause, schema: Schema, city: City, now: int, keep: tuple[str, ...] = ()
) -> Select[*tuple[Any, ...]]:
    """Normalised records from cleaned texts. Columns as in tables.records; `created_at` is NULL where it cannot be read.

    `text` also has `read_at`: times later than that moment are impossible; `now` is used where it is NULL. Columns of
    `text` named in `keep` come first.
    """
    walls = _wall_times(by_text(text, city.rules), schema)
    instants = _instants(walls, schema, city)
    classed = _classed(instants, city)
    return _flagged(classed, city, now, keep)


def _wall_times(text: FromClause, schema: Schema) -> FromClause:
    """Each time field as wall-clock seconds, and whether the due time is a mere day: then its last second."""
    columns: list[ColumnElement[Any]] = []
    date_only = [fmt for fmt in schema.time_formats if "%H" not in fmt and "%I" not in fmt]
    due_is_date = func.try_strptime(text.c.due_at, _formats(date_only)).is_not(None) if date_only else false()
    for field in TIME_FIELDS:
        given = text.c[field]
        if schema.time_zone == "in_text":
            columns.append(_offset(given).label(f"{field}_offset"))
            given = func.regexp_replace(given, constant(ZONED), constant(r"\1"))
        parsed = func.try_strptime(given, _formats(schema.time_formats))
        wall = cast(func.floor(func.epoch(parsed)), BigInteger)
        if field == "due_at":
            wall = wall + case((due_is_date, DAY - 1), else_=0)
        columns.append(wall.label(f"{field}_wall"))
    points = ("latitude", "longitude")
    columns += [_number(text.c[name]).label(name) for name in points]
    others = [column for column in text.c if column.name not in (*TIME_FIELDS, *points)]
    return select(*others, *columns, due_is_date.label("due_is_date")).subquery("walls")


def _offset(given: ColumnElement[str]) -> ColumnElement[int]:
    """The seconds by which a time's own zone is ahead of UTC; NULL where the text names none."""
    zone = func.replace(func.regexp_extract(given, constant(ZONED), 2), constant(":"), constant(""))
    sign = case((func.starts_with(zone, constant("-")), -1), else_=1)
    hours = cast(func.substr(zone, 2, 2), Integer)
    minutes = cast(func.coalesce(func.nullif(func.substr(zone, 4, 2), ""), "0"), Integer)
    return case((zone == "Z", 0), (func.coalesce(zone, "") != "", sign * (hours * 3600 + minutes * 60)))


def _instants(walls: FromClause, schema: Schema, city: City) -> FromClause:
    """Each time as UTC seconds and local day. A mere day is the city's own also where times are in UTC."""
    joined: FromClause = walls
    columns: list[ColumnElement[Any]] = []
    # days beyond the table are impossible dates anyway, but have to stay times to be told so
    far_offset = local_midnight(city.service_began, city.zone) - day_number(city.service_began) * DAY
    for field in TIME_FIELDS:
        wall = walls.c[f"{field}_wall"]
        day = cast(func.floor(wall / float(DAY)), BigInteger)
        found = {"": wall, "_day": literal(EPOCH) + cast(day, Integer), "_local": wall}
        if schema.time_zone != "UTC" or field == "due_at":
            zone = zone_table.alias(f"zone_{field}")
            joined = joined.outerjoin(zone, zone.c.day == day)
            found[""] = case(
                (wall < zone.c.gap_from, wall - zone.c.before),
                (zone.c.day.is_not(None), func.greatest(wall, zone.c.switch) - zone.c.after),
                else_=wall + far_offset,
            )
        if schema.time_zone == "UTC":
            always = literal(True) if field != "due_at" else ~walls.c.due_is_date
            found = _where_utc(always, wall, found, city)
        elif schema.time_zone == "in_text":
            offset = walls.c[f"{field}_offset"]
            found = _where_utc(offset.is_not(None), wall - offset, found, city)
        columns += [value.label(f"{field}{part}") for part, value in found.items()]
    others = [column for column in walls.c if not column.name.endswith(("_wall", "_offset"))]
    return select(*others, *columns).select_from(joined).subquery("instants")


def _where_utc(
    test: ColumnElement[bool], instant: ColumnElement[int], otherwise: dict[str, ColumnElement[Any]], city: City
) -> dict[str, ColumnElement[Any]]:
    """A time's instant, local day and local seconds: from UTC seconds where the test holds."""
    local = func.timezone(city.time_zone, func.to_timestamp(instant))
    from_utc = {"": instant, "_day": cast(local, Date), "_local": cast(func.floor(func.epoch(local)), BigInteger)}
    return {part: case((test, value), else_=otherwise[part]) for part, value in from_utc.items()}


def _classed(rows: FromClause, city: City) -> FromClause:
    """Status, origin, outcome, channel group and duplicate by the city's rules; coordinates as numbers."""
    rules, c = city.rules, rows.c
    closed_or_open = case((c.closed_at.is_not(None), constant(Status.CLOSED.value)), else_=constant(Status.OPEN.value))
    status = first_match(rules.status, c, closed_or_open)
    duplicate, outcome = (
        c[place_name(name)] if place_name(name) in c else first_index(getattr(rules, name), c)
        for name in ("duplicate", "outcome")
    )
    latitude, longitude = c.latitude, c.longitude
    located = and_(latitude.between(-90, 90), longitude.between(-180, 180), or_(latitude != 0, longitude != 0))
    default = or_(
        false(),
        *(
            and_(func.abs(latitude - lat) < 0.00005, func.abs(longitude - lon) < 0.00005)
            for lat, lon in city.default_points
        ),
    )
    if city.default_addresses:
        default = or_(default, c.address.in_(city.default_addresses))
    replaced = {"status", "department", "latitude", "longitude", *(f"{field}_given" for field in GIVEN)}
    department = first_match(rules.department, c, _other_department(rules, c.department))
    return select(
        *(column for column in c if column.name not in replaced),
        status.label("status"),
        department.label("department"),
        case((c.category_given.is_distinct_from(c.category), c.category_given)).label("category_given"),
        case((c.department_given.is_distinct_from(department), c.department_given)).label("department_given"),
        case((first_index(rules.status, c).is_(None), c.status_given)).label("status_given"),
        first_match(rules.origin, c, constant(Origin.RESIDENT.value)).label("origin"),
        case((duplicate.is_not(None), 1), else_=0).label("duplicate"),
        outcome.label("outcome_rule"),
        first_match(rules.channel_group, c, constant(ChannelGroup.OTHER.value)).label("channel_group"),
        func.coalesce(default, false()).label("at_default"),
        case((located, latitude)).label("latitude"),
        case((located, longitude)).label("longitude"),
    ).subquery("classed")


def _other_department(rules: Rules, given: ColumnElement[str]) -> ColumnElement[str]:
    """The department of a text that no rule matches; a row without one has none."""
    if not rules.department_otherwise:
        return given
    return case((given.is_not(None), constant(rules.department_otherwise)))


def _timed(rows: FromClause, city: City, now: int) -> FromClause:
    """What times a row has in the end, and what is odd about them: finished, impossible_created, impossible_closed,
    given_close (as the source has it), closed_at (where it can be used), date_only, and elapsed seconds."""
    c = rows.c
    began = local_midnight(city.service_began, city.zone)
    read_at = func.coalesce(c.read_at, now)
    impossible = {
        field: func.coalesce(or_(c[field] < began, c[field] > read_at), false())
        for field in ("created_at", "closed_at")
    }
    finished = c.status.in_([Status.CLOSED.value, Status.CANCELLED.value])
    date_only = (
        and_(c.department.in_(city.date_only_departments), c.closed_at_local % DAY == 0)
        if city.date_only_departments
        else false()
    )
    ends = select(
        *(column for column in c if column.name != "closed_at"),
        finished.label("finished"),
        impossible["created_at"].label("impossible_created"),
        impossible["closed_at"].label("impossible_closed"),
        c.closed_at.label("given_close"),
        # a close at an impossible time tells that the request has ended, but not when
        case((and_(finished, ~impossible["closed_at"]), c.closed_at)).label("closed_at"),
        func.coalesce(date_only, false()).label("date_only"),
    ).subquery("ends")
    e = ends.c
    elapsed = case((e.date_only, (e.closed_at_day - e.created_at_day) * DAY), else_=e.closed_at - e.created_at)
    return select(*e, case((e.closed_at.is_not(None), elapsed)).label("elapsed")).subquery("timed")


def _flagged(rows: FromClause, city: City, now: int, keep: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """Flags, duration and outcome; the rules are those of the flags table of the method."""
    c = _timed(rows, city, now).c
    closed_at = c.closed_at
    usable = and_(~c.impossible_created, c.elapsed >= -SKEW)
    tests: dict[Flag, ColumnElement[bool]] = {
        Flag.CLOSED_BEFORE_CREATED: c.elapsed < -SKEW,
        Flag.CLOSED_WITHOUT_TIME: and_(c.finished, c.given_close.is_(None)),
        Flag.OPEN_WITH_CLOSE: and_(~c.finished, c.given_close.is_not(None)),
        Flag.DATE_ONLY_CLOSE: and_(closed_at.is_not(None), c.date_only),
        Flag.INSTANT_CLOSE: and_(usable, ~c.date_only, c.elapsed <= INSTANT),
        Flag.IMPOSSIBLE_DATE: or_(c.impossible_created, c.impossible_closed),
        Flag.DEFAULT_LOCATION: c.at_default,
        Flag.NO_LOCATION: or_(c.latitude.is_(None), c.longitude.is_(None), c.at_default),
        Flag.NO_DISTRICT: c.district.is_(None),
        Flag.UNKNOWN_CATEGORY: c.category.is_(None),
        Flag.CHANGED_AFTER_CLOSE: c.updated_at > closed_at + CHANGED_LATE,
    }
    bits: ColumnElement[int] = literal(0)
    for flag, test in tests.items():
        bits = bits + case((func.coalesce(test, false()), flag.bit), else_=0)
    outcome = case(
        (~c.finished, constant(Outcome.UNKNOWN.value)),
        (c.outcome_rule.is_not(None), by_index(city.rules.outcome, c.outcome_rule, "then")),
        (c.status == Status.CANCELLED.value, constant(Outcome.CANCELLED.value)),
        else_=constant(Outcome.UNKNOWN.value),
    )
    words = by_index(city.rules.outcome, c.outcome_rule, "words")
    kept = ("category", "subcategory", "department", "district", "neighbourhood", "channel", "channel_group", "origin")
    return select(
        *(c[name] for name in keep),
        c.request_id,
        c.created_at,
        closed_at,
        c.updated_at,
        c.due_at,
        c.created_at_day.label("created_day"),
        case((closed_at.is_not(None), c.closed_at_day)).label("closed_day"),
        c.due_at_day.label("due_day"),
        c.status,
        outcome.label("outcome"),
        case((c.finished, words)).label("outcome_words"),
        *(c[name] for name in kept),
        cast(c.duplicate, SmallInteger).label("duplicate"),
        c.latitude,
        c.longitude,
        c.address,
        case((usable, func.greatest(c.elapsed, 0))).label("seconds"),
        bits.label("flags"),
        *(c[f"{field}_given"] for field in GIVEN),
        case((c.duplicate == 1, c.duplicate_of)).label("duplicate_of"),
    )


def _formats(formats: Sequence[str]) -> ColumnElement[Any]:
    return func.list_value(*(constant(fmt) for fmt in formats))


def _number(column: ColumnElement[str]) -> ColumnElement[float]:
    """A text as a number, NULL where it is none."""
    is_number = func.regexp_matches(column, constant(r"^\s*[-+]?\d+(\.\d*)?([eE][-+]?\d+)?\s*$"))
    return cast(case((is_number, column)), Float(53))
