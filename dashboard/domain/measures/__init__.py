"""The published numbers, each described by one file beside this one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measure:
    """What a number is called, its unit, why it matters and how it is computed; the texts are English msgids."""

    id: str
    title: str
    unit: str
    why: str
    formula: str
    low_is_good: bool


@cache
def measures() -> dict[str, Measure]:
    """All measures by id, in the order of their names."""
    files = sorted(Path(__file__).parent.glob("*.toml"))
    return {path.stem: Measure(id=path.stem, **tomllib.loads(path.read_text(encoding="utf-8"))) for path in files}
