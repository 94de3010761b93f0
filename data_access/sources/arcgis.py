"""ArcGIS feature layers: pages of JSON by object id, so that rows that come and go make no other be missed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet
from data_access.sources.asked_ids import batches, id_column
from data_access.sources.base import Ask, Page, WholeFile
from data_access.sources.http import Answer, Door, Read
from data_access.sources.json_text import as_text, read_object
from data_access.sources.marks import Wanted, parse_time, wanted, watched, write_mark
from data_access.sources.refusals import given_up, named
from data_access.sources.retries import ATTEMPTS, AskAgain, Unreadable
from data_access.sources.soundness import need_sound

LONGITUDE, LATITUDE = "geometry_longitude", "geometry_latitude"
"""The columns of a row's point; asked for only if a schema names them."""
PAGE_ROWS = 2000
DATE, NAMES_OF_ROWS = "esriFieldTypeDate", ("esriFieldTypeOID", "esriFieldTypeGlobalID")
NUMBERS = frozenset(
    f"esriFieldType{name}" for name in ("OID", "SmallInteger", "Integer", "BigInteger", "Double", "Single")
)
PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""The codes of errors, in answers of status 200, that asking again may mend."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What a layer says of itself: the field of its object ids, the types of all fields, how many rows a page may have."""

    object_id: str
    types: Mapping[str, str]
    page_rows: int


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a load stands: in which question, behind which object id, after how many of its rows of how many announced."""

    question: int = 0
    last: int | None = None
    rows: int = 0
    total: int | None = None


class Arcgis:
    """Reads the layers of one ArcGIS server; dates are written in UTC as '2019-10-21T15:49:49Z'.

    Object and global ids are left out of the rows unless a schema names them: a layer that is written again has others.
    """

    def __init__(self, city: City, door: Door, now: datetime) -> None:
        self._city = city
        self._door = door
        self._now = now
        self._named = {name for schema in city.schemas.values() for name in schema.columns.values()}
        self._with_points = bool(self._named & {LONGITUDE, LATITUDE})

    def mark(self, data_set: DataSet) -> str | None:
        """The newest time of each column that tells changes."""
        columns = watched(data_set)
        if not columns:
            return None
        statistics = [
            {"statisticType": "max", "onStatisticField": name, "outStatisticFieldName": f"newest_{place}"}
            for place, name in enumerate(columns)
        ]
        asked = {"where": data_set.where or "1=1", "outStatistics": json.dumps(statistics)}
        found = self._query(data_set, asked, _only_attributes)
        values = [found.get(f"newest_{place}") for place in range(len(columns))]
        texts = [_time(value) if isinstance(value, int | float) else as_text(value) for value in values]
        return write_mark(dict(zip(columns, texts, strict=True)), self._now, self._city)

    def whole(self, data_set: DataSet, ask: Ask) -> bool:
        """Only what was asked without mark and days is all that there is."""
        del data_set
        return ask.whole

    def can_narrow(self, data_set: DataSet) -> bool:
        """Always."""
        del data_set
        return True

    def is_unchanged(self, data_set: DataSet, ask: Ask, mark: str | None) -> bool:
        """Never: rows that were created lately are read again whatever the mark."""
        del data_set, ask, mark
        return False

    def has_changed(self, data_set: DataSet, mark: str | None) -> bool:
        """Whether the mark is another now."""
        return self.mark(data_set) != mark

    def pages(self, data_set: DataSet, ask: Ask, cursor: str | None, folder: Path) -> Generator[Page | WholeFile]:
        """The wanted rows by object id, and behind them those that were open; the cursor says where in which question."""
        del folder
        layer = self._layer(data_set)
        begun = Reached(*json.loads(cursor)) if cursor else Reached()
        questions = [condition(wanted(data_set, ask, self._city), data_set.where, self._city)]
        questions += self._of_open(data_set, ask, layer)
        for place in range(begun.question, len(questions)):
            reached = begun if place == begun.question else Reached(place)
            yield from self._answers(data_set, layer, questions[place], reached, len(ask.open_ids))

    def _answers(self, data_set: DataSet, layer: Layer, where: str, reached: Reached, further: int) -> Generator[Page]:
        """The rows of one question. Raises Replaced if the first one's are not all there in the end."""
        last, done = reached.last, reached.rows
        total = reached.total if reached.total is not None else self._count(data_set, layer, where, None)
        size, idle = layer.page_rows, 0
        while True:
            found, more = self._page(data_set, layer, where, last, size)
            if found:
                last, done, size, idle = found[-1][0], done + len(found), layer.page_rows, 0
                rows = [row for _, row in found]
                now = json.dumps(astuple(Reached(reached.question, last, done, total)))
                in_all = None if reached.question else max(total, done) + further
                yield Page(self._header(layer), rows, now, in_all, share=1.0)
                if more:
                    continue
            # pages may be short or empty though more follows: the count of what is left is believed, not the page
            if not self._count(data_set, layer, where, last):
                if not reached.question:
                    need_sound(self._city, data_set, done, total, self._count(data_set, layer, where, None))
                return
            if found:
                continue
            size, idle = max(1, size // 2), idle + 1
            if idle == ATTEMPTS:
                raise given_up(self._city, data_set, idle, "has more rows but does not give them")

    def _of_open(self, data_set: DataSet, ask: Ask, layer: Layer) -> list[str]:
        """Conditions for the rows that were open; none where the layer has not the column of their ids."""
        column = id_column(data_set, self._city)
        kind = layer.types.get(column)
        if kind is None:
            return []
        if kind in NUMBERS:
            literals = [one for one in ask.open_ids if re.fullmatch(r"-?\d{1,19}", one)]
        else:
            literals = ["'" + one.replace("'", "''") + "'" for one in ask.open_ids]
        further = f"({data_set.where}) AND " if data_set.where else ""
        return [f"{further}{column} IN ({', '.join(batch)})" for batch in batches(literals)]

    def _page(
        self, data_set: DataSet, layer: Layer, where: str, last: int | None, size: int
    ) -> tuple[list[tuple[int, list[str]]], bool]:
        """Rows behind an object id, in the order of their ids and each once, and whether there are said to be more."""
        asked = {
            "where": _both(where, layer, last),
            "outFields": "*",
            "orderByFields": f"{layer.object_id} ASC",
            "resultRecordCount": str(size),
            "returnGeometry": "true" if self._with_points else "false",
        }
        if self._with_points:
            asked["outSR"] = "4326"

        def read(found: Mapping[str, Any]) -> tuple[list[tuple[int, list[str]]], bool]:
            rows = {int(one["attributes"][layer.object_id]): self._row(one, layer) for one in found["features"]}
            if last is not None and any(one <= last for one in rows):
                raise Unreadable("gave rows that were not asked for")
            if len(found["features"]) != len(rows) or list(rows) != sorted(rows):
                raise Unreadable("mixed up its rows")
            return sorted(rows.items()), bool(found.get("exceededTransferLimit"))

        return self._query(data_set, asked, read)

    def _row(self, given: Mapping[str, Any], layer: Layer) -> list[str]:
        attributes: Mapping[str, Any] = given["attributes"]
        unknown = set(attributes) - set(layer.types)
        if unknown:
            raise Unreadable(f"has new columns since its layer was described ({', '.join(sorted(unknown))})")
        texts = [
            _time(attributes[name])
            if layer.types[name] == DATE and isinstance(attributes.get(name), int | float)
            else as_text(attributes.get(name))
            for name in self._shown(layer)
        ]
        point: Mapping[str, Any] = given.get("geometry") or {}
        return [*texts, as_text(point.get("x")), as_text(point.get("y"))] if self._with_points else texts

    def _shown(self, layer: Layer) -> list[str]:
        return [name for name, kind in layer.types.items() if kind not in NAMES_OF_ROWS or name in self._named]

    def _header(self, layer: Layer) -> tuple[str, ...]:
        return (*self._shown(layer), *((LONGITUDE, LATITUDE) if self._with_points else ()))

    def _layer(self, data_set: DataSet) -> Layer:
        def read(found: Mapping[str, Any]) -> Layer:
            types = {field["name"]: str(field["type"]) for field in found["fields"]}
            ids = [name for name, kind in types.items() if kind == NAMES_OF_ROWS[0]]
            most = int(found.get("maxRecordCount") or PAGE_ROWS)
            wanted_rows = self._city.source.page_rows or most
            return Layer(found.get("objectIdField") or ids[0], types, min(wanted_rows, most))

        return self._ask(data_set, data_set.id, {}, read)

    def _count(self, data_set: DataSet, layer: Layer, where: str, last: int | None) -> int:
        asked = {"where": _both(where, layer, last), "returnCountOnly": "true"}
        return self._query(data_set, asked, lambda found: int(found["count"]))

    def _query(self, data_set: DataSet, asked: Mapping[str, str], read: Callable[[Mapping[str, Any]], Read]) -> Read:
        return self._ask(data_set, f"{data_set.id}/query", asked, read)

    def _ask(
        self, data_set: DataSet, path: str, asked: Mapping[str, str], read: Callable[[Mapping[str, Any]], Read]
    ) -> Read:
        def read_checked(answer: Answer) -> Read:
            found = read_object(answer)
            if "error" in found:
                raise self._refused(data_set, found["error"])
            try:
                return read(found)
            except (KeyError, IndexError, TypeError, ValueError) as error:
                raise Unreadable("sent JSON of another shape than its protocol says") from error

        return self._door.ask(data_set, path, {**asked, "f": "json"}, read_checked)

    def _refused(self, data_set: DataSet, error: Mapping[str, Any]) -> Exception:
        """The error that an answer of status 200 tells."""
        code = error.get("code")
        said = " ".join([str(error.get("message") or "no reason"), *map(str, error.get("details") or ())])
        if code in PASSING:
            return AskAgain(f"has a fault of its own ({code}: {said})")
        where, file = named(self._city, data_set), f"{self._city.id}.toml"
        if code in (401, 403, 498, 499):
            return SourceError(f"{where} may not be read ({code}: {said}); ask its publisher whether it is still open.")
        return SourceError(f"{where} refused the question ({code}: {said}); compare the id and columns in {file}.")


def condition(rows: Wanted, further: str, city: City) -> str:
    """The where clause of the wanted rows; days are the city's, times in UTC."""
    parts = [f"({further})"] if further else []
    if rows.first:
        parts.append(f"{rows.created} >= {_midnight(rows.first, city)}")
    if rows.last:
        parts.append(f"{rows.created} < {_midnight(rows.last + timedelta(days=1), city)}")
    if rows.news:
        news = [f"{name} > {_literal(text)}" if text else f"{name} IS NOT NULL" for name, text in rows.news.items()]
        if rows.reread_from:
            news.append(f"{rows.created} >= {_midnight(rows.reread_from, city)}")
        parts.append(f"({' OR '.join(news)})")
    return " AND ".join(parts)


def _both(where: str, layer: Layer, last: int | None) -> str:
    after = f"{layer.object_id} > {last}" if last is not None else ""
    return f"({where}) AND {after}" if where and after else where or after or "1=1"


def _only_attributes(found: Mapping[str, Any]) -> dict[str, Any]:
    """The one row of a statistics answer; servers change the case of the names that were asked for."""
    features: Sequence[Mapping[str, Any]] = found["features"]
    return {name.lower(): value for name, value in features[0]["attributes"].items()}


def _midnight(day: date, city: City) -> str:
    return _timestamp(datetime.combine(day, time(), city.zone))


def _literal(text: str) -> str:
    moment = parse_time(text)
    if moment is None:
        return "'" + text.replace("'", "''") + "'"
    return _timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _timestamp(moment: datetime) -> str:
    return f"timestamp '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}'"


def _time(milliseconds: float) -> str:
    """A date as such servers send it (milliseconds since 1970, which may be before it) in ISO 8601; seconds are enough."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return as_text(milliseconds)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
