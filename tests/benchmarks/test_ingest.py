"""The benchmark of ingest runs and measures what it says; how fast is not asked here."""

from __future__ import annotations

import csv
from dataclasses import replace
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
    assert "2,000 rows of 41 columns, 1 round" in ingest.table(found)


def test_the_verdict_says_whether_the_aims_are_met() -> None:
    good = ingest.Measured(1_000_000, 3, 100_000.0, 3.0, 2 * 2**30, 1, 1)
    assert good.verdicts == ("meets 100,000 rows/s", "meets 2,048 MiB of memory")
    assert "the median of 3 rounds" in ingest.table(good)
    bad = replace(good, rows_per_second=99_999.0, memory=2 * 2**30 + 1)
    assert bad.verdicts == ("misses 100,000 rows/s", "misses 2,048 MiB of memory")
    assert ingest.table(bad).endswith("misses 100,000 rows/s; misses 2,048 MiB of memory")


def test_addresses_come_again_as_they_do_in_the_real_rows(tmp_path: Path) -> None:
    """Of the real rows of one day four in five addresses are different; over more rows most have come before."""
    file = tmp_path / "rows.csv"
    write_rows(file, 100_000)
    with file.open(newline="") as stream:
        addresses = [line["Incident Address"] for line in csv.DictReader(stream)]
    assert 0.75 < len(set(addresses[:1000])) / 1000 < 0.9
    assert len(set(addresses)) / len(addresses) < 0.7


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
