"""The duration bin of a number of seconds, as an expression that any engine evaluates with one equality join.

A range join on the bins' limits is slow and an as-of join belongs to one engine. Instead the logarithm of the seconds
names a cell so narrow that at most two limits lie in it; the cell's first bin and its limits give the bin exactly.
"""

from __future__ import annotations

import math

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, SmallInteger, Table, and_, case, cast, func

from dashboard.domain import durations
from data_access.store.tables import published

CELLS_PER_E_FOLD = 110.37
"""Cells are 0.9 % wide, less than half a bin; no limit lies within rounding of a cell's border (tested)."""
NEVER = 2**62

bin_cells = Table(
    "bin_cells",
    published,
    Column("cell", Integer, nullable=False),
    Column("bin", SmallInteger, nullable=False),
    Column("first_limit", BigInteger, nullable=False),
    Column("second_limit", BigInteger, nullable=False),
)


def cell_of(seconds: ColumnElement[int]) -> ColumnElement[int]:
    """The cell that a number of seconds lies in; zero has a cell of its own."""
    return case(
        (seconds <= 0, -1), else_=cast(func.floor(func.ln(func.greatest(seconds, 1)) * CELLS_PER_E_FOLD), Integer)
    )


def bin_in(cell: Table, seconds: ColumnElement[int]) -> ColumnElement[int]:
    """The bin of a number of seconds, from the row of bin_cells that its cell joins to."""
    past = sum(
        (case((and_(seconds > limit), 1), else_=0) for limit in (cell.c.first_limit, cell.c.second_limit)),
        start=cell.c.bin,
    )
    return cast(past, SmallInteger)


def cell_rows() -> list[dict[str, int]]:
    """The rows of bin_cells."""
    limits = [int(limit) for limit in durations.UPPER]
    by_cell: dict[int, list[int]] = {}
    for limit in limits:
        by_cell.setdefault(python_cell(limit), []).append(limit)
    rows: list[dict[str, int]] = []
    below = 0
    for cell in range(-1, python_cell(limits[-1]) + 1):
        inside = by_cell.get(cell, [])
        first, second = [*inside, NEVER, NEVER][:2]
        rows.append({"cell": cell, "bin": below, "first_limit": first, "second_limit": second})
        below += len(inside)
    return rows


def python_cell(seconds: int) -> int:
    """The same cell, computed here."""
    return -1 if seconds <= 0 else math.floor(math.log(seconds) * CELLS_PER_E_FOLD)
