"""Due times of requests whose source gives none, from the targets of the city's file: the end of the local day."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, Column, Connection, Date, MetaData, Table, Text, cast, column, select, table, update

from dashboard.domain.targets import categories_of, due_day, of_category
from data_access.city import City
from data_access.local_time import local_midnight
from data_access.store.engines.duckdb import create_anew, load_frame

target_days = Table(
    "target_days",
    MetaData(),
    Column("category", Text),
    Column("made", Date),
    Column("due_day", Date),
    Column("due_at", BigInteger),
    prefixes=["TEMPORARY"],
)
"""For each category with a target and each local day: when what is made on it is due (`due_at` in UTC seconds)."""


def give_due_times(connection: Connection, city: City, prepared: Table, first: date, last: date) -> None:
    """Write due_at and due_day into those rows of `prepared` that have no due time and a target; `first` and `last` are
    the local days of creation in the store."""
    names = [each.name for each in target_days.columns]
    rows = [row for category in categories_of(city.known_targets) for row in _rows(city, category, first, last)]
    if not rows:
        return
    load_frame(connection, "target_rows", pd.DataFrame(rows, columns=names))
    create_anew(connection, target_days)
    loaded = table("target_rows", *map(column, names))
    chosen = [cast(loaded.c[each.name], each.type) for each in target_days.columns]
    connection.execute(target_days.insert().from_select(names, select(*chosen)))
    c, t = prepared.c, target_days.c
    connection.execute(
        update(prepared)
        .where(c.due_at.is_(None), t.category == c.category, t.made == c.created_day)
        .values(due_at=t.due_at, due_day=t.due_day)
    )


def _rows(city: City, category: str, first: date, last: date) -> list[tuple[Any, ...]]:
    held = of_category(city.known_targets, category)
    starts = [each.valid_from for each in held]
    found: list[tuple[Any, ...]] = []
    for number in range((last - first).days + 1):
        made = first + timedelta(days=number)
        place = bisect_right(starts, made)
        if place:
            due = due_day(held[place - 1], made, city.holidays)
            found.append((category, made, due, local_midnight(due + timedelta(days=1), city.zone) - 1))
    return found
