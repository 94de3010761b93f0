"""Calls to the outside: what each took, what it brought, what went wrong; kept with the last runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select

from data_access.sources.base import Call
from data_access.store.tables import calls

KEPT_RUNS = 50
SHOWN = 500
NAME = "calls.json"


def keep_calls(connection: Connection, run: int, made: Iterable[Call]) -> None:
    """Keep a run's calls, and let go of those of runs long past."""
    rows = [asdict(call) | {"run": run} for call in made]
    if rows:
        connection.execute(insert(calls), rows)
    connection.execute(delete(calls).where(calls.c.run <= run - KEPT_RUNS))


def call_sums(connection: Connection) -> dict[int, list[dict[str, Any]]]:
    """Per run and data set: host, n, failed, bytes, seconds in all, the longest one, and the last error or ''."""
    c = calls.c
    failed = c.error != ""
    sums = (
        select(
            c.run,
            c.data_set,
            c.host,
            func.count().label("n"),
            func.sum(case((failed, 1), else_=0)).label("failed"),
            func.sum(c.bytes).label("bytes"),
            func.round(func.sum(c.seconds), 3).label("seconds"),
            func.round(func.max(c.seconds), 3).label("longest"),
            func.coalesce(func.arg_max(case((failed, c.error)), case((failed, c.at))), "").label("last_error"),
        )
        .group_by(c.run, c.data_set, c.host)
        .order_by(c.run, c.data_set, c.host)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(sums).mappings():
        told = {name: row[name] for name in row if name != "run"}
        told |= {name: int(told[name]) for name in ("n", "failed", "bytes")}
        found.setdefault(int(row["run"]), []).append(told)
    return found


def write_calls(folder: Path, connection: Connection) -> None:
    """Replace the file of the last run's calls, newest first. The caller holds the city's lock."""
    last = select(func.max(calls.c.run)).scalar_subquery()
    chosen = select(*(column for column in calls.c if column.name != "run")).where(calls.c.run == last)
    rows = connection.execute(chosen.order_by(calls.c.at.desc()).limit(SHOWN)).mappings()
    partial = folder / f"{NAME}.new"
    partial.write_text(json.dumps([dict(row) for row in rows], separators=(",", ":")))
    partial.replace(folder / NAME)


def read_calls(folder: Path) -> list[dict[str, Any]]:
    """The calls of the last run that made any, newest first; keys as the columns of the table calls, without the run."""
    try:
        return json.loads((folder / NAME).read_text())
    except FileNotFoundError:
        return []
