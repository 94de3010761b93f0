"""Staged rows into the stored ones by request id, and rows that a source no longer holds out of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from dashboard.domain.errors import SourceError
from data_access.staging import Counts, changed, fresh, incoming, is_bad, seen
from data_access.store.tables import raw_rows, records, tombstones


class TooMuchGone(SourceError):
    """A load lacks so much of what is stored that its source is taken for broken."""


LARGEST_REMOVAL = 0.2
"""A full load that would remove a larger share of the stored rows is taken for a broken source."""


def upsert(connection: Connection, header: int, run: int, now: int, data_set: str) -> Counts:
    """Store the last row of each request id whose text differs from the stored one."""
    given = (literal(header), incoming.c.raw, literal(now), literal(run), literal(data_set))
    usable = fresh.c.request_id.is_not(None) & fresh.c.created_at.is_not(None)
    total, ids = connection.execute(select(func.count(), func.count(fresh.c.request_id.distinct())).where(usable)).one()
    known = exists().where(raw_rows.c.request_id == fresh.c.request_id)
    if total == ids and not connection.scalar(select(exists(select(fresh.c.row).where(usable, known)))):
        all_usable = total == connection.scalar(select(func.count()).select_from(fresh))
        if not all_usable:
            chosen = select(fresh.c.row, fresh.c.request_id).where(usable)
            connection.execute(insert(changed).from_select(["row", "request_id"], chosen))
        _insert(connection, given, everything=all_usable)
        return Counts(stored=total)
    return _upsert_judged(connection, given, data_set)


def _upsert_judged(connection: Connection, given: tuple[ColumnElement[Any], ...], data_set: str) -> Counts:
    good = (
        select(
            incoming.c.rowid.label("row"),
            incoming.c.request_id,
            incoming.c.hash,
            func.max(incoming.c.rowid).over(partition_by=incoming.c.request_id).label("last"),
        )
        .join(fresh, fresh.c.row == incoming.c.rowid)
        .where(~is_bad())
        .cte("good")
    )
    winner = good.alias("winner")
    judged = (
        select(
            good.c.row,
            good.c.request_id,
            good.c.last,
            (good.c.hash == winner.c.hash).label("same_as_last"),
            raw_rows.c.hash.is_(None).label("new"),
            (raw_rows.c.hash == winner.c.hash).label("same_as_stored"),
        )
        .join(winner, winner.c.row == good.c.last)
        .outerjoin(raw_rows, raw_rows.c.request_id == good.c.request_id)
        .cte("judged")
    )
    is_last = judged.c.row == judged.c.last
    same = func.coalesce(judged.c.same_as_stored, false())
    stored = and_(is_last, judged.c.new)
    unchanged = or_(same, and_(~is_last, judged.c.same_as_last))
    sums = connection.execute(
        select(
            func.count(), *(func.coalesce(func.sum(case((test, 1), else_=0)), 0) for test in (stored, unchanged))
        ).select_from(judged)
    ).one()
    total, n_stored, n_unchanged = (int(n) for n in sums)
    connection.execute(
        insert(changed).from_select(
            ["row", "request_id"], select(judged.c.row, judged.c.request_id).where(is_last, ~same)
        )
    )
    for target in (raw_rows, records):
        connection.execute(delete(target).where(exists().where(changed.c.request_id == target.c.request_id)))
    if data_set:
        _take_over(connection, data_set)
    _insert(connection, given, everything=False)
    return Counts(stored=n_stored, unchanged=n_unchanged, updated=total - n_stored - n_unchanged)


def _take_over(connection: Connection, data_set: str) -> None:
    """Rows that have come from elsewhere belong to the data set that holds them now: it decides whether they are gone."""
    held = exists().where(fresh.c.request_id == raw_rows.c.request_id, ~is_bad())
    connection.execute(update(raw_rows).where(raw_rows.c.data_set != data_set, held).values(data_set=data_set))


def _insert(connection: Connection, given: tuple[ColumnElement[Any], ...], *, everything: bool) -> None:
    """Store the rows in `changed`, or simply everything: then nothing has to be looked up."""
    raws = select(incoming.c.request_id, incoming.c.hash, *given)
    names = [c.name for c in records.columns]
    found = select(*(fresh.c[name] for name in names))
    if not everything:
        raws = raws.join(changed, changed.c.row == incoming.c.rowid)
        found = found.join(changed, changed.c.row == fresh.c.row)
    columns = ["request_id", "hash", "header", "raw", "read_at", "run", "data_set"]
    connection.execute(insert(raw_rows).from_select(columns, raws))
    connection.execute(insert(records).from_select(names, found))


def note_seen(connection: Connection) -> None:
    """Remember the ids of the staged rows, for a load that removes what its source no longer holds."""
    named = select(incoming.c.request_id).where(incoming.c.request_id.is_not(None)).distinct()
    connection.execute(insert(seen).from_select(["request_id"], named))


def stored_rows(connection: Connection, data_set: str | None = None) -> int:
    """How many requests are stored, in all or of one data set."""
    return connection.scalar(select(func.count()).select_from(raw_rows).where(_of(data_set))) or 0


def refuse_large_removal(connection: Connection, total: int, data_set: str | None = None) -> None:
    """Raise TooMuchGone when a load lacks more than LARGEST_REMOVAL of the `total` rows that were stored before it, of one
    data set or (None) of all: then its source is taken for broken."""
    missing = connection.scalar(select(func.count()).select_from(raw_rows).where(_gone(data_set))) or 0
    if missing > LARGEST_REMOVAL * total:
        of = f" of {data_set}" if data_set else ""
        raise TooMuchGone(
            f"This full load lacks {missing:,} of the {total:,} stored requests{of}, more than "
            f"{LARGEST_REMOVAL:.0%}; nothing was changed. If they are really gone, say --allow-removal."
        )


def remove_missing(connection: Connection, run: int, data_set: str | None = None) -> int:
    """Remove stored rows that were not seen, of one data set or (None) of all, and keep a tombstone; returns their number."""
    gone = _gone(data_set)
    missing = connection.scalar(select(func.count()).select_from(raw_rows).where(gone)) or 0
    if missing:
        connection.execute(
            insert(tombstones).from_select(
                ["request_id", "header", "raw", "run"],
                select(raw_rows.c.request_id, raw_rows.c.header, raw_rows.c.raw, literal(run)).where(gone),
            )
        )
        connection.execute(delete(raw_rows).where(gone))
        left = exists().where(raw_rows.c.request_id == records.c.request_id)
        connection.execute(delete(records).where(~left))
    return missing


def _gone(data_set: str | None) -> ColumnElement[bool]:
    return and_(_of(data_set), ~exists().where(seen.c.request_id == raw_rows.c.request_id))


def _of(data_set: str | None) -> ColumnElement[bool]:
    return literal(True) if data_set is None else raw_rows.c.data_set == data_set
