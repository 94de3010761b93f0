"""The cohort of a period: requests created in it, as they stand at data through or stood at an earlier moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, FromClause, and_, case, cast, false, func, or_, select, true

from dashboard.domain.filters import Filters
from dashboard.domain.request import Flag, Outcome
from data_access.queries.conditions import ENDED_CODES, OPEN_CODES, chosen, created, distinct
from data_access.rollup import ORIGIN_CODES, OUTCOME_CODES, STATUS_CODES
from data_access.store.bins import bin_cells, bin_in, cell_of
from data_access.store.published import Snapshot
from data_access.store.tables import facts

COUNTED = (
    "requests",
    "duplicates",
    "open",
    "in_progress",
    "closed_of_these",
    "cancelled",
    "no_duration",
    "on_time",
    "late_closed",
    "open_overdue",
    "not_yet_due",
    "without_target",
    "no_closing_time",
)


def durations(
    snapshot: Snapshot,
    filters: Filters,
    by: list[ColumnElement[Any]] | None = None,
    *,
    as_of: int | ColumnElement[int] | None = None,
    outcomes: Sequence[Outcome] = (),
) -> pd.DataFrame:
    """Distinct requests of the cohort by duration bin.

    Columns: the labels of `by`, bin (see domain.durations), events, censored, instant (of the events, those closed
    within a minute), and of the events those of each of `outcomes` (outcome_column). Rows without a usable duration are
    left out. With `as_of` (UTC seconds, one for all or an expression) closings after it are unknown, and the open are
    censored at it.
    """
    by = by or []
    if as_of is None:
        source: FromClause = facts
        bin_, event = facts.c.bin, facts.c.event
    else:
        waited = func.greatest(as_of - facts.c.created_at, 0)
        source = facts.outerjoin(bin_cells, bin_cells.c.cell == cell_of(waited))
        ended = and_(facts.c.event == 1, facts.c.closed_at <= as_of)
        event = case((ended, 1), (facts.c.event.is_not(None), 0))
        bin_ = case((ended, facts.c.bin), else_=bin_in(bin_cells, waited))
    where = [chosen(snapshot, filters), created(snapshot, filters), distinct, facts.c.event.is_not(None)]
    if as_of is not None:
        where.append(facts.c.created_at <= as_of)
    inner = (
        select(*by, bin_.label("bin"), event.label("event"), facts.c.n, facts.c.outcome, facts.c.flags)
        .select_from(source)
        .where(*where)
        .subquery()
    )
    keys = [inner.c[column.name] for column in by]
    return snapshot.count(
        select(
            *keys,
            inner.c.bin,
            _sum(inner.c.n, inner.c.event == 1, "events"),
            _sum(inner.c.n, inner.c.event == 0, "censored"),
            _sum(inner.c.n, and_(inner.c.event == 1, inner.c.flags.op("&")(Flag.INSTANT_CLOSE.bit) != 0), "instant"),
            *(
                _sum(inner.c.n, and_(inner.c.event == 1, inner.c.outcome == OUTCOME_CODES[each]), outcome_column(each))
                for each in outcomes
            ),
        ).group_by(*keys, inner.c.bin)
    )


def counts(
    snapshot: Snapshot,
    filters: Filters,
    by: list[ColumnElement[Any]] | None = None,
    *,
    as_of: int | ColumnElement[int] | None = None,
) -> pd.DataFrame:
    """What the cohort adds up to. Columns: the labels of `by`, those of COUNTED, and one for each outcome of the ended (outcome_column)."""
    by = by or []
    c = facts.c
    ended = c.status.in_(ENDED_CODES)
    if as_of is not None:  # what ended later, was open then; what ended at an unknown time is taken as ended
        ended = and_(ended, or_(c.closed_at.is_(None), c.closed_at <= as_of))
    is_cancelled = and_(ended, c.status == STATUS_CODES["cancelled"])
    observed = as_of if as_of is not None else snapshot.data_through
    parts = on_time_parts(ended, observed)
    sums = [
        _sum(c.n, None, "requests"),
        _sum(c.n, ~distinct, "duplicates"),
        _sum(c.n, and_(distinct, ~ended), "open"),
        _sum(c.n, and_(distinct, c.status == STATUS_CODES["in_progress"]), "in_progress"),
        _sum(c.n, and_(distinct, ended, ~is_cancelled), "closed_of_these"),
        _sum(c.n, and_(distinct, is_cancelled), "cancelled"),
        _sum(c.n, and_(distinct, c.event.is_(None)), "no_duration"),
        *(_sum(c.n, and_(distinct, test), name) for name, test in parts.items()),
        *(
            _sum(c.n, and_(distinct, ended, c.outcome == OUTCOME_CODES[outcome]), outcome_column(outcome))
            for outcome in Outcome
        ),
    ]
    where = [chosen(snapshot, filters), created(snapshot, filters)]
    if as_of is not None:
        where.append(c.created_at <= as_of)
    found = select(*by, *sums).where(*where).group_by(*by)
    # a group whose rows cancel each other is none
    return snapshot.count(found.having(func.sum(c.n) != 0) if by else found)


def on_time_parts(ended: ColumnElement[bool], observed: int | ColumnElement[int]) -> dict[str, ColumnElement[bool]]:
    """The six parts of a cohort by its due time at a moment (UTC seconds); every row is in exactly one."""
    c = facts.c
    due = and_(c.due_at.is_not(None), c.due_at <= observed)
    unusable = and_(ended, or_(c.event.is_(None), c.closed_at.is_(None)))
    return {
        "without_target": c.due_at.is_(None),
        "not_yet_due": and_(c.due_at.is_not(None), c.due_at > observed),
        "no_closing_time": and_(due, unusable),
        "open_overdue": and_(due, ~ended),
        "on_time": and_(due, ended, ~unusable, c.late == 0),
        "late_closed": and_(due, ended, ~unusable, c.late == 1),
    }


def left_out_origins(
    snapshot: Snapshot, filters: Filters, by: list[ColumnElement[Any]] | None = None, *, as_of: int | None = None
) -> pd.DataFrame:
    """Requests that only the default origin leaves out. Columns: the labels of `by`, city, information."""
    by = by or []
    there = true() if as_of is None else facts.c.created_at <= as_of
    wanted = {
        origin: facts.c.origin == ORIGIN_CODES[origin] if filters.origin == "resident" else false()
        for origin in ("city", "information")
    }
    return snapshot.count(
        select(*by, *(_sum(facts.c.n, test, name) for name, test in wanted.items()))
        .where(chosen(snapshot, filters, any_origin=True), created(snapshot, filters), there)
        .group_by(*by)
    )


def overdue(
    snapshot: Snapshot, filters: Filters, by: list[ColumnElement[Any]] | None = None, *, as_of: int | None = None
) -> pd.DataFrame:
    """Distinct requests that are open and past due at data through (or at `as_of`), whenever created.

    Columns: the labels of `by`, n.
    """
    by = by or []
    still_open: ColumnElement[bool] = facts.c.status.in_(OPEN_CODES)
    if as_of is not None:
        still_open = and_(facts.c.created_at <= as_of, or_(still_open, facts.c.closed_at > as_of))
    observed = snapshot.data_through if as_of is None else as_of
    return snapshot.count(
        select(*by, _sum(facts.c.n, None, "n"))
        .where(chosen(snapshot, filters), distinct, still_open, facts.c.due_at <= observed)
        .group_by(*by)
    )


def outcome_column(outcome: Outcome) -> str:
    """The name of the column of `counts` that holds an outcome's number."""
    return f"outcome_{outcome.value}"


def _sum(n: ColumnElement[int], test: ColumnElement[bool] | None, label: str) -> ColumnElement[int]:
    counted = n if test is None else case((test, n), else_=0)
    return cast(func.coalesce(func.sum(counted), 0), BigInteger).label(label)
