"""Calls to the outside, written down one by one as they end: a process that is killed loses none of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from data_access.sources.base import Call

NAME = "calls.jsonl"


def append_call(folder: Path, call: Call) -> None:
    """Write one call down; lines of several threads do not mix, for each is one short write."""
    line = json.dumps(asdict(call), separators=(",", ":")) + "\n"
    with (folder / NAME).open("a", encoding="utf-8") as out:
        out.write(line)


def read_calls_made(folder: Path) -> tuple[Call, ...]:
    """The calls that were written down, oldest first; a last line that was cut is left out. None: an empty tuple."""
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return ()
    return tuple(Call(**json.loads(line)) for line in lines[:-1] if line)


def forget_calls(folder: Path) -> None:
    """Forget the calls: they are kept with a run."""
    (folder / NAME).unlink(missing_ok=True)
