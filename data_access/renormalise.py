"""All records made again from the stored raw rows, after the city's file has changed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, delete, exists, insert, literal, select

from dashboard.domain.errors import SourceError
from data_access.city import City
from data_access.columns import ByHeader
from data_access.normalise import records as normalised
from data_access.normalise import texts
from data_access.replaced import begin_basis
from data_access.store.raw_files import RawFile, raw_text, stored
from data_access.store.tables import quarantine, raw_rows, records
from data_access.store.work import stable_hash


def renormalise(connection: Connection, city: City, folder: Path, *, run: int, now: int) -> None:
    """Make all records again with the city's file as it is now.

    A row whose created date the new file can no longer read goes to the quarantine and stays among the raw rows.
    """
    begin_basis(connection)
    connection.execute(delete(records))
    for raw in stored(connection, folder):
        schema = city.schemas.get(raw.schema)
        if schema is None:
            raise SourceError(
                f"The stored rows were read with the schema '{raw.schema}', which {city.name}'s file no longer has."
            )
        rows = (
            select(raw_rows.c.request_id, raw_rows.c.read_at, *raw.texts)
            .join(raw.rows, raw.rows.c.row == raw_rows.c.row)
            .where(raw_rows.c.file == raw.file)
            .subquery("stored")
        )
        columns = ByHeader(dict(zip(raw.columns, (rows.c[each.name] for each in raw.texts), strict=True)))
        cleaned = texts(rows, columns, schema, city, rows.c.request_id, rows.c.read_at)
        found = normalised(cleaned, schema, city, now).subquery()
        connection.execute(
            insert(records).from_select(
                [c.name for c in records.columns], select(*found.c).where(found.c.created_at.is_not(None))
            )
        )
        _put_aside_lost(connection, raw, run)


def _put_aside_lost(connection: Connection, raw: RawFile, run: int) -> None:
    """Into the quarantine with the rows of one raw file that have no record."""
    lost = (
        select(raw_text(raw.texts).label("raw"))
        .join(raw_rows, raw_rows.c.row == raw.rows.c.row)
        .where(raw_rows.c.file == raw.file, ~exists().where(records.c.request_id == raw_rows.c.request_id))
        .subquery("lost")
    )
    reason, text_hash = "unreadable_created_date", stable_hash(lost.c.raw)
    known = exists().where(quarantine.c.hash == text_hash, quarantine.c.reason == reason)
    values = (text_hash, literal(reason), literal("stored rows"), literal(0), lost.c.raw, literal(run))
    connection.execute(
        insert(quarantine).from_select(["hash", "reason", "file", "line", "raw", "run"], select(*values).where(~known))
    )
