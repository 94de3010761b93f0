"""The one transaction of a sync: all files of a load into the work file, or nothing."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, insert

from dashboard.domain.errors import SourceError
from data_access import drift, staging
from data_access.city import City
from data_access.compacting import compact
from data_access.ingest import Load, ingest, newest_time
from data_access.local_time import utc_to_local
from data_access.renormalise import renormalise
from data_access.sources.base import Call, Tell
from data_access.sources.files import plain_file
from data_access.sources.packed import STDIN
from data_access.staging import Counts
from data_access.store import raw_files
from data_access.store.call_log import keep_calls
from data_access.store.engines import duckdb
from data_access.store.tables import marks
from data_access.store.work import finish_run, load_zone, next_run, read_state, work_file, write_state
from data_access.upsert import TooMuchGone, refuse_large_removal, remove_missing, stored_rows

Progress = Tell


class Unstorable(SourceError):
    """One data set of a load cannot be stored (None: all of them together), perhaps because too much of it is gone."""

    def __init__(self, error: SourceError, data_set: str | None) -> None:
        super().__init__(str(error))
        self.data_set = data_set
        self.lacks_much = isinstance(error, TooMuchGone)


@dataclass(frozen=True, slots=True)
class Batch:
    """Files of one origin: given by hand, or one data set of the portal; `whole` if they hold all that it has."""

    files: tuple[Path, ...]
    data_set: str = ""
    schema: str = ""
    member: str = ""
    whole: bool = False
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be stored: `source` names it in the list of runs; `full` says that the batches hold everything,
    `allow_removal` that much of what is stored may be gone.

    `data_through` is an aware time up to which closings were seen, or None; `started` when the sync began and `now` the
    moment up to which rows were read (UTC seconds). `news` is what was noticed before
    anything was stored, as drift is told; `error` why other data sets did not come.
    """

    batches: tuple[Batch, ...]
    source: str
    started: int
    now: int
    full: bool = False
    allow_removal: bool = False
    data_through: datetime | None = None
    calls: tuple[Call, ...] = ()
    news: tuple[dict[str, Any], ...] = ()
    error: str = ""


def store(city: City, folder: Path, order: Order, tell: Progress) -> Load:
    """Store a load; returns what became of its rows. Raises SourceError, and then nothing is kept: Unstorable where it is a
    data set of the portal that cannot be."""
    with work_file(folder) as connection:
        raw_files.drop_unnamed(connection, folder)
        load_zone(connection, city, order.now)
        duckdb.create_tables(connection, staging.temporary)
        duckdb.create_tables(connection, staging.seen.metadata)
        duckdb.create_tables(connection, drift.known_values.metadata)
        run = next_run(connection, order.source, order.started)
        remapped = _remap(connection, city, folder, run, order.now, tell)
        load = Load(run, order.now, folder, sees_all=order.full or any(batch.whole for batch in order.batches))
        load.tells_new_values = drift.load_known(connection)
        load.known_columns = drift.known_columns(connection)
        before = {name: stored_rows(connection, name) for name in _judged(order)}
        for batch in order.batches:
            with _named(batch.data_set):
                _ingest(connection, batch, city, load, tell)
        load.counts += Counts(removed=_remove(connection, order, run, before, folder))
        compact(connection, folder)
        moved = _set_through(connection, city, order.data_through)
        load.drift = drift.summed([*order.news, *load.drift])
        _finish(connection, order, load)
        if load.counts.changed or remapped or moved:
            touch(connection)
        tell("Storing", 0.5)
    with work_file(folder) as connection:
        raw_files.drop_unnamed(connection, folder)
    tell("Storing", 1.0)
    return load


def touch(connection: Connection) -> None:
    """Note that what is stored has changed: a new version will be published."""
    # not a count: a work file that was begun anew must not look like the one that was published
    write_state(connection, "revision", uuid4().hex)


def _ingest(connection: Connection, batch: Batch, city: City, load: Load, tell: Progress) -> None:
    for path in batch.files:
        with plain_file(path, lambda share, name=path.name: tell(f"Checking {name}", share), batch.member) as file:
            named = replace(file, name=batch.data_set or file.name)  # a part of a download means nothing to a reader
            tell(f"Storing {named.name}", 0.2)
            ingest(connection, named, city, load, data_set=batch.data_set, schema=batch.schema)
            tell(f"Storing {named.name}", 1.0)
    if batch.mark is not None:
        connection.execute(delete(marks).where(marks.c.data_set == batch.data_set))
        connection.execute(insert(marks).values(data_set=batch.data_set, mark=batch.mark))


@contextmanager
def _named(data_set: str | None) -> Generator[None]:
    """Say of which data set of the portal an error is; files given by hand name themselves."""
    try:
        yield
    except SourceError as error:
        if data_set == "":
            raise
        raise Unstorable(error, data_set) from error


def _judged(order: Order) -> list[str | None]:
    """The data sets that a load holds whole, each by its id, and, if it holds everything, None for all of them."""
    whole: list[str | None] = [batch.data_set for batch in order.batches if batch.whole]
    return [*whole, None] if order.full else whole


def _remove(connection: Connection, order: Order, run: int, before: dict[str | None, int], folder: Path) -> int:
    if not order.allow_removal:
        for data_set, total in before.items():  # a small data set must not vanish among many rows
            with _named(data_set):
                refuse_large_removal(connection, total, data_set)
    removed = [None] if order.full else list(before)
    return sum(remove_missing(connection, run, folder, data_set) for data_set in removed)


def _remap(connection: Connection, city: City, folder: Path, run: int, now: int, tell: Progress) -> bool:
    known = read_state(connection, "city_file")
    if known == city.fingerprint:
        return False
    if stored_rows(connection):
        tell("Reading stored rows again with the changed city file", 0.0)
        renormalise(connection, city, folder, run=run, now=now)
    write_state(connection, "city_file", city.fingerprint)
    return known is not None


def _set_through(connection: Connection, city: City, given: datetime | None) -> bool:
    """Keep a given data-through. Raises SourceError if the rows hold later times than it."""
    if given is None:
        return False
    seconds = int(given.timestamp())
    newest = newest_time(connection)
    if newest is not None and newest > seconds:
        raise SourceError(
            f"The rows run to {utc_to_local(newest, city.zone):%Y-%m-%d %H:%M:%S}, later than the --data-through given; "
            "give a time at or after it. Nothing was changed."
        )
    if read_state(connection, "data_through") == str(seconds):
        return False
    write_state(connection, "data_through", str(seconds))
    return True


def _finish(connection: Connection, order: Order, load: Load) -> None:
    counts = load.counts
    drift.keep_drift(connection, load.run, load.drift)
    keep_calls(connection, load.run, order.calls)
    finish_run(
        connection,
        load.run,
        finished_at=int(datetime.now(UTC).timestamp()),
        read=counts.read,
        stored=counts.stored,
        updated=counts.updated,
        unchanged=counts.unchanged,
        quarantined=counts.quarantined,
        removed=counts.removed,
        repaired=load.repaired,
        error=order.error or None,
    )


def read_marks(connection: Connection) -> dict[str, str]:
    """How far each data set has been read, by its id."""
    return {row.data_set: row.mark for row in connection.execute(marks.select())}


def file_names(files: Sequence[Path]) -> str:
    """What a run over files is called: their names, not where they lie on this machine."""
    return ", ".join("standard input" if path == STDIN else path.name for path in files)
