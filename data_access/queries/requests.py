"""Published requests, sorted, a page at a time, and single ones by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import pandas as pd
from sqlalchemy import ColumnElement, and_, func, or_, select

from dashboard.domain.cursor import Position
from dashboard.domain.filters import Filters
from dashboard.domain.request import Status
from data_access.queries.conditions import ENDED_CODES, OPEN_CODES, chosen, chosen_requests, created, within
from data_access.store.published import Snapshot
from data_access.store.tables import facts, requests

Sort = Literal["newest", "oldest", "recently_closed", "slowest"]
Standing = Literal["any", "open", "ended"]
SORTS: tuple[Sort, ...] = get_args(Sort)
STANDINGS: tuple[Standing, ...] = get_args(Standing)
SORTED_BY: dict[Sort, tuple[str, bool]] = {
    "newest": ("created_at", True),
    "oldest": ("created_at", False),
    "recently_closed": ("closed_at", True),
    "slowest": ("seconds", True),
}
"""The column of each order, and whether its largest comes first; requests without a value are not in that list.

Plain columns only: the engine then keeps the best rows while it scans and reads the other columns of those alone.
"""
HAS: dict[Sort, ColumnElement[bool]] = {
    "recently_closed": facts.c.closed_at.is_not(None),
    "slowest": facts.c.event == 1,
}
"""The same over the facts: what a request has to have to be in a list."""
OPEN = (Status.OPEN.value, Status.IN_PROGRESS.value)
ENDED = (Status.CLOSED.value, Status.CANCELLED.value)
METRES_A_DEGREE = 111_195
"""Of latitude; of longitude it is so many times the cosine of the latitude."""


def page(
    snapshot: Snapshot,
    filters: Filters,
    limit: int,
    after: Position | None = None,
    *,
    sort: Sort = "newest",
    standing: Standing = "any",
    backwards: bool = False,
) -> pd.DataFrame:
    """The chosen requests next to a position, at most `limit`, nearest first. Columns: those of the table requests.

    The requests that the numbers count: created on a day of the data, so not those with an impossible date outside it.
    With `backwards` those before the position instead, from it towards the beginning.
    """
    column = requests.c[SORTED_BY[sort][0]]
    falling = SORTED_BY[sort][1] != backwards
    where = [chosen_requests(filters), requests.c.created_day.between(*within(snapshot, filters))]
    if column.nullable:
        where.append(column.is_not(None))
    if standing != "any":
        where.append(requests.c.status.in_(OPEN if standing == "open" else ENDED))
    if after is not None:
        where.append(_beyond(column, after, falling=falling))
    order = [each.desc() if falling else each.asc() for each in (column, requests.c.request_id)]
    return snapshot.read(select(requests).where(and_(*where)).order_by(*order).limit(limit))


def count(snapshot: Snapshot, filters: Filters, sort: Sort = "newest", standing: Standing = "any") -> int:
    """How many requests all pages hold together, duplicates included."""
    where = [chosen(snapshot, filters), created(snapshot, filters)]
    if sort in HAS:
        where.append(HAS[sort])
    if standing != "any":
        where.append(facts.c.status.in_(OPEN_CODES if standing == "open" else ENDED_CODES))
    return int(
        snapshot.count(select(func.coalesce(func.sum(facts.c.n), 0).label("n")).where(and_(*where)))["n"].iloc[0]
    )


def one(snapshot: Snapshot, request_id: str) -> dict[str, Any] | None:
    """The published columns of one request, or None."""
    frame = snapshot.read(select(requests).where(requests.c.request_id == request_id).limit(1))
    return None if frame.empty else {str(key): value for key, value in frame.to_dict("records")[0].items()}


def known_id(snapshot: Snapshot, spellings: Sequence[str], bare: Sequence[str]) -> str | None:
    """The id that one of the spellings is, the first that is there; else one that is `bare` but for its case and leading zeros."""
    c = requests.c
    exact = snapshot.read(select(c.request_id).where(c.request_id.in_(spellings)))["request_id"].tolist()
    if exact:
        return min(exact, key=list(spellings).index)
    alike = func.ltrim(func.upper(c.request_id), "0").in_(bare)
    found = snapshot.read(select(c.request_id).where(alike).order_by(c.request_id).limit(1))["request_id"].tolist()
    return str(found[0]) if found else None


def near(snapshot: Snapshot, category: str, point: tuple[float, float], metres: float, cosine: float) -> pd.DataFrame:
    """The requests of a category within so many metres of a point (latitude, longitude), newest first.

    `cosine` is that of the latitude: over so short a way the ground is flat. Columns: those of the table requests.
    """
    c = requests.c
    latitude, longitude = point
    high, wide = metres / METRES_A_DEGREE, metres / (METRES_A_DEGREE * max(cosine, 0.01))
    north, east = (c.latitude - latitude) * METRES_A_DEGREE, (c.longitude - longitude) * (METRES_A_DEGREE * cosine)
    where = [
        c.category == category,
        c.latitude.between(latitude - high, latitude + high),
        c.longitude.between(longitude - wide, longitude + wide),
        north * north + east * east <= metres * metres,
    ]
    order = (c.created_at.desc(), c.request_id.desc())
    return snapshot.read(select(requests).where(and_(*where)).order_by(*order))


def _beyond(column: ColumnElement[Any], position: Position, *, falling: bool) -> ColumnElement[bool]:
    """The rows after a position. The first bound alone lets the engine skip what lies on the other side of it."""
    value, request_id = position
    if falling:
        return and_(column <= value, or_(column < value, requests.c.request_id < request_id))
    return and_(column >= value, or_(column > value, requests.c.request_id > request_id))
