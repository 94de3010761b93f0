"""Which closed requests came back: the same thing reported again nearby within 30 days of the closing.

A sign that a close was not a repair, not a proof. See `repeat_of` for who counts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

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
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)

from dashboard.domain.durations import DAY
from dashboard.domain.maturity import REPEAT_WINDOW_DAYS
from dashboard.domain.request import Status
from data_access.places import countable, locate, located, near_pairs, row_of
from data_access.store.engines.duckdb import create_anew

if TYPE_CHECKING:
    from data_access.extent import Extent

WINDOW = REPEAT_WINDOW_DAYS * DAY
"""Seconds after the closing in which a further request counts. Time is cut into spans of this length, so that a window
is the end of one span and the beginning of the next: of a site's requests in a span the first and the last are enough.
"""

_temporary = MetaData()
SITE = ("category", "latitude", "longitude", "span")
sites = Table(
    "sites",
    _temporary,
    *(Column(name, BigInteger) for name in SITE),
    Column("first", BigInteger),
    Column("last", BigInteger),
    prefixes=["TEMPORARY"],
)
"""The first and last creation at each site in each span."""

around = Table(
    "around",
    _temporary,
    *(Column(name, BigInteger) for name in SITE),
    Column("latest", BigInteger),
    Column("next", BigInteger),
    prefixes=["TEMPORARY"],
)
"""Of all sites within 50 m: the latest creation in the span, and the first in the next span."""

followed = Table("followed", _temporary, Column("row", BigInteger), prefixes=["TEMPORARY"])
"""The rows of `prepared` that were followed by another request."""


def find_repeats(connection: Connection, prepared: Table, dates: Extent, degree: int | None = None) -> None:
    """Fill `followed` (and `located`); the names of the version have to be there. With `degree` (see places.locate) the
    rows of `prepared` are not all, but with each that is asked for they hold those around it.

    Nothing is compared request by request: cost grows with the number of sites, however many requests one has.
    """
    for made in (sites, around, followed):
        create_anew(connection, made)
    locate(connection, prepared, degree)
    c = prepared.c
    rows = located.join(prepared, row_of(prepared) == located.c.row)
    place = (located.c.category, located.c.latitude, located.c.longitude)
    span = span_of(c.created_at)
    connection.execute(
        insert(sites).from_select(
            [*SITE, "first", "last"],
            select(*place, span, func.min(c.created_at), func.max(c.created_at))
            .select_from(rows)
            .group_by(*place, span),
        )
    )
    start = closing_of(prepared)
    asking = (
        select(located.c.row, *place, start.label("start"), span_of(start).label("span"))
        .select_from(rows)
        .where(watched(prepared, dates))
        .subquery()
    )
    _look_around(connection, asking)
    same = and_(*(asking.c[name] == around.c[name] for name in SITE))
    again = or_(around.c.latest > asking.c.start, around.c.next <= asking.c.start + WINDOW)
    connection.execute(
        insert(followed).from_select(["row"], select(asking.c.row).select_from(asking.join(around, same)).where(again))
    )


def repeat_of(joined: FromClause, prepared: Table, dates: Extent) -> tuple[FromClause, ColumnElement[int]]:
    """The facts' join with `followed`, and the column `repeat`.

    It is 1 where a distinct request of a resident that was closed (not cancelled) at a usable time is followed by
    another: distinct, of a resident, of the same category, within 50 m (of the same address where there is no point),
    created after it was closed and at most 30 x 86,400 s later; 0 where it is not. NULL where the request cannot be
    judged: of another kind, without a category or a place, or closed less than 30 days before the data end.
    """
    judged = and_(countable(prepared), watched(prepared, dates))
    again = case((followed.c.row.is_not(None), 1), else_=0)
    return joined.outerjoin(followed, followed.c.row == row_of(prepared)), cast(case((judged, again)), SmallInteger)


def _look_around(connection: Connection, asking: FromClause) -> None:
    wanted = select(*(asking.c[name] for name in SITE)).distinct().cte("wanted")
    # each asks for its own span and for the next one
    both = union_all(
        *(select(wanted, (wanted.c.span + later).label("sought"), literal(later).label("later")) for later in (0, 1))
    ).subquery()
    pairs = near_pairs(connection, both, sites, lambda ones, others: [ones.c.sought == others.c.span])
    key = [pairs.ones.c[name] for name in SITE]
    latest = func.max(case((pairs.ones.c.later == 0, pairs.others.c.last)))
    following = func.min(case((pairs.ones.c.later == 1, pairs.others.c.first)))
    connection.execute(
        insert(around).from_select(
            [*SITE, "latest", "next"],
            select(*key, latest, following).select_from(pairs.joined).where(pairs.near).group_by(*key),
        )
    )


def closing_of(prepared: FromClause) -> ColumnElement[int]:
    """When it was closed; clocks that differ may put that a few seconds before it was created."""
    return func.greatest(prepared.c.closed_at, prepared.c.created_at)


def watched(prepared: FromClause, dates: Extent) -> ColumnElement[bool]:
    """Closed at a usable time, and the 30 days after lie within the data."""
    c = prepared.c
    return and_(
        c.status == Status.CLOSED.value,
        c.seconds.is_not(None),
        c.closed_at.is_not(None),
        c.closed_day <= dates.data_to - timedelta(days=REPEAT_WINDOW_DAYS),
        closing_of(prepared) <= dates.data_through - WINDOW,
    )


def span_of(moment: ColumnElement[int]) -> ColumnElement[int]:
    """The number of the span that a moment lies in."""
    return cast(func.floor(moment / float(WINDOW)), Integer)
