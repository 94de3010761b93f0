"""One file's rows into a city's work file: staged, normalised, and stored by request id, or put into the quarantine."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, case, func, insert, literal, select
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
from data_access.staging import Counts, Incoming, temporary
from data_access.store import raw_files
from data_access.store.engines import duckdb, duckdb_raw
from data_access.store.regular_csv import write_regular
from data_access.store.tables import SEPARATOR, headers, records
from data_access.upsert import all_new, fill_fresh, note_seen, store_all, upsert

INCOMING = "incoming"
"""The view through which a file's rows are read while they are stored."""
FEW = 20
"""So many rows of which none can be used tell that the source has changed; fewer are odd rows."""


@dataclass
class Load:
    """One run over one or more files: what it was told, and what it finds on the way."""

    run: int
    now: int
    """The moment of reading, UTC seconds."""
    folder: Path
    """The city's folder in the store."""
    is_trial: bool = False
    """Whether all rows have to stay in `fresh`, to be asked about."""
    tells_new_values: bool = False
    """Whether the store held rows before, so that a value can be new."""
    known_columns: dict[str, set[str]] = field(default_factory=dict)
    """Per schema, the columns that the files before this run had."""
    sees_all: bool = False
    """Whether ids have to be remembered to know which stored rows are gone."""
    counts: Counts = field(default_factory=Counts)
    repaired: int = 0
    drift: list[dict[str, Any]] = field(default_factory=list)


def ingest(
    connection: Connection, file: PlainFile, city: City, load: Load, *, data_set: str = "", schema: str = ""
) -> None:
    """Store one file's rows and add to what the load has found. Leaves the temporary table `fresh`.

    Raises SourceError if the file is cut off, lacks needed columns, or has no row that can be used.
    """
    match = match_schema(file.name, file.header, city, schema)
    with repaired(file, match.schema) as (whole, n_repaired):
        for anew in temporary.sorted_tables:
            duckdb.create_anew(connection, anew)
        header = _header_number(connection, match.name, file.header)
        incoming = _taken_in(connection, whole, header, city, match.schema, load)
        at_once: tuple[Counts, int | None] | None = None
        if not (load.tells_new_values or load.is_trial) and all_new(connection, incoming):
            at_once = store_all(connection, incoming, load.run, load.now, data_set)
        else:
            fill_fresh(connection, incoming)
        counts, reasons = put_aside(connection, whole, incoming, load.run)
    # a few odd rows among a portal's news must not hold back everything else for good
    few = bool(data_set) and not load.sees_all and counts.read < FEW
    if counts.read and counts.quarantined == counts.read and not few:
        raise SourceError(
            f"None of the {counts.read:,} rows of {file.name} can be used, most often because {REASONS[reasons.most_common(1)[0][0]]}; "
            f"dates are expected as {', '.join(match.schema.time_formats)}. Nothing was changed."
        )
    if counts.read == 0:
        raise SourceError(f"{file.name} has column names but no rows; nothing was changed.")
    known = load.known_columns.get(match.name, set())
    load.drift += drift.column_drift(known, match.name, file.header, match.vanished)
    load.drift += drift.value_drift(connection, told=load.tells_new_values, stored=at_once[1] if at_once else None)
    if load.sees_all:
        note_seen(connection, incoming)
    if at_once:
        load.counts += counts + at_once[0]
    else:
        load.counts += counts + upsert(connection, incoming, load.run, load.now, data_set, load.folder)
    load.repaired += n_repaired


def newest_time(connection: Connection) -> int | None:
    """The newest created, closed or updated time (UTC seconds) of the stored records, impossible ones left out."""
    possible = records.c.flags.op("&")(Flag.IMPOSSIBLE_DATE.bit) == 0
    newest = func.greatest(records.c.created_at, func.coalesce(records.c.closed_at, 0))
    return connection.scalar(select(func.max(newest)).where(possible))


def _taken_in(connection: Connection, file: PlainFile, header: int, city: City, schema: Schema, load: Load) -> Incoming:
    """The file's rows as a raw file, read once and in its order; everything else is made from that."""
    path = raw_files.new_path(load.folder)
    duckdb.load_csv(connection, file.path, len(file.header), file.delimiter)
    regular = write_regular(file.path, len(file.header), file.delimiter, path)
    if not regular:
        _write_all(connection, file, path)
    rows = duckdb_raw.view_of(connection, INCOMING, path, len(file.header))
    raw = ByHeader(dict(zip(file.header, raw_files.texts_of(rows), strict=True)))
    request_id = id_text(raw, schema, rows.c.row).label("request_id")
    has_created = case((func.trim(func.coalesce(raw[schema.columns["created_at"]], "")) != "", 1), else_=0)
    kept = (rows.c.row, rows.c.hash, has_created.label("has_created"), request_id, literal(load.now).label("read_at"))
    cleaned = texts(rows, raw, schema, city, *kept)
    return Incoming(
        path,
        header,
        regular,
        duckdb_raw.rows_of(connection, path),
        rows,
        select(rows.c.row, rows.c.hash, request_id),
        normalised(cleaned, schema, city, load.now, keep=("row", "hash", "has_created")),
    )


def _write_all(connection: Connection, file: PlainFile, path: Path) -> None:
    """Write what can be read of a file some of whose lines are odd; the engine keeps those that cannot."""
    try:
        duckdb_raw.write_staged(connection, path, len(file.header))
    except DBAPIError as error:
        raise SourceError(
            f"{file.name} cannot be read as CSV, perhaps because its lines end in different ways; "
            "save it again as CSV in UTF-8. Nothing was changed."
        ) from error


def _header_number(connection: Connection, schema: str, header: tuple[str, ...]) -> int:
    joined = SEPARATOR.join(header)
    number = connection.scalar(select(headers.c.header).where(headers.c.columns == joined, headers.c.schema == schema))
    if number is None:
        number = (connection.scalar(select(func.max(headers.c.header))) or 0) + 1
        connection.execute(insert(headers).values(header=number, schema=schema, columns=joined))
    return number
