"""The made-up Open311 endpoint is as strict as the standard, and as different from it as real ones are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import httpx
import pytest

from tests.builders import NOW, row
from tests.portals.open311 import FIELDS, Open311Portal
from tests.portals.table import Table

ROWS = [
    row("old", created="2024-01-02 09:00:00"),
    row("a", created="2024-06-01 09:00:00", Type="Graffiti & tags"),
    row("b", created="2024-06-02 09:00:00", closed="2024-06-03 10:00:00", Lat="", Lon=""),
    row("c", created="2024-06-03 09:00:00", Due="2024-07-09 17:00:00"),
]


@pytest.fixture
def portal() -> Iterator[Open311Portal]:
    with Open311Portal(Table.of(ROWS)) as portal:
        yield portal


@pytest.fixture
def client(portal: Open311Portal) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{portal.url}/open311/v2", trust_env=False, verify=False) as client:
        yield client


def ids(client: httpx.Client, **query: str) -> str:
    answer = client.get("/requests.json", params=query)
    assert answer.status_code == 200, answer.text
    return "".join(one["service_request_id"] for one in answer.json())


def test_json_has_the_standards_fields_and_leaves_out_the_others(client: httpx.Client) -> None:
    newest, closed, tags = client.get("/requests.json").json()
    assert newest["requested_datetime"] == "2024-06-03T09:00:00-04:00"
    assert (newest["lat"], newest["long"], newest["status"]) == (42.123456, -71.123456, "open")
    assert newest["expected_datetime"] == "2024-07-09T17:00:00-04:00"
    assert (closed["status"], closed["updated_datetime"]) == ("closed", "2024-06-03T10:00:00-04:00")
    assert set(closed) < set(FIELDS) - {"lat"}
    assert (tags["service_name"], tags["service_code"]) == ("Graffiti & tags", "graffiti-tags")


def test_xml_has_every_field_and_some_are_empty(client: httpx.Client) -> None:
    answer = client.get("/requests.xml")
    assert answer.headers["Content-Type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)
    assert [one.findtext("service_request_id") for one in root.iter("request")] == ["c", "b", "a"]
    first = root.find("request")
    assert first is not None
    assert [field.tag for field in first] == list(FIELDS)
    assert first.findtext("media_url") == ""
    services = ElementTree.fromstring(client.get("/services.xml").content)
    assert [one.findtext("service_name") for one in services.iter("service")] == ["Graffiti & tags", "Pothole"]


def test_ninety_days_unless_another_range_is_asked_for(client: httpx.Client) -> None:
    assert ids(client) == "cba"
    assert ids(client, start_date="2024-01-01T00:00:00Z") == "old"
    assert ids(client, end_date="2024-03-01T00:00:00-05:00") == "old"
    assert ids(client, start_date="2024-06-01T13:00:00Z", end_date="2024-06-02T09:00:00-04:00") == "ba"
    assert ids(client, start_date="2024-06-01T13:00:01Z", end_date="2024-06-02T08:59:59-04:00") == ""


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "2024-06-01"},
        {"start_date": "2024-06-01T00:00:00"},
        {"start_date": "2024-01-01T00:00:00Z", "end_date": "2024-06-01T00:00:00Z"},
        {"start_date": "2024-06-02T00:00:00Z", "end_date": "2024-06-01T00:00:00Z"},
        {"status": "done"},
    ],
)
def test_what_is_wrong_is_refused(client: httpx.Client, query: dict[str, str]) -> None:
    answer = client.get("/requests.json", params=query)
    assert answer.status_code == 400
    assert answer.json()[0]["code"] == 400
    assert client.get("/requests.xml", params=query).content.endswith(b"</error></errors>")


def test_some_endpoints_refuse_a_zone(portal: Open311Portal, client: httpx.Client) -> None:
    portal.omit_time_zone = True
    assert ids(client, start_date="2024-06-01T09:00:01", end_date="2024-06-02T09:00:00") == "b"
    assert client.get("/requests.json?start_date=2024-06-01T09:00:00Z").status_code == 400


def test_a_selection(client: httpx.Client) -> None:
    assert ids(client, status="closed") == "b"
    assert ids(client, service_code="graffiti-tags,nothing") == "a"
    assert ids(client, service_request_id="old,c", status="closed") == "cold"
    assert client.get("/requests/old.json").json()[0]["service_request_id"] == "old"
    assert client.get("/requests/nothing.json").status_code == 404


def test_nobody_says_that_there_are_more_and_pages_are_an_extension(
    portal: Open311Portal, client: httpx.Client
) -> None:
    portal.largest = 2
    assert ids(client) == "cb"
    assert ids(client, page="2") == "cb"
    portal.paging, portal.largest_page = True, 2
    assert ids(client, page_size="500") == "cb"
    assert ids(client, page="2", page_size="2") == "a"
    assert ids(client, page="3", page_size="2") == ""
    assert client.get("/requests.json?page=0").status_code == 400


def test_a_jurisdiction_and_a_format_may_be_wanted(portal: Open311Portal, client: httpx.Client) -> None:
    portal.jurisdiction, portal.formats = "testville.gov", ("xml",)
    assert client.get("/requests.xml").status_code == 400
    assert client.get("/requests.xml?jurisdiction_id=other").status_code == 404
    assert client.get("/requests.xml?jurisdiction_id=testville.gov").status_code == 200
    assert client.get("/requests.json?jurisdiction_id=testville.gov").status_code == 404


def test_a_thousand_at_most() -> None:
    start = datetime(2024, 6, 1, tzinfo=UTC)
    rows = [row(number, created=f"{start + timedelta(minutes=number):%Y-%m-%d %H:%M:%S}") for number in range(1001)]
    with Open311Portal(Table.of(rows), now=NOW) as portal:
        answer = httpx.get(f"{portal.url}/open311/v2/requests.json", trust_env=False, verify=False)
        assert len(answer.json()) == 1000
