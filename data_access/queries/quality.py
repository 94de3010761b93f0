"""What a version says of its own rows: flags, unreadable rows, syncs, and what the default view leaves out."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, TableClause, and_, case, cast, column, func, select, table

from data_access.rollup import ORIGIN_CODES
from data_access.store.area_tables import area_checks as area_checks_table
from data_access.store.published import Snapshot
from data_access.store.tables import facts, flag_counts, quarantine_counts
from data_access.store.tables import mappings as mappings_table

_tables = table("tables", column("table_name"), schema="information_schema")


def flags(snapshot: Snapshot) -> pd.DataFrame:
    """How many rows have each flag. Columns: flag, department, n; in a fixed order."""
    c = flag_counts.c
    return snapshot.count(select(*[c.flag, c.department, c.n]).order_by(c.flag, c.department))


def quarantine(snapshot: Snapshot) -> pd.DataFrame:
    """How many rows could not be read, by reason. Columns: reason, n."""
    c = quarantine_counts.c
    n = cast(func.sum(c.n), BigInteger).label("n")
    return snapshot.count(select(c.reason, n).group_by(c.reason).order_by(c.reason))


def quarantine_details(snapshot: Snapshot) -> pd.DataFrame:
    """The same by department ("none" where it could not be read) and local day. Columns: reason, department, day, n."""
    c = quarantine_counts.c
    return snapshot.count(select(*c).order_by(c.reason, c.day, c.department))


def left_out(snapshot: Snapshot) -> pd.DataFrame:
    """One row over the whole store. Columns: city and information, requests that are not residents'; duplicates and
    no_duration (without a usable one), of the residents'.
    """
    c = facts.c
    resident = c.origin == ORIGIN_CODES["resident"]
    tests: dict[str, ColumnElement[bool]] = {
        "city": c.origin == ORIGIN_CODES["city"],
        "information": c.origin == ORIGIN_CODES["information"],
        "duplicates": and_(resident, c.duplicate == 1),
        "no_duration": and_(resident, c.duplicate == 0, c.event.is_(None)),
    }
    sums: list[Any] = [_sum(test, name) for name, test in tests.items()]
    statement: Any = select(*sums)
    return snapshot.count(statement)


def mappings(snapshot: Snapshot) -> pd.DataFrame:
    """How the source writes names, and how they are shown. Columns: field, given, shown, n; empty in older versions."""
    return _if_there(snapshot, mappings_table, ("field", "given", "shown"))


def area_checks(snapshot: Snapshot) -> pd.DataFrame:
    """How often a row's own area is the one that its point lies in, by kind.

    Columns: kind, compared, disagreeing, filled (from the point), vintage (of the boundaries); empty in older versions.
    """
    return _if_there(snapshot, area_checks_table, ("kind",))


def _if_there(snapshot: Snapshot, wanted: TableClause, order: tuple[str, ...]) -> pd.DataFrame:
    """The rows of a table that versions of an earlier program do not have."""
    there = select(func.count().label("n")).select_from(_tables).where(_tables.c.table_name == wanted.name)
    if not snapshot.count(there)["n"].sum():
        return pd.DataFrame(columns=[column.name for column in wanted.c])
    return snapshot.count(select(*wanted.c).order_by(*(wanted.c[name] for name in order)))


def _sum(test: ColumnElement[bool], label: str) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(case((test, facts.c.n), else_=0)), 0), BigInteger).label(label)
