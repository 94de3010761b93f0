"""The rows of a made-up city as its own office keeps them: one table that every protocol shows in its own shape."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.builders import HEADER

ZONE = ZoneInfo("America/New_York")
TIMES = ("Created", "Closed", "Updated", "Due")
NUMBERS = ("Lat", "Lon")
FIRST_WRITE = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its texts by column ('' is none), the portal's own number for it, and when it was written."""

    number: int
    row: Mapping[str, str]
    written_at: datetime
    changed_at: datetime


Kept = tuple[list[Line], int, datetime]


@dataclass
class Table:
    """Rows that may be added, changed and deleted while somebody reads; numbers are never used twice.

    Times are local texts such as '2024-03-04 09:00:00'; each write takes place a `step` after the one before, or at
    `frozen` where that is set: many rows may be written at one moment.
    """

    columns: Sequence[str] = HEADER
    times: Sequence[str] = TIMES
    numbers: Sequence[str] = NUMBERS
    key: str = "Id"
    zone: ZoneInfo = ZONE
    step: timedelta = timedelta(seconds=1)
    frozen: datetime | None = None
    lines: list[Line] = field(default_factory=list)
    _last_write: datetime = FIRST_WRITE
    last_number: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]], step: timedelta = timedelta(seconds=1)) -> Table:
        """A table that holds rows of the small city."""
        table = cls(step=step)
        table.add(*rows)
        return table

    def add(self, *rows: Mapping[str, str]) -> None:
        """Write new rows."""
        with self._lock:
            for row in rows:
                assert set(row) == set(self.columns), f"not this table's columns: {set(row) ^ set(self.columns)}"
                now = self._now()
                self.last_number += 1
                self.lines.append(Line(self.last_number, dict(row), now, now))

    def change(self, key: str, **columns: str) -> None:
        """Write other texts into the rows of an id."""

        def changed(line: Line) -> Line:
            return Line(line.number, {**line.row, **columns}, line.written_at, self._now())

        self._each(key, changed)

    def touch(self, key: str) -> None:
        """Write the rows of an id again as they are."""
        self.change(key)

    def delete(self, *keys: str) -> None:
        """Delete rows by their ids."""
        with self._lock:
            kept = [line for line in self.lines if line.row[self.key] not in keys]
            assert len(kept) < len(self.lines), f"no such rows: {keys}"
            self.lines = kept
            self._now()

    def republish(self) -> None:
        """Replace all rows by the same ones: new numbers, all written now."""
        with self._lock:
            rows = [line.row for line in self.lines]
            self.lines = []
            self.add(*rows)

    def now(self) -> list[Line]:
        """The rows at this moment, by number."""
        with self._lock:
            return sorted(self.lines, key=lambda line: line.number)

    def kept(self) -> Kept:
        """The state of the table, for `go_back`."""
        return list(self.lines), self.last_number, self._last_write

    def go_back(self, state: Kept) -> None:
        """Be as it was, as if nothing had been written since."""
        with self._lock:
            lines, self.last_number, self._last_write = state
            self.lines = list(lines)

    def rows(self) -> list[Mapping[str, str]]:
        """The texts at this moment, by number."""
        return [line.row for line in self.now()]

    def newest(self) -> datetime:
        """When something was written last."""
        return self._last_write

    def local(self, text: str) -> datetime | None:
        """A time's text as a local time without a zone; None where there is none."""
        return datetime.fromisoformat(text) if text else None

    def instant(self, text: str) -> datetime | None:
        """A time's text as a moment in UTC; the repeated hour is its first pass."""
        local = self.local(text)
        return local.replace(tzinfo=self.zone).astimezone(UTC) if local else None

    def _each(self, key: str, change: Callable[[Line], Line]) -> None:
        with self._lock:
            assert any(line.row[self.key] == key for line in self.lines), f"no such row: {key}"
            self.lines = [change(line) if line.row[self.key] == key else line for line in self.lines]

    def _now(self) -> datetime:
        self._last_write = self.frozen or self._last_write + self.step
        return self._last_write
