"""Stored records as they are published: with the area of their point, the flags that need the whole store, and a due time.

Statements read the attached work file as `work.<table>`; what they fill are temporary tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    MetaData,
    Subquery,
    Table,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)

from dashboard.domain.request import Flag
from data_access.areas.filling import filled
from data_access.city import AreaKind, City
from data_access.extent import Extent, source
from data_access.store.engines.duckdb import create_anew
from data_access.store.tables import records
from data_access.targets import give_due_times

Box = tuple[float, float, float, float]
BULK = {1: 20, 60: 60}
"""So many closings of a category in so many seconds are one hand's work: at least 20 in a second, or 60 in a minute."""

_temporary = MetaData()
prepared = Table(
    "prepared",
    _temporary,
    *(Column(c.name, c.type) for c in records.columns),
    Column("all_flags", Integer),
    prefixes=["TEMPORARY"],
)
busy_moments = Table(
    "busy_moments",
    _temporary,
    Column("seconds", Integer),
    Column("category", Text),
    Column("moment", BigInteger),
    prefixes=["TEMPORARY"],
)
"""The seconds and minutes in which many requests of a category were closed: few, so that rows are only looked up there."""


def prepare(
    connection: Connection,
    city: City,
    dates: Extent,
    box: Box | None,
    fillable: Mapping[AreaKind, date | None],
    rows: Table = source,
) -> None:
    """Fill `prepared` from all records, or from chosen ones; `busy_moments` has to be there.

    Rows without an area of a kind in `fillable` (see areas.filling) are given the one that their point lies in.
    """
    create_anew(connection, prepared)
    joined, areas = filled(rows, fillable)
    flags = _with_outside(rows, box) + case((is_bulk(rows), Flag.BULK_CLOSE.bit), else_=0)
    if "district" in areas:
        found = and_(rows.c.flags.op("&")(Flag.NO_DISTRICT.bit) != 0, areas["district"].is_not(None))
        flags = flags - case((found, Flag.NO_DISTRICT.bit), else_=0)
    fields = [areas.get(column.name, column) for column in rows.c]
    connection.execute(
        insert(prepared).from_select(
            [column.name for column in prepared.columns], select(*fields, flags).select_from(joined)
        )
    )
    give_due_times(connection, city, prepared, dates.data_from, dates.data_to)


def find_busy(connection: Connection, rows: FromClause = source) -> None:
    """Fill `busy_moments`; `rows` are all of the moments that they are in."""
    create_anew(connection, busy_moments)
    for seconds, least in BULK.items():
        category, moment = moment_of(rows, seconds)
        closes = select(category.label("category"), moment.label("moment")).where(rows.c.closed_at.is_not(None))
        each = closes.subquery()
        busy = select(literal(seconds), *each.c).group_by(*each.c).having(func.count() >= least)
        connection.execute(insert(busy_moments).from_select(list(busy_moments.c.keys()), busy))


def moment_of(rows: FromClause, seconds: int) -> tuple[ColumnElement[str], ColumnElement[int]]:
    """The category of rows, and the second or minute of their closing."""
    return func.coalesce(rows.c.category, ""), cast(func.floor(rows.c.closed_at / float(seconds)), BigInteger)


def is_bulk(rows: FromClause) -> ColumnElement[bool]:
    """Whether rows were closed in a busy moment; where a source gives only the day, that says nothing."""
    b = busy_moments.c
    together = (
        tuple_(*moment_of(rows, seconds)).in_(select(b.category, b.moment).where(b.seconds == seconds))
        for seconds in BULK
    )
    exact = rows.c.flags.op("&")(Flag.DATE_ONLY_CLOSE.bit) == 0
    return and_(rows.c.closed_at.is_not(None), exact, or_(*together))


def placed(rows: FromClause, box: Box | None, *where: ColumnElement[bool]) -> Subquery:
    """Rows with those of their `all_flags` that say whether they have a place in the city."""
    return select(*rows.c, _with_outside(rows, box).label("all_flags")).where(*where).subquery()


def _with_outside(rows: FromClause, box: Box | None) -> ColumnElement[int]:
    c = rows.c
    outside: ColumnElement[bool] = (
        false()
        if box is None
        else and_(
            c.latitude.is_not(None), ~and_(c.longitude.between(box[0], box[2]), c.latitude.between(box[1], box[3]))
        )
    )
    return c.flags + case((outside, Flag.OUTSIDE_CITY.bit), else_=0)
