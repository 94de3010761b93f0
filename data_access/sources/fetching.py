"""One load of a city's portal onto disk: its data sets side by side, each going on where an earlier load was stopped."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet
from data_access.sources.base import Ask, Fetched, Page, Replaced, Source, Tell, Unsound
from data_access.sources.call_file import forget_calls
from data_access.sources.http import Door, Stopped
from data_access.sources.kept import Kept, State, fingerprint, folder_name
from data_access.sources.narrowing import holds_days_of, narrowed
from data_access.sources.portals import open_source
from data_access.sources.refusals import GivenUp
from data_access.sources.retries import LONGEST_WAIT

KEPT_FOR = timedelta(hours=24)
"""A load that was begun longer ago is begun anew: its first pages no longer tell how things are."""

MOST_GIVEN_UP = 2


def fetch(
    city: City,
    folder: Path,
    asks: Mapping[str, Ask],
    *,
    now: datetime,
    token: str = "",
    tell: Tell | None = None,
    sleep: Callable[[float], object] | None = None,
    clock: Callable[[], float] = time.time,
) -> list[Fetched]:
    """Read the wanted rows of each data set into files below `folder`; without an ask, all of them.

    Data sets that hold other days than those asked for are passed over. One that is always given whole and whose mark is
    still the ask's gives a Fetched without files, one that does not come a Fetched with its error: it stops no other.
    Raises SourceError that names a data set where none came. Finished pages of those that failed stay on disk, and a load
    with the same asks goes on behind them within KEPT_FOR. `sleep` waits between attempts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    wanted = [one for one in city.source.data_sets if holds_days_of(one, asks.get(one.id, Ask()))]
    telling = _taking_turns(tell)

    def told(data_set: DataSet, share: float) -> None:
        telling(_reading(city, data_set), share)

    with Door(city, folder, token=token, sleep=sleep, clock=clock, stop=stop, told=told) as door:
        source = open_source(city, door, now)
        narrowed(city, source, [(one, asks.get(one.id, Ask())) for one in wanted], telling)
        load = _Load(city, source, now, stop, telling, sleep or stop.wait)
        with ThreadPoolExecutor(max_workers=city.source.at_once) as pool:
            try:
                begun = [
                    pool.submit(load.one, one, asks.get(one.id, Ask()), Kept(folder / folder_name(one.id)))
                    for one in wanted
                ]
                wait(begun, return_when=FIRST_EXCEPTION)
            finally:
                stop.set()  # a broken load ends after the pages that are being read
    return _results(begun)


def forget_all_but(folder: Path, data_sets: Iterable[str]) -> None:
    """Remove a download, but for what has come of some data sets: the next load goes on with that."""
    kept = {folder_name(data_set) for data_set in data_sets}
    if not kept:
        forget(folder)
        return
    forget_calls(folder)
    for path in folder.iterdir():
        if path.is_dir() and path.name not in kept:
            forget(path)


def forget(folder: Path) -> None:
    """Remove a download, its record of calls included."""
    shutil.rmtree(folder, ignore_errors=True)


class _Load:
    """What the threads of one load share."""

    def __init__(
        self,
        city: City,
        source: Source,
        now: datetime,
        stop: threading.Event,
        tell: Tell,
        sleep: Callable[[float], object],
    ) -> None:
        self._city = city
        self._source = source
        self._now = now
        self._stop = stop
        self._tell = tell
        self._sleep = sleep
        self._lock = threading.Lock()
        self._given_up = 0

    def one(self, data_set: DataSet, ask: Ask, kept: Kept) -> Fetched:
        """A data set, or why it did not come. Where MOST_GIVEN_UP do not come one after the other, it is the portal: the
        load is stopped."""
        try:
            found = self.data_set(data_set, ask, kept)
        except SourceError as error:
            with self._lock:
                self._given_up += isinstance(error, GivenUp)
                if self._given_up == MOST_GIVEN_UP:
                    self._stop.set()
            return Fetched(data_set, (), whole=False, mark=None, error=error)
        with self._lock:
            self._given_up = 0
        return found

    def data_set(self, data_set: DataSet, ask: Ask, kept: Kept) -> Fetched:
        try:
            return self._twice(data_set, ask, kept)
        except Unsound:
            forget(kept.folder)
            raise
        except OSError as error:
            raise SourceError(
                f"What {data_set.id or self._city.source.portal} gives cannot be kept in {kept.folder} "
                f"({error.strerror or error}); make room or permit it, and try again."
            ) from error

    def _twice(self, data_set: DataSet, ask: Ask, kept: Kept) -> Fetched:
        """A data set; one that was replaced while it was read is read from the start, once."""
        try:
            return self._data_set(data_set, ask, kept)
        except Replaced as replaced:
            forget(kept.folder)
            self._sleep(LONGEST_WAIT)
            again = self._data_set(data_set, ask, kept)
            if not again.files:  # not filled again yet
                raise replaced from None
            return again

    def _data_set(self, data_set: DataSet, ask: Ask, kept: Kept) -> Fetched:
        name = _reading(self._city, data_set)
        self._tell(name, 0.0)
        asked = fingerprint(ask, *self._about(data_set))
        state = kept.read()
        if state is None or state.fingerprint != asked or self._is_old(state):
            mark = self._source.mark(data_set)
            whole = self._source.whole(data_set, ask)
            if whole and self._source.is_unchanged(data_set, ask, mark):
                return Fetched(data_set, (), whole=False, mark=mark)
            if whole and ask.refused is not None and mark is not None and mark == ask.refused[0]:
                raise SourceError(ask.refused[1])
            state = kept.begin(State(asked, self._now.timestamp(), mark, whole=whole))
        if not state.done:
            state = self._read_on(data_set, ask, kept, state, name)
        self._tell(name, 1.0)
        return Fetched(data_set, kept.files(state), state.whole, state.mark, state.moved)

    def _read_on(self, data_set: DataSet, ask: Ask, kept: Kept, state: State, name: str) -> State:
        for given in self._source.pages(data_set, ask, state.cursor, kept.folder):
            state = kept.add(state, given)
            if isinstance(given, Page):
                share = state.rows / given.total if given.total else given.share
                self._tell(name, min(share or 0.0, 1.0), state.rows)
            if self._stop.is_set():
                raise Stopped("The load was stopped; what has been read is kept for a day.")
        if state.whole and self._source.has_changed(data_set, state.mark):
            # perhaps replaced while it was read: rows that were not seen may be there again
            state = replace(state, whole=False, moved=True)
        return kept.write(replace(state, done=True))

    def _about(self, data_set: DataSet) -> tuple[str, str, str]:
        """All of the city's file that decides what a question to the portal is, and what its answer looks like."""
        source = self._city.source.model_dump_json(
            include={"kind", "portal", "jurisdiction", "format", "omit_time_zone", "since"}
        )
        schemas = [schema.model_dump_json(include={"columns"}) for schema in self._city.schemas.values()]
        return data_set.model_dump_json(by_alias=True), source, "".join(schemas)

    def _is_old(self, state: State) -> bool:
        return not timedelta(0) <= self._now - datetime.fromtimestamp(state.begun, self._now.tzinfo) <= KEPT_FOR


def _reading(city: City, data_set: DataSet) -> str:
    return f"Reading {data_set.name or data_set.id or city.source.name}"


def _results(loads: list[Future[Fetched]]) -> list[Fetched]:
    """What all loads gave. Where all failed, raises the error of one that did so by itself, rather than of those stopped
    because of it; an error of the program's own is always raised."""
    broken = [error for load in loads if (error := load.exception()) is not None]
    found = [load.result() for load in loads] if not broken else []
    errors = [one.error for one in found if one.error is not None]
    for error in broken or (sorted(errors, key=_was_stopped) if len(errors) == len(found) else []):
        raise error
    return found


def _was_stopped(error: SourceError) -> bool:
    return isinstance(error, Stopped)


def _taking_turns(tell: Tell | None) -> Tell:
    lock = threading.Lock()

    def told(what: str, share: float, rows: int = 0) -> None:
        if tell is not None:
            with lock:
                tell(what, share, rows)

    return told
