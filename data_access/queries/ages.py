"""How old what is open is: since it was made, and since it was due."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, cast, func, or_, select

from dashboard.domain.durations import DAY
from dashboard.domain.filters import Filters
from data_access.queries.conditions import OPEN_CODES, chosen, distinct
from data_access.store.published import Snapshot
from data_access.store.tables import facts


def open_by_day(snapshot: Snapshot, filters: Filters, day: date) -> pd.DataFrame:
    """The backlog on a day (distinct, created by then, not closed by its end) by the day of creation. Columns: day, n."""
    c = facts.c
    still_open = or_(c.status.in_(OPEN_CODES), c.closed_day > day)
    return snapshot.count(
        select(c.created_day.label("day"), _n())
        .where(chosen(snapshot, filters), distinct, c.created_day <= day, still_open)
        .group_by(c.created_day)
    )


def overdue_by_days(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Distinct requests open and past due at data through, by the whole days since they were due. Columns: days, n."""
    c = facts.c
    since = cast(func.floor((snapshot.data_through - c.due_at) / float(DAY)), BigInteger)
    return snapshot.count(
        select(since.label("days"), _n())
        .where(chosen(snapshot, filters), distinct, c.status.in_(OPEN_CODES), c.due_at <= snapshot.data_through)
        .group_by(since)
    )


def _n() -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(facts.c.n), 0), BigInteger).label("n")
