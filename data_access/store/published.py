"""The one door to published data: snapshots of a city's current version, switched without a restart."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Generator, Hashable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Engine, Select, select, text

from dashboard.domain.errors import NothingPublished
from dashboard.domain.filters import FieldOptions, Options
from dashboard.domain.gaps import Gap, from_text
from dashboard.domain.ids import natural_order
from dashboard.domain.request import DIMENSIONS, NONE_NAME
from data_access.city import City
from data_access.local_time import utc_to_local
from data_access.store.engines import duckdb
from data_access.store.packed import Packed, open_packed
from data_access.store.publish import COUNTS, RECORDS, current_version, is_of_another_form
from data_access.store.tables import about, names
from data_access.store.time_limit import obey


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One published version of one city: whoever holds it sees the same rows until they let go."""

    city: City
    version: int
    rows: int
    data_from: date
    data_to: date
    data_through: int
    options: Options
    codes: dict[str, dict[str, int]]
    """Per field, the code of each published name, and of those that no request has any more."""
    folder: Path
    counts: Engine
    records: Engine
    packed: Packed
    gaps: tuple[Gap, ...] = ()
    """The days between data_from and data_to of which nothing was read."""
    memo: dict[Hashable, Any] = field(default_factory=dict[Hashable, Any], compare=False, repr=False)
    """What was counted already by those who hold this snapshot: each `open` begins with an empty one."""

    @property
    def data_through_local(self) -> datetime:
        """The moment up to which closings were observed, in the city's time."""
        return utc_to_local(self.data_through, self.city.zone)

    def count(self, statement: Select[*tuple[Any, ...]]) -> pd.DataFrame:
        """Run a statement over the counts; days come as timestamps at midnight, whole numbers as integers."""
        with self.counts.connect() as connection:
            return duckdb.fetch_columns(connection.execute(statement))

    def read(self, statement: Select[*tuple[Any, ...]]) -> pd.DataFrame:
        """Run a statement over the published requests; missing values are None."""
        return _frame(self.records, statement)

    def boundaries(self) -> dict[str, Path]:
        """The boundary files of this version, by kind of area."""
        return {path.stem: path for path in sorted(self.folder.glob("*.geojson"))}


class _Held:
    """A snapshot with the number of those who use it; closed by the last one after it was replaced."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot, self.users, self.replaced = snapshot, 0, False

    def close_if_idle(self) -> None:
        if self.replaced and self.users == 0:
            self.snapshot.counts.dispose()
            self.snapshot.records.dispose()


class Published:
    """The published cities of a data folder, for one process; safe under threads. Make it after a fork."""

    def __init__(self, data_dir: Path, *, threads: int = 2) -> None:
        self._data_dir, self._threads = data_dir, threads
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()

    def cities(self) -> list[str]:
        """The ids of the cities that have a published version."""
        return list(self.versions())

    def versions(self) -> dict[str, int]:
        """The number of the current version of each city that has one, by id in order."""
        if not self._data_dir.is_dir():
            return {}
        with os.scandir(self._data_dir) as entries:
            folders = sorted(each.name for each in entries if each.is_dir())
        found = ((name, current_version(self._data_dir / name)) for name in folders)
        return {city: version for city, version in found if version is not None}

    @contextmanager
    def open(self, city: str) -> Generator[Snapshot]:
        """The current version of a city, held for the time of the block. Raises NothingPublished."""
        held = self._current(city)
        try:
            yield replace(held.snapshot, memo={})
        finally:
            with self._lock:
                held.users -= 1
                held.close_if_idle()

    def close(self) -> None:
        """Let go of all versions that nobody uses."""
        with self._lock:
            for held in self._held.values():
                held.replaced = True
                held.close_if_idle()
            self._held.clear()

    def _current(self, city: str) -> _Held:
        folder = self._data_dir / city
        with self._lock:
            version = current_version(folder)
            if version is None:
                raise NothingPublished(f"No data of '{city}' has been published yet; run 'fixedyet sync {city}'.")
            held = self._held.get(city)
            if held is None or held.snapshot.version != version:
                if is_of_another_form(folder, version):
                    raise NothingPublished(
                        f"The data of '{city}' were published by another version of this program; run 'fixedyet publish {city}'."
                    )
                fresh = _Held(open_snapshot(folder, version, self._threads))
                if held is not None:
                    held.replaced = True
                    held.close_if_idle()
                self._held[city] = held = fresh
            held.users += 1
            return held


def open_snapshot(folder: Path, version: int, threads: int = 2) -> Snapshot:
    """Open a version read-only and read what never changes in it."""
    place = folder / f"v{version}"
    counts = obey(duckdb.open_published(place / COUNTS, threads=threads))
    known: dict[str, str] = dict(_frame(counts, select(about)).to_numpy().tolist())
    city = City.model_validate(json.loads(known["city"]))
    listed = _frame(counts, select(names).order_by(names.c.field, names.c.code))
    fields = {
        field: _field_options(listed[listed["field"] == field], city.aliases.get(field, {})) for field in DIMENSIONS
    }
    data_from, data_to = date.fromisoformat(known["data_from"]), date.fromisoformat(known["data_to"])
    return Snapshot(
        city=city,
        version=version,
        rows=int(known["rows"]),
        data_from=data_from,
        data_to=data_to,
        data_through=int(known["data_through"]),
        options=Options(city.id, data_from, data_to, city.fiscal_year_starts, fields),
        codes={field: _codes(listed[listed["field"] == field]) for field in DIMENSIONS},
        folder=place,
        counts=counts,
        records=obey(duckdb.open_published(place / RECORDS, threads=threads)),
        packed=open_packed(place),
        gaps=from_text(known.get("gaps", "[]")),
    )


def _codes(rows: pd.DataFrame) -> dict[str, int]:
    return {str(name): int(code) for name, code in zip(rows["name"], rows["code"], strict=True)}


def _field_options(rows: pd.DataFrame, aliases: dict[str, str]) -> FieldOptions:
    rows = rows[rows["requests"] > 0]
    # codes say nothing of an order; requests without a name come last
    ordered: Sequence[str] = sorted(rows["name"], key=lambda name: (name == NONE_NAME, *natural_order(name)))
    return FieldOptions(
        tuple(ordered),
        dict(zip(rows["name"], rows["slug"], strict=True)),
        aliases,
        {name: int(n) for name, n in zip(rows["name"], rows["requests"], strict=True)},
    )


def _frame(engine: Engine, statement: Select[*tuple[Any, ...]]) -> pd.DataFrame:
    with engine.connect() as connection:
        result = connection.execute(statement)
        return pd.DataFrame.from_records(result.fetchall(), columns=list(result.keys()))


def is_readable(published: Published, city: str) -> int:
    """Run one small query on a city's current version and return its number; raises what goes wrong."""
    with published.open(city) as snapshot, snapshot.counts.connect() as connection:
        connection.execute(text("SELECT 1")).scalar()
        return snapshot.version
