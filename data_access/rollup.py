"""Published requests to counts that add up: the facts of one data version, and what is counted beside them.

Everything is told of rows that have the columns of `requests`, so that a later version can take out of the counts what an
earlier one said of a request, and add what it says now.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    MetaData,
    Select,
    Table,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)

from dashboard.domain.request import DIMENSIONS, Code, Flag, Origin, Outcome, Status
from data_access.packing import PART_CHANGED, PART_PENDING, part_of
from data_access.publishable import told
from data_access.store.bins import bin_cells, bin_in, cell_of
from data_access.store.engines.duckdb import create_anew
from data_access.store.tables import facts, names

STATUS_CODES = {status.value: code for code, status in enumerate(Status)}
OUTCOME_CODES = {outcome.value: code for code, outcome in enumerate(Outcome)}
ORIGIN_CODES = {origin.value: code for code, origin in enumerate(Origin)}
NUMBERS = ("n", "points", "latitude", "longitude")
"""The columns of counted tables that add up; the others are their key."""


def is_waiting(rows: FromClause) -> ColumnElement[bool]:
    """Whether published requests are open at a possible date: their bin is the wait so far, and `event` is 0 for them alone."""
    c = rows.c
    return and_(c.seconds.is_(None), _is_open(rows), c.flags.op("&")(Flag.IMPOSSIBLE_DATE.bit) == 0)


def is_pending(rows: FromClause, through: int) -> ColumnElement[bool]:
    """Whether what the facts say of published requests may change as data through does (see packing.part_of)."""
    return or_(_is_open(rows), func.coalesce(rows.c.due_at, 0) > through)


def _is_open(rows: FromClause) -> ColumnElement[bool]:
    return rows.c.status.in_([Status.OPEN.value, Status.IN_PROGRESS.value])


def facts_of(rows: FromClause, through: int, sign: int = 1, part: int | None = None) -> Select[*tuple[Any, ...]]:
    """The columns of `facts` for published requests, one row each, in the order of days; names and bin_cells have to be there.

    `through` is data through (UTC seconds), `sign` -1 for what is taken out; `part` as packing knows it, if it is not found.
    """
    c = rows.c
    waited = case(
        (c.seconds.is_not(None), c.seconds), (is_waiting(rows), func.greatest(literal(through) - c.created_at, 0))
    )
    joined: FromClause = rows.outerjoin(bin_cells, bin_cells.c.cell == cell_of(waited))
    codes: list[ColumnElement[Any]] = []
    for field in DIMENSIONS:
        lookup = names.alias(f"names_{field}")
        joined = joined.outerjoin(lookup, and_(lookup.c.field == field, lookup.c.name == c[field]))
        codes.append(func.coalesce(lookup.c.code, int(Code.NONE)).label(field))
    status: ColumnElement[int] = case(STATUS_CODES, value=c.status)
    values: dict[str, ColumnElement[Any]] = {
        **dict(zip(DIMENSIONS, codes, strict=True)),
        "origin": case(ORIGIN_CODES, value=c.origin),
        "status": status,
        "outcome": case(OUTCOME_CODES, value=c.outcome),
        "bin": case((waited.is_not(None), bin_in(bin_cells, waited))),
        "event": case((c.seconds.is_not(None), 1), (is_waiting(rows), 0)),
        "n": literal(sign),
        "part": part_of(status, c.due_at, through) if part is None else literal(part),
    }
    columns = [values[each.name] if each.name in values else c[each.name] for each in facts.columns]
    chosen = select(*(value.label(each.name) for value, each in zip(columns, facts.columns, strict=True)))
    return chosen.select_from(joined).order_by(c.created_day, codes[0], codes[2])


def add_facts(connection: Connection, chosen: Any) -> None:
    """Add rows with the columns of `facts` to what the queries read."""
    connection.execute(insert(facts).from_select([column.name for column in facts.columns], chosen))


def change_facts(connection: Connection, before: FromClause, after: FromClause, old: int, new: int) -> None:
    """Bring the facts of a version up to date, whose data through was `old` and is `new`: `before` and `after` are what it
    said, and says, of the requests that changed. What is pending is made anew; what settled since then is added."""
    connection.execute(delete(facts).where(facts.c.part == PART_PENDING))
    pending = select(*told.c).where(is_pending(told, new)).subquery()
    passed = select(*told.c).where(
        is_pending(told, old), ~is_pending(told, new), told.c.request_id.not_in(select(after.c.request_id))
    )
    settled = ((before, old, -1), (after, new, 1))
    changes = [
        *((select(*rows.c).where(~is_pending(rows, through)).subquery(), sign) for rows, through, sign in settled),
        (passed.subquery(), 1),
    ]
    signed = union_all(*(facts_of(rows, new, sign, PART_CHANGED).order_by(None) for rows, sign in changes)).subquery()
    key = [signed.c[column.name] for column in facts.columns if column.name not in ("n", "part")]
    n = func.sum(signed.c.n)
    # what is the same cancels
    changed = select(*key, n, literal(PART_CHANGED)).group_by(*key).having(n != 0).order_by(signed.c.created_day)
    add_facts(connection, changed)
    add_facts(connection, facts_of(pending, new))


def counted_flags(rows: FromClause, sign: int = 1) -> Any:
    """The columns of `flag_counts` for published requests."""
    c = rows.c
    each = select(c.flags, c.department, func.count().label("n")).group_by(c.flags, c.department).cte()
    n = sign * func.sum(each.c.n)
    return union_all(
        *(
            select(literal(flag.value), each.c.department, n)
            .where(each.c.flags.op("&")(flag.bit) != 0)
            .group_by(each.c.department)
            for flag in Flag
        )
    )


def add_up(connection: Connection, target: Table, *changes: Any) -> None:
    """Add rows with the columns of a counted table to those that it has; what comes to nothing goes."""
    columns = [column.name for column in target.columns]
    keys = [column for column in target.columns if column.name not in NUMBERS]
    merged = Table(
        f"merged_{target.name}", MetaData(), *(Column(c.name, c.type) for c in target.columns), prefixes=["TEMPORARY"]
    )
    create_anew(connection, merged)
    for chosen in (select(target), *changes):
        connection.execute(insert(merged).from_select(columns, chosen))
    connection.execute(delete(target))
    n = func.sum(merged.c.n)
    sums = [func.sum(merged.c[name]) if name in NUMBERS else merged.c[name] for name in columns]
    summed = select(*sums).group_by(*(merged.c[key.name] for key in keys)).having(n != 0)
    connection.execute(insert(target).from_select(columns, summed))
