"""Whose repeats have to be looked for again: what changed, what lies near it, and what the data now reach 30 days beyond.

Places are compared by cells of 100 m: who is within 50 m is in the same cell or in one of the eight around it, even where
a crowded cell moves its points to its grid. An address without a point is a cell of its own.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    MetaData,
    SmallInteger,
    Subquery,
    Table,
    Text,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
    union,
    union_all,
)

from data_access.delta.affected import before, chosen, touched
from data_access.extent import Extent, source
from data_access.places import CROWDED, cell_of_point, countable, fine, has_point, row_of, set_grid
from data_access.preparing import Box, placed, prepared
from data_access.repeats import WINDOW, closing_of, find_repeats, followed, span_of, watched
from data_access.store.engines.duckdb import create_anew
from data_access.store.tables import crowded_cells

_temporary = MetaData()
CELL = ("category", "north", "east")


def _cells(name: str, *more: Column[Any]) -> Table:
    place = (Column("category", Text), Column("north", BigInteger), Column("east", BigInteger))
    return Table(name, _temporary, *place, *more, prefixes=["TEMPORARY"])


moved_sites = _cells("moved_sites", Column("span", Integer))
"""Where and in which span a request came, went, or is told otherwise."""
turned_cells = _cells("turned_cells")
"""Cells that have become crowded, or are so no longer."""
wanted_cells = _cells("wanted_cells", Column("span", Integer))
askers = Table("askers", _temporary, Column("request_id", Text), prefixes=["TEMPORARY"])
"""The requests whose repeat is found anew."""
nearby = Table("nearby", _temporary, *(Column(c.name, c.type) for c in prepared.columns), prefixes=["TEMPORARY"])
"""They, and all that were created near them and in time."""
repeats_now = Table(
    "repeats_now", _temporary, Column("request_id", Text), Column("repeat", SmallInteger), prefixes=["TEMPORARY"]
)


def find_repeats_again(connection: Connection, old: Extent, new: Extent, box: Box | None, degree: int) -> None:
    """Fill `repeats_now`, and bring `crowded_cells` up to date; the tables of delta.affected and the names have to be there.

    `degree` is the farthest of all records (see places), the same now as in the last version.
    """
    for made in (moved_sites, turned_cells, wanted_cells, askers, nearby, repeats_now):
        create_anew(connection, made)
    set_grid(connection, degree)
    _find_moved(connection, box)
    _find_turned(connection, box)
    _find_askers(connection, old, new, box)
    _gather_nearby(connection, new, box)
    connection.commit()
    find_repeats(connection, nearby, new, degree)
    judged = and_(countable(nearby), watched(nearby, new))
    again = case((followed.c.row.is_not(None), 1), else_=0)
    connection.execute(
        insert(repeats_now).from_select(
            ["request_id", "repeat"],
            select(nearby.c.request_id, case((judged, again)))
            .select_from(nearby.outerjoin(followed, followed.c.row == row_of(nearby)))
            .where(nearby.c.request_id.in_(select(askers.c.request_id))),
        )
    )


def _cell(connection: Connection, rows: FromClause) -> tuple[ColumnElement[Any], ...]:
    """The category and cell of each row; of an address without a point a number in place of a cell."""
    north, east = cell_of_point(connection, rows)
    own = cast(func.hash(rows.c.address).op(">>")(2), BigInteger)
    return rows.c.category, case((has_point(rows), north), else_=own), case((has_point(rows), east), else_=0)


def _find_moved(connection: Connection, box: Box | None) -> None:
    """What is told of a place by the touched requests before and now, where the two differ."""
    signed: list[Any] = []
    for rows, sign in ((before, -1), (chosen, 1)):
        there = placed(rows, box)
        point = (there.c.request_id, there.c.created_at, fine(there.c.latitude), fine(there.c.longitude))
        address = case((~has_point(there), there.c.address))
        told = (*_cell(connection, there), *point, address)
        signed.append(
            select(*(value.label(f"k{place}") for place, value in enumerate(told)), literal(sign).label("sign")).where(
                countable(there), there.c.request_id.in_(select(touched.c.request_id))
            )
        )
    every = union_all(*signed).subquery()
    keys = [every.c[f"k{place}"] for place in range(8)]
    different = select(*keys).group_by(*keys).having(func.sum(every.c.sign) != 0).subquery()
    d = different.c
    connection.execute(
        insert(moved_sites).from_select([*CELL, "span"], select(d.k0, d.k1, d.k2, span_of(d.k4)).distinct())
    )


def _find_turned(connection: Connection, box: Box | None) -> None:
    """Count the points of the cells in which any came or went, and keep in `crowded_cells` which are crowded now."""
    cells = select(*(moved_sites.c[name] for name in CELL)).distinct().cte("cells")
    there = placed(source, box, has_point(source))
    key = [value.label(name) for value, name in zip(_cell(connection, there), CELL, strict=True)]
    sites = (
        select(*key, fine(there.c.latitude), fine(there.c.longitude))
        .where(countable(there), tuple_(*_cell(connection, there)).in_(select(*cells.c)))
        .distinct()
        .subquery()
    )
    of_cell = [sites.c[name] for name in CELL]
    crowded = select(*of_cell).group_by(*of_cell).having(func.count() > CROWDED).subquery("now")
    was = select(*crowded_cells.c).where(tuple_(*crowded_cells.c).in_(select(*cells.c))).subquery("was")
    both = union_all(select(*crowded.c, literal(1).label("sign")), select(*was.c, literal(-1).label("sign"))).subquery()
    keys = [both.c[name] for name in CELL]
    turned = select(*keys, func.sum(both.c.sign)).group_by(*keys).having(func.sum(both.c.sign) != 0)
    found = [tuple(row) for row in connection.execute(turned)]
    for *cell, sign in found:
        values = dict(zip(CELL, cell, strict=True))
        connection.execute(insert(turned_cells).values(values))
        if sign > 0:
            connection.execute(insert(crowded_cells).values(values))
        else:
            same = and_(*(crowded_cells.c[name] == value for name, value in values.items()))
            connection.execute(delete(crowded_cells).where(same))


def _find_askers(connection: Connection, old: Extent, new: Extent, box: Box | None) -> None:
    asking: list[Any] = [select(chosen.c.request_id)]
    if (old.data_to, old.data_through) != (new.data_to, new.data_through):
        # a row of which that is not known is watched neither then nor now
        then, now = (func.coalesce(watched(source, dates), False) for dates in (old, new))
        asking.append(select(source.c.request_id).where(then != now))
    # of requests made later than that nothing is followed that is judged yet
    latest = cast(func.floor((new.data_through - WINDOW) / float(WINDOW)), Integer)
    late = select(moved_sites).where(moved_sites.c.span <= latest + 1).subquery()
    there = placed(source, box, watched(source, new))
    cell = _cell(connection, there)
    asking.append(
        select(there.c.request_id).where(
            countable(there), tuple_(*cell, span_of(closing_of(there))).in_(select(_around(late, -1)))
        )
    )
    if connection.scalar(select(func.count()).select_from(turned_cells)):
        asking.append(
            select(there.c.request_id).where(countable(there), tuple_(*cell).in_(select(_around(turned_cells))))
        )
    connection.execute(insert(askers).from_select(["request_id"], union(*asking)))


def _gather_nearby(connection: Connection, new: Extent, box: Box | None) -> None:
    there = placed(source, box)
    names = [column.name for column in nearby.columns]
    asking = there.c.request_id.in_(select(askers.c.request_id))
    connection.execute(insert(nearby).from_select(names, select(*(there.c[name] for name in names)).where(asking)))
    judged = and_(countable(nearby), watched(nearby, new))
    cells = select(
        *(value.label(name) for value, name in zip(_cell(connection, nearby), CELL, strict=True)),
        span_of(closing_of(nearby)).label("span"),
    ).where(judged)
    asked = cells.distinct().subquery()
    connection.execute(insert(wanted_cells).from_select([*CELL, "span"], select(_around(asked, 0))))
    wanted = tuple_(*_cell(connection, there), span_of(there.c.created_at)).in_(select(*wanted_cells.c))
    rows = select(*(there.c[name] for name in names)).where(countable(there), wanted, ~asking)
    connection.execute(insert(nearby).from_select(names, rows))


def _around(cells: FromClause, first: int | None = None) -> Subquery:
    """Each cell and the eight around it; with `first` for two spans, counted from the cell's own."""
    each = select(*cells.c, func.unnest(func.range(0, 9 if first is None else 18)).label("step")).subquery()
    c, step = each.c, each.c.step
    columns = [c.category, c.north + step % 3 - 1, c.east + step.op("//")(3) % 3 - 1]
    if first is not None:
        columns.append(c.span + first + step.op("//")(9))
    return select(*columns).distinct().subquery()
