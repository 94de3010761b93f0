"""The last syncs of a city, for readers: a small file beside the versions, since a sync that failed publishes none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from data_access.store.call_log import call_sums
from data_access.store.tables import drift, runs

KEPT = 50
NAME = "runs.json"


def write_log(folder: Path, connection: Connection) -> None:
    """Replace the log by the last runs of the work file, newest first. The caller holds the city's lock."""
    rows = connection.execute(select(runs).order_by(runs.c.run.desc()).limit(KEPT)).mappings().all()
    sums, found = call_sums(connection), _drift(connection, [row["run"] for row in rows])
    told = [{**row, "drift": found.get(row["run"], []), "calls": sums.get(row["run"], [])} for row in rows]
    partial = folder / f"{NAME}.new"
    partial.write_text(json.dumps(told, separators=(",", ":")))
    partial.replace(folder / NAME)


def _drift(connection: Connection, numbers: list[int]) -> dict[int, list[dict[str, Any]]]:
    c = drift.c
    chosen = select(c.run, c.kind, c.field, c.value, c.n).where(c.run.in_(numbers))
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(chosen.order_by(c.run, c.kind, c.field, c.value)).mappings():
        found.setdefault(row["run"], []).append({name: row[name] for name in ("kind", "field", "value", "n")})
    return found


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The last runs, newest first; keys as the columns of the table runs, with `drift` (kind, field, value, n of each)
    and `calls` (see call_log.call_sums). Empty where there was none."""
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
