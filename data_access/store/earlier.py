"""What an earlier version of this program, or of the engine, has left in a work file, brought into its present form."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, column, select, table, text

from data_access.store import raw_files
from data_access.store.engines import duckdb, duckdb_raw
from data_access.store.tables import SEPARATOR, headers, raw_rows

OLD = "raw_rows_with_texts"
"""The raw rows of before the fifth format, each with its header and its columns as one text."""


def put_aside_old(connection: Connection) -> None:
    """Rename the raw rows of before the fifth format, so that the present table can stand in their place."""
    if duckdb.has_column(connection, raw_rows.name, "raw"):
        connection.execute(text(f"ALTER TABLE {raw_rows.name} RENAME TO {OLD}"))
        duckdb.add_column(connection, OLD, "data_set", "TEXT DEFAULT ''")


def move_raw_texts(connection: Connection, folder: Path) -> None:
    """Write the texts of renamed raw rows into raw files, one a header, and name their places."""
    if not duckdb.has_column(connection, OLD, "raw"):
        return
    old = table(OLD, column("header"))
    for header, columns in connection.execute(select(headers.c.header, headers.c.columns)).all():
        rows = connection.scalar(select(text("count(*)")).select_from(old).where(old.c.header == header)) or 0
        if not rows:
            continue
        path, width = raw_files.new_path(folder), len(columns.split(SEPARATOR))
        duckdb_raw.write_split(connection, OLD, header, SEPARATOR, width, path)
        number = raw_files.keep(connection, path, header, rows)
        duckdb_raw.view_of(connection, "moved_texts", path, width)
        duckdb_raw.place_old(connection, OLD, header, "moved_texts", number)
    connection.execute(text(f"DROP TABLE {OLD}"))


def hash_anew(connection: Connection, folder: Path) -> None:
    """Make the hashes of all stored rows with the engine that is here."""
    for raw in raw_files.stored(connection, folder):
        same = (raw_rows.c.file == raw.file) & (raw_rows.c.row == raw.rows.c.row)
        connection.execute(raw_rows.update().where(same).values(hash=duckdb_raw.row_hash(raw.texts)))
