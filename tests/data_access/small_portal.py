"""A small table behind any portal, and a city that reads it: what the tests of faults have in common."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from tests.builders import row
from tests.portals import faults
from tests.portals.exchange import Fault
from tests.portals.table import Table

KEYS = [f"r{number:02}" for number in range(13)]
MOST_REQUESTS = 300
"""A reader that asks more often than this for thirteen rows does not come to an end."""


def thirteen() -> Table:
    """Rows of two months, three of them of the same second; every write takes place hours after the one before."""
    days = [*range(1, 9), 9, 9, 9, 10, 11]
    texts = {5: 'it\'s, "quoted"\nand long', 6: "Straße 🚧"}
    rows = [
        row(
            key,
            created=f"2024-0{5 + number % 2}-{day:02} 09:00:00",
            closed=f"2024-06-{day + 12:02} 10:30:00" if number % 3 == 0 else "",
            **({"Note": texts[number]} if number in texts else {}),
        )
        for number, (key, day) in enumerate(zip(KEYS, days, strict=True))
    ]
    return Table.of(rows, step=timedelta(hours=2))


def no_end() -> Fault:
    """What stops a reader that would ask for ever."""
    return Fault(faults.status(404), at=MOST_REQUESTS, times=MOST_REQUESTS)


def no_time(_seconds: float) -> None:
    """Waiting takes none."""


@contextmanager
def certificates_read_once() -> Generator[None]:
    """Each client reads them anew, which takes longer than a load from loopback does."""
    with patch.object(ssl, "create_default_context", functools.cache(ssl.create_default_context)):
        yield
