"""What passes between a made-up portal and who asks it: requests, answers, and what goes wrong with them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Ending(StrEnum):
    """How an answer comes to its end."""

    WHOLE = "whole"
    SHORTER_THAN_TOLD = "Content-Length is more than what comes"
    CHUNKS_WITHOUT_END = "chunks, and the last one never comes"
    UNTOLD = "no length, and the connection closes early"
    RESET = "the connection is reset before anything comes"
    HELD = "nothing comes until the portal is closed or `release` is set"


@dataclass(frozen=True, slots=True)
class Request:
    """What the portal was asked; header names in lower case."""

    method: str
    path: str
    pairs: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]

    @property
    def query(self) -> dict[str, str]:
        """The parameters by name."""
        return dict(self.pairs)

    @property
    def text(self) -> str:
        """Path and parameters, for what faults match."""
        return f"{self.path}?{'&'.join(f'{name}={value}' for name, value in self.pairs)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the portal says. `rows` and `render` are there where the body shows rows: faults may show others."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    rows: Sequence[Any] | None = None
    render: Callable[[Sequence[Any]], bytes] | None = None
    ending: Ending = Ending.WHOLE
    share: float = 1.0
    """The part of the bytes that comes, where not all of them do."""
    release: threading.Event | None = None

    def showing(self, rows: Sequence[Any]) -> Answer:
        """The same answer with other rows in it."""
        return replace(self, rows=rows, body=self.render(rows)) if self.render else self


Harm = Callable[[Answer, Answer], Answer]
"""From the right answer and the page of rows before it (itself where there is none) to the answer that is given."""


@dataclass
class Fault:
    """What goes wrong with the `at`-th request (from 1) whose path and query hold `matching`, and `times` - 1 after it.

    `first` is called before the portal looks at its rows: they may change between two pages.
    """

    harm: Harm | None = None
    at: int = 1
    times: int = 1
    matching: str = ""
    first: Callable[[], None] | None = None
    seen: int = 0

    def meets(self, request: Request) -> bool:
        """Count a request and say whether it is this fault's."""
        if self.matching not in request.text:
            return False
        self.seen += 1
        return self.at <= self.seen < self.at + self.times


def etag(*parts: object) -> str:
    """A validator that changes with any of its parts."""
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"'
