"""DuckDB without a file: what has to be asked of the engine before there is a store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pandas as pd
from sqlalchemy import ColumnElement, Text, column, create_engine, func, select, table
from sqlalchemy.pool import NullPool

from data_access.rules import constant
from data_access.store.engines import duckdb

FIRST_YEAR, LAST_YEAR = 1950, 2100


def read_by_format(texts: Sequence[str], formats: Sequence[str]) -> pd.DataFrame:
    """Whether the engine reads each text as a time in each format: a row a text, a column a format.

    Years before FIRST_YEAR or after LAST_YEAR count as not read: '1/2/24' is no day of the year 24.
    """
    engine = create_engine("duckdb:///:memory:", poolclass=NullPool)
    try:
        with engine.connect() as connection:
            duckdb.load_frame(connection, "given", pd.DataFrame({"place": range(len(texts)), "given": list(texts)}))
            given = table("given", column("place"), column("given", Text))
            tests: list[ColumnElement[Any]] = [
                func.coalesce(
                    func.year(func.try_strptime(given.c.given, constant(each))).between(FIRST_YEAR, LAST_YEAR), False
                ).label(f"f{number}")
                for number, each in enumerate(formats)
            ]
            found = duckdb.fetch_columns(cast(Any, connection.execute(select(*tests).order_by(given.c.place))))
    finally:
        engine.dispose()
    found.columns = pd.Index(list(formats))
    return found
