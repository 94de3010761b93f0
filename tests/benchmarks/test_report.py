"""The part of the document that the benchmarks write: all of it is made anew, and nothing else is touched."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benchmarks.report import BEGIN, BENCHES, DOCUMENT, END, Bench, machine, measured, put_into, run
from dashboard.cli_bench import bench

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def test_the_tables_are_written_between_their_marks_and_replace_the_earlier_ones() -> None:
    benches = (Bench("One", ("one",)), Bench("Two", ("two", "--rows", "5")))
    part = measured(benches, NOW, run=lambda each: f"table of {each.words[0]}")
    document = f"# Speed\n{BEGIN}\nold\n{END}\nWhat was tried.\n"
    written = put_into(document, part)
    assert written == put_into(written, part)
    assert "old" not in written
    assert written.startswith("# Speed\n")
    assert written.endswith("What was tried.\n")
    assert f"2026-03-04 on {machine()}" in written
    assert "`fixedyet bench two --rows 5`\n\n```\ntable of two\n```" in written


def test_a_document_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the marks"):
        put_into("# Speed\n", "tables")


def test_the_document_has_the_marks_and_every_benchmark_can_be_called() -> None:
    assert put_into(DOCUMENT.read_text(encoding="utf-8"), "tables")
    known = {command.name for command in bench.registered_commands}
    assert {each.words[0] for each in BENCHES} == known - {"all"}


def test_a_benchmark_that_fails_is_told_and_stops_no_other() -> None:
    assert run(Bench("None", ("there-is-no-such-benchmark",))).startswith("(not measured: ")
