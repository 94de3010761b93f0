"""DuckDB: how its files are opened, and the few statements that only it understands."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pandas as pd
from sqlalchemy import CursorResult, Engine, MetaData, RowMapping, create_engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool, QueuePool
from sqlalchemy.schema import CreateTable

READER_MEMORY = "2GB"


def open_writable(path: Path) -> Engine:
    """A file for its one writer: the work file under the city's lock, or a version that is being built."""
    return create_engine(
        f"duckdb:///{path}", poolclass=NullPool, connect_args={"config": {"threads": os.cpu_count() or 1}}
    )


def open_published(path: Path, *, threads: int = 2) -> Engine:
    """A published file, read-only: reading other files, settings and writes are refused by the engine itself."""
    config = {
        "enable_external_access": False,
        "lock_configuration": True,
        "threads": threads,
        "memory_limit": READER_MEMORY,
    }
    return create_engine(
        f"duckdb:///{path}",
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        connect_args={"read_only": True, "config": config},
    )


def attach(connection: Connection, path: Path, name: str, *, read_only: bool = True) -> None:
    """Make the tables of another file usable as `name.table`."""
    quoted = str(path).replace("'", "''")
    connection.execute(text(f"ATTACH '{quoted}' AS {name}" + (" (READ_ONLY)" if read_only else "")))


def checkpoint(connection: Connection, name: str | None = None) -> None:
    """Write what is still in the log into the file itself, so that the file alone is complete."""
    connection.execute(text(f"CHECKPOINT {name}" if name else "CHECKPOINT"))


def load_csv(connection: Connection, path: Path, columns: int, delimiter: str) -> None:
    """Read a CSV file as text into the temporary table `staged` (row, c0, c1, ...); lines of a wrong shape go to the
    temporary table csv_rejects."""
    spec = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(columns))
    for name in ("staged", "csv_rejects", "csv_scans"):
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    connection.execute(
        text(
            f"CREATE TEMP TABLE staged AS SELECT row_number() OVER () AS row, * FROM read_csv("  # noqa: S608 - c0, c1, ...
            f":path, columns = {{{spec}}}, auto_detect = false, header = false, skip = 1, delim = :delimiter, quote = '\"', "
            "escape = '\"', store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans', "
            "rejects_limit = 0, strict_mode = true, max_line_size = 16777216)"
        ),
        {"path": str(path), "delimiter": delimiter},
    )


def rejected_rows(connection: Connection) -> Sequence[RowMapping]:
    """The lines that load_csv could not read, in order: line, start (byte), error_type, csv_line."""
    statement = "SELECT line, line_byte_position AS start, error_type, csv_line FROM csv_rejects ORDER BY line"
    return connection.execute(text(statement)).mappings().all()


def create_tables(connection: Connection, tables: MetaData) -> None:
    """Create those tables that are not there yet; asking the engine's catalogue first would take a second."""
    for table in tables.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))


def add_column(connection: Connection, table: str, name: str, kind: str) -> None:
    """Add a column to a table that an earlier version made, if it is not there; the words are this program's own."""
    connection.execute(text(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} {kind}"))


def load_frame(connection: Connection, table: str, frame: pd.DataFrame) -> None:
    """Make a temporary table from a frame, its columns named as the frame's."""
    raw = cast(Any, connection.connection.dbapi_connection).cursor()
    raw.register("frame_to_load", frame)
    raw.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM frame_to_load")  # noqa: S608 - a name of this program
    raw.unregister("frame_to_load")


def fetch_columns(result: CursorResult[Any]) -> pd.DataFrame:
    """All rows of a result as a frame, column by column: an object a row would cost more than the query."""
    return cast(Any, result.cursor).df()
