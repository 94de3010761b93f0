"""A Parquet file as the CSV file that it would be: every column a text."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import DBAPIError

from dashboard.domain.errors import SourceError
from data_access.store.engines.duckdb_parquet import parquet_to_csv

MAGIC = b"PAR1"


def parquet_as_csv(given: Path, name: str, folder: Path) -> Path:
    """Write a Parquet file's rows as CSV into a folder and return where. Raises SourceError if it is damaged.

    Times read '2021-01-01T00:00:09', with a fraction only where there is one and with 'Z' where the column is in UTC;
    days '2021-01-01'; numbers in their shortest form ('3.0' where the column holds fractions); missing values ''.
    """
    path = folder / "parquet.csv"
    try:
        parquet_to_csv(given, path)
    except DBAPIError as error:
        raise SourceError(f"{name} is cut off or damaged as a Parquet file; download it again.") from error
    return path
