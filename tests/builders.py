"""Small cities made by hand: a city file, rows, CSV files of them, and a store to sync them into."""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import select, text

from data_access.city import City
from data_access.store.published import Published, Snapshot
from data_access.store.tables import about, facts, requests
from data_access.store.work import work_file
from data_access.sync import SyncResult, sync_files

NOW = datetime(2024, 7, 1, 16, 0, tzinfo=UTC)
"""The moment of reading of every small sync: noon in New York."""

COLUMNS = {
    "request_id": "Id",
    "created_at": "Created",
    "closed_at": "Closed",
    "updated_at": "Updated",
    "due_at": "Due",
    "status": "Status",
    "closure_reason": "Note",
    "category": "Type",
    "subcategory": "Detail",
    "department": "Department",
    "district": "District",
    "neighbourhood": "Area",
    "latitude": "Lat",
    "longitude": "Lon",
    "address": "Address",
    "channel": "Source",
    "reason": "Kind",
}
HEADER = tuple(COLUMNS.values())

_CITY: dict[str, Any] = {
    "id": "testville",
    "name": "Testville",
    "time_zone": "America/New_York",
    "checked": "2024-01-01",
    "service_began": "2010-01-01",
    "fiscal_year_starts": 7,
    "default_points": [[42.0, -71.0]],
    "default_addresses": ["City Hall"],
    "empty_texts": ["Unspecified"],
    "date_only_departments": ["Forestry"],
    "sensitive_categories": ["Encampment"],
    "source": {"name": "Testville open data", "licence": "CC0", "attribution": "Testville"},
    "schemas": {"rows": {"columns": COLUMNS, "time_formats": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]}},
    "values": {"district": {"0": ""}},
    "rules": {
        "status": [
            {"then": "open", "column": "status", "is": ["Open"]},
            {"then": "in_progress", "column": "status", "is": ["Assigned"]},
            {"then": "closed", "column": "status", "is": ["Closed"]},
            {"then": "cancelled", "column": "status", "is": ["Cancelled"]},
        ],
        "origin": [
            {"then": "information", "column": "reason", "is": ["Question"]},
            {"then": "city", "column": "channel", "is": ["Crew"]},
        ],
        "channel_group": [{"then": "phone", "column": "channel", "is": ["Phone"]}],
        "duplicate": [{"then": True, "column": "closure_reason", "has": ["duplicate of"]}],
        "outcome": [
            {"then": "duplicate", "words": "Duplicate", "column": "closure_reason", "has": ["duplicate of"]},
            {"then": "work_done", "words": "Repaired", "column": "closure_reason", "starts": ["Fixed"]},
        ],
    },
    "areas": {"district": {"name": "District", "plural": "Districts", "boundary_property": "name"}},
}


def make_city(**changes: Any) -> City:
    """The small city; `changes` replace whole entries of its file. Its fingerprint follows its content."""
    content = copy.deepcopy(_CITY) | changes
    fingerprint = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]
    return City.model_validate(content).model_copy(update={"fingerprint": fingerprint})


def row(
    request_id: str | int, created: str = "2024-03-04 09:00:00", closed: str = "", **columns: str
) -> dict[str, str]:
    """One line of the small city's file by header: open, or closed where `closed` is given; others as headers name them."""
    line = {
        "Id": str(request_id),
        "Created": created,
        "Closed": closed,
        "Updated": "",
        "Due": "",
        "Status": "Closed" if closed else "Open",
        "Note": "Fixed by a crew" if closed else "",
        "Type": "Pothole",
        "Detail": "somebody's own words",
        "Department": "Streets",
        "District": "3",
        "Area": "Old Town",
        "Lat": "42.123456",
        "Lon": "-71.123456",
        "Address": "33 Beacon St",
        "Source": "Phone",
        "Kind": "Work",
    }
    unknown = set(columns) - set(line)
    assert not unknown, f"no such column: {unknown}"
    return line | columns


def csv_text(
    rows: Iterable[Mapping[str, str]], header: Sequence[str] = HEADER, *, delimiter: str = ",", newline: str = "\n"
) -> str:
    """Rows as the text of a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, header, delimiter=delimiter, lineterminator=newline, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@dataclass
class Store:
    """A data folder with one small city in it."""

    data_dir: Path
    city: City = field(default_factory=make_city)

    @property
    def folder(self) -> Path:
        return self.data_dir / self.city.id

    def file(self, content: Iterable[Mapping[str, str]] | str | bytes, name: str = "rows.csv") -> Path:
        """A file beside the data folder, from rows, text or bytes."""
        path = self.data_dir.parent / name
        if not isinstance(content, str | bytes):
            content = csv_text(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def sync(self, *contents: Iterable[Mapping[str, str]] | str | bytes | Path, **options: Any) -> SyncResult:
        """Sync files, or rows that are written to a file first."""
        files = [
            part if isinstance(part, Path) else self.file(part, f"rows{place or ''}.csv")
            for place, part in enumerate(contents)
        ]
        return sync_files(self.city, files, self.data_dir, **{"now": NOW} | options)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The current version."""
        published = Published(self.data_dir)
        try:
            with published.open(self.city.id) as snapshot:
                yield snapshot
        finally:
            published.close()

    def requests(self) -> pd.DataFrame:
        """The published requests by id."""
        with self.snapshot() as snapshot:
            frame = snapshot.read(select(requests))
        return frame.set_index("request_id").sort_index()

    def seen(self) -> dict[str, Any]:
        """Everything that readers see, but for the number of the version and the history of the runs."""
        with self.snapshot() as snapshot:
            known = snapshot.count(select(about)).set_index("key")["value"].to_dict()
            known.pop("version")
            counted = snapshot.count(select(facts)).astype(object)
            published = snapshot.read(select(requests)).astype(object)
        tables = {
            name: sorted(map(repr, frame.itertuples(index=False, name=None)))
            for name, frame in (("facts", counted), ("requests", published))
        }
        return {"about": known, **tables}

    def version(self) -> int | None:
        """The number in CURRENT."""
        path = self.folder / "CURRENT"
        return int(path.read_text()) if path.exists() else None

    def work(self, statement: str) -> list[tuple[Any, ...]]:
        """What a statement finds in the work file."""
        with work_file(self.folder) as connection:
            return [tuple(found) for found in connection.execute(text(statement))]

    def execute(self, statement: str) -> None:
        """Change something in the work file."""
        with work_file(self.folder) as connection:
            connection.execute(text(statement))

    def quarantined(self) -> list[tuple[int, str]]:
        """Line and reason of each row in the quarantine, by line."""
        return [
            (line, reason) for line, reason in self.work("SELECT line, reason FROM quarantine ORDER BY line, reason")
        ]
