"""The log of what changed in the definitions, and when: told to readers and in the API."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Correction:
    """One change of the definitions: its day, the method version that it made, and what it did; texts are English msgids."""

    on: date
    version: str
    what: str
    effect: str
    """What it does to numbers that were published before."""


@cache
def corrections() -> tuple[Correction, ...]:
    """All of them, newest first."""
    found = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["entry"]
    return tuple(sorted((Correction(**each) for each in found), key=lambda each: each.on, reverse=True))
