"""The benchmark of ingest runs and measures what it says; how fast is not asked here."""

from __future__ import annotations

import csv
from pathlib import Path

from benchmarks import ingest
from benchmarks.nyc_rows import HEADER, write_rows
from data_access.city import load_city
from data_access.schema_match import match_schema


def test_a_small_run_measures(tmp_path: Path) -> None:
    found = ingest.measure(2_000, rounds=1)
    assert found.rows == 2_000
    assert found.rows_per_second > 0
    assert found.times_reading > 0
    assert min(found.memory, found.work_bytes, found.published_bytes) > 0
    assert "2,000 rows of 41 columns" in ingest.table(found)


def test_its_rows_have_the_shape_of_the_real_export(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    write_rows(file, 1_500)
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(HEADER) == 41
    assert tuple(rows[0]) == HEADER
    assert len({line["Unique Key"] for line in rows}) == 1_500
    assert match_schema("rows.csv", HEADER, load_city("nyc")).vanished == ()
    again = tmp_path / "again.csv"
    write_rows(again, 1_500)
    assert again.read_bytes() == file.read_bytes()
