"""CKAN portals: a resource is read from the datastore in pages that overlap, or downloaded as the file that it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet
from data_access.sources.base import Ask, Page, WholeFile
from data_access.sources.download import download
from data_access.sources.http import Answer, Door, Read, Stopped
from data_access.sources.json_text import as_text, read_object
from data_access.sources.marks import is_within, need_created
from data_access.sources.refusals import given_up, in_its_words, named
from data_access.sources.retries import ATTEMPTS, Unreadable
from data_access.sources.soundness import need_sound

PAGE_ROWS = 32_000
ROW_ID = "_id"
ROWS = "rows"
"""The part of a mark that tells how many rows a table of the datastore has; the mark of a file has none."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the datastore: the columns, the rows with their ids in ascending order, and how many rows there are."""

    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    total: int


class Ckan:
    """Reads the resources of one CKAN portal.

    Neither the datastore nor a file can be asked for what has changed, so that a resource is always read whole, unless
    it is a file that was not replaced since, or a table of days so long past that nothing is closed in it any more.
    Days that are asked for are picked out here, from the datastore only.
    """

    def __init__(self, city: City, door: Door, now: datetime) -> None:
        self._city = city
        self._door = door
        self._today = now.astimezone(city.zone).date()

    def mark(self, data_set: DataSet) -> str | None:
        """When the portal says that the resource was modified; of a datastore how many rows it has, of a file its tag."""
        resource = self._resource(data_set)
        told = {name: as_text(resource.get(name)) for name in ("last_modified", "hash", "size") if resource.get(name)}
        if resource.get("datastore_active"):
            told[ROWS] = str(self._search(data_set, 0, 0).total)
        else:
            told |= self._tag(data_set, self._address(data_set, resource))
        # a number of rows alone does not tell whether one of them has changed
        return json.dumps(told, sort_keys=True) if set(told) - {ROWS, "size"} else None

    def whole(self, data_set: DataSet, ask: Ask) -> bool:
        """Whatever the mark, everything is read."""
        del data_set
        return ask.since is None and ask.until is None

    def can_narrow(self, data_set: DataSet) -> bool:
        """A table of the datastore can be, a file not."""
        return bool(self._resource(data_set).get("datastore_active"))

    def is_unchanged(self, data_set: DataSet, ask: Ask, mark: str | None) -> bool:
        """A file is, while its mark is the same; a table only where all its days are longer past than rows are read again.

        Rows of a datastore are changed in place without a trace in the date or number of them that the portal tells.
        """
        if mark is None or mark != ask.mark:
            return False
        in_datastore = ROWS in json.loads(mark)
        is_past = data_set.last is not None and data_set.last < self._today - timedelta(days=data_set.reread_days)
        return is_past or not in_datastore

    def has_changed(self, data_set: DataSet, mark: str | None) -> bool:
        """Whether the mark is another now."""
        return self.mark(data_set) != mark

    def pages(self, data_set: DataSet, ask: Ask, cursor: str | None, folder: Path) -> Generator[Page | WholeFile]:
        """The resource's file, or its rows by '_id', which is not among their columns; the cursor is a place and its id."""
        resource = self._resource(data_set)
        if resource.get("datastore_active"):
            yield from self._rows(data_set, ask, cursor)
        else:
            yield WholeFile(download(self._door, data_set, self._address(data_set, resource), folder))

    def _rows(self, data_set: DataSet, ask: Ask, cursor: str | None) -> Generator[Page]:
        """Pages that begin with the last row that was read: if it is not there, rows before it have been deleted.

        Then the page's place is moved back until it begins at or before that row, so that none behind it is missed.
        """
        need_created(data_set, ask, self._city)
        limit = self._city.source.page_rows or PAGE_ROWS
        place, last, done, announced = json.loads(cursor) if cursor else (0, -1, 0, None)
        back, idle = 1, 0
        while True:
            # one row more, for the one that is read twice
            found = self._search(data_set, place, min(limit + (last >= 0), PAGE_ROWS))
            announced = found.total if announced is None else announced
            if place and (not found.rows or found.rows[0][0] > last):
                place, back = max(0, place - back), back * 2
                continue
            fresh = [row for name, row in found.rows if name > last]
            if fresh:
                place, last, back, idle = place + len(found.rows) - 1, found.rows[-1][0], 1, 0
                done += len(fresh)
                rows, now = self._within(data_set, ask, found.header, fresh), json.dumps([place, last, done, announced])
                yield Page(found.header, rows, now, share=(place + 1) / max(found.total, 1))
                continue
            if place + len(found.rows) >= found.total:
                return need_sound(self._city, data_set, done, announced, found.total)
            idle += 1
            if idle == ATTEMPTS:
                raise given_up(self._city, data_set, idle, "has more rows but does not give them")

    def _search(self, data_set: DataSet, place: int, limit: int) -> Found:
        asked = {"resource_id": data_set.id, "limit": str(limit), "offset": str(place)}

        def read(result: Mapping[str, Any]) -> Found:
            header = tuple(str(field["id"]) for field in result["fields"] if field["id"] != ROW_ID)
            if int(result.get("offset") or 0) != place:
                raise Unreadable("gave rows that were not asked for")
            rows = [(int(one[ROW_ID]), [as_text(one.get(name)) for name in header]) for one in result["records"]]
            if any(one[0] >= other[0] for one, other in pairwise(rows)):
                raise Unreadable("mixed up its rows")
            return Found(header, rows, int(result["total"]))

        return self._action(data_set, "datastore_search", asked | ({"sort": f"{ROW_ID} asc"} if limit else {}), read)

    def _within(self, data_set: DataSet, ask: Ask, header: tuple[str, ...], rows: list[list[str]]) -> list[list[str]]:
        """The rows created on the days that are asked for; one whose time cannot be read is given, to be judged later."""
        if ask.since is None and ask.until is None:
            return rows
        if data_set.created not in header:
            raise SourceError(
                f"{named(self._city, data_set)} has no column '{data_set.created}'; mend created in {self._city.id}.toml."
            )
        place = header.index(data_set.created)
        return [row for row in rows if is_within(row[place], ask, self._city)]

    def _tag(self, data_set: DataSet, address: str) -> dict[str, str]:
        """What a file's own server tells of its state: a portal does not notice that a file elsewhere was replaced."""
        try:
            return self._door.ask(data_set, address, {}, _tag_of, method="HEAD")
        except Stopped:
            raise
        except SourceError:  # a server that gives files need not say anything of them without giving them
            return {}

    def _resource(self, data_set: DataSet) -> Mapping[str, Any]:
        return self._action(data_set, "resource_show", {"id": data_set.id}, lambda result: result)

    def _address(self, data_set: DataSet, resource: Mapping[str, Any]) -> str:
        address = as_text(resource.get("url"))
        if not address.startswith(("https://", "http://")):
            raise SourceError(
                f"{named(self._city, data_set)} has no file to download; look up the resource and mend {self._city.id}.toml."
            )
        return address

    def _action(
        self,
        data_set: DataSet,
        action: str,
        asked: Mapping[str, str],
        read: Callable[[Mapping[str, Any]], Read],
    ) -> Read:
        def read_checked(answer: Answer) -> Read:
            found = read_object(answer)
            if found.get("success") is False:
                raise SourceError(
                    f"{named(self._city, data_set)} refused the question{in_its_words(answer.body)}; "
                    f"compare its id with {self._city.id}.toml."
                )
            try:
                return read(found["result"])
            except (KeyError, TypeError, ValueError) as error:
                raise Unreadable("sent JSON of another shape than its protocol says") from error

        return self._door.ask(data_set, f"api/3/action/{action}", asked, read_checked)


def _tag_of(answer: Answer) -> dict[str, str]:
    """What the headers of a file tell of its state."""
    names = ("etag", "last-modified")
    return {name: answer.headers[name] for name in names if answer.headers.get(name)}
