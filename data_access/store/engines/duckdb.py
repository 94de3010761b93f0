"""DuckDB: how its files are opened, and the few statements that only it understands."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import pandas as pd
from sqlalchemy import URL, CursorResult, Dialect, Engine, MetaData, RowMapping, Select, Table, create_engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import NullPool, Pool, QueuePool
from sqlalchemy.schema import CreateColumn, CreateTable
from sqlalchemy.util import LRUCache

READER_MEMORY = "2GB"
WRITER_MEMORY = "1GB"
"""What a sync may hold in memory, however many rows it reads: the rest waits on disk, beside the file."""


def open_writable(path: Path) -> Engine:
    """A file for its one writer: the work file under the city's lock, or a version that is being built."""
    config = {"threads": os.cpu_count() or 1, "memory_limit": WRITER_MEMORY, "storage_compatibility_version": "latest"}
    return _engine(path, NullPool, {"config": config})


def open_published(path: Path, *, threads: int = 2) -> Engine:
    """A published file, read-only: reading other files, settings and writes are refused by the engine itself."""
    config = {
        "enable_external_access": False,
        "lock_configuration": True,
        "threads": threads,
        "memory_limit": READER_MEMORY,
    }
    return _engine(path, QueuePool, {"read_only": True, "config": config}, pool_size=8, max_overflow=24)


def _engine(path: Path, pool: type[Pool], given: dict[str, Any], **pooled: Any) -> Engine:
    """An engine of a file whose statements are compiled once for all files: to compile them anew for each file, and for each
    version that is published, takes longer than most of them take to run."""
    dialect, compiled = _shared()

    def connect() -> Any:
        return dialect.connect(database=str(path), **given | {"config": dict(given["config"])})

    url = URL.create("duckdb", database=str(path))
    return Engine(
        pool(connect, dialect=dialect, **pooled), dialect, url, execution_options={"compiled_cache": compiled}
    )


@cache
def _shared() -> tuple[Dialect, LRUCache[Any, Any]]:
    """The dialect, told by a connection what the engine can do, and the statements that it has compiled."""
    first = create_engine("duckdb:///:memory:")
    with first.connect():
        pass
    first.dispose()
    return first.dialect, LRUCache(2000)


def attach(connection: Connection, path: Path, name: str, *, read_only: bool = True) -> None:
    """Make the tables of another file usable as `name.table`."""
    quoted = str(path).replace("'", "''")
    connection.execute(text(f"ATTACH '{quoted}' AS {name}" + (" (READ_ONLY)" if read_only else "")))


def checkpoint(connection: Connection, name: str | None = None) -> None:
    """Write what is still in the log into the file itself, so that the file alone is complete."""
    connection.execute(text(f"CHECKPOINT {name}" if name else "CHECKPOINT"))


def load_csv(connection: Connection, path: Path, columns: int, delimiter: str) -> None:
    """Make a CSV file readable, once, as the temporary view `staged` (c0, c1, ..., all text); lines of a wrong shape go to
    the temporary table csv_rejects while it is read. Nothing of it is held in memory."""
    spec = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(columns))
    for name in ("csv_rejects", "csv_scans"):
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    quoted, mark = str(path).replace("'", "''"), delimiter.replace("'", "''")
    # a view takes no parameters; the colons in it would be taken for some
    statement = (
        f"CREATE OR REPLACE TEMP VIEW staged AS SELECT * FROM read_csv('{quoted}', columns = {{{spec}}}, "  # noqa: S608
        f"auto_detect = false, header = false, skip = 1, delim = '{mark}', quote = '\"', escape = '\"', "
        "store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans', rejects_limit = 0, "
        "strict_mode = true, max_line_size = 16777216)"
    )
    connection.exec_driver_sql(statement)


def number_lines(connection: Connection, name: str) -> None:
    """Keep the rows of `staged` in a temporary table; `row` is the place of each among them, from 0."""
    statement = f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT row_number() OVER () - 1 AS row, * FROM staged"  # noqa: S608 - this program's names
    connection.execute(text(statement))


def rejected_rows(connection: Connection) -> Sequence[RowMapping]:
    """The lines that load_csv could not read, in order: line, start (byte), error_type, csv_line."""
    statement = "SELECT line, line_byte_position AS start, error_type, csv_line FROM csv_rejects ORDER BY line"
    return connection.execute(text(statement)).mappings().all()


@compiles(CreateColumn, "duckdb")
def _with_compression(element: CreateColumn, compiler: Any, **options: Any) -> str | None:
    """A column whose `info` names a compression is kept in it: the engine's own choice costs more and saves less."""
    plain = compiler.visit_create_column(element, **options)
    compression = element.element.info.get("compression")
    return f"{plain} USING COMPRESSION {compression}" if compression else plain


def create_anew(connection: Connection, table: Table) -> None:
    """Create a temporary table, in place of one of the same name: its rows are numbered from 0 (rowid)."""
    connection.execute(text(f"DROP TABLE IF EXISTS temp.{table.name}"))
    connection.execute(CreateTable(table))


def create_tables(connection: Connection, tables: MetaData) -> None:
    """Create those tables that are not there yet; asking the engine's catalogue first would take a second."""
    for table in tables.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))


def has_table(connection: Connection, name: str) -> bool:
    """Whether the file has a table of that name."""
    statement = "SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND table_name = :name"
    return bool(connection.scalar(text(statement), {"name": name}))


def has_column(connection: Connection, table: str, name: str) -> bool:
    """Whether the file has a table of that name with such a column."""
    statement = (
        "SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND table_name = :table AND column_name = :name"
    )
    return bool(connection.scalar(text(statement), {"table": table, "name": name}))


def add_column(connection: Connection, table: str, name: str, kind: str) -> None:
    """Add a column to a table that an earlier version made, if it is not there; the words are this program's own."""
    connection.execute(text(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} {kind}"))


def load_frame(connection: Connection, table: str, frame: pd.DataFrame) -> None:
    """Make a temporary table from a frame, its columns named as the frame's."""
    raw = cast(Any, connection.connection.dbapi_connection).cursor()
    raw.register("frame_to_load", frame)
    raw.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM frame_to_load")  # noqa: S608 - a name of this program
    raw.unregister("frame_to_load")


def batches(connection: Connection, statement: Select[*tuple[Any, ...]], size: int) -> Iterator[Any]:
    """The rows of a statement as Arrow batches of at most so many rows: nothing more of them is held in memory."""
    yield from cast(Any, connection.execute(statement).cursor).to_arrow_reader(size)


def fetch_columns(result: CursorResult[Any]) -> pd.DataFrame:
    """All rows of a result as a frame, column by column: an object a row would cost more than the query."""
    return cast(Any, result.cursor).df()
