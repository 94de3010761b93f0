"""A made-up city straight into a published version: 200 categories, 20 departments, 59 districts, 5 channels, 2010 to 2025."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, column, func, insert, literal, select, table, text

from dashboard.domain.request import DIMENSIONS
from data_access.city import load_city
from data_access.packing import part_of, write_packed
from data_access.store.bins import bin_cells, bin_in, cell_of, cell_rows
from data_access.store.engines.duckdb import checkpoint, create_tables, load_frame, open_writable
from data_access.store.publish import COUNTS
from data_access.store.published import Snapshot, open_snapshot
from data_access.store.tables import about, facts, names, published

CITY = "nyc"
FIRST, LAST, THROUGH = date(2010, 1, 1), date(2025, 12, 31), 1_767_214_800
SIZES = {"category": 200, "department": 20, "district": 59, "neighbourhood": 177, "channel": 5}
MADE = """
CREATE OR REPLACE TEMP TABLE made AS
WITH numbers AS (
    SELECT range AS i, range * 504921600 // :rows AS second,
           hash(range, :seed, 1) % 1000003 / 1000003.0 AS a, hash(range, :seed, 2) % 1000003 / 1000003.0 AS b,
           hash(range, :seed, 3) % 1000003 / 1000003.0 AS c, (hash(range, :seed, 4) % 1000003 + 1) / 1000004.0 AS d,
           hash(range, :seed, 5) % 1000003 / 1000003.0 AS e, hash(range, :seed, 6) % 1000003 / 1000003.0 AS f
    FROM range(:low, :high)
), coded AS (
    SELECT *, 1262322000 + second AS created_at, 1 + floor(200 * a * a)::INTEGER AS category,
           1 + floor(59 * b)::INTEGER AS district FROM numbers
), timed AS (
    SELECT *, floor(7200 * exp(5 * ((category * 37) % 200 / 200.0) + 1.4 * sqrt(-2 * ln(d)) * cos(6.2831853 * e)))::BIGINT AS took
    FROM coded
), ended AS (
    SELECT *, CASE WHEN f > 0.01 AND created_at + took <= :through THEN created_at + took END AS closed_at,
           CASE WHEN category % 5 < 3 THEN created_at + 604800 * (1 + category % 5) END AS due_at FROM timed
)
SELECT DATE '2010-01-01' + (second // 86400)::INTEGER AS created_day,
       DATE '2010-01-01' + ((closed_at - 1262322000) // 86400)::INTEGER AS closed_day,
       created_at, closed_at, due_at, category, 1 + (category * 7) % 20 AS department, district,
       district * 3 - (i % 3)::INTEGER AS neighbourhood, 1 + floor(5 * c * c)::INTEGER AS channel,
       CASE WHEN c < 0.94 THEN 0 WHEN c < 0.97 THEN 1 ELSE 2 END AS origin,
       CASE WHEN closed_at IS NULL THEN 0 WHEN c > 0.99 THEN 3 ELSE 2 END AS status,
       CASE WHEN closed_at IS NULL THEN 7 ELSE (category + floor(3 * e)::INTEGER) % 8 END AS outcome,
       CASE WHEN e < 0.03 THEN 1 ELSE 0 END AS duplicate,
       coalesce(closed_at, :through) - created_at AS waited,
       CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END AS event,
       CASE WHEN closed_at > due_at THEN 1 WHEN closed_at <= due_at THEN 0 END AS late,
       CASE WHEN closed_at < :through - 2592000 THEN CASE WHEN d < 0.04 THEN 1 ELSE 0 END END AS repeat,
       CASE WHEN closed_at - created_at <= 60 THEN 16 ELSE 0 END AS flags, 1 AS n
FROM ended ORDER BY created_day, category, district
"""
PIECES = 16
COLUMNS = [column.name for column in facts.columns]


def write_version(folder: Path, rows: int, seed: int = 311) -> Snapshot:
    """Write a version of so many requests into a city's folder and open it; the same seed gives the same rows."""
    version = folder / "v1"
    version.mkdir(parents=True)
    engine = open_writable(version / COUNTS)
    with engine.connect() as connection:
        create_tables(connection, published)
        load_frame(connection, "cells", pd.DataFrame(cell_rows()))
        listed = list(bin_cells.c.keys())
        connection.execute(insert(bin_cells).from_select(listed, select(table("cells", *map(column, listed)))))
        for piece in range(PIECES):
            low, high = rows * piece // PIECES, rows * (piece + 1) // PIECES
            _insert(connection, {"rows": rows, "seed": seed, "low": low, "high": high, "through": THROUGH})
        _name(connection, rows)
        connection.commit()
        write_packed(connection, version, THROUGH)
        checkpoint(connection)
    engine.dispose()
    return open_snapshot(folder, 1)


def _insert(connection: Connection, values: dict[str, int]) -> None:
    connection.execute(text(MADE), values)
    made = table("made", *(column(name) for name in COLUMNS if name not in ("bin", "part")), column("waited"))
    c = made.c
    given = {
        "bin": bin_in(bin_cells, c.waited),
        "part": part_of(c.status, c.due_at, THROUGH),
    }
    rows = select(*(given.get(name, c.get(name)) for name in COLUMNS)).select_from(
        made.outerjoin(bin_cells, bin_cells.c.cell == cell_of(c.waited))
    )
    # a join does not keep the order of the rows
    connection.execute(insert(facts).from_select(COLUMNS, rows.order_by(c.created_day, c.category, c.district)))
    connection.commit()


def _name(connection: Connection, rows: int) -> None:
    for field in DIMENSIONS:
        counted = select(
            literal(field),
            facts.c[field],
            func.concat(field, " ", facts.c[field]),
            func.concat(field, "-", facts.c[field]),
            func.sum(facts.c.n),
        ).group_by(facts.c[field])
        connection.execute(insert(names).from_select(list(names.c.keys()), counted))
    told = {
        "city": load_city(CITY).model_dump_json(by_alias=True),
        "version": "1",
        "rows": str(rows),
        "data_from": FIRST.isoformat(),
        "data_to": LAST.isoformat(),
        "data_through": str(THROUGH),
        "gaps": "[]",
    }
    connection.execute(insert(about), [{"key": key, "value": value} for key, value in told.items()])
