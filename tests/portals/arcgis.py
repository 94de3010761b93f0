"""A made-up ArcGIS feature server: a layer's description and its `query`, errors in answers of status 200 included."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.portals.arcgis_fields import (
    EDITED,
    MERCATOR,
    OBJECT_ID,
    WGS84,
    Fields,
    collection,
    described,
    feature,
    feature_set,
    geojson,
    kinds,
    milliseconds,
)
from tests.portals.conditions import Refused, condition
from tests.portals.exchange import Answer, Fault, Harm, Request
from tests.portals.server import Portal
from tests.portals.soql import in_order
from tests.portals.table import Table

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
        if re.fullmatch(r"/(?:.*/)?(?:arcgis/)?rest/services/?", request.path):
            return says({"currentVersion": 11.4, "folders": [], "services": self._services(request)})
        found = re.fullmatch(r"/(?:.*/)?(?:arcgis/)?rest/services/(.+/FeatureServer/\d+)(/query)?/?", request.path)
        if found is None or found[1] not in self.tables:
            return error(400, "Invalid URL", "Invalid URL")
        table = self.tables[found[1]]
        try:
            return self._query(request.query, table) if found[2] else says(self._layer(found[1], table))
        except Refused as reason:
            return error(400, "Cannot perform query. Invalid query parameters.", str(reason))

    def _services(self, request: Request) -> list[dict[str, str]]:
        names = sorted({name.split("/", 1)[0] for name in self.tables})
        return [
            {"name": name, "type": kind, "url": f"{self.url}{request.path.rstrip('/')}/{name}/{kind}"}
            for name in names
            for kind in ("MapServer", "FeatureServer")
        ]

    def _layer(self, name: str, table: Table) -> dict[str, Any]:
        return {
            "currentVersion": 11.4,
            "id": int(name.rsplit("/", 1)[1]),
            "name": name.split("/", 1)[0],
            "type": "Feature Layer",
            "geometryType": "esriGeometryPoint",
            "objectIdField": OBJECT_ID,
            "fields": described(list(kinds(table)), table),
            "maxRecordCount": self.largest,
            "supportedQueryFormats": "JSON, geoJSON",
            "extent": {"spatialReference": {"wkid": MERCATOR, "latestWkid": 3857}},
            "advancedQueryCapabilities": {
                "supportsPagination": True,
                "supportsOrderBy": True,
                "supportsStatistics": True,
            },
            "editFieldsInfo": {"editDateField": EDITED},
            "editingInfo": {"lastEditDate": milliseconds(table.newest())},
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
            shape = collection if as_geojson else feature_set
            return json.dumps(shape(features, names, fields.table, more, reference)).encode()

        make = geojson if as_geojson else feature
        features = [make(row, names, reference, with_points) for row in rows[start : start + size]]
        return Answer(200, render(features), {}, features, render)


def says(content: Mapping[str, Any]) -> Answer:
    """An answer of status 200."""
    return Answer(200, json.dumps(content).encode())


def error(code: int, message: str, *details: str) -> Answer:
    """What is wrong, in an answer of status 200."""
    return says({"error": {"code": code, "message": message, "details": list(details)}})


def failing(code: int = 500, message: str = "Error performing query operation") -> Harm:
    """The fault that such portals have most: an error that calls itself 200."""
    return lambda _right, _before: error(code, message)


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
        found[name] = milliseconds(value) if isinstance(value, datetime) else value
    return {"fields": [{"name": name} for name in found], "features": [{"attributes": found}]}


def _whole(text: str) -> int:
    if not text.strip().isdecimal():
        raise Refused("parameters", f"{text!r} is not a number")
    return int(text)


def _yes(query: Mapping[str, str], name: str) -> bool:
    return query.get(name, "false").lower() == "true"
