"""Filters as conditions over the facts and over the published requests."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, true

from dashboard.domain.filters import MULTIPLE, Filters
from dashboard.domain.request import Status
from data_access.rollup import ORIGIN_CODES, STATUS_CODES
from data_access.store.published import Snapshot
from data_access.store.tables import facts, requests

OPEN_CODES = (STATUS_CODES[Status.OPEN], STATUS_CODES[Status.IN_PROGRESS])
ENDED_CODES = (STATUS_CODES[Status.CLOSED], STATUS_CODES[Status.CANCELLED])

distinct = facts.c.duplicate == 0
"""Duplicates count as reports only."""


def chosen(snapshot: Snapshot, filters: Filters, *, any_origin: bool = False) -> ColumnElement[bool]:
    """The dimensions and the origin that are chosen, without the dates."""
    terms: list[ColumnElement[bool]] = [true()]
    for field, attribute in MULTIPLE.items():
        wanted = getattr(filters, attribute)
        if wanted:
            codes = snapshot.codes[field]
            terms.append(facts.c[field].in_([codes[name] for name in wanted if name in codes]))
    if filters.origin != "all" and not any_origin:
        terms.append(facts.c.origin == ORIGIN_CODES[filters.origin])
    return and_(*terms)


def within(snapshot: Snapshot, filters: Filters) -> tuple[date, date]:
    """The part of the chosen dates for which there is data; the first is after the last where there is none."""
    return max(filters.start, snapshot.data_from), min(filters.end, snapshot.data_to)


def created(snapshot: Snapshot, filters: Filters) -> ColumnElement[bool]:
    """Created on one of the chosen days."""
    first, last = within(snapshot, filters)
    return facts.c.created_day.between(first, last)


def chosen_requests(filters: Filters) -> ColumnElement[bool]:
    """The same choice over the published requests, dates included."""
    terms: list[ColumnElement[bool]] = [requests.c.created_day.between(filters.start, filters.end)]
    terms += [requests.c[field].in_(wanted) for field, wanted in filters.selected().items()]
    if filters.origin != "all":
        terms.append(requests.c.origin == filters.origin)
    return and_(*terms)
