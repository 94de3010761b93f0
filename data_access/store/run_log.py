"""The last syncs of a city, for readers: a small file beside the versions, since a sync that failed publishes none."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, or_, select

from data_access.store.call_log import call_sums
from data_access.store.tables import drift, runs

KEPT = 50
NAME = "runs.json"


def write_log(folder: Path, connection: Connection) -> None:
    """Replace the log by the last runs of the work file, newest first. The caller holds the city's lock.

    Of each source among them the last run that brought rows is kept too: a source that is asked every few hours and has
    something new once a month would else seem never to have had any.
    """
    c = runs.c
    last = select(c.run, c.source).order_by(c.run.desc()).limit(KEPT).subquery()
    brought = (
        select(func.max(c.run))
        .where(c.source.in_(select(last.c.source)), c.error.is_(None), c.stored + c.updated > 0)
        .group_by(c.source)
    )
    chosen = select(runs).where(or_(c.run.in_(select(last.c.run)), c.run.in_(brought)))
    rows = connection.execute(chosen.order_by(c.run.desc())).mappings().all()
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


def brought_rows(run: Mapping[str, Any]) -> bool:
    """Whether a run of the log ended well and stored a row that was new or changed."""
    return run["error"] is None and (run["stored"] or 0) + (run["updated"] or 0) > 0


def log_stamp(folder: Path) -> str:
    """A text that changes when the log does, or another of the small files that stand beside the versions."""
    with os.scandir(folder) as entries:
        stamps = [f"{each.name} {each.stat().st_mtime_ns}" for each in entries if each.name.endswith(".json")]
    return " ".join(sorted(stamps))
