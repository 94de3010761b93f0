"""The dates of what is stored: which days it covers, and up to which moment closings were seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, MetaData, case, func, select

from dashboard.domain.request import Flag
from data_access.store.tables import raw_rows, records

source = records.to_metadata(MetaData(), schema="work")
read_rows = raw_rows.to_metadata(MetaData(), schema="work")


@dataclass(frozen=True, slots=True)
class Extent:
    """The dates of a source: local days of creation, and the moment up to which closings were seen (UTC seconds)."""

    data_from: date
    data_to: date
    data_through: int
    rows: int


def extent(connection: Connection, given_through: int | None) -> Extent | None:
    """The dates of all stored records, impossible ones left out; None if there is no record.

    A data through that was given once holds until rows come that are newer than it.
    """
    c = source.c
    possible = c.flags.op("&")(Flag.IMPOSSIBLE_DATE.bit) == 0
    first, last, newest, rows = connection.execute(
        select(
            func.min(case((possible, c.created_day))),
            func.max(case((possible, c.created_day))),
            func.max(case((possible, func.greatest(c.created_at, func.coalesce(c.closed_at, 0))))),
            func.count(),
        )
    ).one()
    if first is None:
        return None
    touched = _last_touched(connection)
    through = max(int(newest), int(touched or 0))
    if given_through is not None and given_through >= int(newest):
        through = given_through
    return Extent(first, last, through, int(rows))


def _last_touched(connection: Connection) -> int | None:
    """The newest updated time (UTC seconds) that does not lie after the reading of its row."""
    c = source.c
    newest = connection.scalar(select(func.max(c.updated_at)))
    least = connection.scalar(select(func.min(read_rows.c.read_at)))
    if newest is None or least is None or newest <= least:  # as it should be: no row has to be looked up
        return newest
    return connection.scalar(
        select(func.max(c.updated_at))
        .join(read_rows, read_rows.c.request_id == c.request_id)
        .where(c.updated_at <= read_rows.c.read_at)
    )
