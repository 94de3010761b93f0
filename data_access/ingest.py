"""One file's rows into a city's work file: staged, normalised, and stored by request id, or put into the quarantine."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Table,
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
    text,
)
from sqlalchemy.exc import DBAPIError

from dashboard.domain.errors import SourceError
from dashboard.domain.request import Flag
from data_access.city import City, Schema
from data_access.normalise import records as normalised
from data_access.normalise import texts
from data_access.rules import constant
from data_access.sources.files import PlainFile, blank_lines, ends_with, lines_of_bytes
from data_access.store.engines import duckdb
from data_access.store.tables import headers, quarantine, raw_rows, records, tombstones
from data_access.store.work import SEPARATOR, hash_of, raw_text, stable_hash

LARGEST_REMOVAL = 0.2
"""A full load that would remove a larger share of the stored rows is taken for a broken source."""

REASONS = {
    "no_request_id": "the row has no request id",
    "no_created_date": "the row has no created date",
    "unreadable_created_date": "the created date cannot be read",
    "wrong_column_count": "the row has too many or too few columns",
    "unreadable_line": "the line cannot be read as CSV",
}

_temporary = MetaData()
incoming = Table(
    "incoming",
    _temporary,
    Column("row", BigInteger),
    Column("request_id", Text),
    Column("hash", BigInteger),
    Column("raw", Text),
    Column("has_created", Integer),
    prefixes=["TEMPORARY"],
)
fresh = Table(
    "fresh",
    _temporary,
    Column("row", BigInteger),
    *(Column(c.name, c.type) for c in records.columns),
    prefixes=["TEMPORARY"],
)
seen = Table("seen", MetaData(), Column("request_id", Text), prefixes=["TEMPORARY"])
"""The request ids of all files of a full load, those of rows in the quarantine included: the source still holds them."""
changed = Table("changed", _temporary, Column("row", BigInteger), Column("request_id", Text), prefixes=["TEMPORARY"])


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows that were read: read = stored + updated + unchanged + quarantined."""

    read: int = 0
    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    removed: int = 0
    new_in_quarantine: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def changed(self) -> bool:
        """Whether anything that is kept has changed."""
        return bool(self.stored or self.updated or self.removed or self.new_in_quarantine)


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
    duckdb.create_tables(connection, _temporary)
    for temporary in _temporary.sorted_tables:
        connection.execute(delete(temporary))
    _normalise(connection, file, city, schema, now)
    counts = _quarantine(connection, file, run)
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
            select(raw_rows.c.hash, literal(reason), literal("stored rows"), literal(0), raw_rows.c.raw, literal(run)).where(*lost),
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


def _bad() -> ColumnElement[bool]:
    return or_(incoming.c.request_id.is_(None), fresh.c.created_at.is_(None))


def _quarantine(connection: Connection, file: PlainFile, run: int) -> Counts:
    rejects = (
        connection.execute(
            text("SELECT line, line_byte_position AS start, error_type, csv_line FROM csv_rejects ORDER BY line")
        )
        .mappings()
        .all()
    )
    lines = list({row["line"]: row for row in rejects}.values())
    if lines and not file.ends_with_newline and ends_with(file.path, lines[-1]["csv_line"] or ""):
        raise SourceError(f"{file.name} is cut off in its last line; download it again. Nothing was changed.")
    rejected = _rejected([(row["line"], row["start"], row["csv_line"] or "") for row in lines], file.path)
    found: list[dict[str, Any]] = []
    for row, place in zip(lines, rejected, strict=True):
        kind = "wrong_column_count" if "COLUMNS" in row["error_type"] else "unreadable_line"
        found.append({"reason": kind, "line": place.line, "raw": place.text})
    reason = case(
        (incoming.c.request_id.is_(None), "no_request_id"),
        (incoming.c.has_created == 0, "no_created_date"),
        else_="unreadable_created_date",
    )
    bad = (
        connection.execute(
            select(incoming.c.row, incoming.c.raw, reason.label("reason"))
            .join(fresh, fresh.c.row == incoming.c.row)
            .where(_bad())
            .order_by(incoming.c.row)
        )
        .mappings()
        .all()
    )
    if bad:
        physical = _lines_of(
            [row["row"] for row in bad],
            _newlines_before(connection, [row["row"] for row in bad]),
            rejected,
            blank_lines(file.path),
        )
        found += [
            {"reason": row["reason"], "line": line, "raw": row["raw"]} for row, line in zip(bad, physical, strict=True)
        ]
    fresh_rows = _keep_new(connection, found, file, run)
    good = connection.scalar(select(func.count()).select_from(incoming)) or 0
    return Counts(read=good + len(lines), quarantined=len(found), new_in_quarantine=fresh_rows)


@dataclass(frozen=True, slots=True)
class _Rejected:
    """A row that is no CSV of the right shape: its number among the lines as the engine counts, its first line, its text."""

    counted: int
    line: int
    text: str


def _rejected(rows: list[tuple[int, int, str]], path: Path) -> list[_Rejected]:
    """Rejected rows from (line, byte, text) as the engine gives them, where blank lines belong to the row after them."""
    texts_only = [raw.lstrip("\n") for _, _, raw in rows]
    starts = [start + len(raw) - len(text) for (_, start, raw), text in zip(rows, texts_only, strict=True)]
    lines = lines_of_bytes(path, starts)
    return [_Rejected(counted, line, text) for (counted, _, _), line, text in zip(rows, lines, texts_only, strict=True)]


def _lines_of(rows: list[int], newlines: dict[int, int], rejected: list[_Rejected], blanks: list[int]) -> list[int]:
    """The line of the file in which each accepted row begins; `rows` ascending, numbered from 1."""
    places = [
        reject.counted - bisect_left(blanks, reject.line) for reject in rejected
    ]  # among all rows, the header first
    found: list[int] = []
    before = breaks = passed = 0
    for row in rows:
        while before < len(places) and places[before] <= row + 1 + before:
            breaks += rejected[before].text.rstrip("\n").count("\n")
            before += 1
        line = 1 + row + before + newlines[row] + breaks
        while passed < len(blanks) and blanks[passed] <= line + passed:
            passed += 1
        found.append(line + passed)
    return found


def _newlines_before(connection: Connection, rows: list[int]) -> dict[int, int]:
    """For each row, how many line breaks stand inside quoted texts of the rows before it."""
    breaks = func.length(incoming.c.raw) - func.length(func.replace(incoming.c.raw, "\n", ""))
    totals = select(
        incoming.c.row, (func.sum(breaks).over(order_by=incoming.c.row) - breaks).label("before")
    ).subquery()
    found = connection.execute(select(totals.c.row, totals.c.before).where(totals.c.row.in_(rows)))
    return {row: int(before) for row, before in found}


def _keep_new(connection: Connection, found: list[dict[str, Any]], file: PlainFile, run: int) -> int:
    if not found:
        return 0
    for row in found:
        row["hash"] = hash_of(row["raw"] or "")
    known = {tuple(row) for row in connection.execute(select(quarantine.c.hash, quarantine.c.reason))}
    new = {(row["hash"], row["reason"]): row for row in found if (row["hash"], row["reason"]) not in known}
    if new:
        connection.execute(insert(quarantine), [{**row, "file": file.name, "run": run} for row in new.values()])
    return len(new)


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
        .where(~_bad())
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
