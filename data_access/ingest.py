"""One file's rows into a city's work file: staged, normalised, and stored by request id, or put into the quarantine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, case, column, delete, func, insert, literal, select, table
from sqlalchemy.exc import DBAPIError

from dashboard.domain.errors import SourceError
from dashboard.domain.request import Flag
from data_access import drift
from data_access.city import City, Schema
from data_access.columns import ByHeader, id_text
from data_access.normalise import records as normalised
from data_access.normalise import texts
from data_access.quarantine import REASONS, put_aside
from data_access.schema_match import match_schema
from data_access.sources.files import PlainFile
from data_access.sources.repair import repaired
from data_access.staging import Counts, fresh, incoming, temporary
from data_access.store.engines import duckdb
from data_access.store.tables import SEPARATOR, headers, records
from data_access.store.work import raw_text, stable_hash
from data_access.upsert import note_seen, upsert


@dataclass
class Load:
    """One run over one or more files: what it was told, and what it finds on the way."""

    run: int
    now: int
    """The moment of reading, UTC seconds."""
    tells_new_values: bool = False
    """Whether the store held rows before, so that a value can be new."""
    sees_all: bool = False
    """Whether ids have to be remembered to know which stored rows are gone."""
    counts: Counts = field(default_factory=Counts)
    repaired: int = 0
    drift: list[dict[str, Any]] = field(default_factory=list)


def ingest(
    connection: Connection, file: PlainFile, city: City, load: Load, *, data_set: str = "", schema: str = ""
) -> None:
    """Store one file's rows and add to what the load has found. Leaves the temporary tables `incoming` and `fresh`.

    Raises SourceError if the file is cut off, lacks needed columns, or has no row that can be used.
    """
    match = match_schema(file.name, file.header, city, schema)
    with repaired(file, match.schema) as (whole, n_repaired):
        _load_lines(connection, whole)
        for emptied in temporary.sorted_tables:
            connection.execute(delete(emptied))
        _normalise(connection, whole, city, match.schema, load.now)
        counts, reasons = put_aside(connection, whole, load.run)
    if counts.read and counts.quarantined == counts.read:
        raise SourceError(
            f"None of the {counts.read:,} rows of {file.name} can be used, most often because {REASONS[reasons.most_common(1)[0][0]]}; "
            f"dates are expected as {', '.join(match.schema.time_formats)}. Nothing was changed."
        )
    if counts.read == 0:
        raise SourceError(f"{file.name} has column names but no rows; nothing was changed.")
    load.drift += drift.column_drift(connection, match.name, file.header, match.vanished)
    load.drift += drift.value_drift(connection, told=load.tells_new_values)
    if load.sees_all:
        note_seen(connection)
    header = _header_number(connection, match.name, file.header)
    load.counts += counts + upsert(connection, header, load.run, load.now, data_set)
    load.repaired += n_repaired


def newest_time(connection: Connection) -> int | None:
    """The newest created, closed or updated time (UTC seconds) of the stored records, impossible ones left out."""
    possible = records.c.flags.op("&")(Flag.IMPOSSIBLE_DATE.bit) == 0
    newest = func.greatest(records.c.created_at, func.coalesce(records.c.closed_at, 0))
    return connection.scalar(select(func.max(newest)).where(possible))


def _load_lines(connection: Connection, file: PlainFile) -> None:
    try:
        duckdb.load_csv(connection, file.path, len(file.header), file.delimiter)
    except DBAPIError as error:
        raise SourceError(
            f"{file.name} cannot be read as CSV, perhaps because its lines end in different ways; "
            "save it again as CSV in UTF-8. Nothing was changed."
        ) from error


def _normalise(connection: Connection, file: PlainFile, city: City, schema: Schema, now: int) -> None:
    staged = table("staged", column("row"), *(column(f"c{i}", Text) for i in range(len(file.header))))
    columns: list[ColumnElement[str]] = [staged.c[f"c{i}"] for i in range(len(file.header))]
    raw = ByHeader(dict(zip(file.header, columns, strict=True)))
    whole, request_id = raw_text(columns), id_text(raw, schema, staged.c.row)
    has_created = case((func.trim(func.coalesce(raw[schema.columns["created_at"]], "")) != "", 1), else_=0)
    connection.execute(
        insert(incoming).from_select(
            ["row", "request_id", "hash", "raw", "has_created"],
            select(staged.c.row, request_id, stable_hash(whole), whole, has_created),
        )
    )
    kept = (staged.c.row, request_id.label("request_id"), literal(now).label("read_at"))
    rows = texts(staged, raw, schema, city, kept).subquery()
    found = normalised(rows, schema, city, now, keep=("row",)).subquery()
    names = [c.name for c in fresh.columns]
    connection.execute(insert(fresh).from_select(names, select(*(found.c[name] for name in names))))


def _header_number(connection: Connection, schema: str, header: tuple[str, ...]) -> int:
    joined = SEPARATOR.join(header)
    number = connection.scalar(select(headers.c.header).where(headers.c.columns == joined, headers.c.schema == schema))
    if number is None:
        number = (connection.scalar(select(func.max(headers.c.header))) or 0) + 1
        connection.execute(insert(headers).values(header=number, schema=schema, columns=joined))
    return number
