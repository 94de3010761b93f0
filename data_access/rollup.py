"""Records to counts that add up: the facts table and the published request columns of one data version.

All statements read the attached work file as `work.<table>` and write the version that is being built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    and_,
    case,
    cast,
    column,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    table,
    tuple_,
)

from dashboard.domain.ids import unique_slugs
from dashboard.domain.request import DIMENSIONS, NONE_NAME, Code, Flag, Origin, Outcome, Status
from data_access.addresses import to_the_block
from data_access.areas.filling import filled
from data_access.city import AreaKind, City
from data_access.packing import part_of
from data_access.repeats import find_repeats, repeat_of
from data_access.store.bins import bin_cells, bin_in, cell_of, cell_rows
from data_access.store.engines.duckdb import create_tables, load_frame
from data_access.store.tables import facts, flag_counts, names, raw_rows, records, requests
from data_access.targets import give_due_times

Box = tuple[float, float, float, float]
BULK_SECOND, BULK_MINUTE = 20, 60

source = records.to_metadata(MetaData(), schema="work")
read_rows = raw_rows.to_metadata(MetaData(), schema="work")
_temporary = MetaData()
prepared = Table(
    "prepared",
    _temporary,
    *(Column(c.name, c.type) for c in records.columns),
    Column("all_flags", Integer),
    Column("event", SmallInteger),
    Column("waited", BigInteger),
    prefixes=["TEMPORARY"],
)

blocks = Table("blocks", _temporary, Column("address", Text), Column("block", Text), prefixes=["TEMPORARY"])
"""What each address is published as: patterns are slow, and most addresses come many times."""

STATUS_CODES = {status.value: code for code, status in enumerate(Status)}
OUTCOME_CODES = {outcome.value: code for code, outcome in enumerate(Outcome)}
ORIGIN_CODES = {origin.value: code for code, origin in enumerate(Origin)}


@dataclass(frozen=True, slots=True)
class Extent:
    """The dates of a source: local days of creation, and the moment up to which closings were seen (UTC seconds)."""

    data_from: date
    data_to: date
    data_through: int
    rows: int


def extent(connection: Connection, given_through: int | None) -> Extent | None:
    """The dates of all stored records, impossible ones left out; None if there is no record.

    A data through that was given once holds until rows come that are newer than it.
    """
    c = source.c
    possible = c.flags.op("&")(Flag.IMPOSSIBLE_DATE.bit) == 0
    first, last, newest, rows = connection.execute(
        select(
            func.min(case((possible, c.created_day))),
            func.max(case((possible, c.created_day))),
            func.max(case((possible, func.greatest(c.created_at, func.coalesce(c.closed_at, 0))))),
            func.count(),
        )
    ).one()
    if first is None:
        return None
    touched = _last_touched(connection)
    through = max(int(newest), int(touched or 0))
    if given_through is not None and given_through >= int(newest):
        through = given_through
    return Extent(first, last, through, int(rows))


def _last_touched(connection: Connection) -> int | None:
    """The newest updated time (UTC seconds) that does not lie after the reading of its row."""
    c = source.c
    newest = connection.scalar(select(func.max(c.updated_at)))
    least = connection.scalar(select(func.min(read_rows.c.read_at)))
    if newest is None or least is None or newest <= least:  # as it should be: no row has to be looked up
        return newest
    return connection.scalar(
        select(func.max(c.updated_at))
        .join(read_rows, read_rows.c.request_id == c.request_id)
        .where(c.updated_at <= read_rows.c.read_at)
    )


def build_counts(
    connection: Connection, city: City, dates: Extent, box: Box | None, fillable: Mapping[AreaKind, date | None]
) -> None:
    """Fill names, bins, facts and flag counts; leaves the temporary table `prepared` for build_requests.

    Rows without an area of a kind in `fillable` (see areas.filling) are given the one that their point lies in.
    """
    create_tables(connection, _temporary)
    load_frame(connection, "cells", pd.DataFrame(cell_rows()))
    connection.execute(
        insert(bin_cells).from_select(
            list(bin_cells.c.keys()), select(table("cells", *map(column, bin_cells.c.keys())))
        )
    )
    _prepare(connection, dates, box, fillable)
    give_due_times(connection, city, prepared, dates.data_from, dates.data_to)
    connection.commit()  # rows of a transaction that is still open are read by one core only
    _load_names(connection)
    find_repeats(connection, prepared, dates)
    _load_facts(connection, dates)
    _load_flags(connection)


def build_requests(connection: Connection, city: City) -> None:
    """Fill the published requests (attached as `public`) with publishable columns only.

    Addresses go out to the block, points rounded, placeholders blanked; there is no free text.
    """
    c = prepared.c
    target = requests.to_metadata(MetaData(), schema="public")
    hidden = c.all_flags.op("&")(Flag.DEFAULT_LOCATION.bit) != 0
    blank = or_(hidden, c.all_flags.op("&")(Flag.OUTSIDE_CITY.bit) != 0)
    digits = case((c.category.in_(city.sensitive_categories), 3), else_=4) if city.sensitive_categories else literal(4)
    known = _named_as_others()
    _load_blocks(connection, exact=bool(city.exact_addresses_because))
    replaced: dict[str, ColumnElement[Any]] = {
        "latitude": case((~blank, func.round(c.latitude, digits))),
        "longitude": case((~blank, func.round(c.longitude, digits))),
        "address": case((~hidden, blocks.c.block)),
        "flags": c.all_flags,
        # an id that readers cannot look up here says nothing to them
        "duplicate_of": case((known.c.request_id != c.request_id, known.c.request_id)),
        **{field: func.coalesce(c[field], NONE_NAME) for field in DIMENSIONS},
    }
    columns = [replaced[name] if name in replaced else c[name] for name in target.columns.keys()]  # noqa: SIM118 - a column collection
    connection.execute(
        insert(target).from_select(
            [column.name for column in target.columns],
            select(*columns)
            .select_from(
                prepared.outerjoin(blocks, blocks.c.address == c.address).outerjoin(
                    known, known.c.request_id == c.duplicate_of
                )
            )
            .order_by(c.created_at.desc(), c.request_id.desc()),
        )
    )


def _named_as_others() -> FromClause:
    """The requests that duplicates name: few, so that the join behind costs little."""
    other, named = prepared.alias("other").c, prepared.alias("named").c
    names = select(named.duplicate_of).where(named.duplicate_of.is_not(None))
    return select(other.request_id).where(other.request_id.in_(names)).subquery("known")


def _load_blocks(connection: Connection, *, exact: bool) -> None:
    distinct = select(prepared.c.address).where(prepared.c.address.is_not(None)).distinct().subquery()
    published = distinct.c.address if exact else to_the_block(distinct.c.address)
    connection.execute(insert(blocks).from_select(["address", "block"], select(distinct.c.address, published)))


def _prepare(connection: Connection, dates: Extent, box: Box | None, fillable: Mapping[AreaKind, date | None]) -> None:
    """Each record with its area, whole-store flags, whether its wait ended, and the seconds it took or has taken so far."""
    c = source.c
    closes = and_(c.closed_at.is_not(None), c.flags.op("&")(Flag.DATE_ONLY_CLOSE.bit) == 0)
    bulk = and_(closes, or_(_together(1, BULK_SECOND), _together(60, BULK_MINUTE)))
    outside = (
        false()
        if box is None
        else and_(
            c.latitude.is_not(None), ~and_(c.longitude.between(box[0], box[2]), c.latitude.between(box[1], box[3]))
        )
    )
    flags = c.flags + case((bulk, Flag.BULK_CLOSE.bit), else_=0) + case((outside, Flag.OUTSIDE_CITY.bit), else_=0)
    is_open = c.status.in_([Status.OPEN.value, Status.IN_PROGRESS.value])
    observed = and_(is_open, c.flags.op("&")(Flag.IMPOSSIBLE_DATE.bit) == 0)
    event = case((c.seconds.is_not(None), 1), (observed, 0))
    waited = case((c.seconds.is_not(None), c.seconds), (observed, func.greatest(dates.data_through - c.created_at, 0)))
    rows, areas = filled(source, fillable)
    if "district" in areas:
        found = and_(c.flags.op("&")(Flag.NO_DISTRICT.bit) != 0, areas["district"].is_not(None))
        flags = flags - case((found, Flag.NO_DISTRICT.bit), else_=0)
    fields = [areas.get(column.name, column) for column in c]
    connection.execute(
        insert(prepared).from_select(
            [column.name for column in prepared.columns], select(*fields, flags, event, waited).select_from(rows)
        )
    )


def _together(seconds: int, least: int) -> ColumnElement[bool]:
    """Whether at least so many requests of a row's category were closed in its same second, or minute.

    The few moments of which this is true are found first: to number the rows of every moment would sort them all.
    """

    def moment(columns: Any) -> tuple[ColumnElement[str], ColumnElement[int]]:
        return func.coalesce(columns.category, ""), cast(func.floor(columns.closed_at / float(seconds)), BigInteger)

    closed = source.alias("closed").c
    category, when = moment(closed)
    closes = select(category.label("category"), when.label("moment")).where(closed.closed_at.is_not(None)).subquery()
    busy = select(*closes.c).group_by(*closes.c).having(func.count() >= least)
    return tuple_(*moment(source.c)).in_(busy)


def _load_names(connection: Connection) -> None:
    for field in DIMENSIONS:
        column = prepared.c[field]
        counted = connection.execute(select(column, func.count()).group_by(column)).all()
        counts = {name: int(n) for name, n in counted if name is not None}
        missing = sum(int(n) for name, n in counted if name is None)
        ordered = sorted(counts, key=_natural)
        slugs = unique_slugs([NONE_NAME, *ordered])
        rows = (
            [{"field": field, "code": int(Code.NONE), "name": NONE_NAME, "slug": NONE_NAME, "requests": missing}]
            if missing
            else []
        )
        rows += [
            {"field": field, "code": code, "name": name, "slug": slugs[name], "requests": counts[name]}
            for code, name in enumerate(ordered, start=1)
        ]
        if rows:
            connection.execute(insert(names).values(rows))


def _natural(name: str) -> tuple[Any, ...]:
    """Sort key that puts "2" before "10" and ignores case."""
    return (0, int(name), "") if name.isdigit() else (1, 0, name.casefold())


def _load_facts(connection: Connection, dates: Extent) -> None:
    c = prepared.c
    joined: FromClause = prepared.outerjoin(bin_cells, bin_cells.c.cell == cell_of(c.waited))
    codes: list[ColumnElement[Any]] = []
    for field in DIMENSIONS:
        lookup = names.alias(f"names_{field}")
        joined = joined.outerjoin(lookup, and_(lookup.c.field == field, lookup.c.name == c[field]))
        codes.append(func.coalesce(lookup.c.code, int(Code.NONE)))
    joined, repeat = repeat_of(joined, prepared, dates)
    late = case(
        (or_(c.due_at.is_(None), c.closed_at.is_(None)), null()),
        (c.flags.op("&")(Flag.DATE_ONLY_CLOSE.bit) != 0, cast(c.closed_day > c.due_day, SmallInteger)),
        else_=cast(c.closed_at > c.due_at, SmallInteger),
    )
    chosen = (
        select(
            c.created_day,
            c.closed_day,
            c.created_at,
            c.closed_at,
            c.due_at,
            *codes,
            _coded(c.origin, ORIGIN_CODES),
            _coded(c.status, STATUS_CODES),
            _coded(c.outcome, OUTCOME_CODES),
            c.duplicate,
            case((c.waited.is_not(None), bin_in(bin_cells, c.waited))),
            c.event,
            late,
            repeat,
            c.all_flags,
            literal(1),
            part_of(_coded(c.status, STATUS_CODES), c.due_at, dates.data_through),
        )
        .select_from(joined)
        .order_by(c.created_day, codes[0], codes[2])
    )
    connection.execute(insert(facts).from_select([column.name for column in facts.columns], chosen))


def _coded(column: ColumnElement[str], codes: dict[str, int]) -> ColumnElement[int]:
    return case(codes, value=column)


def _load_flags(connection: Connection) -> None:
    c = prepared.c
    for flag in Flag:
        department = func.coalesce(c.department, NONE_NAME)
        counted = (
            select(literal(flag.value), department, func.count())
            .where(c.all_flags.op("&")(flag.bit) != 0)
            .group_by(department)
        )
        connection.execute(insert(flag_counts).from_select(["flag", "department", "n"], counted))
