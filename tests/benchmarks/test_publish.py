"""The benchmark of publishing runs and measures what it says; how fast is not asked here."""

from __future__ import annotations

from dataclasses import replace

from benchmarks import publish


def test_a_small_run_measures() -> None:
    found = publish.measure(60_000, 900, rounds=1)
    assert (found.rows, found.changed) == (60_000, 900)
    assert min(found.seconds, found.whole_seconds, found.memory, found.answered) > 0
    assert "900 changed of 60,000 stored requests, 1 round" in publish.table(found)


def test_the_verdict_says_whether_the_aim_is_met() -> None:
    good = publish.Measured(10_000_000, 50_000, 3, 10.0, 100.0, 1, 1)
    assert good.verdict == "meets 10 s"
    assert "10.0" in publish.table(good)
    assert publish.table(replace(good, seconds=10.1)).endswith("misses 10 s")
