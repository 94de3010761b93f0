"""How much is computed at once: a few answers, a line of others behind them, and a polite refusal beyond."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from dashboard.domain.errors import TooBusy
from dashboard.settings import Settings
from data_access.store.time_limit import limited


@dataclass(frozen=True, slots=True)
class Limits:
    """Answers computed at once, threads that may wait for one, and the seconds that one may take (and may be waited for)."""

    at_once: int = 2
    waiting: int = 64
    seconds: float = 30.0

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """The limits that the settings give to one process."""
        return cls(settings.queries_at_once, settings.queries_waiting, settings.query_seconds)


class Gate:
    """Lets work in by turns, first come first served; safe under threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._changed = threading.Condition()
        self._line: deque[object] = deque()
        self._running = 0
        self._others = 0

    @contextmanager
    def turn(self) -> Generator[None]:
        """Wait for a turn and hold it for the block, whose statements have the limit's seconds. Raises TooBusy, TookTooLong."""
        self._enter()
        try:
            with limited(self.limits.seconds):
                yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @contextmanager
    def beside(self) -> Generator[float]:
        """Count this thread among those that wait, for what another one computes; gives the seconds that it may wait."""
        with self._changed:
            self._refuse_if_full()
            self._others += 1
        try:
            # the other one may have to wait for its turn first
            yield 2 * self.limits.seconds
        finally:
            with self._changed:
                self._others -= 1

    @property
    def idle(self) -> bool:
        """Whether nothing is computed and nobody waits."""
        with self._changed:
            return not self._running and not self._line

    @property
    def waiting(self) -> int:
        """How many threads wait, for a turn or for what another one computes."""
        with self._changed:
            return len(self._line) + self._others

    def _enter(self) -> None:
        with self._changed:
            if self._running < self.limits.at_once and not self._line:
                self._running += 1
                return
            self._refuse_if_full()
            ticket = object()
            self._line.append(ticket)
            try:
                mine = self._changed.wait_for(
                    lambda: self._running < self.limits.at_once and self._line[0] is ticket, self.limits.seconds
                )
            finally:
                self._line.remove(ticket)
                self._changed.notify_all()
            if not mine:
                raise TooBusy()
            self._running += 1

    def _refuse_if_full(self) -> None:
        if len(self._line) + self._others >= self.limits.waiting:
            raise TooBusy()
