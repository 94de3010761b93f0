"""Where distinct resident requests of one category are, to the metre, so that those within 50 m of each other can be found.

A *site* is a category at a point of five decimals (about a metre). Neighbours are searched among sites, never among
requests: ten thousand requests at one door are one site. Sites are sorted into cells of 100 m, so that the 50 m around
one touch just four. A cell with more than CROWDED sites of a category keeps them to COARSE only, so that the number of
comparisons grows with the number of sites, never with its square.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Float,
    FromClause,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    cast,
    column,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    table,
    update,
)

from dashboard.domain.ids import natural_order
from dashboard.domain.request import NONE_NAME, Flag, Origin
from data_access.store.engines.duckdb import create_anew, load_frame
from data_access.store.tables import crowded_cells, names

NEAR = 50.0  # metres
CELL = 2 * NEAR
PER_DEGREE = 100_000  # five decimals
METRES = 111_195.08 / PER_DEGREE  # of a hundred-thousandth of a degree, on a sphere of 6,371,008.8 m
NOWHERE, APART = 20_000_000, 1_000
"""An address without a point is a place of its own off the globe, more than a kilometre from the next."""
ON_EARTH = 9_000_000
CROWDED, COARSE = 200, 5
"""More sites of a category than that in one cell are joined on a grid of so many hundred-thousandths of a degree: five
metres, which moves a point by some four at most, and leaves some 400 sites in a cell, however many requests there are.
"""

_temporary = MetaData()
located = Table(
    "located",
    _temporary,
    Column("row", BigInteger),
    Column("category", Integer),
    Column("latitude", BigInteger),
    Column("longitude", BigInteger),
    prefixes=["TEMPORARY"],
)
"""Rows that may repeat each other or be repeated, with the number of their category and their place."""

category_numbers = Table(
    "category_numbers", _temporary, Column("name", Text), Column("number", Integer), prefixes=["TEMPORARY"]
)
"""The version's categories, numbered in the order of their names: codes say nothing of an order."""

grid = Table("grid", _temporary, Column("scale", Float), prefixes=["TEMPORARY"])
"""How many metres a hundred-thousandth of a degree of longitude is taken to be where cells are made."""

known_addresses = Table(
    "known_addresses", _temporary, Column("address", Text), Column("place", BigInteger), prefixes=["TEMPORARY"]
)


class Pairs(NamedTuple):
    """Two sides, their join by category and cell, and the condition that they are within 50 m."""

    ones: FromClause
    others: FromClause
    joined: FromClause
    near: ColumnElement[bool]


def row_of(prepared: Table) -> ColumnElement[int]:
    """The engine's own number of a row of the temporary table."""
    return literal_column(f"{prepared.name}.rowid", BigInteger)


def countable(prepared: FromClause) -> ColumnElement[bool]:
    """Distinct requests of residents with a category and a place; placeholders and points outside the city are none."""
    c = prepared.c
    useless = Flag.DEFAULT_LOCATION.bit | Flag.OUTSIDE_CITY.bit | Flag.IMPOSSIBLE_DATE.bit
    return and_(
        c.duplicate == 0,
        c.origin == Origin.RESIDENT.value,
        c.category.is_not(None),
        c.all_flags.op("&")(useless) == 0,
        or_(has_point(prepared), c.address.is_not(None)),
    )


def locate(connection: Connection, rows: Table, degree: int | None = None) -> None:
    """Fill `located` from a temporary table of records with `all_flags`; the names of the version have to be there.

    They are all records, of which the crowded cells are found, or else some of them: then `degree` is the `farthest_degree`
    of all, and the crowded cells of the version are those of all.
    """
    c = rows.c
    for made in (located, known_addresses):
        create_anew(connection, made)
    number_categories(connection)
    pointless = select(c.address).where(countable(rows), ~has_point(rows)).distinct().subquery()
    place = NOWHERE + APART * func.row_number().over(order_by=pointless.c.address)
    connection.execute(insert(known_addresses).from_select(["address", "place"], select(pointless.c.address, place)))
    without = and_(known_addresses.c.address == c.address, ~has_point(rows))
    connection.execute(
        insert(located).from_select(
            ["row", "category", "latitude", "longitude"],
            select(
                row_of(rows),
                category_numbers.c.number,
                func.coalesce(known_addresses.c.place, fine(c.latitude)),
                func.coalesce(known_addresses.c.place * 0, fine(c.longitude)),
            )
            .select_from(
                rows.join(category_numbers, category_numbers.c.name == c.category).outerjoin(known_addresses, without)
            )
            .where(countable(rows)),
        )
    )
    set_grid(connection, farthest_degree(connection, rows) if degree is None else degree)
    if degree is None:
        _find_crowded(connection)
    _join_crowded(connection)


def number_categories(connection: Connection) -> None:
    """Fill `category_numbers` from the names of the version."""
    create_anew(connection, category_numbers)
    known = connection.scalars(select(names.c.name).where(names.c.field == "category", names.c.name != NONE_NAME)).all()
    numbered = pd.DataFrame({"name": sorted(known, key=natural_order), "number": range(len(known))})
    if known:
        load_frame(connection, "numbered", numbered)
        found = table("numbered", column("name", Text), column("number", Integer))
        connection.execute(insert(category_numbers).from_select(["name", "number"], select(*found.c)))


def farthest_degree(connection: Connection, rows: FromClause) -> int:
    """The whole degree of latitude that no point of the rows lies beyond: what lies between moves no cell."""
    found = connection.scalar(
        select(func.max(func.abs(rows.c.latitude))).where(
            countable(rows), has_point(rows), func.abs(fine(rows.c.latitude)) < ON_EARTH
        )
    )
    return math.ceil(found) if found is not None else 0


def set_grid(connection: Connection, degree: int) -> None:
    """Make cells as wide as high at a latitude, in whole degrees, that no point lies beyond; elsewhere they are wider."""
    create_anew(connection, grid)
    connection.execute(insert(grid).values(scale=METRES * math.cos(math.radians(degree))))


def cell_of_point(connection: Connection, rows: FromClause) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The cell (north, east) that the point of each row lies in, before a crowded one moves it to its grid."""
    return _cell(fine(rows.c.latitude), METRES), _cell(fine(rows.c.longitude), _scale(connection))


def _find_crowded(connection: Connection) -> None:
    c, scale = located.c, _scale(connection)
    cell = (_cell(c.latitude, METRES).label("north"), _cell(c.longitude, scale).label("east"))
    sites = (
        select(c.category, *cell, c.latitude, c.longitude).where(func.abs(c.latitude) < ON_EARTH).distinct().subquery()
    )
    key = (sites.c.category, sites.c.north, sites.c.east)
    crowded = select(*key).group_by(*key).having(func.count() > CROWDED).subquery()
    connection.execute(delete(crowded_cells))
    connection.execute(
        insert(crowded_cells).from_select(
            ["category", "north", "east"],
            select(category_numbers.c.name, crowded.c.north, crowded.c.east).join(
                crowded, crowded.c.category == category_numbers.c.number
            ),
        )
    )


def _join_crowded(connection: Connection) -> None:
    """Move the points of crowded cells to their grid."""
    c, scale = located.c, _scale(connection)
    numbered = (
        select(category_numbers.c.number, crowded_cells.c.north, crowded_cells.c.east)
        .join(crowded_cells, crowded_cells.c.category == category_numbers.c.name)
        .subquery("crowded")
    )
    cell = (c.category, _cell(c.latitude, METRES), _cell(c.longitude, scale))
    inside = and_(func.abs(c.latitude) < ON_EARTH, *(part == own for part, own in zip(cell, numbered.c, strict=True)))
    connection.execute(
        update(located).where(inside).values(latitude=_on_grid(c.latitude), longitude=_on_grid(c.longitude))
    )


def near_pairs(
    connection: Connection,
    ones: FromClause,
    others: FromClause,
    equal: Callable[[FromClause, FromClause], Sequence[ColumnElement[bool]]],
) -> Pairs:
    """Pair each of `ones` with the `others` of its category within 50 m, itself included.

    Both have the columns category, latitude and longitude in hundred-thousandths of a degree; `equal` gives further
    equalities that pairs have to obey.
    """
    scale = _scale(connection)
    corner = func.unnest(func.range(0, 4)).label("corner")
    # unrolled apart: the engine would join by category alone and choose the corners afterwards
    asked = select(*ones.c, corner).subquery()
    # a cell is as wide as it is high at the latitude farthest from the equator, and wider elsewhere
    north, east = cast(func.floor(asked.c.corner / 2), BigInteger), asked.c.corner % 2
    near_ones = select(
        *(asked.c[each.name] for each in ones.c),
        (_cell(asked.c.latitude, METRES, NEAR) + north).label("north"),
        (_cell(asked.c.longitude, scale, NEAR) + east).label("east"),
    ).subquery()
    there = select(
        *others.c, _cell(others.c.latitude, METRES).label("north"), _cell(others.c.longitude, scale).label("east")
    ).subquery()
    pairs = near_ones.join(
        there,
        and_(*(near_ones.c[name] == there.c[name] for name in ("category", "north", "east")), *equal(near_ones, there)),
    )
    return Pairs(near_ones, there, pairs, _distance_squared(near_ones, there) <= NEAR * NEAR)


def _cell(place: ColumnElement[int], metres: float, back: float = 0.0) -> ColumnElement[int]:
    return cast(func.floor((place * metres - back) / CELL), BigInteger)


def _distance_squared(ones: FromClause, others: FromClause) -> ColumnElement[Any]:
    """In square metres, on the flat map around the two: at 50 m that is exact to a hair."""
    north = (ones.c.latitude - others.c.latitude) * METRES
    middle = (ones.c.latitude + others.c.latitude) / (2.0 * PER_DEGREE)
    east = (ones.c.longitude - others.c.longitude) * METRES * func.cos(func.radians(middle))
    return north * north + east * east


def _scale(connection: Connection) -> float:
    return float(connection.execute(select(grid.c.scale)).scalar_one())


def _on_grid(place: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.round(place / float(COARSE)), BigInteger) * COARSE


def fine(degrees: ColumnElement[float]) -> ColumnElement[int]:
    """Degrees in hundred-thousandths."""
    return cast(func.round(degrees * PER_DEGREE), BigInteger)


def has_point(prepared: FromClause) -> ColumnElement[bool]:
    """Whether a row has both coordinates."""
    return and_(prepared.c.latitude.is_not(None), prepared.c.longitude.is_not(None))
