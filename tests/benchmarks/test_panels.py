"""The benchmark of panels measures what it says, on rows whose numbers add up; how fast is not asked here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import panels
from benchmarks.panel_rows import write_version
from data_access.answers.summary import grouped, summary
from data_access.queries import cohort


def test_a_small_run_measures() -> None:
    found = panels.measure(3_000, selections=3)
    assert set(found.times) == {"page", "counts", "sql", "pandas"}
    assert all(len(times) == 3 and min(times) > 0 for times in found.times.values())
    assert "3,000 requests, 3 selections" in panels.table(found)


@pytest.fixture
def snapshot(tmp_path: Path):
    found = write_version(tmp_path / "city", 5_000)
    yield found
    found.counts.dispose()


def test_the_page_and_the_statements_count_the_same(snapshot) -> None:
    for filters in panels.mix(snapshot, 6, seed=5):
        numbers = summary(snapshot, filters)
        exact = cohort.counts(snapshot, filters).iloc[0]
        assert numbers["requests"] == exact["requests"]
        assert numbers["on_time"]["late_closed"] == exact["late_closed"]
        groups = grouped(snapshot, filters, "category")
        assert sum(row["requests"] for row in groups) == numbers["requests"]
