"""One file's rows into a city's work file: staged, normalised, and stored by request id, or put into the quarantine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    MetaData,
    Select,
    Table,
    Text,
    case,
    column,
    func,
    insert,
    literal,
    select,
    table,
)
from sqlalchemy.exc import DBAPIError

from dashboard.domain.errors import SourceError
from dashboard.domain.request import Flag
from data_access import drift
from data_access.city import City, Schema
from data_access.columns import ByHeader, field_texts, id_text
from data_access.normalise import records as normalised
from data_access.normalise import with_lowered
from data_access.quarantine import REASONS, put_aside
from data_access.schema_match import match_schema
from data_access.sources.files import PlainFile
from data_access.sources.repair import repaired
from data_access.staging import Counts, fresh, incoming, temporary, text_of
from data_access.store.engines import duckdb
from data_access.store.tables import SEPARATOR, headers, records
from data_access.store.work import raw_text, stable_hash
from data_access.upsert import note_seen, upsert

LINE = "line of the file"
FEW = 20
"""So many rows of which none can be used tell that the source has changed; fewer are odd rows."""


@dataclass
class Load:
    """One run over one or more files: what it was told, and what it finds on the way."""

    run: int
    now: int
    """The moment of reading, UTC seconds."""
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
    """Store one file's rows and add to what the load has found. Leaves the temporary tables `incoming` and `fresh`.

    Raises SourceError if the file is cut off, lacks needed columns, or has no row that can be used.
    """
    match = match_schema(file.name, file.header, city, schema)
    with repaired(file, match.schema) as (whole, n_repaired):
        duckdb.load_csv(connection, whole.path, len(whole.header), whole.delimiter)
        for anew in temporary.sorted_tables:
            duckdb.create_anew(connection, anew)
        _normalise(connection, whole, city, match.schema, load.now)
        counts, reasons = put_aside(connection, whole, load.run)
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


def _normalise(connection: Connection, file: PlainFile, city: City, schema: Schema, now: int) -> None:
    """The file's rows into `incoming`, read once and in its order, and from there as records into `fresh`.

    Two steps, for only the first keeps the order of the lines: the second joins, and an engine may turn a join around.
    """
    found = _as_texts(file, schema, city).subquery("found")
    fields = [column.name for column in found.c if column.name not in incoming.c and column.name != LINE]
    own = (Column(c.name, c.type, system=c.system) for c in incoming.c)
    made = Table(
        incoming.name, MetaData(), *own, *(Column(text_of(name), Text) for name in fields), prefixes=["TEMPORARY"]
    )
    duckdb.create_anew(connection, made)
    order = [*(c.name for c in incoming.c if not c.system), *fields]
    names = [c.name for c in made.c if not c.system]
    rows = select(*(found.c[name] for name in order))
    if schema.id_columns:
        rows = rows.order_by(found.c[LINE])  # the ids were numbered within rows that are alike
    try:
        connection.execute(insert(made).from_select(names, rows))
    except DBAPIError as error:
        raise SourceError(
            f"{file.name} cannot be read as CSV, perhaps because its lines end in different ways; "
            "save it again as CSV in UTF-8. Nothing was changed."
        ) from error
    stored = select(
        made.c.rowid.label("row"),
        made.c.request_id,
        literal(now).label("read_at"),
        *(made.c[text_of(field)].label(field) for field in fields),
    ).subquery("stored")
    records_of = normalised(with_lowered(stored, city), schema, city, now, keep=("row",)).subquery()
    names = [c.name for c in fresh.c]
    connection.execute(insert(fresh).from_select(names, select(*(records_of.c[name] for name in names))))


def _as_texts(file: PlainFile, schema: Schema, city: City) -> Select[*tuple[Any, ...]]:
    """The staged lines: request_id, hash, raw, has_created, and the cleaned texts of the fields."""
    columns: list[ColumnElement[str]] = [column(f"c{i}", Text) for i in range(len(file.header))]
    staged: FromClause = table("staged", *cast(Any, columns))
    if schema.id_columns:  # which of several rows that are alike comes first decides their ids
        staged = select(*columns, func.row_number().over().label(LINE)).select_from(staged).subquery("numbered")
    columns = [staged.c[f"c{i}"] for i in range(len(file.header))]
    raw = ByHeader(dict(zip(file.header, columns, strict=True)))
    line = staged.c[LINE] if schema.id_columns else literal(0)
    whole = raw_text(columns)
    has_created = case((func.trim(func.coalesce(raw[schema.columns["created_at"]], "")) != "", 1), else_=0)
    kept = (
        id_text(raw, schema, line).label("request_id"),
        stable_hash(whole).label("hash"),
        whole.label("raw"),
        has_created.label("has_created"),
        line.label(LINE),
    )
    return field_texts(staged, raw, schema, city, kept)


def _header_number(connection: Connection, schema: str, header: tuple[str, ...]) -> int:
    joined = SEPARATOR.join(header)
    number = connection.scalar(select(headers.c.header).where(headers.c.columns == joined, headers.c.schema == schema))
    if number is None:
        number = (connection.scalar(select(func.max(headers.c.header))) or 0) + 1
        connection.execute(insert(headers).values(header=number, schema=schema, columns=joined))
    return number
