"""A real city's rows read with its city file, and the same rows as plain text for a recount that does not know the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import select

from dashboard.domain.request import Flag
from data_access.boundaries import import_boundaries
from data_access.city import City, load_city
from data_access.staging import Counts
from data_access.store.tables import records
from data_access.store.work import work_file
from data_access.sync import SyncResult, sync_files
from tests.sample_data import sample

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Read:
    """What became of a city's files: the sync's result, and the records by request id."""

    city: City
    result: SyncResult
    records: pd.DataFrame

    @property
    def counts(self) -> Counts:
        return self.result.counts

    @property
    def one(self) -> pd.Series:
        """The only record."""
        assert len(self.records) == 1
        return self.records.iloc[0]

    def flagged(self, flag: Flag) -> pd.DataFrame:
        """The records with a flag."""
        return self.records[(self.records["flags"] & flag.bit) > 0]

    def many(self, field: str) -> dict[Any, int]:
        """How many records have each value of a field; None where they have none."""
        values = self.records[field].astype(object)
        return {None if pd.isna(value) else value: int(n) for value, n in values.value_counts(dropna=False).items()}

    def local(self, field: str) -> pd.Series:
        """A time as the city's clocks showed it, as text; '' where there is none."""
        zone = self.city.zone
        return self.records[field].map(lambda seconds: "" if pd.isna(seconds) else at(seconds, zone))


def read(name: str, data_dir: Path, *files: Path | str) -> Read:
    """Sync files, or texts that are written to files first, into a data folder with the city's own file."""
    city = load_city(name)
    paths: list[Path] = []
    for place, content in enumerate(files):
        if isinstance(content, Path):
            paths.append(content)
            continue
        data_dir.mkdir(parents=True, exist_ok=True)
        paths.append(data_dir / f"rows{place}.csv")
        paths[-1].write_text(content, encoding="utf-8")
    result = sync_files(city, paths, data_dir, now=NOW)
    counts = result.counts
    assert counts.read == counts.stored + counts.updated + counts.unchanged + counts.quarantined
    with work_file(data_dir / name) as connection:
        rows = connection.execute(select(records)).mappings().all()
    return Read(city, result, pd.DataFrame(rows).set_index("request_id"))


def raw_rows(*names: str) -> pd.DataFrame:
    """Sample files as text, one below the other, with their headers in small letters; no value is taken for missing."""
    parts = [pd.read_csv(sample(name), dtype=str, keep_default_na=False) for name in names]
    return pd.concat([part.rename(columns=str.lower) for part in parts], ignore_index=True).fillna("")


def csv_of(*rows: Mapping[str, str], header: Sequence[str] = ()) -> str:
    """Rows as the text of a CSV file; the header is the first row's unless given."""
    out = io.StringIO()
    writer = csv.DictWriter(out, header or list(rows[0]), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def at(seconds: float, zone: ZoneInfo) -> str:
    """A moment as local clocks show it: '2021-01-01 00:00:09'."""
    return datetime.fromtimestamp(int(seconds), zone).strftime("%Y-%m-%d %H:%M:%S")


def area_names(name: str, kind: str, file: str, folder: Path, property_name: str, vintage: str = "") -> set[str]:
    """The published names of the areas of a sample boundary file."""
    return import_boundaries(
        load_city(name), kind, sample(f"boundaries/{file}"), folder, property_name, vintage=vintage
    )
