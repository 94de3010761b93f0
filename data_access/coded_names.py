"""The published names of each coded field, and the small number that stands for each in the facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Connection, FromClause, column, delete, func, insert, select, table

from dashboard.domain.ids import natural_order, unique_slugs
from dashboard.domain.request import DIMENSIONS, NONE_NAME, Code
from data_access.store.engines.duckdb import load_frame
from data_access.store.tables import names

Counts = Mapping[str, Counter[str]]
"""Per field, the requests of each name; NONE_NAME of those without one."""


def count_names(connection: Connection, rows: FromClause) -> Counts:
    """The names in rows, which may write NULL or NONE_NAME where there is none."""
    counted: dict[str, Counter[str]] = {}
    for field in DIMENSIONS:
        found = connection.execute(select(rows.c[field], func.count()).group_by(rows.c[field])).all()
        counted[field] = Counter()
        for name, n in found:
            counted[field][NONE_NAME if name is None else str(name)] += int(n)
    return counted


def store_names(connection: Connection, counts: Counts) -> None:
    """Replace the names of the version; those that it has keep their code, also when no request has them any more: rows that
    cancel each other still do."""
    codes = {(str(row.field), str(row.name)): int(row.code) for row in connection.execute(select(names))}
    used = Counter(
        {field: max((code for (of, _), code in codes.items() if of == field), default=0) for field in counts}
    )
    connection.execute(delete(names))
    rows: list[tuple[str, int, str, str, int]] = []
    for field, of_field in counts.items():
        kept = sorted((name for name, n in of_field.items() if n and name != NONE_NAME), key=natural_order)
        slugs = unique_slugs([NONE_NAME, *kept])
        if of_field[NONE_NAME]:
            rows.append((field, int(Code.NONE), NONE_NAME, NONE_NAME, of_field[NONE_NAME]))
        for name in kept:
            code = codes.get((field, name))
            if code is None:
                used[field] += 1
                code = used[field]
            rows.append((field, code, name, slugs[name], of_field[name]))
        rows += [
            (of, code, name, "", 0) for (of, name), code in codes.items() if code and of == field and not of_field[name]
        ]
    if rows:
        keys = list(names.c.keys())
        load_frame(connection, "name_rows", pd.DataFrame(rows, columns=keys))
        connection.execute(insert(names).from_select(keys, select(table("name_rows", *map(column, keys)))))


def update_names(connection: Connection, before: FromClause, after: FromClause) -> None:
    """Bring the version's names up to date with the rows that are taken out of it and those that come in."""
    stored: dict[str, Counter[str]] = {field: Counter() for field in DIMENSIONS}
    for row in connection.execute(select(names)):
        stored[str(row.field)][str(row.name)] = int(row.requests)
    gone, come = count_names(connection, before), count_names(connection, after)
    for field, counts in stored.items():
        counts.update(come[field])
        counts.subtract(gone[field])
    store_names(connection, stored)
