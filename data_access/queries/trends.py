"""Counts by bucket of time and value of a breakdown: one statement each, whatever the number of buckets and values."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from dashboard.domain.filters import MULTIPLE, Filters
from dashboard.domain.request import Flag
from data_access.queries.conditions import ENDED_CODES, OPEN_CODES, chosen, created, distinct, within
from data_access.store.published import Snapshot
from data_access.store.tables import facts

STILL_OPEN = -1
"""The code of what has not ended, in a breakdown by outcome."""
UNITS = {"day": "'day'", "week": "'week'", "month": "'month'", "quarter": "'quarter'", "year": "'year'"}
_bulk = facts.c.flags.bitwise_and(Flag.BULK_CLOSE.bit) != 0
_instant = facts.c.flags.bitwise_and(Flag.INSTANT_CLOSE.bit) != 0


def bucket_of(day: ColumnElement[Any], interval: str) -> ColumnElement[Any]:
    """The first day of the bucket that a day lies in, labelled bucket."""
    # the unit has to stand in the statement as a literal: engines decide the type by it
    return cast(func.date_trunc(literal_column(UNITS[interval]), day), Date).label("bucket")


def group_of(by: str) -> ColumnElement[Any]:
    """The code of the value that a breakdown puts a request under, labelled code; 0 for all without a breakdown."""
    c = facts.c
    if by in MULTIPLE:
        return c[by].label("code")
    if by == "origin":
        return cast(c.origin, Integer).label("code")
    if by == "outcome":
        return cast(case((c.status.in_(ENDED_CODES), c.outcome), else_=STILL_OPEN), Integer).label("code")
    return cast(literal_column("0"), Integer).label("code")


def volumes(snapshot: Snapshot, filters: Filters, by: str) -> pd.DataFrame:
    """Requests of the selection by value, those with most first. Columns: code, n."""
    each = select(group_of(by), facts.c.n).where(chosen(snapshot, filters), created(snapshot, filters)).subquery()
    n = _sum(each.c.n, None, "n")
    return snapshot.count(select(each.c.code, n).group_by(each.c.code).order_by(n.desc(), each.c.code))


def made(snapshot: Snapshot, filters: Filters, by: str) -> pd.DataFrame:
    """Requests made, duplicates included. Columns: bucket, code, n."""
    bucket = bucket_of(facts.c.created_day, filters.interval)
    return _grouped(
        snapshot, select(bucket, group_of(by), facts.c.n).where(chosen(snapshot, filters), created(snapshot, filters))
    )


def closed(snapshot: Snapshot, filters: Filters, by: str) -> pd.DataFrame:
    """Distinct requests closed, whenever made. Columns: bucket, code, n."""
    bucket = bucket_of(facts.c.closed_day, filters.interval)
    first, last = within(snapshot, filters)
    return _grouped(
        snapshot,
        select(bucket, group_of(by), facts.c.n).where(
            chosen(snapshot, filters), distinct, facts.c.closed_day.between(first, last)
        ),
    )


def flows(snapshot: Snapshot, filters: Filters, by: str) -> pd.DataFrame:
    """By how much the backlog grew in each bucket since the data begin. Columns: bucket, code, n (may be negative).

    Who joins and leaves, and when, is as in `volume.flows_by_day`.
    """
    c, last = facts.c, within(snapshot, filters)[1]
    code = group_of(by)
    joined = func.greatest(c.created_day, snapshot.data_from)
    left = func.greatest(c.closed_day, joined)
    counted = and_(
        chosen(snapshot, filters),
        distinct,
        or_(c.status.in_(OPEN_CODES), c.closed_day.is_not(None)),
        c.created_day <= last,
    )
    return _grouped(
        snapshot,
        union_all(
            select(bucket_of(joined, filters.interval), code, c.n.label("n")).where(counted),
            select(bucket_of(left, filters.interval), code, (-c.n).label("n")).where(
                counted, c.closed_day.is_not(None), left <= last
            ),
        ),
    )


def instant(snapshot: Snapshot, filters: Filters, by: str, *, as_of: ColumnElement[int] | None = None) -> pd.DataFrame:
    """Of the distinct requests made, how many have closed, and how many of these at once. Columns: bucket, code, n, part."""
    c = facts.c
    keys = [bucket_of(c.created_day, filters.interval), group_of(by)]
    known = true() if as_of is None else c.closed_at <= as_of
    return snapshot.count(
        select(*keys, _sum(c.n, None, "n"), _sum(c.n, _instant, "part"))
        .where(chosen(snapshot, filters), created(snapshot, filters), distinct, c.event == 1, known)
        .group_by(*keys)
    )


def bulk_days(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """The days of the period on which requests of the selection were closed in bulk, largest first. Columns: day, n."""
    day, n = facts.c.closed_day, _sum(facts.c.n, None, "n")
    first, last = within(snapshot, filters)
    return snapshot.count(
        select(day.label("day"), n)
        .where(chosen(snapshot, filters), distinct, day.between(first, last), _bulk)
        .group_by(day)
        .having(func.sum(facts.c.n) > 0)
        .order_by(n.desc(), day)
    )


def _grouped(snapshot: Snapshot, rows: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]) -> pd.DataFrame:
    """The sums of n by bucket and code; grouped outside, because some engines take no parameter in GROUP BY."""
    each = rows.subquery()
    return snapshot.count(
        select(each.c.bucket, each.c.code, _sum(each.c.n, None, "n")).group_by(each.c.bucket, each.c.code)
    )


def _sum(n: ColumnElement[int], test: ColumnElement[bool] | None, label: str) -> Any:
    counted = n if test is None else case((test, n), else_=0)
    return cast(func.coalesce(func.sum(counted), 0), BigInteger).label(label)
