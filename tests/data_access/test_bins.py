"""The bin that the statement finds is the bin of the domain, for every second that could matter."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, column, create_engine, select, table

from dashboard.domain.durations import BINS, UPPER, bin_of
from data_access.store.bins import CELLS_PER_E_FOLD, bin_cells, bin_in, cell_of, cell_rows, python_cell


def sql_bins(seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cell and bin of each number of seconds, as the rollup finds them."""
    engine = create_engine("duckdb://")
    durations = table("durations", column("place"), column("seconds", BigInteger))
    joined = durations.outerjoin(bin_cells, bin_cells.c.cell == cell_of(durations.c.seconds))
    statement = (
        select(cell_of(durations.c.seconds).label("cell"), bin_in(bin_cells, durations.c.seconds).label("bin"))
        .select_from(joined)
        .order_by(durations.c.place)
    )
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection.cursor()
        raw.register("durations", pd.DataFrame({"place": np.arange(len(seconds)), "seconds": seconds}))
        raw.register("bin_cells", pd.DataFrame(cell_rows()))
        found = connection.execute(statement).fetchall()
    engine.dispose()
    return np.array([cell for cell, _ in found]), np.array([-1 if bin_ is None else bin_ for _, bin_ in found])


def test_the_bin_of_every_edge_and_of_the_seconds_beside_it() -> None:
    edges = UPPER.astype(np.int64)
    seconds = np.unique(np.concatenate([edges - 1, edges, edges + 1, np.arange(2000)]))
    seconds = seconds[(seconds >= 0) & (seconds <= edges[-1])]
    assert np.array_equal(sql_bins(seconds)[1], bin_of(seconds))


def test_the_bin_of_any_seconds() -> None:
    chance = np.random.default_rng(311)
    seconds = np.concatenate(
        [
            chance.integers(0, int(UPPER[-1]), 100_000),
            chance.integers(0, 400 * 86_400, 200_000),
            np.exp(chance.uniform(0, math.log(int(UPPER[-1])), 200_000)).astype(np.int64),
        ]
    )
    cells, bins = sql_bins(seconds)
    assert np.array_equal(bins, bin_of(seconds))
    assert cells[:2000].tolist() == [python_cell(int(one)) for one in seconds[:2000]]


def test_no_limit_lies_within_rounding_of_a_cells_border() -> None:
    """Else the logarithm of another machine could put it into the next cell."""
    place = (
        np.log(UPPER[2:].astype(np.float64)) * CELLS_PER_E_FOLD
    )  # 0 has a cell of its own; 1 is the border of cell 0
    assert np.abs(place - np.round(place)).min() > 1e-9
    assert math.log(1) * CELLS_PER_E_FOLD == 0.0  # exactly, on every machine


def test_at_most_two_limits_lie_in_a_cell_and_all_bins_are_reached() -> None:
    cells = np.array([python_cell(int(limit)) for limit in UPPER])
    assert np.bincount(cells + 1).max() <= 2
    rows = cell_rows()
    assert [one["cell"] for one in rows] == list(range(-1, int(cells[-1]) + 1))
    assert rows[-1]["bin"] <= BINS - 1
    assert all(one["first_limit"] <= one["second_limit"] for one in rows)
