"""DuckDB's side of the raw files: rows of text as Parquet, every text once in a row group and known by its number after."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    TableClause,
    Text,
    cast,
    column,
    func,
    literal,
    table,
    text,
)

WRITTEN = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"


def row_hash(columns: Sequence[ColumnElement[str]]) -> ColumnElement[int]:
    """63 bits of the engine's own hash of a row's texts: the same for the same texts, but only within one version of it."""
    return cast(func.hash(*columns).op(">>")(literal(1)), BigInteger)


def engine_version(connection: Connection) -> str:
    """The version for which hashes hold."""
    return str(connection.scalar(text("SELECT version()")))


def write_staged(connection: Connection, path: Path, columns: int) -> None:
    """Read the view `staged` (see duckdb.load_csv) once, into a raw file: c0, c1, ... as texts in the order of the lines,
    an empty text as NULL."""
    _copy(connection, f"SELECT {_names(columns)} FROM staged", path)  # noqa: S608 - this program's names


def write_chosen(connection: Connection, view: str, columns: int, chosen: str, path: Path) -> None:
    """Write those rows of a view over raw files whose `row` is in a table, in the order of the rows, into a raw file."""
    query = f"SELECT {_names(columns)} FROM {view} v SEMI JOIN {chosen} USING (row) ORDER BY row"  # noqa: S608 - this program's names
    _copy(connection, query, path)


def write_together(connection: Connection, parts: Mapping[int, Path], columns: int, moved: str, path: Path) -> None:
    """Write rows of several raw files with the same columns into a new one; table `moved` tells by from_file and from_row
    which, and by row in which order."""
    rows = " UNION ALL ".join(
        f"SELECT CAST({file} AS INTEGER) AS from_file, file_row_number AS from_row, {_names(columns)} "  # noqa: S608 - quoted
        f"FROM read_parquet('{_as_pattern(part)}', file_row_number = true)"
        for file, part in parts.items()
    )
    query = (
        f"SELECT {_names(columns)} FROM ({rows}) v "  # noqa: S608 - this program's names
        f"JOIN {moved} m ON m.from_file = v.from_file AND m.from_row = v.from_row ORDER BY m.row"
    )
    _copy(connection, query, path)


def write_split(connection: Connection, old: str, header: int, separator: str, columns: int, path: Path) -> None:
    """Write the joined texts of an old table's rows of one header, in its order, into a raw file."""
    names = [f"c{place}" for place in range(columns)]
    pieces = ", ".join(f"nullif(pieces[{place + 1}], '') AS {name}" for place, name in enumerate(names))
    query = (
        f"SELECT {pieces} FROM "  # noqa: S608 - this program's names
        f"(SELECT string_split(raw, chr({ord(separator)})) AS pieces FROM {old} WHERE header = {header} ORDER BY rowid)"
    )
    _copy(connection, query, path)


def place_old(connection: Connection, old: str, header: int, view: str, file: int) -> None:
    """Name the places of an old table's rows of one header, which stand in that order in a raw file read through a view."""
    connection.exec_driver_sql(
        "INSERT INTO raw_rows (request_id, hash, file, row, read_at, run, data_set) "  # noqa: S608 - this program's names
        f"SELECT o.request_id, v.hash, {file}, v.row, o.read_at, o.run, o.data_set FROM "
        f"(SELECT row_number() OVER (ORDER BY rowid) - 1 AS row, * FROM {old} WHERE header = {header}) o "
        f"JOIN {view} v USING (row)"
    )


def view_of(connection: Connection, name: str, path: Path, columns: int) -> TableClause:
    """Make a raw file readable as a temporary view: row (from 0), hash, and c0, c1, ... as texts."""
    names = _names(columns)
    connection.exec_driver_sql(
        f"CREATE OR REPLACE TEMP VIEW {name} AS "  # noqa: S608 - quoted
        f"SELECT file_row_number AS row, CAST(hash({names}) >> 1 AS BIGINT) AS hash, {names} "
        f"FROM read_parquet('{_as_pattern(path)}', file_row_number = true)"
    )
    return table(
        name,
        column("row", BigInteger),
        column("hash", BigInteger),
        *(column(f"c{place}", Text) for place in range(columns)),
    )


def rows_of(connection: Connection, path: Path) -> int:
    """How many rows a raw file holds; read from its end."""
    found: Any = connection.exec_driver_sql(f"SELECT count(*) FROM read_parquet('{_as_pattern(path)}')").scalar()  # noqa: S608 - quoted
    return int(found)


def _names(columns: int) -> str:
    return ", ".join(f"c{place}" for place in range(columns))


def _copy(connection: Connection, query: str, path: Path) -> None:
    connection.exec_driver_sql(f"COPY ({query}) TO '{_quoted(path)}' ({WRITTEN})")


def _as_pattern(path: Path) -> str:
    """A path for a function that would take [, * and ? in it for a pattern of file names."""
    return re.sub(r"([\[*?])", r"[\1]", _quoted(path))


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
