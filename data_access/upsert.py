"""Staged rows into the stored ones by request id, and rows that a source no longer holds out of them."""

from __future__ import annotations

from pathlib import Path
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
from data_access.replaced import keep_replaced
from data_access.staging import Counts, Incoming, changed, fresh, is_bad, seen
from data_access.store import raw_files
from data_access.store.engines import duckdb_raw
from data_access.store.tables import raw_rows, records, tombstones


class TooMuchGone(SourceError):
    """A load lacks so much of what is stored that its source is taken for broken."""


RAW_COLUMNS = [c.name for c in raw_rows.columns]
LARGEST_REMOVAL = 0.2
"""A full load that would remove a larger share of the stored rows is taken for a broken source."""


def all_new(connection: Connection, incoming: Incoming) -> bool:
    """Whether no request id comes twice in a file, and none is stored already: then nothing has to be looked up."""
    ids = incoming.ids.subquery()
    n, different = connection.execute(
        # of numbers, for texts are slow; two ids of one hash are only taken for one that comes twice
        select(func.count(ids.c.request_id), func.count(func.hash(ids.c.request_id).distinct())).where(
            ids.c.request_id.is_not(None)
        )
    ).one()
    if n != different:
        return False
    if not connection.scalar(select(exists(select(raw_rows.c.request_id)))):
        return True
    known = select(ids.c.row).where(exists().where(raw_rows.c.request_id == ids.c.request_id))
    return not connection.scalar(select(exists(known)))


def store_all(
    connection: Connection, incoming: Incoming, run: int, now: int, data_set: str
) -> tuple[Counts, int | None]:
    """Store a file whose rows are all new; returns also the number of its raw file, if any row can be stored, and leaves in
    `fresh` those that cannot."""
    before = connection.scalar(select(func.count()).select_from(records)) or 0
    found = incoming.records.subquery()
    good = and_(found.c.request_id.is_not(None), found.c.created_at.is_not(None))
    names = [c.name for c in records.columns]
    rows = select(*(found.c[name] for name in names)).where(good)
    connection.execute(insert(records).from_select(names, rows))
    stored = (connection.scalar(select(func.count()).select_from(records)) or 0) - before
    if stored < incoming.n_rows:
        fill_fresh(connection, incoming, only_bad=True)
    file = None
    if stored:
        file = raw_files.keep(connection, incoming.path, incoming.header, incoming.n_rows)
        ids = incoming.ids.subquery()
        rows = select(
            ids.c.request_id, ids.c.hash, literal(file), ids.c.row, literal(now), literal(run), literal(data_set)
        )
        if stored < incoming.n_rows:
            rows = rows.where(~exists().where(fresh.c.row == ids.c.row))
        connection.execute(insert(raw_rows).from_select(RAW_COLUMNS, rows))
    return Counts(stored=stored), file


def fill_fresh(connection: Connection, incoming: Incoming, *, only_bad: bool = False) -> None:
    """Put a file's rows as records into `fresh`, all of them or only those that cannot be stored."""
    found = incoming.records.subquery()
    names = [c.name for c in fresh.columns]
    rows = select(*(found.c[name] for name in names))
    if only_bad:
        rows = rows.where(or_(found.c.request_id.is_(None), found.c.created_at.is_(None)))
    connection.execute(insert(fresh).from_select(names, rows))


def upsert(connection: Connection, incoming: Incoming, run: int, now: int, data_set: str, folder: Path) -> Counts:
    """Store the last row of each request id in `fresh` whose texts differ from the stored ones."""
    good = (
        select(
            fresh.c.row,
            fresh.c.request_id,
            fresh.c.hash,
            func.max(fresh.c.row).over(partition_by=fresh.c.request_id).label("last"),
        )
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
    keep_replaced(connection, run, exists().where(changed.c.request_id == records.c.request_id))
    for target in (raw_rows, records):
        connection.execute(delete(target).where(exists().where(changed.c.request_id == target.c.request_id)))
    if data_set:
        _take_over(connection, data_set)
    _insert_changed(connection, incoming, (literal(now), literal(run), literal(data_set)), folder)
    return Counts(stored=n_stored, unchanged=n_unchanged, updated=total - n_stored - n_unchanged)


def _take_over(connection: Connection, data_set: str) -> None:
    """Rows that have come from elsewhere belong to the data set that holds them now: it decides whether they are gone."""
    held = exists().where(fresh.c.request_id == raw_rows.c.request_id, ~is_bad())
    connection.execute(update(raw_rows).where(raw_rows.c.data_set != data_set, held).values(data_set=data_set))


def _insert_changed(
    connection: Connection, incoming: Incoming, given: tuple[ColumnElement[Any], ...], folder: Path
) -> None:
    """Store the rows in `changed`; of their file only these are kept, for most rows of a portal's news are not new."""
    n = connection.scalar(select(func.count()).select_from(changed)) or 0
    if not n:
        return
    path, place = incoming.path, changed.c.row
    if n < incoming.n_rows:
        path = raw_files.new_path(folder)
        columns = len(raw_files.texts_of(incoming.rows))
        duckdb_raw.write_chosen(connection, incoming.rows.name, columns, changed.name, path)
        place = func.row_number().over(order_by=changed.c.row) - 1
    file = raw_files.keep(connection, path, incoming.header, n)
    raws = select(fresh.c.request_id, fresh.c.hash, literal(file), place, *given).join(
        changed, changed.c.row == fresh.c.row
    )
    connection.execute(insert(raw_rows).from_select(RAW_COLUMNS, raws))
    names = [c.name for c in records.columns]
    found = select(*(fresh.c[name] for name in names)).join(changed, changed.c.row == fresh.c.row)
    connection.execute(insert(records).from_select(names, found))


def note_seen(connection: Connection, incoming: Incoming) -> None:
    """Remember the ids of a file's rows, for a load that removes what its source no longer holds."""
    ids = incoming.ids.subquery()
    named = select(ids.c.request_id).where(ids.c.request_id.is_not(None)).distinct()
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


def remove_missing(connection: Connection, run: int, folder: Path, data_set: str | None = None) -> int:
    """Remove stored rows that were not seen, of one data set or (None) of all, and keep a tombstone; returns their number."""
    gone = _gone(data_set)
    missing = connection.scalar(select(func.count()).select_from(raw_rows).where(gone)) or 0
    if missing:
        for raw in raw_files.stored(connection, folder):
            texts = (raw_rows.c.request_id, literal(raw.header), raw_files.raw_text(raw.texts), literal(run))
            of_file = and_(raw_rows.c.file == raw.file, gone)
            kept = select(*texts).join(raw.rows, raw.rows.c.row == raw_rows.c.row).where(of_file)
            connection.execute(insert(tombstones).from_select(["request_id", "header", "raw", "run"], kept))
        connection.execute(delete(raw_rows).where(gone))
        left = exists().where(raw_rows.c.request_id == records.c.request_id)
        keep_replaced(connection, run, ~left)
        connection.execute(delete(records).where(~left))
    return missing


def _gone(data_set: str | None) -> ColumnElement[bool]:
    return and_(_of(data_set), ~exists().where(seen.c.request_id == raw_rows.c.request_id))


def _of(data_set: str | None) -> ColumnElement[bool]:
    return literal(True) if data_set is None else raw_rows.c.data_set == data_set
