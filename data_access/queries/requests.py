"""Published requests, newest first, a page at a time, and one by its id."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import and_, or_, select

from dashboard.domain.filters import Filters
from data_access.queries.conditions import chosen_requests, within
from data_access.store.published import Snapshot
from data_access.store.tables import requests

Position = tuple[int, str]
"""Where a page ended: created at (UTC seconds) and request id of its last row."""


def page(snapshot: Snapshot, filters: Filters, limit: int, after: Position | None = None) -> pd.DataFrame:
    """The newest chosen requests after a position, at most `limit`. Columns: those of the table requests.

    The requests that the numbers count: created on a day of the data, so not those with an impossible date outside it.
    """
    c = requests.c
    where = [chosen_requests(filters), c.created_day.between(*within(snapshot, filters))]
    if after is not None:
        created_at, request_id = after
        where += [c.created_at <= created_at, or_(c.created_at < created_at, c.request_id < request_id)]
    statement = select(requests).where(and_(*where)).order_by(c.created_at.desc(), c.request_id.desc()).limit(limit)
    return snapshot.read(statement)


def one(snapshot: Snapshot, request_id: str) -> dict[str, Any] | None:
    """The published columns of one request, or None."""
    frame = snapshot.read(select(requests).where(requests.c.request_id == request_id).limit(1))
    return None if frame.empty else {str(key): value for key, value in frame.to_dict("records")[0].items()}
