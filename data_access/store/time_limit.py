"""How long the statements of one answer may take: what runs longer is interrupted in the engine itself."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Engine, event

from dashboard.domain.errors import TookTooLong

AGAIN_SECONDS = 0.1
"""An interrupt that falls between two statements stops neither: it is sent again until the work has ended."""


class _Limit:
    """The connections that one piece of work has in hand, and whether its time is up."""

    def __init__(self) -> None:
        self._open: set[Any] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._up = False
        self.cut = False
        """Whether a statement was stopped or refused."""

    def take(self, connection: Any) -> None:
        with self._lock:
            if self._up:
                self.cut = True
                raise TookTooLong()
            self._open.add(connection)

    def give_back(self, connection: Any) -> None:
        with self._lock:
            self._open.discard(connection)

    def end(self) -> None:
        self._ended.set()

    def watch(self, seconds: float) -> None:
        if self._ended.wait(seconds):
            return
        with self._lock:
            self._up = True
        while not self._ended.is_set():
            with self._lock:
                for connection in self._open:
                    self.cut = True
                    connection.interrupt()
            self._ended.wait(AGAIN_SECONDS)


_limit: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@contextmanager
def limited(seconds: float) -> Generator[None]:
    """Give the statements of this block so many seconds together. Raises TookTooLong if one was stopped or refused, also
    where the block went on without its rows."""
    limit = _Limit()
    token = _limit.set(limit)
    threading.Thread(target=limit.watch, args=(seconds,), name="time-limit", daemon=True).start()
    try:
        yield
    except Exception as error:
        if limit.cut:
            raise TookTooLong() from error
        raise
    finally:
        limit.end()
        _limit.reset(token)
    if limit.cut:
        raise TookTooLong()


def obey(engine: Engine) -> Engine:
    """Make the limit of the block hold for every statement on this engine's connections; outside of one there is none."""
    event.listen(engine, "checkout", _taken)
    event.listen(engine, "checkin", _given_back)
    return engine


def _taken(connection: Any, record: Any, _proxy: Any) -> None:
    limit = _limit.get()
    if limit is not None:
        limit.take(connection)
        record.info["limit"] = limit


def _given_back(connection: Any, record: Any) -> None:
    limit = record.info.pop("limit", None)
    if limit is not None:
        limit.give_back(connection)
