"""DuckDB as a reader of Parquet: its columns as the texts of a CSV file."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool


def parquet_to_csv(given: Path, path: Path) -> None:
    """Write a Parquet file as a CSV file with a header, times as ISO texts; reads its rows in order and in pieces."""
    link = path.with_suffix(".link.parquet")  # a name of this program: in others, [ and * would mean other files
    link.symlink_to(given.resolve())
    engine = create_engine("duckdb:///:memory:", poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.execute(text("SET TimeZone = 'UTC'"))
            source = {"path": str(link)}
            found = connection.execute(text("DESCRIBE SELECT * FROM read_parquet(:path)"), source).all()
            columns = ", ".join(_as_text(str(name), str(kind)) for name, kind, *_ in found)
            target = str(path).replace("'", "''")
            connection.exec_driver_sql(
                f"COPY (SELECT {columns} FROM read_parquet($path)) TO '{target}' (FORMAT csv, HEADER, NULLSTR '')",  # noqa: S608 - quoted
                source,
            )
    finally:
        engine.dispose()
        link.unlink()


def _as_text(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"replace(CAST({column} AT TIME ZONE 'UTC' AS VARCHAR), ' ', 'T') || 'Z' AS {column}"
    if kind.startswith("TIMESTAMP"):
        return f"replace(CAST({column} AS VARCHAR), ' ', 'T') AS {column}"
    return column
