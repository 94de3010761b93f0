"""One sync of a city: source, normalise, upsert, roll up, publish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection

from dashboard.domain.errors import FixedYetError, SourceError
from data_access import ingest, staging
from data_access.city import City
from data_access.local_time import utc_to_local
from data_access.sources.files import plain_file
from data_access.staging import Counts
from data_access.store import publish
from data_access.store.engines import duckdb
from data_access.store.lock import city_lock
from data_access.store.run_log import write_log
from data_access.store.work import finish_run, load_zone, next_run, read_state, work_file, write_state

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did; `version` is the published version after it, `published` whether this sync made it."""

    counts: Counts
    version: int | None
    published: bool
    seconds: float


def sync_files(
    city: City,
    files: Sequence[Path],
    data_dir: Path,
    *,
    full: bool = False,
    data_through: datetime | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> SyncResult:
    """Read files into a city's store and publish. Raises SourceError or SyncLocked; then readers see what they saw before.

    `now` is the moment of reading (default: the clock's); `data_through` an aware time up to which closings were seen.
    """
    started = now or datetime.now(UTC)
    clock = datetime.now(UTC)
    folder = data_dir / city.id
    tell = progress or (lambda _stage, _share: None)
    with city_lock(folder):
        try:
            counts = _store(city, files, folder, full, data_through, int(started.timestamp()), tell)
        except FixedYetError as error:
            _remember_failure(folder, files, int(started.timestamp()), str(error))
            raise
        version, published = _publish(folder, city, tell)
    return SyncResult(counts, version, published, (datetime.now(UTC) - clock).total_seconds())


def republish(city: City, data_dir: Path) -> int | None:
    """Publish again what is stored, for example after its boundaries have changed."""
    folder = data_dir / city.id
    with city_lock(folder):
        with work_file(folder) as connection:
            _touch(connection)
        return _publish(folder, city, lambda _stage, _share: None)[0]


def _store(
    city: City, files: Sequence[Path], folder: Path, full: bool, data_through: datetime | None, now: int, tell: Progress
) -> Counts:
    total = Counts()
    with work_file(folder) as connection:
        load_zone(connection, city, now)
        duckdb.create_tables(connection, staging.seen.metadata)
        run = next_run(connection, ", ".join(path.name for path in files), now)
        remapped = _remap(connection, city, run, now, tell)
        before = ingest.stored_rows(connection)
        for path in files:
            with plain_file(path, lambda share, name=path.name: tell(f"Checking {name}", share)) as file:
                tell(f"Reading {file.name}", 0.2)
                total += ingest.ingest(connection, file, city, run=run, now=now)
                tell(f"Reading {file.name}", 1.0)
        if full:
            total += Counts(removed=ingest.remove_missing(connection, run, before))
        moved = _set_through(connection, city, data_through)
        finish_run(
            connection,
            run,
            finished_at=int(datetime.now(UTC).timestamp()),
            read=total.read,
            stored=total.stored,
            updated=total.updated,
            unchanged=total.unchanged,
            quarantined=total.quarantined,
            removed=total.removed,
        )
        if total.changed or remapped or moved:
            _touch(connection)
        tell("Storing", 0.5)
    tell("Storing", 1.0)
    return total


def _remap(connection: Connection, city: City, run: int, now: int, tell: Progress) -> bool:
    known = read_state(connection, "city_file")
    if known == city.fingerprint:
        return False
    if known is not None:
        tell("Reading stored rows again with the changed city file", 0.0)
        ingest.renormalise(connection, city, run=run, now=now)
    write_state(connection, "city_file", city.fingerprint)
    return True


def _set_through(connection: Connection, city: City, given: datetime | None) -> bool:
    """Keep a given data-through. Raises SourceError if the rows hold later times than it."""
    if given is None:
        return False
    seconds = int(given.timestamp())
    newest = ingest.newest_time(connection)
    if newest is not None and newest > seconds:
        raise SourceError(
            f"The rows run to {utc_to_local(newest, city.zone):%Y-%m-%d %H:%M:%S}, later than the --data-through given; "
            "give a time at or after it. Nothing was changed."
        )
    if read_state(connection, "data_through") == str(seconds):
        return False
    write_state(connection, "data_through", str(seconds))
    return True


def _touch(connection: Connection) -> None:
    # not a count: a work file that was begun anew must not look like the one that was published
    write_state(connection, "revision", uuid4().hex)


def _publish(folder: Path, city: City, tell: Progress) -> tuple[int | None, bool]:
    with work_file(folder) as connection:
        revision = read_state(connection, "revision") or "0"
        through = read_state(connection, "data_through")
        write_log(folder, connection)
    if publish.published_revision(folder) == revision:
        return publish.current_version(folder), False
    tell("Publishing", 0.0)
    version = publish.publish(folder, city, revision, int(through) if through else None)
    tell("Publishing", 1.0)
    return version, version is not None


def _remember_failure(folder: Path, files: Sequence[Path], now: int, sentence: str) -> None:
    """Keep the run that failed, in a transaction of its own: its rows were rolled back, its story is told."""
    for path in files:  # what is kept is published: the name of a file, not where it lies on this machine
        sentence = sentence.replace(str(path), path.name)
    with work_file(folder) as connection:
        run = next_run(connection, ", ".join(path.name for path in files), now)
        finish_run(connection, run, finished_at=int(datetime.now(UTC).timestamp()), error=sentence)
        write_log(folder, connection)
