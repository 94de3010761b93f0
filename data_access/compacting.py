"""Raw files of which little is still needed, and many small ones, written together into new ones."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from data_access.store import raw_files
from data_access.store.engines import duckdb, duckdb_raw
from data_access.store.tables import SEPARATOR, headers, raw_rows
from data_access.store.tables import raw_files as table

MOST_SMALL, SMALL = 40, 100_000
"""So many files of fewer rows may stand side by side: each costs an open when rows are read again."""
LEAST_NEEDED = 0.5

moved = Table(
    "moved",
    MetaData(),
    Column("from_file", Integer),
    Column("from_row", BigInteger),
    Column("row", BigInteger),
    prefixes=["TEMPORARY"],
)
"""Where the rows of the files that are written together stand now, and where they will stand."""


def compact(connection: Connection, folder: Path) -> None:
    """Forget raw files of which no row is needed, and write those anew of which less than half is, or which are too many.

    Only the table changes what counts: the files themselves are deleted after the commit (raw_files.drop_unnamed).
    """
    needed = {
        int(file): int(n)
        for file, n in connection.execute(select(raw_rows.c.file, func.count()).group_by(raw_rows.c.file))
    }
    small: dict[int, list[int]] = {}
    files = connection.execute(select(table.c.file, table.c.header, table.c.rows).order_by(table.c.file)).all()
    for file, header, rows in files:
        if file not in needed:
            connection.execute(delete(table).where(table.c.file == file))
        elif rows < SMALL:
            small.setdefault(header, []).append(file)
        elif needed[file] < LEAST_NEEDED * rows:
            _write_together(connection, folder, header, [file])
    for header, several in small.items():
        if len(several) > MOST_SMALL:
            _write_together(connection, folder, header, several)


def _write_together(connection: Connection, folder: Path, header: int, files: list[int]) -> None:
    duckdb.create_anew(connection, moved)
    place = func.row_number().over(order_by=(raw_rows.c.file, raw_rows.c.row)) - 1
    now = select(raw_rows.c.file, raw_rows.c.row, place).where(raw_rows.c.file.in_(files))
    connection.execute(insert(moved).from_select(["from_file", "from_row", "row"], now))
    path = raw_files.new_path(folder)
    named = connection.execute(select(table.c.file, table.c.name).where(table.c.file.in_(files)))
    parts = {int(file): folder / raw_files.FOLDER / name for file, name in named}
    columns = connection.scalar(select(headers.c.columns).where(headers.c.header == header)) or ""
    duckdb_raw.write_together(connection, parts, len(columns.split(SEPARATOR)), moved.name, path)
    rows = connection.scalar(select(func.count()).select_from(moved)) or 0
    kept = raw_files.keep(connection, path, header, rows)
    same = and_(raw_rows.c.file == moved.c.from_file, raw_rows.c.row == moved.c.from_row)
    connection.execute(update(raw_rows).where(same).values(file=kept, row=moved.c.row))
    connection.execute(delete(table).where(table.c.file.in_(files)))
