"""The benchmark of load runs and measures what it says; how fast is not asked here."""

from __future__ import annotations

from dataclasses import replace

from benchmarks import load


def test_a_small_run_measures() -> None:
    found = load.measure(readers=4, seconds=3, workers=1, rows=2_000)
    assert found.errors == 0
    assert found.seen[0] + found.new[0] + found.refused >= 4
    assert len(found.rss) == len(found.pss) == 1
    assert 0 < found.pss[0] <= found.rss[0]
    assert "4 readers clicking every 5 s for 3 s, 1 workers" in load.table(found)
    assert replace(found, errors=1).verdict.startswith("misses")
    assert replace(found, errors=0, seen=(10, 1.0, 500.0)).verdict.startswith("meets")
    assert replace(found, errors=0, seen=(10, 1.0, 501.0)).verdict.startswith("misses")
