"""Closed requests that were followed by the same again nearby."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, case, cast, func, select, true

from dashboard.domain.filters import Filters
from dashboard.domain.maturity import REPEAT_WINDOW_DAYS
from data_access.local_time import utc_to_local
from data_access.queries.conditions import chosen, distinct, within
from data_access.store.published import Snapshot
from data_access.store.tables import facts


def repeats(
    snapshot: Snapshot, filters: Filters, by: list[ColumnElement[Any]] | None = None, *, as_of: int | None = None
) -> pd.DataFrame:
    """Requests *closed* in the period, whenever created, that could be watched for 30 days; of these, those followed.

    Columns: the labels of `by`, eligible, followed (see data_access.repeats). With `as_of` (UTC seconds) only what
    could be watched by then.
    """
    by = by or []
    c = facts.c
    first, last = within(snapshot, filters)
    followed = case((c.repeat == 1, c.n), else_=0)
    return snapshot.count(
        select(*by, _total(c.n).label("eligible"), _total(followed).label("followed"))
        .where(
            chosen(snapshot, filters),
            distinct,
            c.closed_day.between(first, last),
            c.repeat.is_not(None),
            _watched_by(snapshot, as_of),
        )
        .group_by(*by)
    )


def _watched_by(snapshot: Snapshot, as_of: int | None) -> ColumnElement[bool]:
    """Closed so long before a moment as before the end of the data; requests may be known for less long than closings."""
    if as_of is None:
        return true()
    behind = snapshot.data_through_local.date() - snapshot.data_to
    day = utc_to_local(as_of, snapshot.city.zone).date() - behind - timedelta(days=REPEAT_WINDOW_DAYS)
    return facts.c.closed_day <= day


def _total(n: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(n), 0), BigInteger)
