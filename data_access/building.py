"""A version made from all stored records, and what every version is given anew, however it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, Date, MetaData, Table, cast, column, delete, func, insert, select, table

from dashboard.domain.gaps import Gap, find_gaps, to_text
from dashboard.domain.request import NONE_NAME
from data_access.address_index import ADDRESSES, build_address_index
from data_access.areas.filling import build_areas
from data_access.areas.stored import StoredAreas, box
from data_access.city import AreaKind, City
from data_access.coded_names import count_names, store_names
from data_access.extent import Extent
from data_access.mappings import load_mappings
from data_access.packing import write_packed
from data_access.places import farthest_degree
from data_access.preparing import find_busy, prepare, prepared
from data_access.publishable import as_published, counted_blocks, load_blocks, told, told_blocks
from data_access.repeats import find_repeats, repeat_of
from data_access.rollup import add_facts, counted_flags, facts_of
from data_access.spots import build_spots
from data_access.store.bins import bin_cells, cell_rows
from data_access.store.engines import duckdb
from data_access.store.tables import about, flag_counts, mappings, quarantine, quarantine_counts, runs


@dataclass(frozen=True, slots=True)
class Plan:
    """What a version is made of: into which folder, of which city and boundaries, its number and its dates."""

    building: Path
    city: City
    areas: Mapping[AreaKind, StoredAreas]
    number: int
    dates: Extent

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of what may lie in the city, None where that is not known."""
        return box(self.areas.values())


def build_whole(connection: Connection, plan: Plan) -> None:
    """Fill the empty tables of a version; those of its requests are attached as `public`, the work file as `work`.

    A transaction may write to one file only, and rows of one that is still open are read by one core only: hence the commits.
    """
    city, dates = plan.city, plan.dates
    fillable = build_areas(connection, plan.building, plan.areas)
    _load_bins(connection)
    find_busy(connection)
    prepare(connection, city, dates, plan.box, fillable)
    store_names(connection, count_names(connection, prepared))
    connection.commit()
    find_repeats(connection, prepared, dates)
    load_blocks(connection, city)
    connection.commit()
    rows, repeat = repeat_of(prepared, prepared, dates)
    newest_first = as_published(city, rows, repeat).order_by(prepared.c.created_at.desc(), prepared.c.request_id.desc())
    connection.execute(insert(told).from_select([each.name for each in told.columns], newest_first))
    connection.commit()
    blocks = [each.name for each in told_blocks.columns]
    connection.execute(insert(told_blocks).from_select(blocks, counted_blocks(told)))
    connection.commit()
    add_facts(connection, facts_of(told, dates.data_through))
    connection.execute(
        insert(flag_counts).from_select([each.name for each in flag_counts.columns], counted_flags(told))
    )
    connection.commit()
    write_packed(connection, plan.building, dates.data_through)
    finish(connection, plan, farthest_degree(connection, prepared), prepared)


def finish(connection: Connection, plan: Plan, degree: int, located_rows: Table) -> None:
    """Fill what is made anew for every version; `located` has to be filled of rows that hold the last 12 months."""
    for emptied in (mappings, quarantine_counts, about):
        connection.execute(delete(emptied))
    load_mappings(connection, plan.city)
    _count_unreadable(connection, plan.city)
    _tell_about(connection, plan, degree)
    connection.commit()
    build_spots(connection, plan.city, plan.dates.data_to, located_rows, told)
    connection.commit()
    build_address_index(connection, plan.building / ADDRESSES)
    duckdb.checkpoint(connection)
    duckdb.checkpoint(connection, "public")


def _load_bins(connection: Connection) -> None:
    duckdb.load_frame(connection, "cells", pd.DataFrame(cell_rows()))
    names = list(bin_cells.c.keys())
    connection.execute(insert(bin_cells).from_select(names, select(table("cells", *map(column, names)))))


def _tell_about(connection: Connection, plan: Plan, degree: int) -> None:
    dates = plan.dates
    facts_about = {
        "city": plan.city.model_dump_json(by_alias=True),
        "version": str(plan.number),
        "rows": str(dates.rows),
        "data_from": dates.data_from.isoformat(),
        "data_to": dates.data_to.isoformat(),
        "data_through": str(dates.data_through),
        "gaps": to_text(_gaps(connection, dates)),
        "farthest_degree": str(degree),
    }
    connection.execute(insert(about), [{"key": key, "value": value} for key, value in facts_about.items()])


def _gaps(connection: Connection, dates: Extent) -> tuple[Gap, ...]:
    day = told.c.created_day
    made = connection.execute(select(day, func.count()).group_by(day)).all()
    return find_gaps({day: int(n) for day, n in made}, dates.data_from, dates.data_to)


def _count_unreadable(connection: Connection, city: City) -> None:
    rows, read_in = (each.to_metadata(MetaData(), schema="work") for each in (quarantine, runs))
    day = cast(func.timezone(city.time_zone, func.to_timestamp(read_in.c.started_at)), Date)
    keys = (rows.c.reason, func.coalesce(rows.c.department, NONE_NAME), day)
    counted = select(*keys, func.count()).join(read_in, read_in.c.run == rows.c.run).group_by(*keys)
    connection.execute(insert(quarantine_counts).from_select(["reason", "department", "day", "n"], counted))
