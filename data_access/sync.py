"""A sync of files: checked, normalised, upserted, rolled up, published; and what a sync of a portal shares with it."""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dashboard.domain.errors import FixedYetError
from data_access.city import City
from data_access.ingest import Load
from data_access.sources.call_file import forget_calls, read_calls_made
from data_access.staging import Counts
from data_access.store import publish
from data_access.store.call_log import keep_calls, write_calls
from data_access.store.lock import city_lock
from data_access.store.run_log import write_log
from data_access.store.work import finish_run, next_run, read_state, work_file
from data_access.storing import Batch, Order, Progress, file_names, store, touch

log = logging.getLogger(__name__)
INCOMING = "incoming"
"""The folder in a city's folder where what is fetched lies until it is stored."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did; `version` is the published version after it, `published` whether this sync made it.

    `repaired` counts lines that were put together again, `drift` is what the source writes that it did not write before.
    """

    counts: Counts
    version: int | None
    published: bool
    seconds: float
    repaired: int = 0
    drift: tuple[dict[str, object], ...] = ()


def sync_files(
    city: City,
    files: Sequence[Path],
    data_dir: Path,
    *,
    full: bool = False,
    allow_removal: bool = False,
    data_through: datetime | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> SyncResult:
    """Read files into a city's store and publish. Raises SourceError or SyncLocked; then readers see what they saw before.

    `allow_removal` lets a full load remove much of what is stored; `now` is the moment of reading (default: the clock's);
    `data_through` an aware time up to which closings were seen.
    """
    clock, folder, tell = datetime.now(UTC), data_dir / city.id, progress or silent
    moment = int((now or clock).timestamp())
    with city_lock(folder):
        with failure_kept(folder, file_names(files), moment, files):
            order = Order((Batch(tuple(files)),), file_names(files), moment, moment, full, allow_removal, data_through)
            load = store(city, folder, order, tell)
        return published(city, folder, load, clock, tell)


def republish(city: City, folder: Path, tell: Progress | None = None) -> int | None:
    """Publish again what is stored, for example after its boundaries have changed; the caller holds the city's lock."""
    with work_file(folder) as connection:
        touch(connection)
    return publish_stored(folder, city, tell or silent, whole=True)[0]


def published(city: City, folder: Path, load: Load, clock: datetime, tell: Progress) -> SyncResult:
    """Publish a load that was stored, and tell what a sync that began at `clock` did."""
    version, published = publish_stored(folder, city, tell)
    seconds = (datetime.now(UTC) - clock).total_seconds()
    return SyncResult(load.counts, version, published, seconds, load.repaired, tuple(load.drift))


def publish_stored(folder: Path, city: City, tell: Progress, *, whole: bool = False) -> tuple[int | None, bool]:
    """Publish what is stored unless it is published already; returns the version that readers see, and whether it is new.

    The logs of runs and calls are written anew in any case.
    """
    with work_file(folder) as connection:
        revision = read_state(connection, "revision") or "0"
        through = read_state(connection, "data_through")
        write_log(folder, connection)
        write_calls(folder, connection)
    if publish.published_revision(folder) == revision:
        return publish.current_version(folder), False
    tell("Publishing", 0.0)
    version = publish.publish(folder, city, revision, int(through) if through else None, whole=whole)
    tell("Publishing", 1.0)
    return version, version is not None


@contextmanager
def failure_kept(folder: Path, source: str, now: int, files: Sequence[Path] = ()) -> Generator[None]:
    """Keep a run that failed, in a transaction of its own: its rows were rolled back, its story is told."""
    try:
        yield
    except Exception as error:
        known = isinstance(error, FixedYetError)
        sentence = str(error) if known else f"The sync broke off ({type(error).__name__}); the log says more."
        for path in files:  # what is kept is published: the name of a file, not where it lies on this machine
            sentence = sentence.replace(str(path), path.name)
        sentence = sentence.replace(f"{folder}/", "")
        try:
            _keep_failure(folder, source, now, sentence)
        except Exception:  # of two troubles the first one is told
            log.exception("The failure of this sync could not be kept")
        raise


def _keep_failure(folder: Path, source: str, now: int, sentence: str) -> None:
    with work_file(folder) as connection:
        run = next_run(connection, source, now)
        finish_run(connection, run, finished_at=int(datetime.now(UTC).timestamp()), error=sentence)
        keep_calls(connection, run, read_calls_made(folder / INCOMING))
        write_log(folder, connection)
        write_calls(folder, connection)
    forget_calls(folder / INCOMING)


def silent(what: str, share: float, rows: int = 0) -> None:
    """Tell nobody."""
    del what, share, rows
