"""Loads that were refused because too much was gone: remembered by their source's mark, so that they are not read again
before it changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import Connection

from data_access.store.work import read_state, work_file, write_state

KEY = "refused"

Refused = Mapping[str, tuple[str, str]]
"""By the id of a data set, the mark of the load that was refused and the sentence that said why."""


def read_refused(connection: Connection) -> Refused:
    """What was refused and has not been stored since."""
    found: dict[str, list[str]] = json.loads(read_state(connection, KEY) or "{}")
    return {data_set: (mark, sentence) for data_set, (mark, sentence) in found.items()}


def keep_refused(folder: Path, refused: Refused, stored: Iterable[str]) -> None:
    """Remember what was refused now, and forget it of the data sets that were stored."""
    with work_file(folder) as connection:
        before = read_refused(connection)
        now = {name: told for name, told in before.items() if name not in set(stored)} | dict(refused)
        if now != before:
            write_state(connection, KEY, json.dumps(now))
