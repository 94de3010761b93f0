"""Volume: requests created, closed and open by day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, or_, select, true

from dashboard.domain.filters import Filters
from data_access.queries.conditions import OPEN_CODES, chosen, created, distinct, within
from data_access.store.published import Snapshot
from data_access.store.tables import facts


def created_by_day(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Requests created on each chosen day, duplicates included. Columns: day, n."""
    day = facts.c.created_day
    return snapshot.count(
        select(day.label("day"), _n()).where(chosen(snapshot, filters), created(snapshot, filters)).group_by(day)
    )


def closed_by_day(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Distinct requests closed on each chosen day, whenever created. Columns: day, n."""
    day = facts.c.closed_day
    first, last = within(snapshot, filters)
    return snapshot.count(
        select(day.label("day"), _n())
        .where(chosen(snapshot, filters), distinct, day.between(first, last))
        .group_by(day)
    )


def closed(
    snapshot: Snapshot, filters: Filters, by: list[ColumnElement[Any]] | None = None, *, as_of: int | None = None
) -> pd.DataFrame:
    """Distinct requests closed in the period, whenever created. Columns: the labels of `by`, n.

    With `as_of` (UTC seconds) closings after it are unknown.
    """
    by = by or []
    first, last = within(snapshot, filters)
    known = true() if as_of is None else facts.c.closed_at <= as_of
    return snapshot.count(
        select(*by, _n())
        .where(chosen(snapshot, filters), distinct, facts.c.closed_day.between(first, last), known)
        .group_by(*by)
    )


def backlog_at(
    snapshot: Snapshot,
    filters: Filters,
    day: date,
    by: list[ColumnElement[Any]] | None = None,
    *,
    as_of: int | None = None,
) -> pd.DataFrame:
    """Distinct requests created on or before a day and not closed by its end. Columns: the labels of `by`, n.

    With `as_of` (UTC seconds) as it stood then, if the day was not over.
    """
    by = by or []
    c = facts.c
    still_open, there = or_(c.status.in_(OPEN_CODES), c.closed_day > day), c.created_day <= day
    if as_of is not None:
        still_open, there = or_(still_open, c.closed_at > as_of), and_(there, c.created_at <= as_of)
    return snapshot.count(select(*by, _n()).where(chosen(snapshot, filters), distinct, there, still_open).group_by(*by))


def flows_by_day(snapshot: Snapshot, filters: Filters, last: date) -> pd.DataFrame:
    """Distinct requests that join and leave the backlog on each day up to `last`. Columns: day, opened, closed.

    What ended at an unknown time is in neither; a close dated before its creation counts on the day of creation. What was
    created on an impossible day before the data begin, joins on their first day.
    """
    c = facts.c
    counted = and_(
        chosen(snapshot, filters),
        distinct,
        or_(c.status.in_(OPEN_CODES), c.closed_day.is_not(None)),
        c.created_day <= last,
    )
    joined = func.greatest(c.created_day, snapshot.data_from)
    opened = select(joined.label("day"), _n()).where(counted).group_by(joined)
    left = func.greatest(c.closed_day, joined)
    ended = select(left.label("day"), _n()).where(counted, c.closed_day.is_not(None), left <= last).group_by(left)
    frame = snapshot.count(opened).set_index("day")["n"].rename("opened").to_frame()
    return (
        frame.join(snapshot.count(ended).set_index("day")["n"].rename("closed"), how="outer")
        .fillna(0)
        .astype(int)
        .reset_index()
    )


def _n() -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(facts.c.n), 0), BigInteger).label("n")
