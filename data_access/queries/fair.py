"""The cohort that a fair comparison counts: requests that were followed for at least so many days."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import BigInteger, and_, case, cast, func, select

from dashboard.domain.durations import DAY, edge_bin
from dashboard.domain.filters import Filters
from data_access.queries.conditions import chosen, created, distinct
from data_access.store.published import Snapshot
from data_access.store.tables import facts


def followed(snapshot: Snapshot, filters: Filters, field: str, days: int) -> pd.DataFrame:
    """Distinct requests of the period that were made at least `days` before data through, by a field and the category.

    Columns: group, category (codes), n, closed (those whose time to close is at most `days` x 24 hours). Requests
    without a usable duration are left out. All were followed for so long, so plain counts say what share was closed.
    """
    c = facts.c
    in_time = and_(c.event == 1, c.bin <= edge_bin(days * DAY))
    return snapshot.count(
        select(
            c[field].label("group"),
            c.category,
            cast(func.sum(c.n), BigInteger).label("n"),
            cast(func.sum(case((in_time, c.n), else_=0)), BigInteger).label("closed"),
        )
        .where(
            chosen(snapshot, filters),
            created(snapshot, filters),
            distinct,
            c.event.is_not(None),
            c.created_at <= snapshot.data_through - days * DAY,
        )
        .group_by(c[field], c.category)
    )
