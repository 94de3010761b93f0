"""Which published requests change with the rows that came since the last version: those rows, and others because of them.

Statements read the attached files `work` (what is stored) and `public` (what was published).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    FromClause,
    MetaData,
    Table,
    Text,
    and_,
    func,
    insert,
    select,
    union,
    union_all,
)

from dashboard.domain.request import Flag
from data_access.city import City
from data_access.extent import Extent, read_rows, source
from data_access.preparing import find_busy, is_bulk, moment_of
from data_access.publishable import told
from data_access.store.engines.duckdb import create_anew
from data_access.store.tables import records, replaced, requests

_temporary = MetaData()
kept = replaced.to_metadata(MetaData(), schema="work")


def _like(name: str, table: Table) -> Table:
    return Table(name, _temporary, *(Column(c.name, c.type) for c in table.columns), prefixes=["TEMPORARY"])


touched = Table("touched", _temporary, Column("request_id", Text), prefixes=["TEMPORARY"])
"""The requests of which a row came, changed or went since the last version."""
affected = Table("affected", _temporary, Column("request_id", Text), prefixes=["TEMPORARY"])
"""Those, and the ones that are published otherwise because of them."""
chosen = _like("chosen", records)
"""The affected requests as they are stored."""
before = _like("records_before", records)
"""The touched requests as they were stored when the last version was made; new ones were not."""
told_before = _like("told_before", requests)
"""What the last version says of requests that are published otherwise now."""
minutes = Table("minutes", _temporary, Column("category", Text), Column("minute", BigInteger), prefixes=["TEMPORARY"])
"""In which something was closed, or was said to have been, of what has changed."""
closings = _like("closings", records)
"""All that was closed in these minutes."""


def find_touched(connection: Connection, run: int) -> int:
    """Fill `touched` with what changed after a run, and return the number."""
    create_anew(connection, touched)
    ids = union(
        select(read_rows.c.request_id).where(read_rows.c.run > run), select(kept.c.request_id).where(kept.c.run > run)
    )
    connection.execute(insert(touched).from_select(["request_id"], ids))
    return connection.scalar(select(func.count()).select_from(touched)) or 0


def find_affected(connection: Connection, city: City, old: Extent, new: Extent, run: int) -> None:
    """Fill all tables of this module and `busy_moments`; `touched` has to be there."""
    for made in (affected, chosen, before, told_before, minutes, closings):
        create_anew(connection, made)
    _choose_told(connection, touched)
    _choose_before(connection, run)
    connection.execute(insert(affected).from_select(["request_id"], select(touched)))
    others = [_named_duplicates(), *_newly_due(city, old, new)]
    first = union(*others).subquery()
    connection.execute(insert(affected).from_select(["request_id"], select(first).where(_is_new(first))))
    _choose(connection, affected)
    _add_flagged(connection)


def _choose_told(connection: Connection, ids: Table) -> None:
    known = select(told_before.c.request_id)
    rows = select(told).where(told.c.request_id.in_(select(ids.c.request_id)), told.c.request_id.not_in(known))
    connection.execute(insert(told_before).from_select(_names(told_before), rows))


def _choose_before(connection: Connection, run: int) -> None:
    """The first record that was replaced since then is the one that was published, of requests that were."""
    first = (
        select(kept.c.request_id, func.min(kept.c.run).label("run"))
        .where(kept.c.run > run, kept.c.request_id.in_(select(told_before.c.request_id)))
        .group_by(kept.c.request_id)
        .subquery()
    )
    same = and_(first.c.request_id == kept.c.request_id, first.c.run == kept.c.run)
    rows = select(*(kept.c[name] for name in _names(before))).join(first, same)
    connection.execute(insert(before).from_select(_names(before), rows))


def _named_duplicates() -> Any:
    """Requests that name one that came or went as the one they repeat: an unknown one is not told."""
    stored = select(source.c.request_id).where(source.c.request_id.in_(select(touched.c.request_id)))
    known = select(told_before.c.request_id)
    moved = touched.c.request_id.in_(stored) != touched.c.request_id.in_(known)
    return select(source.c.request_id).where(source.c.duplicate_of.in_(select(touched.c.request_id).where(moved)))


def _newly_due(city: City, old: Extent, new: Extent) -> list[Any]:
    """Requests whose day of creation is within the data now and was not, or the reverse: targets hold for such days."""
    if not city.known_targets or (old.data_from, old.data_to) == (new.data_from, new.data_to):
        return []
    day = source.c.created_day
    inside = [day.between(dates.data_from, dates.data_to) for dates in (old, new)]
    return [select(source.c.request_id).where(inside[0] != inside[1])]


def _choose(connection: Connection, ids: Table) -> None:
    known = select(chosen.c.request_id)
    rows = select(source).where(source.c.request_id.in_(select(ids.c.request_id)), source.c.request_id.not_in(known))
    connection.execute(insert(chosen).from_select(_names(chosen), rows))


def _add_flagged(connection: Connection) -> None:
    """Add those whose flag of closings in bulk comes or goes, for others were closed, or not, in the same minute."""
    moved = union_all(*(_closed_in(rows) for rows in (before, chosen))).subquery()
    connection.execute(insert(minutes).from_select(["category", "minute"], select(moved).distinct()))
    same = and_(*(own == part for own, part in zip(moment_of(source, 60), minutes.c, strict=True)))
    rows = select(*source.c).join(minutes, same).where(source.c.closed_at.is_not(None))
    connection.execute(insert(closings).from_select(_names(closings), rows))
    find_busy(connection, closings)
    was = told.c.flags.op("&")(Flag.BULK_CLOSE.bit) != 0
    flagged = select(closings.c.request_id, is_bulk(closings).label("bulk")).subquery()
    changed = (
        select(flagged.c.request_id)
        .join(told, told.c.request_id == flagged.c.request_id)
        .where(flagged.c.bulk != was, _is_new(flagged))
        .distinct()
    )
    connection.execute(insert(affected).from_select(["request_id"], changed))
    _choose(connection, affected)
    _choose_told(connection, affected)


def _closed_in(rows: FromClause) -> Any:
    category, minute = moment_of(rows, 60)
    return select(category.label("category"), minute.label("minute")).where(rows.c.closed_at.is_not(None))


def _is_new(rows: FromClause) -> Any:
    return rows.c.request_id.not_in(select(affected.c.request_id))


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]
