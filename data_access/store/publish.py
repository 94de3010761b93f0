"""Publishing: a new version is built beside the old one and shown by replacing one small file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import Connection, Date, MetaData, cast, func, insert, select

from dashboard.domain.gaps import Gap, find_gaps, to_text
from dashboard.domain.request import NONE_NAME
from data_access import rollup
from data_access.address_index import ADDRESSES, build_address_index, layout
from data_access.areas.filling import build_areas
from data_access.areas.lookup import update_lookup
from data_access.areas.stored import box, stored_areas
from data_access.city import City
from data_access.mappings import load_mappings
from data_access.packing import write_packed
from data_access.spots import build_spots
from data_access.store.engines import duckdb
from data_access.store.packed import packed_layout
from data_access.store.tables import (
    about,
    facts,
    public_records,
    published,
    quarantine,
    quarantine_counts,
    runs,
)
from data_access.store.work import WORK_FILE, work_file

KEPT = 3
COUNTS, RECORDS, CURRENT = "counts.duckdb", "records.duckdb", "CURRENT"


def form() -> str:
    """What the tables of a version look like in this program: a version of another form cannot be read by it."""
    described = [
        (table.name, [(column.name, str(column.type)) for column in table.columns])
        for metadata in (published, public_records)
        for table in metadata.sorted_tables
    ]
    return hashlib.sha256(json.dumps([described, layout(), packed_layout()]).encode()).hexdigest()[:16]


def current_version(folder: Path) -> int | None:
    """The number of the version that readers see, or None."""
    try:
        return int((folder / CURRENT).read_text().strip())
    except (FileNotFoundError, ValueError):
        return None


def published_revision(folder: Path) -> str | None:
    """The revision of the work file that the current version was made from; None if this program cannot read it."""
    version = current_version(folder)
    if version is None or not can_read(folder, version):
        return None
    return _told(folder, version).get("revision")


def can_read(folder: Path, version: int) -> bool:
    """Whether a version has the form that this program reads."""
    return _told(folder, version).get("form") == form()


def is_of_another_form(folder: Path, version: int) -> bool:
    """Whether a version was made by a program whose tables were others; one that is damaged is not meant."""
    told = _told(folder, version)
    return bool(told) and told.get("form") != form()


def _told(folder: Path, version: int) -> dict[str, str]:
    try:
        return json.loads((folder / f"v{version}" / "version.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def publish(folder: Path, city: City, revision: str, given_through: int | None) -> int | None:
    """Build a version from the work file and make it current; returns its number, None if there is nothing to show.

    The caller holds the city's lock. Killed at any moment, readers keep the version they had.
    """
    for left in folder.glob("building-*"):
        shutil.rmtree(left)
    building = Path(tempfile.mkdtemp(prefix="building-", dir=folder))
    try:
        number = max([current_version(folder) or 0, *(_number(path) for path in folder.glob("v*"))]) + 1
        if not _build(building, folder, city, number, given_through):
            return None
        (building / "version.json").write_text(json.dumps({"revision": revision, "version": number, "form": form()}))
        building.chmod(0o755)
        _sync_to_disk(building)
        building.rename(folder / f"v{number}")
    finally:
        shutil.rmtree(building, ignore_errors=True)
    _point_to(folder, number)
    _drop_old(folder, number)
    return number


def _build(building: Path, folder: Path, city: City, number: int, given_through: int | None) -> bool:
    areas = stored_areas(city, folder)
    with work_file(folder) as connection:
        update_lookup(connection, areas)
    records = duckdb.open_writable(building / RECORDS)
    with records.begin() as connection:
        duckdb.create_tables(connection, public_records)
    records.dispose()
    engine = duckdb.open_writable(building / COUNTS)
    try:
        with engine.connect() as connection:
            duckdb.create_tables(connection, published)
            duckdb.attach(connection, folder / WORK_FILE, "work")
            duckdb.attach(connection, building / RECORDS, "public", read_only=False)
            connection.commit()
            dates = rollup.extent(connection, given_through)
            if dates is None:
                return False
            # a transaction may write to one file only, so the two files are filled one after the other
            fillable = build_areas(connection, building, areas)
            rollup.build_counts(connection, city, dates, box(areas.values()), fillable)
            load_mappings(connection, city)
            _tell_about(connection, city, dates, number)
            connection.commit()
            write_packed(connection, building, dates.data_through)
            rollup.build_requests(connection, city)
            connection.commit()
            build_spots(connection, city, dates.data_to)
            connection.commit()
            build_address_index(connection, building / ADDRESSES)
            duckdb.checkpoint(connection)
            duckdb.checkpoint(connection, "public")
    finally:
        engine.dispose()
    return True


def _tell_about(connection: Connection, city: City, dates: rollup.Extent, number: int) -> None:
    _count_unreadable(connection, city)
    facts_about = {
        "city": city.model_dump_json(by_alias=True),
        "version": str(number),
        "rows": str(dates.rows),
        "data_from": dates.data_from.isoformat(),
        "data_to": dates.data_to.isoformat(),
        "data_through": str(dates.data_through),
        "gaps": to_text(_gaps(connection, dates)),
    }
    connection.execute(insert(about), [{"key": key, "value": value} for key, value in facts_about.items()])


def _gaps(connection: Connection, dates: rollup.Extent) -> tuple[Gap, ...]:
    day = facts.c.created_day
    made = connection.execute(select(day, func.sum(facts.c.n)).group_by(day)).all()
    return find_gaps({day: int(n) for day, n in made}, dates.data_from, dates.data_to)


def _count_unreadable(connection: Connection, city: City) -> None:
    rows, read_in = (table.to_metadata(MetaData(), schema="work") for table in (quarantine, runs))
    day = cast(func.timezone(city.time_zone, func.to_timestamp(read_in.c.started_at)), Date)
    keys = (rows.c.reason, func.coalesce(rows.c.department, NONE_NAME), day)
    counted = select(*keys, func.count()).join(read_in, read_in.c.run == rows.c.run).group_by(*keys)
    connection.execute(insert(quarantine_counts).from_select(["reason", "department", "day", "n"], counted))


def _number(path: Path) -> int:
    return int(path.name[1:]) if path.name[1:].isdigit() else 0


def _sync_to_disk(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _point_to(folder: Path, number: int) -> None:
    pointer = folder / f"{CURRENT}.new"
    with pointer.open("w") as handle:
        handle.write(f"{number}\n")
        handle.flush()
        os.fsync(handle.fileno())
    pointer.replace(folder / CURRENT)


def _drop_old(folder: Path, number: int) -> None:
    for path in folder.glob("v*"):
        if path.is_dir() and path.name[1:].isdigit() and _number(path) <= number - KEPT:
            shutil.rmtree(path, ignore_errors=True)
