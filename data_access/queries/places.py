"""The open requests of a place: of an area, or round a point of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import Any, Literal

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from dashboard.domain.filters import Filters
from dashboard.domain.request import Status
from data_access.store.published import Snapshot
from data_access.store.tables import requests

METRES_PER_DEGREE = 111_320.0
Order = Literal["newest", "longest"]


@dataclass(frozen=True, slots=True)
class Around:
    """A block and what is near it: `metres` round its point or, where it has none, the block alone."""

    address: str
    latitude: float | None
    longitude: float | None
    metres: int

    def holds(self) -> ColumnElement[bool]:
        """Whether a request is at the block or near it."""
        c = requests.c
        same = c.address == self.address
        if self.latitude is None or self.longitude is None:
            return same
        up = self.metres / METRES_PER_DEGREE
        narrow = max(cos(radians(self.latitude)), 0.01)
        # on the scale of a few streets the earth is flat
        north, east = c.latitude - self.latitude, (c.longitude - self.longitude) * narrow
        box = and_(
            c.latitude.between(self.latitude - up, self.latitude + up),
            c.longitude.between(self.longitude - up / narrow, self.longitude + up / narrow),
        )
        return or_(same, and_(box, north * north + east * east <= up * up))


def open_requests(
    snapshot: Snapshot, filters: Filters, order: Order, limit: int, around: Around | None = None
) -> pd.DataFrame:
    """Distinct open requests of the choice, whenever created, at most `limit`. Columns: those of the table requests."""
    c = requests.c
    newest = (c.created_at.desc(), c.request_id.desc())
    longest = (c.created_at, c.request_id)
    statement = select(requests).where(_open(snapshot, filters, around))
    return snapshot.read(statement.order_by(*(newest if order == "newest" else longest)).limit(limit))


def count_open(snapshot: Snapshot, filters: Filters, around: Around | None = None) -> int:
    """How many there are in all."""
    counted: Select[*tuple[Any, ...]] = (
        select(func.count().label("n")).select_from(requests).where(_open(snapshot, filters, around))
    )
    return int(snapshot.read(counted)["n"].iloc[0])


def _open(snapshot: Snapshot, filters: Filters, around: Around | None) -> ColumnElement[bool]:
    """Open at data through and no duplicate; days of creation that the data do not hold are impossible dates."""
    c = requests.c
    terms = [
        c.status.in_([Status.OPEN.value, Status.IN_PROGRESS.value]),
        c.duplicate == 0,
        c.created_day.between(snapshot.data_from, snapshot.data_to),
        *(c[field].in_(wanted) for field, wanted in filters.selected().items()),
    ]
    if filters.origin != "all":
        terms.append(c.origin == filters.origin)
    if around is not None:
        terms.append(around.holds())
    return and_(*terms)
