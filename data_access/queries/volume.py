"""Volume: requests created, closed and open by day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, or_, select

from dashboard.domain.filters import Filters
from data_access.queries.conditions import OPEN_CODES, chosen, created, distinct, within
from data_access.store.published import Snapshot
from data_access.store.tables import facts


def created_by_day(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Requests created on each chosen day, duplicates included. Columns: day, n."""
    day = facts.c.created_day
    return snapshot.count(select(day.label("day"), _n()).where(chosen(snapshot, filters), created(snapshot, filters)).group_by(day))


def closed_by_day(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Distinct requests closed on each chosen day, whenever created. Columns: day, n."""
    day = facts.c.closed_day
    first, last = within(snapshot, filters)
    return snapshot.count(select(day.label("day"), _n()).where(chosen(snapshot, filters), distinct, day.between(first, last)).group_by(day))


def closed(snapshot: Snapshot, filters: Filters, by: list[ColumnElement[Any]] | None = None) -> pd.DataFrame:
    """Distinct requests closed in the period, whenever created. Columns: the labels of `by`, n."""
    by = by or []
    first, last = within(snapshot, filters)
    return snapshot.count(select(*by, _n()).where(chosen(snapshot, filters), distinct, facts.c.closed_day.between(first, last)).group_by(*by))


def backlog_at(snapshot: Snapshot, filters: Filters, day: date, by: list[ColumnElement[Any]] | None = None) -> pd.DataFrame:
    """Distinct requests created on or before a day and not closed by its end. Columns: the labels of `by`, n."""
    by = by or []
    c = facts.c
    still_open = or_(c.status.in_(OPEN_CODES), c.closed_day > day)
    return snapshot.count(select(*by, _n()).where(chosen(snapshot, filters), distinct, c.created_day <= day, still_open).group_by(*by))


def flows_by_day(snapshot: Snapshot, filters: Filters, last: date) -> pd.DataFrame:
    """Distinct requests that join and leave the backlog on each day up to `last`. Columns: day, opened, closed.

    What ended at an unknown time is in neither; a close dated before its creation counts on the day of creation.
    """
    c = facts.c
    counted = and_(chosen(snapshot, filters), distinct, or_(c.status.in_(OPEN_CODES), c.closed_day.is_not(None)), c.created_day <= last)
    opened = select(c.created_day.label("day"), _n()).where(counted).group_by(c.created_day)
    left = case((c.closed_day < c.created_day, c.created_day), else_=c.closed_day)
    ended = select(left.label("day"), _n()).where(counted, c.closed_day.is_not(None), left <= last).group_by(left)
    frame = snapshot.count(opened).set_index("day")["n"].rename("opened").to_frame()
    return frame.join(snapshot.count(ended).set_index("day")["n"].rename("closed"), how="outer").fillna(0).astype(int).reset_index()


def _n() -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(facts.c.n), 0), BigInteger).label("n")
