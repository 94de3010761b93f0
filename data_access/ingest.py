"""One file's rows into a city's work file: staged, normalised, and stored by request id, or put into the quarantine."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    case,
    column,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    table,
)
from sqlalchemy.exc import DBAPIError

from dashboard.domain.errors import SourceError
from dashboard.domain.request import Flag
from data_access.city import City, Schema
from data_access.normalise import records as normalised
from data_access.normalise import texts
from data_access.quarantine import REASONS, put_aside
from data_access.rules import constant
from data_access.sources.files import PlainFile
from data_access.staging import Counts, changed, fresh, incoming, is_bad, seen, temporary
from data_access.store.engines import duckdb
from data_access.store.tables import headers, quarantine, raw_rows, records, tombstones
from data_access.store.work import SEPARATOR, raw_text, stable_hash

LARGEST_REMOVAL = 0.2
"""A full load that would remove a larger share of the stored rows is taken for a broken source."""


def find_schema(file: PlainFile, city: City) -> tuple[str, Schema]:
    """The city's schema whose columns the file has. Raises SourceError naming what is missing."""
    have = {name.casefold() for name in file.header}
    missing = {
        name: [header for header in schema.columns.values() if header.casefold() not in have]
        for name, schema in city.schemas.items()
    }
    name = min(missing, key=lambda key: len(missing[key]))
    if missing[name]:
        first = ", ".join(repr(header) for header in missing[name][:5])
        more = f" and {len(missing[name]) - 5} more" if len(missing[name]) > 5 else ""
        raise SourceError(
            f"{file.name} has no column {first}{more}, which {city.name}'s file '{name}' is expected to have; "
            "nothing was changed."
        )
    return name, city.schemas[name]


def ingest(connection: Connection, file: PlainFile, city: City, *, run: int, now: int) -> Counts:
    """Store one file's rows. Leaves the temporary tables `incoming` and `fresh`; raises SourceError if the file is cut off."""
    schema_name, schema = find_schema(file, city)
    try:
        duckdb.load_csv(connection, file.path, len(file.header), file.delimiter)
    except DBAPIError as error:
        raise SourceError(
            f"{file.name} cannot be read as CSV, perhaps because its lines end in different ways; "
            "save it again as CSV in UTF-8. Nothing was changed."
        ) from error
    duckdb.create_tables(connection, temporary)
    for emptied in temporary.sorted_tables:
        connection.execute(delete(emptied))
    _normalise(connection, file, city, schema, now)
    counts, reasons = put_aside(connection, file, run)
    if counts.read and counts.quarantined == counts.read:
        raise SourceError(
            f"None of the {counts.read:,} rows of {file.name} can be used, most often because {REASONS[reasons.most_common(1)[0][0]]}; "
            f"dates are expected as {', '.join(schema.time_formats)}. Nothing was changed."
        )
    if counts.read == 0:
        raise SourceError(f"{file.name} has column names but no rows; nothing was changed.")
    counts += _upsert(connection, _header_number(connection, schema_name, file.header), run, now)
    return counts


def stored_rows(connection: Connection) -> int:
    """How many requests are stored."""
    return connection.scalar(select(func.count()).select_from(raw_rows)) or 0


def remove_missing(connection: Connection, run: int, total: int) -> int:
    """Remove stored rows that a full load did not hold and keep a tombstone.

    `total` is how many were stored before it; raises SourceError when more than LARGEST_REMOVAL of them would go.
    """
    gone = ~exists().where(seen.c.request_id == raw_rows.c.request_id)
    missing = connection.scalar(select(func.count()).select_from(raw_rows).where(gone)) or 0
    if missing > LARGEST_REMOVAL * total:
        raise SourceError(
            f"This full load lacks {missing:,} of the {total:,} stored requests, more than "
            f"{LARGEST_REMOVAL:.0%}; nothing was changed. If that is right, sync into an empty data folder."
        )
    if missing:
        connection.execute(
            insert(tombstones).from_select(
                ["request_id", "header", "raw", "run"],
                select(raw_rows.c.request_id, raw_rows.c.header, raw_rows.c.raw, literal(run)).where(gone),
            )
        )
        for target in (records, raw_rows):
            connection.execute(delete(target).where(~exists().where(seen.c.request_id == target.c.request_id)))
    return missing


def renormalise(connection: Connection, city: City, *, run: int, now: int) -> None:
    """Make all records again from the raw rows, after the city's file has changed.

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
        stored = select(raw_rows.c.read_at, values).where(raw_rows.c.header == row["header"]).subquery("stored")
        raw = {
            name: func.list_extract(stored.c["values"], index + 1)
            for index, name in enumerate(row["columns"].split(SEPARATOR))
        }
        rows = texts(stored, _by_header(raw), schema, city, (stored.c.read_at,)).subquery()
        found = normalised(rows, schema, city, now).subquery()
        connection.execute(
            insert(records).from_select(
                [c.name for c in records.columns], select(*found.c).where(found.c.created_at.is_not(None))
            )
        )
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


def _normalise(connection: Connection, file: PlainFile, city: City, schema: Schema, now: int) -> None:
    staged = table("staged", column("row"), *(column(f"c{i}", Text) for i in range(len(file.header))))
    columns: list[ColumnElement[str]] = [staged.c[f"c{i}"] for i in range(len(file.header))]
    raw = _by_header(dict(zip(file.header, columns, strict=True)))
    created = raw[schema.columns["created_at"]]
    whole = raw_text(columns)
    request_id = func.nullif(func.trim(raw[schema.columns["request_id"]]), "")
    has_created = case((func.trim(func.coalesce(created, "")) != "", 1), else_=0)
    connection.execute(
        insert(incoming).from_select(
            ["row", "request_id", "hash", "raw", "has_created"],
            select(staged.c.row, request_id, stable_hash(whole), whole, has_created),
        )
    )
    read_at = literal(now).label("read_at")
    rows = texts(staged, raw, schema, city, (staged.c.row, read_at)).subquery()
    found = normalised(rows, schema, city, now, keep=("row",)).subquery()
    names = [c.name for c in fresh.columns]
    connection.execute(insert(fresh).from_select(names, select(*(found.c[name] for name in names))))


def _by_header(columns: dict[str, Any]) -> dict[str, Any]:
    """Columns found by header in any case: portals change the case of their names."""

    class _AnyCase(dict[str, Any]):
        def __missing__(self, key: str) -> Any:
            return dict.__getitem__(self, key.casefold())

    return _AnyCase({name.casefold(): value for name, value in columns.items()})


def _header_number(connection: Connection, schema: str, header: tuple[str, ...]) -> int:
    joined = SEPARATOR.join(header)
    number = connection.scalar(select(headers.c.header).where(headers.c.columns == joined, headers.c.schema == schema))
    if number is None:
        number = (connection.scalar(select(func.max(headers.c.header))) or 0) + 1
        connection.execute(insert(headers).values(header=number, schema=schema, columns=joined))
    return number


def _upsert(connection: Connection, header: int, run: int, now: int) -> Counts:
    """Store the last row of each request id whose text differs from the stored one."""
    good = (
        select(
            incoming.c.row,
            incoming.c.request_id,
            incoming.c.hash,
            func.max(incoming.c.row).over(partition_by=incoming.c.request_id).label("last"),
        )
        .join(fresh, fresh.c.row == incoming.c.row)
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
    named = select(incoming.c.request_id).where(incoming.c.request_id.is_not(None)).distinct()
    connection.execute(insert(seen).from_select(["request_id"], named))
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
    connection.execute(
        insert(raw_rows).from_select(
            ["request_id", "hash", "header", "raw", "read_at", "run"],
            select(
                incoming.c.request_id, incoming.c.hash, literal(header), incoming.c.raw, literal(now), literal(run)
            ).join(changed, changed.c.row == incoming.c.row),
        )
    )
    names = [c.name for c in records.columns]
    connection.execute(
        insert(records).from_select(
            names, select(*(fresh.c[name] for name in names)).join(changed, changed.c.row == fresh.c.row)
        )
    )
    return Counts(stored=int(n_stored), unchanged=int(n_unchanged), updated=total - int(n_stored) - int(n_unchanged))


def newest_time(connection: Connection) -> int | None:
    """The newest created, closed or updated time (UTC seconds) of the stored records, impossible ones left out."""
    possible = records.c.flags.op("&")(Flag.IMPOSSIBLE_DATE.bit) == 0
    newest = func.greatest(records.c.created_at, func.coalesce(records.c.closed_at, 0))
    return connection.scalar(select(func.max(newest)).where(possible))
