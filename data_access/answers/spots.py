"""Recurring spots as the API and the pages give them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import select

from dashboard.domain.filters import Filters
from data_access.spots import period
from data_access.store.published import Snapshot
from data_access.store.tables import spot_requests, spots

Spot = dict[str, Any]
COLUMNS = tuple(spots.c.keys())
OBEYED = ("category", "department", "district", "neighbourhood")


def recurring(snapshot: Snapshot, filters: Filters) -> list[Spot]:
    """The spots of the chosen categories, departments and areas with a request in the chosen dates, most requests first.

    Keys: COLUMNS, days as text. Dates mean the day of the newest request; channel and origin are not asked: spots are
    residents'.
    """
    where = [spots.c[field].in_(names) for field, names in filters.selected().items() if field in OBEYED]
    where.append(spots.c.last_day.between(filters.start, filters.end))
    return _rows(snapshot.count(select(spots).where(*where).order_by(spots.c.spot)))


def spot_of(snapshot: Snapshot, request_id: str) -> Spot | None:
    """The spot that a request is at, or None."""
    at = select(spot_requests.c.spot).where(spot_requests.c.request_id == request_id)
    rows = _rows(snapshot.count(select(spots).where(spots.c.spot.in_(at))))
    return rows[0] if rows else None


def span(snapshot: Snapshot) -> dict[str, str]:
    """First and last day of the 12 months that spots are of, as `spots_from` and `spots_to`."""
    first, last = period(snapshot.data_to)
    return {"spots_from": first.isoformat(), "spots_to": last.isoformat()}


def _rows(frame: pd.DataFrame) -> list[Spot]:
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.astype(object).to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return None if pd.isna(value) else value
