"""All records made again from the stored raw rows, after the city's file has changed."""

from __future__ import annotations

from sqlalchemy import Connection, delete, exists, func, insert, literal, select

from dashboard.domain.errors import SourceError
from data_access.city import City
from data_access.columns import ByHeader
from data_access.normalise import records as normalised
from data_access.normalise import texts
from data_access.rules import constant
from data_access.store.tables import SEPARATOR, headers, quarantine, raw_rows, records


def renormalise(connection: Connection, city: City, *, run: int, now: int) -> None:
    """Make all records again with the city's file as it is now.

    A row whose created date the new file can no longer read goes to the quarantine and stays among the raw rows.
    """
    connection.execute(delete(records))
    for row in connection.execute(select(headers)).mappings().all():
        schema = city.schemas.get(row["schema"])
        if schema is None:
            raise SourceError(
                f"The stored rows were read with the schema '{row['schema']}', which {city.name}'s file no longer has."
            )
        values = func.string_split(raw_rows.c.raw, constant(SEPARATOR)).label("values")
        stored = (
            select(raw_rows.c.request_id, raw_rows.c.read_at, values)
            .where(raw_rows.c.header == row["header"])
            .subquery("stored")
        )
        raw = ByHeader(
            {
                name: func.list_extract(stored.c["values"], index + 1)
                for index, name in enumerate(row["columns"].split(SEPARATOR))
            }
        )
        rows = texts(stored, raw, schema, city, stored.c.request_id, stored.c.read_at)
        found = normalised(rows, schema, city, now).subquery()
        connection.execute(
            insert(records).from_select(
                [c.name for c in records.columns], select(*found.c).where(found.c.created_at.is_not(None))
            )
        )
    _put_aside_lost(connection, run)


def _put_aside_lost(connection: Connection, run: int) -> None:
    reason = "unreadable_created_date"
    lost = (
        ~exists().where(records.c.request_id == raw_rows.c.request_id),
        ~exists().where(quarantine.c.hash == raw_rows.c.hash, quarantine.c.reason == reason),
    )
    connection.execute(
        insert(quarantine).from_select(
            ["hash", "reason", "file", "line", "raw", "run"],
            select(
                raw_rows.c.hash, literal(reason), literal("stored rows"), literal(0), raw_rows.c.raw, literal(run)
            ).where(*lost),
        )
    )
