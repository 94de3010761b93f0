"""What a download has on disk: part files, and a small state that is replaced after every page, so that a stop loses no page."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from data_access.sources.base import Ask, Page, Row, WholeFile

STATE = "state.json"
LAYOUT = 2
PART_ROWS = 500_000


@dataclass(frozen=True, slots=True)
class Part:
    """A file of rows: its name, its header (of a whole file: none), its rows and size in bytes."""

    name: str
    header: tuple[str, ...]
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class State:
    """How far a download has come. `begun` is in UTC seconds, `fingerprint` of what it was asked with."""

    fingerprint: str
    begun: float
    mark: str | None
    cursor: str | None = None
    parts: tuple[Part, ...] = ()
    done: bool = False
    whole: bool = False
    moved: bool = False

    @property
    def rows(self) -> int:
        """The rows that are on disk."""
        return sum(part.rows for part in self.parts)


class Kept:
    """The folder of one data set's download; one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> State | None:
        """The state of a download whose parts are all there, cut back to the last whole page; None: there is none."""
        try:
            state = _state((self.folder / STATE).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        for part in state.parts:
            path = self.folder / part.name
            if not path.is_file() or path.stat().st_size < part.bytes:
                return None
            if path.stat().st_size > part.bytes:
                os.truncate(path, part.bytes)
        return state

    def begin(self, state: State) -> State:
        """Forget what was there and begin anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self.write(state)

    def write(self, state: State) -> State:
        """Replace the state on disk, at once."""
        partial = self.folder / f"{STATE}.new"
        with partial.open("w", encoding="utf-8") as stream:
            json.dump({"layout": LAYOUT, **asdict(state)}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(self.folder / STATE)
        return state

    def add(self, state: State, given: Page | WholeFile) -> State:
        """Put a page or a whole file behind what is there; it counts from the moment in which the state says so."""
        if isinstance(given, WholeFile):
            part = Part(given.path.name, (), 0, given.path.stat().st_size)
            return self.write(replace(state, parts=(*state.parts, part)))
        parts = state.parts
        if given.rows:
            last = parts[-1] if parts else None
            new = last is None or last.header != given.header or last.rows >= PART_ROWS
            before = Part(f"part-{len(parts) + 1:04}.csv", given.header, 0, 0) if new or last is None else last
            size = _append(self.folder / before.name, before, given)
            part = replace(before, rows=before.rows + len(given.rows), bytes=size)
            parts = (*(parts if new else parts[:-1]), part)
        return self.write(replace(state, parts=parts, cursor=given.cursor))

    def files(self, state: State) -> tuple[Path, ...]:
        """The files of a download."""
        return tuple(self.folder / part.name for part in state.parts)


def folder_name(data_set_id: str) -> str:
    """A folder's name for a data set's id, which may hold anything."""
    readable = re.sub(r"[^A-Za-z0-9-]+", "_", data_set_id).strip("_")[:60] or "data"
    return f"{readable}-{hashlib.sha256(data_set_id.encode()).hexdigest()[:8]}"


def fingerprint(ask: Ask, *about: str) -> str:
    """A text that differs for other asks of, or another file about, a data set."""
    days = [day.isoformat() if isinstance(day, date) else "" for day in (ask.reread_from, ask.since, ask.until)]
    return hashlib.sha256(json.dumps([ask.mark, days, ask.open_ids, *about]).encode()).hexdigest()


def _state(text: str) -> State:
    found: dict[str, Any] = json.loads(text)
    if found.pop("layout") != LAYOUT:
        raise ValueError("written by another version")
    parts = tuple(Part(one["name"], tuple(one["header"]), one["rows"], one["bytes"]) for one in found.pop("parts"))
    return State(**found, parts=parts)


def _append(path: Path, part: Part, page: Page) -> int:
    """Write rows behind those that count and return the file's new size. What a stopped write left there is overwritten."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not part.bytes:
        writer.writerow(page.header)
    writer.writerows(_clean(row) for row in page.rows)
    with path.open("r+b" if part.bytes else "wb") as stream:
        stream.seek(part.bytes)
        stream.write(text.getvalue().encode("utf-8"))
        stream.truncate()
        size = stream.tell()
        stream.flush()
        os.fsync(stream.fileno())
    return size


def _clean(row: Row) -> Sequence[str]:
    """A row without what no text file holds: line ends of other systems become newlines, null characters go."""
    joined = "\x1f".join(row)
    if "\r" not in joined and "\x00" not in joined:
        return row
    return [text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "") for text in row]
