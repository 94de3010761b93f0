"""The sync's own file of a city: raw rows, records, quarantine and runs; no reader ever opens it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Connection, cast, exists, func, insert, literal, select, update

from data_access.city import City
from data_access.columns import GIVEN
from data_access.local_time import zone_days
from data_access.normalise import zone_table
from data_access.store.earlier import hash_anew, move_raw_texts, put_aside_old
from data_access.store.engines import duckdb
from data_access.store.engines.duckdb_raw import engine_version
from data_access.store.tables import raw_rows, runs, state, work

WORK_FILE = "work.duckdb"
FORMAT = "5"
ADDED = (
    ("runs", "repaired", "BIGINT"),
    ("quarantine", "department", "TEXT"),
    ("records", "duplicate_of", "TEXT"),
    *(("records", f"{field}_given", "TEXT") for field in GIVEN),
)
"""The columns that have come since the first format."""


@contextmanager
def work_file(folder: Path) -> Generator[Connection]:
    """Open a city's work file in one transaction: everything that is done in it is kept, or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = duckdb.open_writable(folder / WORK_FILE)
    try:
        with engine.begin() as connection:
            if not _is_up_to_date(connection):
                put_aside_old(connection)
                duckdb.create_tables(connection, work)
                _bring_up_to_date(connection, folder)
            yield connection
    finally:
        engine.dispose()


def _is_up_to_date(connection: Connection) -> bool:
    """Whether this program and this engine left the file as it is: then nothing of it has to be looked at, which takes longer
    than most of what is done in it."""
    if not duckdb.has_table(connection, state.name):
        return False
    known = {row.key: row.value for row in connection.execute(select(state))}
    return known.get("form") == form() and known.get("engine") == engine_version(connection)


@cache
def form() -> str:
    """What the tables of a work file look like in this program."""
    described = [(t.name, [(c.name, str(c.type)) for c in t.columns]) for t in work.sorted_tables]
    return hashlib.sha256(json.dumps([FORMAT, described]).encode()).hexdigest()[:16]


def _bring_up_to_date(connection: Connection, folder: Path) -> None:
    """Give a file that an earlier version made what it lacks; its records are then made again. Hashes are the engine's: those
    of another version of it are made anew."""
    version = engine_version(connection)
    if read_state(connection, "format") != FORMAT:
        for target, name, kind in ADDED:
            duckdb.add_column(connection, target, name, kind)
        move_raw_texts(connection, folder)
        connection.execute(state.delete().where(state.c.key == "city_file", exists(select(raw_rows.c.request_id))))
        write_state(connection, "format", FORMAT)
        write_state(connection, "engine", version)
    elif read_state(connection, "engine") != version:
        hash_anew(connection, folder)
        write_state(connection, "engine", version)
    write_state(connection, "form", form())


def read_state(connection: Connection, key: str) -> str | None:
    """One thing that the work file knows of itself."""
    return connection.execute(select(state.c.value).where(state.c.key == key)).scalar()


def write_state(connection: Connection, key: str, value: str) -> None:
    """Remember one thing."""
    connection.execute(state.delete().where(state.c.key == key))
    connection.execute(insert(state).values(key=key, value=value))


def next_run(connection: Connection, source: str, started_at: int) -> int:
    """Begin a run and return its number."""
    number = (connection.execute(select(func.max(runs.c.run))).scalar() or 0) + 1
    connection.execute(insert(runs).values(run=number, started_at=started_at, source=source))
    return number


def finish_run(connection: Connection, run: int, **values: Any) -> None:
    """Write how a run ended."""
    connection.execute(update(runs).where(runs.c.run == run).values(**values))


def load_zone(connection: Connection, city: City, until: int) -> None:
    """Load the offsets of the city's days, from the begin of its service to some years after `until` (UTC seconds)."""
    last = date(1970, 1, 1) + timedelta(days=until // 86_400 + 366 * 10)
    duckdb.load_frame(connection, zone_table.name, _zone_frame(city.time_zone, city.service_began.year - 10, last))


@lru_cache(maxsize=4)
def _zone_frame(time_zone: str, first_year: int, last: date) -> pd.DataFrame:
    """The offsets of each day; they take a tenth of a second to find."""
    return pd.DataFrame(zone_days(ZoneInfo(time_zone), date(first_year, 1, 1), last))


def stable_hash(value: ColumnElement[str]) -> ColumnElement[int]:
    """63 bits of the MD5 of a text: the same in every version of the engine."""
    return cast(func.md5_number_lower(value).op(">>")(literal(1)), BigInteger)


def hash_of(value: str) -> int:
    """The same hash of a single text."""
    return int.from_bytes(hashlib.md5(value.encode(), usedforsecurity=False).digest()[8:], "little") >> 1
