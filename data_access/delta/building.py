"""A version made from a copy of the last one: only what has changed since then is taken out and put in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, Table, delete, insert, select

from data_access.areas.checks import AreaCheck
from data_access.areas.filling import build_areas
from data_access.building import Plan, build_whole, finish
from data_access.city import AreaKind
from data_access.coded_names import update_names
from data_access.delta.affected import (
    affected,
    chosen,
    find_affected,
    find_touched,
    told_before,
)
from data_access.delta.watching import find_repeats_again, repeats_now
from data_access.extent import Extent, source
from data_access.packing import share_settled, write_later
from data_access.places import farthest_degree, has_point, locate
from data_access.preparing import placed, prepare, prepared
from data_access.publishable import as_published, counted_blocks, load_blocks, told, told_blocks
from data_access.rollup import add_up, change_facts, counted_flags
from data_access.spots import period
from data_access.store.area_tables import area_checks
from data_access.store.engines.duckdb import create_anew
from data_access.store.tables import about, flag_counts, requests

LEAST_ROWS = 50_000
"""With fewer requests to make all anew is as quick."""
MOST_TOUCHED, MOST_ADDED = 0.2, 0.25
"""Larger shares of the requests that changed, since the last version or since one was made whole, are not worth it: then
all is made anew, which also packs the counts again."""

_temporary = MetaData()
told_after = Table(
    "told_after", _temporary, *(Column(c.name, c.type) for c in requests.columns), prefixes=["TEMPORARY"]
)
"""What this version says of the requests that `told_before` tells what the last one said of."""
recent = Table("recent", _temporary, *(Column(c.name, c.type) for c in prepared.columns), prefixes=["TEMPORARY"])
"""The requests that may be in a spot."""


@dataclass(frozen=True, slots=True)
class Last:
    """The version that is copied: its folder, the run up to which it tells, and how many requests were changed in it and
    those before it since one was made whole."""

    folder: Path
    run: int
    changed: int


def build(connection: Connection, plan: Plan, last: Last | None) -> int | None:
    """Make a version whole, or from the copied tables of the last one; returns how many requests have changed since one was
    made whole, None if a copy was given and cannot be made into this version."""
    if last is None:
        build_whole(connection, plan)
        return 0
    changed = build_changes(connection, plan, last)
    return None if changed is None else last.changed + changed


def build_changes(connection: Connection, plan: Plan, last: Last) -> int | None:
    """Bring the copied tables of the last version up to date; returns how many requests changed, None if it has to be
    made whole instead, because too many did or something did on which all depend."""
    if plan.dates.rows < LEAST_ROWS:
        return None
    n = find_touched(connection, last.run)
    if n > MOST_TOUCHED * plan.dates.rows or n + last.changed > MOST_ADDED * plan.dates.rows:
        return None
    old, old_degree = _read_about(connection)
    degree = farthest_degree(connection, placed(source, plan.box))
    fillable = _same_areas(connection, plan, last)
    if fillable is None or degree != old_degree or plan.dates.data_through < old.data_through:
        return None
    connection.commit()
    find_affected(connection, plan.city, old, plan.dates, last.run)
    prepare(connection, plan.city, plan.dates, plan.box, fillable, chosen)
    update_names(connection, told_before, prepared)
    connection.commit()
    find_repeats_again(connection, old, plan.dates, plan.box, degree)
    _tell_after(connection, plan)
    connection.commit()
    _change_requests(connection)
    connection.commit()
    change_facts(connection, told_before, told_after, old.data_through, plan.dates.data_through)
    add_up(connection, flag_counts, counted_flags(told_before, -1), counted_flags(told_after))
    connection.commit()
    share_settled(last.folder, plan.building)
    write_later(connection, plan.building, plan.dates.data_through)
    _find_recent(connection, plan, degree)
    finish(connection, plan, degree, recent)
    return n


def _read_about(connection: Connection) -> tuple[Extent, int]:
    known: dict[str, str] = {str(row.key): str(row.value) for row in connection.execute(select(about))}
    first, last = (date.fromisoformat(known[name]) for name in ("data_from", "data_to"))
    dates = Extent(first, last, int(known["data_through"]), int(known["rows"]))
    return dates, int(known["farthest_degree"])


def _same_areas(connection: Connection, plan: Plan, last: Last) -> dict[AreaKind, date | None] | None:
    """As build_areas; None if an area is spelled otherwise now, or if others may be given by their points."""
    checks = AreaCheck.__slots__
    known = [AreaCheck(*(getattr(row, name) for name in checks)) for row in connection.execute(select(area_checks))]
    was_fitting = {check.kind for check in known if not check.is_wrong_vintage}
    connection.execute(delete(area_checks))
    fillable = build_areas(connection, plan.building, plan.areas)
    now, then = (
        {path.name: path.read_bytes() for path in folder.glob("*.geojson")} for folder in (plan.building, last.folder)
    )
    return fillable if now == then and set(fillable) == was_fitting else None


def _tell_after(connection: Connection, plan: Plan) -> None:
    """Fill `told_after`, and add to `told_before` those of which only the repeat is another."""
    create_anew(connection, told_after)
    load_blocks(connection, plan.city)
    names = [column.name for column in told_after.columns]
    rows = prepared.outerjoin(repeats_now, repeats_now.c.request_id == prepared.c.request_id)
    connection.execute(insert(told_after).from_select(names, as_published(plan.city, rows, repeats_now.c.repeat)))
    same = repeats_now.c.request_id == told.c.request_id
    moved = (
        select(told)
        .join(repeats_now, same)
        .where(
            repeats_now.c.repeat.is_distinct_from(told.c.repeat),
            told.c.request_id.not_in(select(affected.c.request_id)),
        )
    )
    repeated = Table(
        "repeated", MetaData(), *(Column(c.name, c.type) for c in requests.columns), prefixes=["TEMPORARY"]
    )
    create_anew(connection, repeated)
    connection.execute(insert(repeated).from_select(names, moved))
    connection.execute(insert(told_before).from_select(names, select(repeated)))
    columns = [repeats_now.c.repeat if name == "repeat" else repeated.c[name] for name in names]
    now = select(*columns).join(repeats_now, repeats_now.c.request_id == repeated.c.request_id)
    connection.execute(insert(told_after).from_select(names, now))


def _change_requests(connection: Connection) -> None:
    gone = told.c.request_id.in_(select(told_before.c.request_id))
    connection.execute(delete(told).where(gone))
    newest_first = select(told_after).order_by(told_after.c.created_at.desc(), told_after.c.request_id.desc())
    connection.execute(insert(told).from_select([column.name for column in told.columns], newest_first))
    add_up(connection, told_blocks, counted_blocks(told_before, -1), counted_blocks(told_after))


def _find_recent(connection: Connection, plan: Plan, degree: int) -> None:
    create_anew(connection, recent)
    there = placed(source, plan.box, has_point(source), source.c.created_day.between(*period(plan.dates.data_to)))
    connection.execute(insert(recent).from_select([c.name for c in recent.columns], select(there)))
    connection.commit()
    locate(connection, recent, degree)
