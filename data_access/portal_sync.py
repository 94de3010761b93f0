"""A sync of a city's portal: what has changed since the last one, fetched to disk, then stored and published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from dashboard.domain.errors import SourceError
from dashboard.domain.request import Status
from data_access.city import City
from data_access.city_source import DataSet
from data_access.ingest import Load, newest_time
from data_access.local_time import utc_to_local
from data_access.refused import keep_refused, read_refused
from data_access.sources import fetching
from data_access.sources.base import Ask, Fetched
from data_access.sources.call_file import read_calls_made
from data_access.sources.http import Door
from data_access.store.lock import city_lock
from data_access.store.tables import raw_rows, records
from data_access.store.work import work_file
from data_access.storing import Batch, Order, Progress, Unstorable, read_marks, store
from data_access.sync import INCOMING, SyncResult, failure_kept, published, silent
from data_access.yearly import LookUp, look_up, remember, with_found

OTHERS = "The other data sets are stored."
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
        fetched: list[Fetched] = []
        try:
            with failure_kept(folder, source, started):
                looked = _look_up(city, folder, token, now or clock, sleep)
                known = with_found(city, looked.found)
                asks = _asks(known, folder, full=full, since=since, until=until, again=allow_removal)
                fetched = fetching.fetch(known, incoming, asks, token=token, tell=tell, now=now or clock, sleep=sleep)
                # rows may have been made while others were read
                moment = int((now or datetime.now(UTC)).timestamp())
                order = Order(
                    tuple(_batch(each, narrowed=narrowed) for each in fetched if each.error is None),
                    source,
                    started,
                    moment,
                    full=full and all(each.whole for each in fetched),
                    allow_removal=allow_removal,
                    data_through=data_through,
                    calls=read_calls_made(incoming),
                    news=(*looked.news, *(_moved(each) for each in fetched if each.moved)),
                    error=_others_stored([str(each.error) for each in fetched if each.error is not None]),
                )
                load, error = _store(city, folder, order, fetched, tell)
                remember(folder, looked.found)
        except SourceError:
            if fetched:  # it cannot be stored: the next sync reads it anew, when the portal may have mended it
                fetching.forget(incoming)
            raise
        fetching.forget_all_but(incoming, [each.data_set.id for each in fetched if each.error is not None])
        result = published(city, folder, load, clock, tell)
        if error:
            raise SourceError(error)
        return result


def _store(city: City, folder: Path, order: Order, fetched: Sequence[Fetched], tell: Progress) -> tuple[Load, str]:
    """Store the data sets that can be; returns the load, and what is to be said of the others ('' where there are none)."""
    marks = {each.data_set.id: each.mark for each in fetched if each.mark is not None}
    said, refused = [order.error] if order.error else [], dict[str, tuple[str, str]]()
    while True:
        try:
            load = store(city, folder, order, tell)
        except Unstorable as error:
            concerned = list(marks) if error.data_set is None else [error.data_set]
            if error.lacks_much:
                refused |= {name: (marks[name], str(error)) for name in concerned if name in marks}
            rest = tuple(batch for batch in order.batches if batch.data_set not in concerned)
            if not any(batch.files for batch in rest):
                keep_refused(folder, refused, ())
                raise
            said.append(str(error))
            order = replace(order, batches=rest, full=False, error=_others_stored(said))
            continue
        keep_refused(folder, refused, [batch.data_set for batch in order.batches])
        return load, order.error


def _others_stored(errors: Sequence[str]) -> str:
    """What a run says in which some data sets did not come."""
    told = " ".join(error.removesuffix(OTHERS).strip() for error in errors)
    return f"{told} {OTHERS}" if told else ""


def _moved(fetched: Fetched) -> dict[str, Any]:
    """What a run tells of a data set that changed while all of it was read."""
    name = fetched.data_set.name or fetched.data_set.id
    return {"kind": "changed_while_read", "field": "data_sets", "value": name, "n": 1}


def _source_name(city: City, until: date | None) -> str:
    """What the list of runs calls the source: a load that stops at a day says nothing of what the portal has since."""
    return city.source.name if until is None else f"{city.source.name} (requests made up to {until.isoformat()} only)"


def _look_up(city: City, folder: Path, token: str, now: datetime, sleep: Callable[[float], object] | None) -> LookUp:
    """What the portal lists beyond the city's file; its calls are kept with those of the load."""
    incoming = folder / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    today = now.astimezone(city.zone).date()
    return look_up(city, folder, lambda: Door(city, incoming, token=token, sleep=sleep), today)


def _asks(
    city: City, folder: Path, *, full: bool, since: date | None, until: date | None, again: bool
) -> dict[str, Ask]:
    """What is asked of each data set: all of it, or what has changed since the last load that was stored; `again` also
    what was refused."""
    narrowed = since is not None or until is not None
    with work_file(folder) as connection:
        marks = {} if full else read_marks(connection)
        refused = {} if again else read_refused(connection)
        newest = newest_time(connection)
        day = utc_to_local(newest, city.zone).date() if newest is not None else None

        def ask(data_set: DataSet) -> Ask:
            first = day - timedelta(days=data_set.reread_days) if day and data_set.id in marks else None
            is_blind = not narrowed and not data_set.changed
            open_ids = _open_before(connection, data_set, first) if first and is_blind else ()
            return Ask(marks.get(data_set.id), first, since, until, open_ids, refused.get(data_set.id))

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
