"""Open311 endpoints (GeoReport v2): requests by windows of the time of asking, made so small that no answer is cut off.

An endpoint filters by the time of the request only. What became of a request is therefore known for the days that are
read again; older ones that were open are asked for by their ids. Asking for all that is open would not tell a closing.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet
from data_access.local_time import local_to_utc, utc_to_local
from data_access.sources.asked_ids import batches
from data_access.sources.base import Ask, Page, Unsound, WholeFile
from data_access.sources.georeport import (
    FIELDS,
    ID,
    REQUESTED,
    Refusal,
    Request,
    further_fields,
    read_requests,
    texts,
)
from data_access.sources.http import Answer, Door
from data_access.sources.marks import is_within, parse_time
from data_access.sources.refusals import NotThere, named
from data_access.sources.retries import Unreadable
from data_access.sources.windows import (
    LONGEST,
    USUAL_LIMIT,
    Windows,
    first_windows,
    halved,
    is_full,
    is_surely_full,
    passed,
)

TIMES = 3
"""Nothing tells how many requests a window has: an answer that looks wrong is believed when it came so often."""
IDS_AT_A_TIME = 50
Requests = dict[str, Request]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a load stands: its first second, its windows, the fields beyond FIELDS so far, the ids at the last border, and
    behind all windows how many batches of requests that were open have been asked for."""

    start: int
    windows: Windows
    extra: tuple[str, ...] = ()
    border: tuple[str, ...] = ()
    batches: int = 0

    def text(self) -> str:
        """As a cursor."""
        return json.dumps(asdict(self))

    @staticmethod
    def read(cursor: str) -> Place:
        """From a cursor."""
        found = json.loads(cursor)
        extra, border = tuple(found["extra"]), tuple(found["border"])
        return Place(found["start"], Windows(**found["windows"]), extra, border, found["batches"])


class Open311:
    """Reads one city's endpoint. Rows have FIELDS and behind them, in the order of their coming, its own fields.

    Seconds are counted in UTC, or, where the endpoint refuses times with a zone, by the city's clock.
    """

    def __init__(self, city: City, door: Door, now: datetime) -> None:
        self._city = city
        self._source = city.source
        self._door = door
        self._now = now
        self._asked_rows = city.source.page_rows or USUAL_LIMIT

    def mark(self, data_set: DataSet) -> str | None:
        """The moment of asking: endpoints have no better one."""
        del data_set
        return self._now.astimezone(UTC).isoformat(timespec="seconds")

    def whole(self, data_set: DataSet, ask: Ask) -> bool:
        """Only from a first day on that is always the same is a load without mark and days all that there is."""
        del data_set
        return ask.whole and self._source.since is not None

    def can_narrow(self, data_set: DataSet) -> bool:
        """Always."""
        del data_set
        return True

    def is_unchanged(self, data_set: DataSet, ask: Ask, mark: str | None) -> bool:
        """Never: rows that were created lately are read again whatever the mark."""
        del data_set, ask, mark
        return False

    def has_changed(self, data_set: DataSet, mark: str | None) -> bool:
        """Never known: an endpoint tells nothing of its state."""
        del data_set, mark
        return False

    def pages(self, data_set: DataSet, ask: Ask, cursor: str | None, folder: Path) -> Generator[Page | WholeFile]:
        """The wanted requests window by window; rows on the border of two windows are given once."""
        del folder
        place = Place.read(cursor) if cursor else self._first_place(data_set, ask)
        before: frozenset[str] = frozenset()
        owed: dict[str, int] = {}
        while not place.windows.done:
            windows = place.windows
            due = {name for name, second in owed.items() if windows.at <= second <= windows.until}
            (found, listed), sure = self._window(data_set, windows, before, place.border, due), True
            rows_given = len(found)
            # a request that is listed twice takes two places, but a limit is learnt from different ones only
            if is_full(windows, listed, self._asked_rows):
                if not windows.shortest:
                    place = Place(place.start, halved(windows, len(found)), place.extra, place.border)
                    owed |= {name: second for name, one in found.items() if (second := self._when(one)) is not None}
                    continue
                found, sure = self._further_pages(data_set, windows, found)
            fresh = {name: one for name, one in found.items() if name not in place.border and name not in before}
            place = self._behind(
                data_set, place, found, fresh, passed(windows, rows_given, len(fresh), doubtful=not sure)
            )
            rows = [one for one in fresh.values() if is_within(one.get(REQUESTED, ""), ask, self._city)]
            share = (place.windows.at - place.start) / max(1, place.windows.end - place.start)
            yield Page((*FIELDS, *place.extra), texts(rows, place.extra), place.text(), share=share)
            before = frozenset(found)
            owed = {name: second for name, second in owed.items() if second > windows.until}
        if ask.whole and not place.windows.most:
            raise SourceError(
                f"{named(self._city, data_set)} has no requests at all from {self._text(place.start)} on; look at "
                f"since, jurisdiction and format in {self._city.id}.toml, or try again later."
            )
        yield from self._open_ones(data_set, ask, place)

    def _open_ones(self, data_set: DataSet, ask: Ask, place: Place) -> Generator[Page]:
        """The requests that were open, by their ids; those that the endpoint does not know any more stay as they were."""
        for batch in batches(ask.open_ids, IDS_AT_A_TIME)[place.batches :]:
            found = self._by_ids(data_set, batch)
            extra = tuple(further_fields(found, place.extra))
            place = replace(place, extra=extra, batches=place.batches + 1)
            yield Page((*FIELDS, *extra), texts(found, extra), place.text(), share=1.0)

    def _by_ids(self, data_set: DataSet, ids: tuple[str, ...]) -> list[Request]:
        """Those of some requests that the endpoint has; one that knows none of them may say that nothing is there."""
        asked = {"service_request_id": ",".join(ids)}
        try:
            found, _ = self._ask(data_set, asked)
        except NotThere:
            return []
        # an endpoint that cannot be asked so gives others: those of its last days, which have been read
        return [one for name, one in found.items() if name in ids]

    def _first_place(self, data_set: DataSet, ask: Ask) -> Place:
        now = self._second(self._now)
        first = self._source.since or (self._now.astimezone(self._city.zone) - timedelta(seconds=LONGEST)).date()
        if (moment := parse_time(ask.mark or "")) is not None:
            last_time = (moment - timedelta(days=data_set.reread_days)).date()
            first = min(ask.reread_from or last_time, moment.date())
        start = self._midnight(max(first, ask.since) if ask.since and ask.mark else ask.since or first)
        end = min(now, self._midnight(ask.until + timedelta(days=1))) if ask.until else now
        return Place(start, first_windows(start, end))

    def _behind(self, data_set: DataSet, place: Place, found: Requests, fresh: Requests, windows: Windows) -> Place:
        """The place behind a window. Raises SourceError if it turns out that an earlier one was cut off."""
        if windows.limit is not None and windows.taken_full is not None:
            raise self._too_many(data_set, windows.taken_full)
        border = [name for name, one in found.items() if self._is_near(one, windows.at)]
        extra = further_fields(list(fresh.values()), place.extra)
        return Place(place.start, windows, tuple(extra), tuple(border))

    def _window(
        self, data_set: DataSet, windows: Windows, before: frozenset[str], border: tuple[str, ...], due: set[str]
    ) -> tuple[Requests, int]:
        """The requests of a window by id, and how many were listed.

        An answer without any, or with those of the window before, has to come thrice.
        `due` are ids that a longer window's answer had: raises Unsound where they are not there any more.
        """
        found, listed = Requests(), 0
        for _ in range(TIMES):
            found, listed = self._page(data_set, windows, 1)
            looks_right = set(found) - before or (found and set(found) <= set(border))
            if looks_right and (due <= set(found) or is_full(windows, listed, self._asked_rows)):
                return found, listed
        if due <= set(found):
            return found, listed
        raise Unsound(
            f"{named(self._city, data_set)} gave fewer requests from {self._text(windows.at)} on than a moment before; "
            "try again later, then they are read from the start."
        )

    def _further_pages(self, data_set: DataSet, windows: Windows, found: Requests) -> tuple[Requests, bool]:
        """All requests of a window that cannot be made smaller, if the endpoint has pages, and whether they are all.

        Raises SourceError where it has no pages and has given as many rows as it can.
        """
        found, page = dict(found), 2
        while set(more := self._page(data_set, windows, page)[0]) - set(found):
            found.update(more)
            page += 1
        has_pages = page > 2 or not more
        if not has_pages and is_surely_full(windows, len(found), self._asked_rows):
            raise self._too_many(data_set, windows.at)
        return found, has_pages

    def _page(self, data_set: DataSet, windows: Windows, page: int) -> tuple[Requests, int]:
        asked = {
            **dict(parse_qsl(data_set.where)),
            "start_date": self._text(windows.at),
            "end_date": self._text(windows.until),
            "page": str(page),
            "page_size": str(self._asked_rows),
        }
        return self._ask(data_set, asked)

    def _ask(self, data_set: DataSet, asked: Mapping[str, str]) -> tuple[Requests, int]:
        """The requests of an answer by id, and how many were listed."""
        asked = dict(asked)
        if self._source.jurisdiction:
            asked["jurisdiction_id"] = self._source.jurisdiction

        def read(answer: Answer) -> tuple[Requests, int]:
            try:
                given = read_requests(answer, self._source.format)
            except Refusal as refusal:
                raise SourceError(
                    f"{named(self._city, data_set)} refused the question ({refusal}); mend {self._city.id}.toml."
                ) from refusal
            if any(REQUESTED not in one for one in given):
                raise Unreadable("sent requests of another shape than its protocol says")
            # a request without an id yet is its own
            return {one.get(ID) or f"\n{place}": one for place, one in enumerate(given)}, len(given)

        path = "/".join(part for part in (data_set.id.strip("/"), f"requests.{self._source.format}") if part)
        return self._door.ask(data_set, path, asked, read)

    def _too_many(self, data_set: DataSet, second: int) -> SourceError:
        return SourceError(
            f"{named(self._city, data_set)} has more requests in the second from {self._text(second)} on than it gives in "
            "one answer, and no pages; ask its publisher for a file of them, and give it with --from."
        )

    def _text(self, second: int) -> str:
        """A second as the endpoint reads it; one that the city's clock passes over is the one after."""
        if not self._source.omit_time_zone:
            return datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat() + "Z"
        there = utc_to_local(local_to_utc(second, self._city.zone), self._city.zone)
        return there.replace(tzinfo=None).isoformat()

    def _second(self, moment: datetime) -> int:
        """The second of a moment, or, where the endpoint refuses times with a zone, of the city's clock at it."""
        if self._source.omit_time_zone:
            moment = moment.astimezone(self._city.zone).replace(tzinfo=UTC)
        return -int(-moment.timestamp() // 1)

    def _midnight(self, day: date) -> int:
        return self._second(datetime.combine(day, time(), self._city.zone))

    def _when(self, one: Mapping[str, str]) -> int | None:
        """The second of a request; None if its time cannot be read."""
        moment = parse_time(one.get(REQUESTED, ""))
        if moment is None:
            return None
        return self._second(moment if moment.tzinfo else moment.replace(tzinfo=self._city.zone))

    def _is_near(self, one: Mapping[str, str], second: int) -> bool:
        """Whether a request may come again with the window that begins at a second."""
        when = self._when(one)
        return when is None or abs(when - second) <= 1
