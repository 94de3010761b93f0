"""The published numbers, each described by one file beside this one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Term:
    """A word that a reader of the number meets, and what it means; English msgids."""

    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What a number is called, its unit, why it matters and how it is computed; the texts are English msgids."""

    id: str
    title: str
    unit: str
    why: str
    formula: str
    low_is_good: bool
    terms: tuple[Term, ...] = ()


@cache
def measures() -> dict[str, Measure]:
    """All measures by id, in the order of their names."""
    files = sorted(Path(__file__).parent.glob("*.toml"))
    return {path.stem: _read(path) for path in files}


def glossary() -> tuple[Term, ...]:
    """The words of all measures, by the alphabet."""
    return tuple(sorted((term for each in measures().values() for term in each.terms), key=lambda term: term.word))


def _read(path: Path) -> Measure:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    terms = tuple(Term(**each) for each in content.pop("terms", []))
    return Measure(id=path.stem, terms=terms, **content)
