"""Facts to arrays: the counts of a version packed for reading, beside the table that they come from.

A full publish fills `facts` (each row with its `part`, see `part_of`) and calls `write_packed`. A publish of changes works
on a copy of the last version: it deletes the rows whose part is PENDING and inserts those of today whole, inserts what
changed of the settled as signed rows (n = -1 for what a request was, 1 for what it is) with part CHANGED, and calls
`share_settled` and `write_later`. Rows of part SETTLED are never touched: the next full publish makes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Integer, case, cast, func, literal, literal_column, or_, select

from dashboard.domain.durations import BINS
from dashboard.domain.request import DIMENSIONS, Flag, Status
from data_access.store import packed
from data_access.store.engines.duckdb import batches
from data_access.store.packed import DAYS, DUE, DUE_LATER, FOLDER, LATER, NO_DAY, NONE, NOT_DUE, SECONDS, SETTLED
from data_access.store.tables import facts

PART_SETTLED, PART_CHANGED, PART_PENDING = range(3)
LAST_SECOND = np.iinfo(np.uint32).max
BATCH = 1_000_000
OPEN_CODES = tuple(code for code, status in enumerate(Status) if status in (Status.OPEN, Status.IN_PROGRESS))


def part_of(status: ColumnElement[int], due_at: ColumnElement[int], data_through: int) -> ColumnElement[int]:
    """PART_PENDING for what changes as time goes by (open, or due after data through), else PART_SETTLED.

    `status` is its code.
    """
    pending = or_(status.in_(OPEN_CODES), func.coalesce(due_at, 0) > data_through)
    return case((pending, PART_PENDING), else_=PART_SETTLED)


def write_packed(connection: Connection, version: Path, data_through: int) -> None:
    """Write both segments of a version from its facts into its folder."""
    _write(connection, version / FOLDER, SETTLED, data_through)
    write_later(connection, version, data_through)


def write_later(connection: Connection, version: Path, data_through: int) -> None:
    """Write the segment of all rows that are not settled."""
    _write(connection, version / FOLDER, LATER, data_through)


def share_settled(before: Path, version: Path) -> None:
    """Give a version the settled segment of another one, without copying it."""
    (version / FOLDER).mkdir(exist_ok=True)
    for path in (before / FOLDER).glob(f"{SETTLED}-*.npy"):
        os.link(path, version / FOLDER / path.name)


def _write(connection: Connection, folder: Path, segment: str, data_through: int) -> None:
    folder.mkdir(exist_ok=True)
    chosen = facts.c.part == PART_SETTLED if segment == SETTLED else facts.c.part != PART_SETTLED
    key = kind_key(data_through)
    bin_ = func.coalesce(facts.c.bin, 0)
    found = connection.execute(
        select(key.label("kind"), bin_.label("bin"), func.count().label("n")).where(chosen).group_by(key, bin_)
    ).all()
    cells = np.array(sorted(int(kind) * BINS + int(bin_) for kind, bin_, _ in found), dtype=np.int64)
    rows = sum(int(n) for _, _, n in found)
    columns = _columns(connection, segment, len(cells))
    files = {
        name: np.lib.format.open_memmap(packed.path_of(folder, segment, name), "w+", kind, (rows,))
        for name, kind in columns.items()
        if rows
    } or {name: np.empty(0, kind) for name, kind in columns.items()}
    cell_at = _places(cells)
    statement = select(*_fields(key)).where(chosen)
    if segment == LATER:
        statement = statement.order_by(facts.c.created_day)
    at = 0
    for batch in batches(connection, statement, BATCH):
        for name, values in _arrays(batch, cell_at).items():
            if name in files:
                files[name][at : at + len(values)] = values
        at += batch.num_rows
    _save(folder, segment, "cells", cells)
    _save(folder, segment, "by_closing", _by_closing(files["closed_day"]))
    _save(folder, segment, "backwards", np.flatnonzero(files["closed_day"] < files["created_day"]).astype(np.uint32))
    for name, values in files.items():
        if isinstance(values, np.memmap):
            values.flush()
        else:
            _save(folder, segment, name, values)
    _to_disk(folder, segment)


def kind_key(data_through: int) -> ColumnElement[int]:
    """The kind of a row as one integer: the parts of packed.KINDS, the last one counting least."""
    c = facts.c
    parts: dict[str, Any] = {
        "origin": c.origin,
        "status": c.status,
        "outcome": c.outcome,
        "duplicate": c.duplicate,
        "event": func.coalesce(c.event, NONE),
        "late": func.coalesce(c.late, NONE),
        "due": case((c.due_at.is_(None), NOT_DUE), (c.due_at <= data_through, DUE), else_=DUE_LATER),
        "timed": case((c.closed_at.is_(None), 0), else_=1),
        "instant": case((c.flags.bitwise_and(Flag.INSTANT_CLOSE.bit) != 0, 1), else_=0),
        "repeat": func.coalesce(c.repeat, NONE),
    }
    key: ColumnElement[int] = literal(0)
    for name, size in packed.KINDS.items():
        key = key * size + parts[name]
    return cast(key, Integer)


def _fields(key: ColumnElement[int]) -> list[ColumnElement[Any]]:
    c = facts.c
    days = [_clipped(_day_number(c[name]), 0, NO_DAY - 1, NO_DAY).label(name) for name in DAYS]
    seconds = [_clipped(c[name], 1, LAST_SECOND, 0).label(name) for name in SECONDS]
    codes = [c[name] for name in DIMENSIONS]
    return [*days, *seconds, *codes, key.label("kind"), func.coalesce(c.bin, 0).label("bin"), c.n]


def _day_number(day: ColumnElement[Any]) -> ColumnElement[int]:
    return func.date_diff(literal_column("'day'"), literal_column("DATE '1970-01-01'"), day)


def _clipped(number: ColumnElement[int], least: int, most: int, missing: int) -> ColumnElement[int]:
    """Impossible dates may lie anywhere; nobody asks for the days beyond."""
    return case((number.is_(None), missing), else_=func.least(func.greatest(number, least), most))


def _columns(connection: Connection, segment: str, cells: int) -> dict[str, type[np.integer[Any]]]:
    """The type of each column, codes as small as they can be."""
    most = connection.execute(select(*(func.coalesce(func.max(facts.c[name]), 0) for name in DIMENSIONS))).one()
    codes = {name: _smallest(int(code)) for name, code in zip(DIMENSIONS, most, strict=True)}
    signed: dict[str, type[np.integer[Any]]] = {"n": np.int32} if segment == LATER else {}
    days = dict.fromkeys(DAYS, np.uint16)
    return {**days, **dict.fromkeys(SECONDS, np.uint32), **codes, "cell": _smallest(cells), **signed}


def _smallest(most: int) -> type[np.integer[Any]]:
    return np.uint8 if most < 2**8 else np.uint16 if most < 2**16 else np.uint32


def _places(cells: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each kind its place among those that occur; of each place and bin the cell."""
    kinds = np.unique(cells // BINS)
    place = np.zeros(int(np.prod(list(packed.KINDS.values()))), dtype=np.int64)
    place[kinds] = np.arange(len(kinds))
    cell = np.zeros(max(1, len(kinds)) * BINS, dtype=np.int64)
    cell[place[cells // BINS] * BINS + cells % BINS] = np.arange(len(cells))
    return place, cell


def _arrays(batch: Any, cell_at: tuple[NDArray[np.int64], NDArray[np.int64]]) -> dict[str, NDArray[Any]]:
    arrays = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in batch.schema.names}
    place, cell = cell_at
    arrays["cell"] = cell[place[arrays.pop("kind")] * BINS + arrays.pop("bin")]
    return arrays


def _by_closing(closed_day: NDArray[Any]) -> NDArray[np.uint32]:
    """The rows that have a day of closing, in its order."""
    order = np.argsort(closed_day, kind="stable").astype(np.uint32)
    return order[: int(np.count_nonzero(closed_day != NO_DAY))]


def _save(folder: Path, segment: str, name: str, values: NDArray[Any]) -> None:
    np.save(packed.path_of(folder, segment, name), values, allow_pickle=False)


def _to_disk(folder: Path, segment: str) -> None:
    for path in folder.glob(f"{segment}-*.npy"):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
