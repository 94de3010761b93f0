"""A version of the method never comes without an entry that says what it changed."""

from __future__ import annotations

from pathlib import Path

from dashboard.domain.corrections import corrections
from dashboard.domain.measures import glossary, measures
from dashboard.domain.method import METHOD_VERSION

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"


def test_the_newest_entry_is_the_version_of_the_method() -> None:
    log = corrections()
    assert log[0].version == METHOD_VERSION
    assert [each.on for each in log] == sorted((each.on for each in log), reverse=True)
    assert len({each.version for each in log}) == len(log)


def test_every_version_stands_in_the_changelog() -> None:
    text = CHANGELOG.read_text("utf-8")
    assert [each.version for each in corrections() if f"Method version {each.version}" not in text] == []


def test_no_word_is_explained_twice_and_each_in_a_sentence() -> None:
    words = [term.word for term in glossary()]
    assert words == sorted(set(words))
    assert {"Request", "Closed", "Backlog", "Typical wait"} <= set(words)
    assert [term.word for term in glossary() if not term.meaning.endswith(".")] == []
    assert [each.id for each in measures().values() if not each.formula.endswith(".")] == []
