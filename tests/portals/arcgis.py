"""A made-up ArcGIS feature server: a layer's description and its `query`, errors in answers of status 200 included."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.portals.conditions import Literal, Refused, condition
from tests.portals.server import Answer, Fault, Harm, Portal, Request
from tests.portals.soql import in_order
from tests.portals.table import Line, Table

OBJECT_ID = "OBJECTID"
EDITED = "EditDate"
OID, TEXT, DATE, DOUBLE = (f"esriFieldType{name}" for name in ("OID", "String", "Date", "Double"))
MERCATOR, WGS84 = 102100, 4326
EARTH = 6378137.0
PAGE = b"<html><head><title>Layer (ID: 0)</title></head><body><h2>Layer</h2></body></html>"


class ArcgisPortal(Portal):
    """`tables` by layer ('Requests/FeatureServer/0'). No page is longer than `largest`; rows have no order unless asked for.

    Each row has an OBJECTID and, as layers that track edits do, the time of its last change in EditDate.
    """

    def __init__(self, tables: Mapping[str, Table], *faults: Fault, largest: int = 2000) -> None:
        super().__init__(*faults)
        self.tables = dict(tables)
        self.largest = largest
        self._chance = random.Random(311)

    def answer(self, request: Request) -> Answer:
        """JSON as `f` asks for it; without it a page for people."""
        form = request.query.get("f", "html")
        if form not in ("json", "pjson", "geojson"):
            return Answer(200, PAGE, {"Content-Type": "text/html;charset=utf-8"})
        found = re.fullmatch(r"/(?:.*/)?(?:arcgis/)?rest/services/(.+/FeatureServer/\d+)(/query)?/?", request.path)
        if found is None or found[1] not in self.tables:
            return error(400, "Invalid URL", "Invalid URL")
        table = self.tables[found[1]]
        try:
            return self._query(request.query, table) if found[2] else says(self._layer(found[1], table))
        except Refused as reason:
            return error(400, "Cannot perform query. Invalid query parameters.", str(reason))

    def _layer(self, name: str, table: Table) -> dict[str, Any]:
        return {
            "currentVersion": 11.4,
            "id": int(name.rsplit("/", 1)[1]),
            "name": name.split("/", 1)[0],
            "type": "Feature Layer",
            "geometryType": "esriGeometryPoint",
            "objectIdField": OBJECT_ID,
            "fields": described(list(_kinds(table)), table),
            "maxRecordCount": self.largest,
            "supportedQueryFormats": "JSON, geoJSON",
            "extent": {"spatialReference": {"wkid": MERCATOR, "latestWkid": 3857}},
            "advancedQueryCapabilities": {
                "supportsPagination": True,
                "supportsOrderBy": True,
                "supportsStatistics": True,
            },
            "editFieldsInfo": {"editDateField": EDITED},
            "editingInfo": {"lastEditDate": _milliseconds(table.newest())},
        }

    def _query(self, query: Mapping[str, str], table: Table) -> Answer:
        fields = Fields(table)
        if not query.get("where") and not query.get("objectIds"):
            raise Refused("parameters", "'where' clause or 'objectIds' is required")
        test = condition(query.get("where") or "1=1", fields)
        wanted = {_whole(part) for part in query["objectIds"].split(",")} if query.get("objectIds") else None
        rows: Sequence[Mapping[str, Any]] = [fields.values(line) for line in table.now()]
        rows = [row for row in rows if test(row) and (wanted is None or row[OBJECT_ID] in wanted)]
        if query.get("outStatistics"):
            return says(_statistics(query["outStatistics"], rows, fields))
        if _yes(query, "returnCountOnly"):
            return says({"count": len(rows)})
        rows = self._chance.sample(rows, len(rows))
        rows = in_order(rows, fields.order(query["orderByFields"])) if query.get("orderByFields") else rows
        if _yes(query, "returnIdsOnly"):
            return says({"objectIdFieldName": OBJECT_ID, "objectIds": [row[OBJECT_ID] for row in rows] or None})
        return self._page(query, rows, fields)

    def _page(self, query: Mapping[str, str], rows: Sequence[Mapping[str, Any]], fields: Fields) -> Answer:
        start = _whole(query.get("resultOffset") or "0")
        size = min(_whole(query.get("resultRecordCount") or str(self.largest)), self.largest)
        more = len(rows) > start + size
        names = fields.named(query.get("outFields") or OBJECT_ID)
        as_geojson = query["f"] == "geojson"
        reference = WGS84 if as_geojson else _whole(query.get("outSR") or str(MERCATOR))
        if reference not in (WGS84, MERCATOR, 3857):
            raise Refused("parameters", f"'outSR' {reference} is unknown")
        with_points = query.get("returnGeometry", "true").lower() == "true"

        def render(features: Sequence[Any]) -> bytes:
            shape = _collection if as_geojson else _feature_set
            return json.dumps(shape(features, names, fields.table, more, reference)).encode()

        make = _geojson if as_geojson else _feature
        features = [make(row, names, reference, with_points) for row in rows[start : start + size]]
        return Answer(200, render(features), {}, features, render)


class Fields:
    """A layer's fields, and the dialect of its conditions: moments in UTC, written with `timestamp` or `date`."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.kinds = _kinds(table)

    def kind(self, name: str) -> tuple[str, str]:
        """A field's own spelling and its type."""
        for own, kind in self.kinds.items():
            if own.lower() == name.lower():
                return own, kind
        raise Refused("field", f"'Invalid field: {name}' parameter is invalid")

    def value(self, literal: Literal, kind: str) -> Any:
        """A constant's worth beside a field."""
        if literal.kind == "string" and kind in (TEXT, "string"):
            return literal.text
        if literal.kind == "number" and kind in (OID, DOUBLE, "number"):
            return float(literal.text)
        form = {"timestamp": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", "date": r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?"}
        if kind == DATE and literal.kind in form and re.fullmatch(form[literal.kind], literal.text):
            try:
                return datetime.fromisoformat(literal.text).replace(tzinfo=UTC)
            except ValueError as unreadable:
                raise Refused("parameters", f"'where' clause: {literal.text} is no time") from unreadable
        raise Refused("parameters", f"'where' clause: {literal.text} is {literal.kind}, not {kind}")

    def values(self, line: Line) -> dict[str, Any]:
        """A row as what can be compared."""
        row: dict[str, Any] = {OBJECT_ID: line.number, EDITED: line.changed_at}
        for name, text in line.row.items():
            kind = self.kinds[name]
            row[name] = (
                self.table.instant(text) if kind == DATE else float(text) if kind == DOUBLE and text else text or None
            )
        return row

    def named(self, names: str) -> list[str]:
        """What `outFields` asks for."""
        return list(self.kinds) if names.strip() == "*" else [self.kind(name.strip())[0] for name in names.split(",")]

    def order(self, text: str) -> list[tuple[str, bool]]:
        """What `orderByFields` asks for."""
        found: list[tuple[str, bool]] = []
        for part in text.split(","):
            name, _, way = part.strip().partition(" ")
            if way.strip().upper() not in ("", "ASC", "DESC"):
                raise Refused("parameters", f"'orderByFields' {part!r} is invalid")
            found.append((self.kind(name)[0], way.strip().upper() == "DESC"))
        return found


def says(content: Mapping[str, Any]) -> Answer:
    """An answer of status 200."""
    return Answer(200, json.dumps(content).encode())


def error(code: int, message: str, *details: str) -> Answer:
    """What is wrong, in an answer of status 200."""
    return says({"error": {"code": code, "message": message, "details": list(details)}})


def failing(code: int = 500, message: str = "Error performing query operation") -> Harm:
    """The fault that such portals have most: an error that calls itself 200."""
    return lambda _right, _before: error(code, message)


def described(names: Sequence[str], table: Table) -> list[dict[str, Any]]:
    """The fields of an answer."""
    kinds = _kinds(table)
    lengths = {TEXT: {"length": 255}, DATE: {"length": 8}}
    return [{"name": name, "type": kinds[name], "alias": name, **lengths.get(kinds[name], {})} for name in names]


def _kinds(table: Table) -> dict[str, str]:
    own = {name: DATE if name in table.times else DOUBLE if name in table.numbers else TEXT for name in table.columns}
    return {OBJECT_ID: OID, **own, EDITED: DATE}


def _feature(row: Mapping[str, Any], names: Sequence[str], reference: int, with_points: bool) -> dict[str, Any]:
    feature: dict[str, Any] = {"attributes": _attributes(row, names)}
    point = _point(row, reference)
    if with_points and point:
        feature["geometry"] = {"x": point[0], "y": point[1]}
    return feature


def _geojson(row: Mapping[str, Any], names: Sequence[str], reference: int, with_points: bool) -> dict[str, Any]:
    point = _point(row, reference) if with_points else None
    shape = {"type": "Point", "coordinates": list(point)} if point else None
    return {"type": "Feature", "id": row[OBJECT_ID], "geometry": shape, "properties": _attributes(row, names)}


def _feature_set(
    features: Sequence[Any], names: Sequence[str], table: Table, more: bool, reference: int
) -> dict[str, Any]:
    fields = {"fields": described(names, table)} if features else {}
    about = {
        "objectIdFieldName": OBJECT_ID,
        "geometryType": "esriGeometryPoint",
        "spatialReference": {"wkid": reference},
    }
    return {**about, **fields, "features": list(features), **({"exceededTransferLimit": True} if more else {})}


def _collection(features: Sequence[Any], _names: Sequence[str], _table: Table, more: bool, _: int) -> dict[str, Any]:
    rest = {"properties": {"exceededTransferLimit": True}} if more else {}
    return {"type": "FeatureCollection", "features": list(features), **rest}


def _attributes(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: _milliseconds(row[name]) if isinstance(row[name], datetime) else row[name] for name in names}


def _point(row: Mapping[str, Any], reference: int) -> tuple[float, float] | None:
    lat, lon = row.get("Lat"), row.get("Lon")
    if lat is None or lon is None or reference == WGS84:
        return None if lat is None or lon is None else (lon, lat)
    return EARTH * math.radians(lon), EARTH * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def _statistics(text: str, rows: Sequence[Mapping[str, Any]], fields: Fields) -> dict[str, Any]:
    functions = {"max": max, "min": min, "count": len}
    try:
        asked = [(one["statisticType"], one["onStatisticField"], one) for one in json.loads(text)]
    except (ValueError, KeyError, TypeError) as unreadable:
        raise Refused("parameters", "'outStatistics' parameter is invalid") from unreadable
    found: dict[str, Any] = {}
    for function, field, one in asked:
        if function not in functions:
            raise Refused("parameters", f"'outStatistics' has no {function}")
        own = fields.kind(field)[0]
        values = [row[own] for row in rows if row[own] is not None]
        value = functions[function](values) if values or function == "count" else None
        name = one.get("outStatisticFieldName") or f"{function}_{own}"
        found[name] = _milliseconds(value) if isinstance(value, datetime) else value
    return {"fields": [{"name": name} for name in found], "features": [{"attributes": found}]}


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _whole(text: str) -> int:
    if not text.strip().isdecimal():
        raise Refused("parameters", f"{text!r} is not a number")
    return int(text)


def _yes(query: Mapping[str, str], name: str) -> bool:
    return query.get(name, "false").lower() == "true"
