"""What a source writes now that it did not write before: reported with the run, never a reason to drop a row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, Text, exists, func, insert, literal, select

from data_access.staging import fresh
from data_access.store.tables import SEPARATOR, drift, headers, raw_rows, records

WATCHED = ("category", "department", "channel")
"""The fields whose new values are told."""

COUNTED = ("status_without_rule", "new_value")
"""The kinds of drift that stand for so many rows; the others are one thing each."""

known_values = Table("known_values", MetaData(), Column("field", Text), Column("value", Text), prefixes=["TEMPORARY"])
"""The values of the watched fields that the store held when the run began."""


def load_known(connection: Connection) -> bool:
    """Remember what the store holds before a run; returns whether it holds anything that news can be told from."""
    for field in WATCHED:
        column = records.c[field]
        values = select(literal(field), column).where(column.is_not(None)).distinct()
        connection.execute(insert(known_values).from_select(["field", "value"], values))
    return bool(connection.scalar(select(exists(select(records.c.request_id)))))


def known_columns(connection: Connection) -> dict[str, set[str]]:
    """Per schema, the columns in lower case that its files have had until now."""
    found: dict[str, set[str]] = {}
    for row in connection.execute(select(headers.c.schema, headers.c.columns)):
        found.setdefault(row.schema, set()).update(row.columns.casefold().split(SEPARATOR))
    return found


def column_drift(
    known: set[str], schema: str, header: tuple[str, ...], vanished: Iterable[str]
) -> list[dict[str, Any]]:
    """The columns that are new against those known before the run (where none are, all are taken as known), and those
    that a file lacks."""
    new = [name for name in header if known and name.casefold() not in known]
    found = [{"kind": "new_column", "field": schema, "value": name, "n": 1} for name in new]
    return found + [{"kind": "vanished_column", "field": schema, "value": name, "n": 1} for name in vanished]


def value_drift(connection: Connection, *, told: bool, stored: int | None = None) -> list[dict[str, Any]]:
    """Status texts that no rule knows and, if `told`, new values of the watched fields among the staged rows; `stored` is
    the raw file of those that went into the store at once."""
    found = _counted(connection, "status_without_rule", "status", fresh.c.status_given)
    if stored is not None:
        of_file = exists().where(raw_rows.c.request_id == records.c.request_id, raw_rows.c.file == stored)
        found += _counted(connection, "status_without_rule", "status", records.c.status_given, of_file)
    if told:
        for field in WATCHED:
            column = fresh.c[field]
            known = exists().where(known_values.c.field == field, known_values.c.value == column)
            found += _counted(connection, "new_value", field, column, ~known)
    return found


def summed(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was found in all files, each once: a value with the sum of its rows."""
    sums: dict[tuple[str, str, str], int] = {}
    for row in found:
        key = (row["kind"], row["field"], row["value"])
        sums[key] = sums.get(key, 0) + row["n"] if row["kind"] in COUNTED else 1
    return [{"kind": kind, "field": field, "value": value, "n": n} for (kind, field, value), n in sorted(sums.items())]


def keep_drift(connection: Connection, run: int, found: list[dict[str, Any]]) -> None:
    """Keep what was found with the run."""
    if found:
        connection.execute(insert(drift), [{"run": run, **row} for row in found])


def _counted(connection: Connection, kind: str, field: str, column: Any, *tests: Any) -> list[dict[str, Any]]:
    counted = select(column, func.count()).where(column.is_not(None), *tests).group_by(column)
    return [
        {"kind": kind, "field": field, "value": str(value), "n": int(n)} for value, n in connection.execute(counted)
    ]
