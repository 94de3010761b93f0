"""Where distinct resident requests of one category are, to the metre, so that those within 50 m of each other can be found.

A *site* is a category at a point of five decimals (about a metre). Neighbours are searched among sites, never among
requests: ten thousand requests at one door are one site. Sites are sorted into cells of 100 m, so that the 50 m around
one touch just four. A cell with more than CROWDED sites of a category keeps them to COARSE only, so that the number of
comparisons grows with the number of sites, never with its square.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    cast,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from dashboard.domain.request import Flag, Origin
from data_access.store.engines.duckdb import create_anew
from data_access.store.tables import names

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
"""Rows of `prepared` that may repeat each other or be repeated, with the code of their category and their place."""

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


def countable(prepared: Table) -> ColumnElement[bool]:
    """Distinct requests of residents with a category and a place; placeholders and points outside the city are none."""
    c = prepared.c
    useless = Flag.DEFAULT_LOCATION.bit | Flag.OUTSIDE_CITY.bit | Flag.IMPOSSIBLE_DATE.bit
    return and_(
        c.duplicate == 0,
        c.origin == Origin.RESIDENT.value,
        c.category.is_not(None),
        c.all_flags.op("&")(useless) == 0,
        or_(_has_point(prepared), c.address.is_not(None)),
    )


def locate(connection: Connection, prepared: Table) -> None:
    """Fill `located`; the names of the version have to be there."""
    c = prepared.c
    for made in (located, known_addresses):
        create_anew(connection, made)
    pointless = select(c.address).where(countable(prepared), ~_has_point(prepared)).distinct().subquery()
    place = NOWHERE + APART * func.row_number().over(order_by=pointless.c.address)
    connection.execute(insert(known_addresses).from_select(["address", "place"], select(pointless.c.address, place)))
    without = and_(known_addresses.c.address == c.address, ~_has_point(prepared))
    code = and_(names.c.field == "category", names.c.name == c.category)
    connection.execute(
        insert(located).from_select(
            ["row", "category", "latitude", "longitude"],
            select(
                row_of(prepared),
                names.c.code,
                func.coalesce(known_addresses.c.place, _fine(c.latitude)),
                func.coalesce(known_addresses.c.place * 0, _fine(c.longitude)),
            )
            .select_from(prepared.join(names, code).outerjoin(known_addresses, without))
            .where(countable(prepared)),
        )
    )
    _join_crowded(connection)


def _join_crowded(connection: Connection) -> None:
    """Move the points of crowded cells to their grid."""
    c, scale = located.c, _scale(connection)
    cell = (c.category, _cell(c.latitude, METRES), _cell(c.longitude, scale))
    named = [part.label(name) for part, name in zip(cell, ("category", "north", "east"), strict=True)]
    sites = select(*named, c.latitude, c.longitude).where(func.abs(c.latitude) < ON_EARTH).distinct().subquery()
    key = (sites.c.category, sites.c.north, sites.c.east)
    crowded = select(*key).group_by(*key).having(func.count() > CROWDED).subquery("crowded")
    inside = and_(*(part == crowded.c[name] for part, name in zip(cell, ("category", "north", "east"), strict=True)))
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
        *(asked.c[column.name] for column in ones.c),
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
    farthest = func.max(func.abs(located.c.latitude)).filter(func.abs(located.c.latitude) < ON_EARTH)
    scale = connection.scalar(select(METRES * func.cos(func.radians(farthest / float(PER_DEGREE)))))
    return float(scale) if scale is not None else METRES


def _on_grid(place: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.round(place / float(COARSE)), BigInteger) * COARSE


def _fine(degrees: ColumnElement[float]) -> ColumnElement[int]:
    return cast(func.round(degrees * PER_DEGREE), BigInteger)


def _has_point(prepared: Table) -> ColumnElement[bool]:
    return and_(prepared.c.latitude.is_not(None), prepared.c.longitude.is_not(None))
