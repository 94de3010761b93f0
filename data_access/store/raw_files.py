"""The rows as their source wrote them: files beside the work file, whose table raw_files says which of them count.

A file is complete on disk before the transaction that names it commits, and is deleted only after one that no longer does:
killed at any moment, the next sync finds every row it knows, and files that nobody knows, which it deletes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, TableClause, func, insert, select

from data_access.store.engines import duckdb_raw
from data_access.store.tables import SEPARATOR, headers, raw_files

FOLDER = "raw"


@dataclass(frozen=True, slots=True)
class RawFile:
    """One stored raw file: its number, the header its rows were read with, and the view `rows` with row, hash, c0, c1, ..."""

    file: int
    header: int
    schema: str
    columns: tuple[str, ...]
    path: Path
    n_rows: int
    rows: TableClause

    @property
    def texts(self) -> list[ColumnElement[str]]:
        """The columns as the source wrote them, in its order."""
        return texts_of(self.rows)


def texts_of(rows: TableClause) -> list[ColumnElement[str]]:
    """The texts of a view over a raw file, in the order of its columns."""
    return [column for column in rows.c if column.name not in ("row", "hash")]


def raw_text(columns: Sequence[ColumnElement[str]]) -> ColumnElement[str]:
    """A row's columns as one text, empty where a column is missing."""
    return func.concat_ws(SEPARATOR, *(func.coalesce(column, "") for column in columns))


def new_path(folder: Path) -> Path:
    """Where a further raw file of a city can be written."""
    (folder / FOLDER).mkdir(exist_ok=True)
    return folder / FOLDER / f"{uuid4().hex}.parquet"


def keep(connection: Connection, path: Path, header: int, rows: int) -> int:
    """Name a raw file that has been written, once it is on disk; returns its number."""
    for each in (path, path.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    number = (connection.scalar(select(func.max(raw_files.c.file))) or 0) + 1
    connection.execute(insert(raw_files).values(file=number, name=path.name, header=header, rows=rows))
    return number


def stored(connection: Connection, folder: Path, name: str = "raw_here") -> Iterator[RawFile]:
    """Every raw file that counts, one after the other, each as the view `name` until the next one is asked for."""
    found = connection.execute(
        select(raw_files, headers.c.schema, headers.c.columns)
        .join(headers, headers.c.header == raw_files.c.header)
        .order_by(raw_files.c.file)
    )
    for row in found.mappings().all():
        columns = tuple(row["columns"].split(SEPARATOR))
        path = folder / FOLDER / row["name"]
        view = duckdb_raw.view_of(connection, name, path, len(columns))
        yield RawFile(row["file"], row["header"], row["schema"], columns, path, row["rows"], view)


def drop_unnamed(connection: Connection, folder: Path) -> None:
    """Delete the raw files that the work file does not name; to be called when nothing has been written yet, or after a
    commit, under the city's lock."""
    named = set(connection.scalars(select(raw_files.c.name)))
    for path in (folder / FOLDER).glob("*"):
        if path.name not in named:
            path.unlink()
