"""The made-up CKAN portal is as strict as the real one."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.builders import csv_text, row
from tests.portals.ckan import CkanPortal
from tests.portals.ckan_files import FileResource, csv_file, zip_file
from tests.portals.exchange import Fault
from tests.portals.table import Table

ROWS = [row("a"), row("b", closed="2024-03-05 10:00:00", Lat="", Lon=""), row("c", Type="Noise")]


@pytest.fixture
def portal() -> Iterator[CkanPortal]:
    files = {"whole": csv_file(ROWS), "packed": zip_file({"readme.txt": b"hello", "requests.csv": ROWS})}
    with CkanPortal({"rows": Table.of(ROWS)}, files=files, largest=2) as portal:
        yield portal


@pytest.fixture
def client(portal: CkanPortal) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=portal.url, trust_env=False, verify=False, follow_redirects=True) as client:
        yield client


def act(client: httpx.Client, action: str, **parameters: str) -> httpx.Response:
    return client.get(f"/api/3/action/{action}", params=parameters)


def search(client: httpx.Client, **parameters: str) -> dict[str, Any]:
    answer = act(client, "datastore_search", resource_id="rows", **{"sort": "_id asc", **parameters})
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] is True
    return answer.json()["result"]


def ids(result: dict[str, Any]) -> str:
    return "".join(record["Id"] for record in result["records"])


def test_a_package_tells_what_it_holds(client: httpx.Client) -> None:
    package = act(client, "package_show", id="service-requests").json()["result"]
    kinds = {one["id"]: (one["datastore_active"], one["format"]) for one in package["resources"]}
    assert kinds == {"rows": (True, "CSV"), "whole": (False, "CSV"), "packed": (False, "ZIP")}
    one = act(client, "resource_show", id="whole").json()["result"]
    assert one["last_modified"] == "2024-06-01T12:00:00.000000"
    missing = act(client, "resource_show", id="nothing")
    assert (missing.status_code, missing.json()["success"]) == (404, False)
    assert missing.json()["error"]["__type"] == "Not Found Error"


def test_pages_are_as_long_as_the_portal_lets_them(client: httpx.Client) -> None:
    first = search(client, limit="32000")
    assert (ids(first), first["limit"], first["total"]) == ("ab", 2, 3)
    assert [field["id"] for field in first["fields"]][:3] == ["_id", "Id", "Created"]
    record = first["records"][0]
    assert (record["_id"], record["Created"], record["Closed"], record["Lat"]) == (
        1,
        "2024-03-04T09:00:00",
        None,
        42.123456,
    )
    assert ids(search(client, offset="2")) == "c"
    assert "total" not in search(client, include_total="false")


def test_filters_and_fields(client: httpx.Client) -> None:
    assert ids(search(client, filters=json.dumps({"Id": ["a", "c"], "Type": "Noise"}))) == "c"
    assert search(client, fields="Id,_id", limit="1")["records"] == [{"Id": "a", "_id": 1}]
    assert ids(search(client, sort="Type, _id desc")) == "cb"


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"sort": "nothing"}, "fields"),
        ({"filters": "{"}, "filters"),
        ({"filters": '{"nothing": 1}'}, "fields"),
        ({"fields": "id"}, "fields"),
        ({"limit": "-1"}, "limit"),
        ({"order": "_id"}, "order"),
    ],
)
def test_what_is_wrong_is_a_validation_error(client: httpx.Client, parameters: dict[str, str], named: str) -> None:
    answer = act(client, "datastore_search", resource_id="rows", **parameters)
    assert (answer.status_code, answer.json()["success"]) == (409, False)
    assert named in answer.json()["error"]


def test_a_row_that_goes_moves_those_behind_it(portal: CkanPortal, client: httpx.Client) -> None:
    portal.faults.append(Fault(at=2, matching="datastore_search", first=lambda: portal.tables["rows"].delete("a")))
    assert ids(search(client)) == "ab"
    assert ids(search(client, offset="2")) == ""  # c is where b was


def test_sql_is_off_unless_the_portal_has_it(portal: CkanPortal, client: httpx.Client) -> None:
    text = """SELECT * FROM "rows" WHERE "_id" > 1 AND "Created" >= '2024-03-04T00:00:00' ORDER BY "_id" ASC LIMIT 1"""
    assert act(client, "datastore_search_sql", sql=text).status_code == 400
    portal.sql = True
    assert ids(act(client, "datastore_search_sql", sql=text).json()["result"]) == "b"
    newest = act(client, "datastore_search_sql", sql='SELECT MAX("Closed") AS newest FROM "rows"').json()["result"]
    assert newest["records"] == [{"newest": "2024-03-05T10:00:00"}]
    assert act(client, "datastore_search_sql", sql='DELETE FROM "rows"').status_code == 409


def test_files_are_downloaded_from_elsewhere(portal: CkanPortal, client: httpx.Client) -> None:
    address = act(client, "resource_show", id="whole").json()["result"]["url"]
    answer = client.get(address)
    assert answer.text == csv_text(ROWS)
    assert answer.history[0].status_code == 302
    known = client.get(answer.url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    file = portal.files["whole"]
    assert isinstance(file, FileResource)
    file.replace(b"Id\nz\n", datetime(2024, 6, 2, tzinfo=UTC))
    assert client.get(answer.url, headers={"If-None-Match": answer.headers["ETag"]}).text == "Id\nz\n"


def test_a_part_of_a_file(portal: CkanPortal, client: httpx.Client) -> None:
    address = act(client, "resource_show", id="packed").json()["result"]["url"]
    whole = client.get(address)
    assert zipfile.ZipFile(io.BytesIO(whole.content)).namelist() == ["readme.txt", "requests.csv"]
    rest = client.get(whole.url, headers={"Range": "bytes=100-"})
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    assert rest.headers["Content-Range"] == f"bytes 100-{len(whole.content) - 1}/{len(whole.content)}"
    assert client.get(whole.url, headers={"Range": "bytes=100-", "If-Range": '"other"'}).status_code == 200
    assert client.get(whole.url, headers={"Range": "bytes=99999-"}).status_code == 416


def test_the_datastore_as_a_file(client: httpx.Client) -> None:
    assert client.get("/datastore/dump/rows").text.splitlines()[0].startswith("_id,Id,Created")
    assert client.get("/datastore/dump/nothing").status_code == 404
