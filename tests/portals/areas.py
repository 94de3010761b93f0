"""A made-up portal of boundaries: the same areas as Socrata, CKAN, an ArcGIS layer and a plain address give them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.portals.exchange import Answer, Fault, Request
from tests.portals.server import Portal

FOUR_BY_FOUR = "area-5678"
RESOURCE = "737b29e0-8329-4260-b6af-21555ab24f28"
LAYER = "Council_Districts/FeatureServer/0"
DEFAULT_LIMIT = 1000


class AreasPortal(Portal):
    """`features` are GeoJSON features; a page of the layer has `largest`, and other answers have as many as are asked for."""

    def __init__(
        self, features: Sequence[Mapping[str, Any]], *faults: Fault, largest: int = 2, count: int | None = None
    ):
        super().__init__(*faults)
        self.features = [{"id": place, **feature} for place, feature in enumerate(features, start=1)]
        self.largest = largest
        self.count = len(features) if count is None else count

    def answer(self, request: Request) -> Answer:
        """What the protocol of the path says."""
        query = request.query
        if request.path == f"/resource/{FOUR_BY_FOUR}.geojson":
            return self._collection(self.features[: int(query.get("$limit", DEFAULT_LIMIT))])
        if request.path == "/api/3/action/resource_show" and query.get("id") == RESOURCE:
            return _json({"success": True, "result": {"id": RESOURCE, "url": f"{self.url}/download/areas.geojson"}})
        if request.path == "/download/areas.geojson":
            return self._collection(self.features)
        if request.path == "/download/areas.geojson.gz":
            return Answer(
                200, gzip.compress(self._collection(self.features).body), {"Content-Type": "application/gzip"}
            )
        if request.path.endswith(f"/{LAYER}"):
            return _json({"objectIdField": "FID", "maxRecordCount": self.largest})
        if request.path.endswith(f"/{LAYER}/query"):
            return self._layer(query)
        return Answer(404, b'{"error": true, "message": "Cannot find it"}')

    def _layer(self, query: Mapping[str, str]) -> Answer:
        if query.get("returnCountOnly") == "true":
            return _json({"count": self.count})
        if (query.get("f"), query.get("outSR"), query.get("orderByFields")) != ("geojson", "4326", "FID"):
            return _json({"error": {"code": 400, "message": "Cannot perform query.", "details": ["in another order"]}})
        first = int(query.get("resultOffset", 0))
        more = first + self.largest < len(self.features)
        return self._collection(self.features[first : first + self.largest], exceeded=more)

    def _collection(self, features: Sequence[Any], *, exceeded: bool = False) -> Answer:
        def render(rows: Sequence[Any]) -> bytes:
            told = {"properties": {"exceededTransferLimit": True}} if exceeded else {}
            return json.dumps({"type": "FeatureCollection", **told, "features": list(rows)}).encode()

        return Answer(200, render(features), {"Content-Type": "application/geo+json"}, features, render)


def _json(content: Mapping[str, Any]) -> Answer:
    return Answer(200, json.dumps(content).encode())
