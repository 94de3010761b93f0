"""Publishing: a new version is built beside the old one and shown by replacing one small file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from data_access.address_index import layout
from data_access.areas.lookup import update_lookup
from data_access.areas.stored import StoredAreas, stored_areas
from data_access.building import Plan
from data_access.city import AreaKind, City
from data_access.delta.building import Last, build
from data_access.extent import extent
from data_access.local_time import zone_days
from data_access.replaced import basis_of
from data_access.store.engines import duckdb
from data_access.store.packed import packed_layout
from data_access.store.tables import public_records, published, runs
from data_access.store.work import WORK_FILE, work_file

KEPT = 3
LAST_DAY = date(2037, 12, 31)
"""Up to it the rules of a time zone are compared; tables of them go no further."""
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


def _told(folder: Path, version: int) -> dict[str, Any]:
    try:
        return json.loads((folder / f"v{version}" / "version.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def publish(folder: Path, city: City, revision: str, given_through: int | None, *, whole: bool = False) -> int | None:
    """Build a version from the work file and make it current; returns its number, None if there is nothing to show.

    It follows from the current one by what has changed since, or is made `whole` where that is said or has to be. The
    caller holds the city's lock. Killed at any moment, readers keep the version they had.
    """
    for left in folder.glob("building-*"):
        shutil.rmtree(left)
    building = Path(tempfile.mkdtemp(prefix="building-", dir=folder))
    try:
        number = max([current_version(folder) or 0, *(_number(path) for path in folder.glob("v*"))]) + 1
        note = _build(building, folder, city, number, given_through, whole=whole)
        if note is None:
            return None
        told = {"revision": revision, "version": number, "form": form(), **note}
        (building / "version.json").write_text(json.dumps(told))
        building.chmod(0o755)
        _sync_to_disk(building)
        building.rename(folder / f"v{number}")
    finally:
        shutil.rmtree(building, ignore_errors=True)
    _point_to(folder, number)
    _drop_old(folder, number)
    return number


def _build(
    building: Path, folder: Path, city: City, number: int, given_through: int | None, *, whole: bool
) -> dict[str, Any] | None:
    """Fill the folder of a version; returns what its note says of how it was made, None if there is nothing to show."""
    areas = stored_areas(city, folder)
    current = current_version(folder)
    note = {} if whole or current is None or not can_read(folder, current) else _told(folder, current)
    run = int(note.get("run", 0))
    with work_file(folder) as connection:
        basis = _basis(city, areas, basis_of(connection, run))
        last = None
        if note.get("basis") == basis:
            last = Last(folder / f"v{current}", run, int(note["changed"]))
        update_lookup(connection, areas, run if last else 0)
        newest = connection.scalar(select(func.max(runs.c.run))) or 0
    for copied in (last, None) if last is not None else (None,):
        if copied is not None:
            for name in (COUNTS, RECORDS):
                shutil.copyfile(copied.folder / name, building / name)
        with _opened(building, folder) as connection:
            dates = extent(connection, given_through)
            if dates is None:
                return None
            plan = Plan(building, city, areas, number, dates)
            changed = build(connection, plan, copied)
        if changed is not None:
            return {"basis": basis, "run": newest, "changed": changed}
        shutil.rmtree(building)
        building.mkdir()
    raise AssertionError("a version that is made whole is always made")


def _basis(city: City, areas: Mapping[AreaKind, StoredAreas], stored: str) -> str:
    """What a version and the next one have to have in common, if the next is to follow from what has changed."""
    marks = {kind: [each.mark, each.vintage, str(each.since)] for kind, each in areas.items()}
    known = [
        stored,
        city.model_dump_json(by_alias=True),
        city.fingerprint,
        marks,
        _rules_of(city.time_zone, city.service_began.year),
    ]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


@lru_cache(maxsize=16)
def _rules_of(time_zone: str, began: int) -> str:
    """A mark of the offsets of a time zone since the service began."""
    days = zone_days(ZoneInfo(time_zone), date(began - 1, 1, 1), LAST_DAY)
    return hashlib.sha256(json.dumps(days).encode()).hexdigest()


@contextmanager
def _opened(building: Path, folder: Path) -> Generator[Connection]:
    """The two files of a version that is being built, with the work file; made if they are not there."""
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
            yield connection
    finally:
        engine.dispose()


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
