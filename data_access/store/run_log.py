"""The last syncs of a city, for readers: a small file beside the versions, since a sync that failed publishes none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from data_access.store.tables import runs

KEPT = 50
NAME = "runs.json"


def write_log(folder: Path, connection: Connection) -> None:
    """Replace the log by the last runs of the work file, newest first. The caller holds the city's lock."""
    rows = connection.execute(select(runs).order_by(runs.c.run.desc()).limit(KEPT)).mappings()
    partial = folder / f"{NAME}.new"
    partial.write_text(json.dumps([dict(row) for row in rows], separators=(",", ":")))
    partial.replace(folder / NAME)


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The last runs, newest first; keys as the columns of the table runs. Empty where there was none."""
    try:
        return json.loads((folder / NAME).read_text())
    except FileNotFoundError:
        return []


def log_stamp(folder: Path) -> str:
    """A text that changes when the log does."""
    try:
        return str((folder / NAME).stat().st_mtime_ns)
    except FileNotFoundError:
        return ""
