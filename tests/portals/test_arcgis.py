"""The made-up ArcGIS server is as strict as the real one."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.builders import row
from tests.portals import faults
from tests.portals.arcgis import ArcgisPortal, failing
from tests.portals.exchange import Fault
from tests.portals.table import Table

LAYER = "Requests/FeatureServer/0"
ROWS = [row("a"), row("b", closed="2024-07-05 10:00:00", Lat="", Lon=""), row("c", created="2024-03-10 02:30:00")]


@pytest.fixture
def portal() -> Iterator[ArcgisPortal]:
    with ArcgisPortal({LAYER: Table.of(ROWS)}, largest=2) as portal:
        yield portal


@pytest.fixture
def client(portal: ArcgisPortal) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"{portal.url}/org/arcgis/rest/services/{LAYER}", trust_env=False, verify=False
    ) as client:
        yield client


def query(client: httpx.Client, where: str = "1=1", **parameters: Any) -> dict[str, Any]:
    asked = {"where": where, "f": "json", "outFields": "*", "orderByFields": "OBJECTID", **parameters}
    answer = client.get("/query", params=asked)
    assert answer.status_code == 200
    return answer.json()


def ids(answer: dict[str, Any]) -> str:
    assert "error" not in answer, answer
    return "".join(feature["attributes"]["Id"] for feature in answer["features"])


def test_a_layer_describes_itself(client: httpx.Client) -> None:
    layer = client.get("", params={"f": "json"}).json()
    types = {field["name"]: field["type"] for field in layer["fields"]}
    assert (layer["objectIdField"], layer["maxRecordCount"]) == ("OBJECTID", 2)
    assert types["OBJECTID"] == "esriFieldTypeOID"
    assert types["Closed"] == "esriFieldTypeDate"
    assert types["Lat"] == "esriFieldTypeDouble"
    assert client.get("").headers["Content-Type"].startswith("text/html")


def test_pages_end_where_the_limit_is_not_exceeded(client: httpx.Client) -> None:
    first = query(client, resultRecordCount=1000)
    assert (ids(first), first["exceededTransferLimit"]) == ("ab", True)
    last = query(client, resultOffset=2)
    assert ids(last) == "c"
    assert "exceededTransferLimit" not in last
    none = query(client, resultOffset=3)
    assert none["features"] == []
    assert "fields" not in none


def test_times_are_milliseconds_in_utc_and_nothing_is_null(client: httpx.Client) -> None:
    first, second = query(client)["features"]
    assert first["attributes"]["Created"] == datetime(2024, 3, 4, 14, tzinfo=UTC).timestamp() * 1000
    assert first["attributes"]["Closed"] is None
    assert second["attributes"]["Closed"] == datetime(2024, 7, 5, 14, tzinfo=UTC).timestamp() * 1000
    assert second["attributes"]["Lat"] is None
    assert first["attributes"]["EditDate"] == datetime(2024, 6, 1, 12, 0, 1, tzinfo=UTC).timestamp() * 1000


def test_points(client: httpx.Client) -> None:
    first, second = query(client, outSR=4326)["features"]
    assert first["geometry"] == {"x": -71.123456, "y": 42.123456}
    assert "geometry" not in second
    projected = query(client)["features"][0]["geometry"]
    assert math.degrees(projected["x"] / 6378137) == pytest.approx(-71.123456)
    assert math.degrees(2 * math.atan(math.exp(projected["y"] / 6378137)) - math.pi / 2) == pytest.approx(42.123456)
    assert "geometry" not in query(client, returnGeometry="false")["features"][0]
    shapes = query(client, f="geojson")
    assert shapes["features"][0]["geometry"]["coordinates"] == [-71.123456, 42.123456]
    assert shapes["properties"] == {"exceededTransferLimit": True}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("OBJECTID > 1", "bc"),
        ("Closed IS NULL AND OBJECTID >= 2", "c"),
        ("Created < timestamp '2024-03-04 14:00:01'", "ab"),
        ("created <= date '2024-03-05' and Id in ('b', 'c')", "b"),
        ("EditDate > timestamp '2024-06-01 12:00:02'", "c"),
        ("(Lat > 42 OR Lat IS NULL) AND NOT Id = 'a' AND OBJECTID < 3", "b"),
    ],
)
def test_conditions(client: httpx.Client, where: str, found: str) -> None:
    assert ids(query(client, where)) == found


@pytest.mark.parametrize(
    "parameters",
    [
        {"where": ""},
        {"where": "Nothing = 'a'"},
        {"where": "Created > '2024-03-04'"},
        {"where": "Created > timestamp '2024-03-04T00:00:00Z'"},
        {"where": "Created > 1709560800000"},
        {"where": "OBJECTID > '1'"},
        {"where": "Id = 'a"},
        {"outFields": "Id,Nothing"},
        {"orderByFields": "Nothing"},
        {"resultOffset": "-1"},
        {"outStatistics": "max"},
    ],
)
def test_what_is_wrong_is_an_error_of_status_200(client: httpx.Client, parameters: dict[str, str]) -> None:
    answer = query(client, **{"where": "1=1", **parameters})
    assert answer["error"]["code"] == 400
    assert set(answer) == {"error"}


def test_counts_ids_and_the_newest_change(client: httpx.Client) -> None:
    assert query(client, returnCountOnly="true") == {"count": 3}
    assert query(client, "OBJECTID <> 2", returnIdsOnly="true")["objectIds"] == [1, 3]
    newest = [{"statisticType": "max", "onStatisticField": "EditDate", "outStatisticFieldName": "newest"}]
    answer = query(client, outStatistics=json.dumps(newest))
    assert answer["features"] == [
        {"attributes": {"newest": datetime(2024, 6, 1, 12, 0, 3, tzinfo=UTC).timestamp() * 1000}}
    ]


def test_a_long_query_may_be_posted_and_an_unknown_layer_is_an_error(client: httpx.Client) -> None:
    posted = client.post(
        "/query", data={"objectIds": "1,3", "outFields": "Id", "f": "json", "orderByFields": "OBJECTID"}
    )
    assert ids(posted.json()) == "ac"
    assert client.get("/../7/query?f=json&where=1%3D1").json()["error"]["message"] == "Invalid URL"


def test_a_page_may_be_short_though_more_follow(portal: ArcgisPortal, client: httpx.Client) -> None:
    portal.faults += [Fault(faults.shortened()), Fault(faults.shortened(0), at=2), Fault(failing(), at=3)]
    short = query(client)
    assert (ids(short), short["exceededTransferLimit"]) == ("a", True)
    empty = query(client)
    assert (ids(empty), empty["exceededTransferLimit"]) == ("", True)
    assert query(client)["error"]["code"] == 500
    assert ids(query(client)) == "ab"
