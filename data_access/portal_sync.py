"""A sync of a city's portal: what has changed since the last one, fetched to disk, then stored and published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from dashboard.domain.errors import SourceError
from dashboard.domain.request import Status
from data_access.city import City
from data_access.city_source import DataSet
from data_access.ingest import newest_time
from data_access.local_time import utc_to_local
from data_access.sources import fetching
from data_access.sources.base import Ask, Fetched
from data_access.sources.call_file import read_calls_made
from data_access.sources.http import Door
from data_access.store.lock import city_lock
from data_access.store.tables import raw_rows, records
from data_access.store.work import work_file
from data_access.storing import Batch, Order, Progress, read_marks, store
from data_access.sync import INCOMING, SyncResult, failure_kept, published, silent
from data_access.yearly import LookUp, look_up, remember, with_found

MOST_OPEN = 5_000
"""So many old requests of a data set that were open are asked for one by one, where no column tells what has changed."""


def sync_city(
    city: City,
    data_dir: Path,
    *,
    full: bool = False,
    allow_removal: bool = False,
    since: date | None = None,
    until: date | None = None,
    data_through: datetime | None = None,
    token: str = "",
    now: datetime | None = None,
    progress: Progress | None = None,
    sleep: Callable[[float], object] | None = None,
) -> SyncResult:
    """Read a city's portal into its store and publish: everything the first time and with `full`, then what has changed.

    `since` and `until` (local days of creation) narrow it; what the portal no longer holds is then not noticed. A load
    that was stopped goes on where it was. Raises SourceError or SyncLocked; then readers see what they saw before.
    """
    if not city.source.has_portal:
        raise SourceError(f"{city.name} has no portal to read; give a file: fixedyet sync {city.id} --from FILE.")
    clock, folder, tell = datetime.now(UTC), data_dir / city.id, progress or silent
    incoming, started = folder / INCOMING, int((now or clock).timestamp())
    narrowed = since is not None or until is not None
    source = _source_name(city, until)
    with city_lock(folder):
        complete = False
        try:
            with failure_kept(folder, source, started):
                looked = _look_up(city, folder, token, now or clock, sleep)
                known = with_found(city, looked.found)
                asks = _asks(known, folder, full=full, since=since, until=until)
                fetched = fetching.fetch(known, incoming, asks, token=token, tell=tell, now=now or clock, sleep=sleep)
                complete = True
                # rows may have been made while others were read
                moment = int((now or datetime.now(UTC)).timestamp())
                batches = tuple(_batch(each, narrowed=narrowed) for each in fetched)
                whole = full and all(each.whole for each in fetched)
                order = Order(
                    batches,
                    source,
                    started,
                    moment,
                    full=whole,
                    allow_removal=allow_removal,
                    data_through=data_through,
                    calls=read_calls_made(incoming),
                    news=looked.news,
                )
                load = store(city, folder, order, tell)
                remember(folder, looked.found)
        except SourceError:
            if complete:  # it cannot be stored: the next sync reads it anew, when the portal may have mended it
                fetching.forget(incoming)
            raise
        fetching.forget(incoming)
        return published(city, folder, load, clock, tell)


def _source_name(city: City, until: date | None) -> str:
    """What the list of runs calls the source: a load that stops at a day says nothing of what the portal has since."""
    return city.source.name if until is None else f"{city.source.name} (requests made up to {until.isoformat()} only)"


def _look_up(city: City, folder: Path, token: str, now: datetime, sleep: Callable[[float], object] | None) -> LookUp:
    """What the portal lists beyond the city's file; its calls are kept with those of the load."""
    incoming = folder / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    today = now.astimezone(city.zone).date()
    return look_up(city, folder, lambda: Door(city, incoming, token=token, sleep=sleep), today)


def _asks(city: City, folder: Path, *, full: bool, since: date | None, until: date | None) -> dict[str, Ask]:
    """What is asked of each data set: all of it, or what has changed since the last load that was stored."""
    narrowed = since is not None or until is not None
    with work_file(folder) as connection:
        marks = {} if full else read_marks(connection)
        newest = newest_time(connection)
        day = utc_to_local(newest, city.zone).date() if newest is not None else None

        def ask(data_set: DataSet) -> Ask:
            first = day - timedelta(days=data_set.reread_days) if day and data_set.id in marks else None
            is_blind = not narrowed and not data_set.changed
            open_ids = _open_before(connection, data_set, first) if first and is_blind else ()
            return Ask(marks.get(data_set.id), first, since, until, open_ids)

        return {each.id: ask(each) for each in city.source.data_sets}


def _open_before(connection: Connection, data_set: DataSet, first: date) -> tuple[str, ...]:
    """The ids of a data set's stored requests that are open and were created before a local day, the newest of them."""
    found = (
        select(records.c.request_id)
        .join(raw_rows, raw_rows.c.request_id == records.c.request_id)
        .where(
            raw_rows.c.data_set == data_set.id,
            records.c.status.in_([Status.OPEN, Status.IN_PROGRESS]),
            records.c.created_day < first,
        )
        .order_by(records.c.created_at.desc(), records.c.request_id)
        .limit(MOST_OPEN)
    )
    return tuple(connection.scalars(found))


def _batch(fetched: Fetched, *, narrowed: bool) -> Batch:
    """A data set's files; of a narrowed load the mark is not kept: what was made on other days has not been read."""
    data_set = fetched.data_set
    mark = None if narrowed else fetched.mark
    return Batch(fetched.files, data_set.id, data_set.schema_name, data_set.member, fetched.whole, mark)
