"""The resident's pages: a place is chosen by address, position, map or list, and tells what holds for it alone."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.i18n.translator import translator_for
from dashboard.settings import load
from data_access.boundaries import import_boundaries
from tests.builders import Store, make_city, row
from tests.dashboard.reading import Node, both, of_html

TR = translator_for("en")
AREAS = {
    "district": {"name": "District", "plural": "Districts", "label": "District {name}", "boundary_property": "name"},
    "neighbourhood": {"name": "Area", "plural": "Areas", "boundary_property": "name"},
}
FIRST = datetime(2023, 7, 1, 9)  # noqa: DTZ001 - the file's times are local


def square(name: str, west: float) -> dict[str, object]:
    ring = [[west, 42.0], [west + 0.1, 42.0], [west + 0.1, 42.1], [west, 42.1], [west, 42.0]]
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def lines() -> list[dict[str, str]]:
    """A year of requests in two districts side by side: 60 potholes that took two days in one and eight in the other, and
    open ones of which some lie round one block."""
    rows: list[dict[str, str]] = []
    for district, west, days in (("1", -71.15, 2), ("2", -71.05, 8)):
        for i in range(60):
            made = FIRST + timedelta(days=5 * i)
            rows.append(
                row(
                    f"{district}-{i}",
                    f"{made}",
                    f"{made + timedelta(days=days)}",
                    District=district,
                    Area="Old Town" if district == "1" else "2",
                    Lat="42.05",
                    Lon=str(west),
                    Address=f"{100 * (i % 3) + 1} Main St",
                )
            )
    for i in range(40):  # every third 0.001 degrees north of another: about 111 metres
        made = datetime(2024, 6, 1, 9) + timedelta(hours=17 * i)  # noqa: DTZ001
        rows.append(
            row(
                f"open {i}/ä",
                f"{made}",
                District="1",
                Area="Old Town",
                Type="Graffiti",
                Lat=f"{42.02 + 0.001 * i:.4f}",
                Lon="-71.12",
                Address=f"{100 * i + 1} Elm St",
            )
        )
    rows.append(row("staff", "2024-06-02 09:00:00", District="1", Source="Crew", Type="Graffiti"))
    return rows


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    store = Store(folder / "data", make_city(areas=AREAS))
    shapes = folder / "districts.geojson"
    shapes.write_text(
        json.dumps(
            {"type": "FeatureCollection", "features": [square("1", -71.2), square("2", -71.1), square("9", -71)]}
        )
    )
    import_boundaries(store.city, "district", shapes, store.folder, "name")
    store.sync(lines())
    return store.data_dir


@pytest.fixture(scope="module")
def client(data_dir: Path) -> FlaskClient:
    clock = datetime(2024, 7, 1, 16, tzinfo=UTC)
    return create_app(load(data_dir=data_dir, city="testville"), clock=lambda: clock).test_client()


def table(page: Node, heading: str) -> list[list[str]]:
    """The body of the table under a heading."""
    for section in page.all("section"):
        if any(h2.text() == heading for h2 in section.all("h2")):
            return [[cell.text() for cell in tr.walk() if cell.tag in ("th", "td")] for tr in section.all("tr")[1:]]
    raise AssertionError(f"no table {heading!r}")


def sentences(page: Node) -> list[str]:
    return [
        item.text()
        for found in page.all("ul")
        if found.attributes.get("class") == "sentences"
        for item in found.all("li")
    ]


def post(client: FlaskClient, latitude: object, longitude: object, query: str = "") -> tuple[int, str]:
    answer = client.post("/place/here", data={"latitude": latitude, "longitude": longitude, "query": query})
    return answer.status_code, answer.headers.get("Location", "")


def test_each_problem_has_a_sentence_with_the_citys_beside_it(client: FlaskClient) -> None:
    # of the 120 potholes of both districts the half that was closed first took two days
    for page in both(client, "/place/1"):
        assert sentences(page) == [
            "Requests of type “Pothole”: half are closed within 2 days. City-wide: 2 days.",
            "Requests of type “Graffiti”: the typical wait is more than 27 days. City-wide: more than 27 days.",
        ]
    for page in both(client, "/place/2"):
        assert sentences(page) == ["Requests of type “Pothole”: half are closed within 8 days. City-wide: 2 days."]


def test_the_place_is_held_against_the_city_without_a_ranking(client: FlaskClient) -> None:
    found = client.get("/api/v1/summary?district=2").json
    everywhere = client.get("/api/v1/summary").json
    assert found
    assert everywhere
    for page in both(client, "/place/2"):
        rows = table(page, "This place and the city")
        assert [cells[:3] for cells in rows] == [
            ["District 2", TR.number(found["requests"]), TR.days(found["wait"]["p50_days"])],
            ["All of Testville", TR.number(everywhere["requests"]), TR.days(everywhere["wait"]["p50_days"])],
        ]
        assert "not a ranking" in page.text()


def test_few_requests_are_too_few_to_say(client: FlaskClient) -> None:
    for page in both(client, "/place/2?from=2024-01-01&to=2024-01-31"):
        (told,) = sentences(page)
        assert told.startswith("Requests of type “Pothole”: 6 requests here, too few to say how long they take.")
        assert "There are too few requests to say whether waits here differ." in page.text()


def test_open_requests_are_listed_newest_or_oldest_first_and_mapped(client: FlaskClient) -> None:
    for order, numbers in (("newest", range(39, 14, -1)), ("longest", range(25))):
        first, drawn = both(client, f"/place/1?order={order}")
        links = [f"/request/{quote(f'open {i}/ä', safe='')}?city=testville" for i in numbers]
        for page in (first, drawn):
            rows = table(page, "What is open here")
            assert [cells[1] for cells in rows] == [f"{100 * i if i else '1-99'} block of Elm St" for i in numbers]
        hrefs = [a.attributes["href"] for a in first.all("a") if a.attributes["href"].startswith("/request/")]
        assert hrefs[: len(links)] == links  # the spots below the list link to requests too
        assert "25 of 40 requests that were open" in first.text()


def test_a_block_narrows_what_is_open_to_300_metres(client: FlaskClient) -> None:
    expected = {f"{100 * i} block of Elm St" for i in (18, 19, 20, 21, 22)}  # 0.001 degrees are 111 metres
    for page in both(client, "/place/1?near=2000+block+of+elm+st"):
        rows = table(page, "What is open within 300 metres of 2000 block of Elm St")
        assert {cells[1] for cells in rows} == expected
    elsewhere = of_html(client.get("/place/2?near=2000+block+of+Elm+St").text)
    assert "“2000 block of Elm St” is no published address of this place" in elsewhere.text()
    assert "No request of this selection is open here." in elsewhere.text()


def test_an_address_leads_to_its_place_and_block(client: FlaskClient) -> None:
    for page in both(client, "/place?q=1950+elmm+street"):
        (best, *_) = table(page, "Addresses like “1950 elmm street”")
        assert best == ["1900 block of Elm St", "District 1", "Old Town", "1"]
    page = of_html(client.get("/place?q=1950+elmm+street&lang=en").text)
    href = next(a.attributes["href"] for a in page.all("a") if a.text() == "1900 block of Elm St")
    assert href == "/place/1?near=1900+block+of+Elm+St&city=testville&lang=en"
    assert client.get(href).status_code == 200
    nothing = of_html(client.get("/place?q=zzzz").text)
    assert "No published request has an address like this" in nothing.text()


def test_every_area_is_in_the_list_and_has_its_page(client: FlaskClient) -> None:
    page = of_html(client.get("/place").text)
    hrefs = [a.attributes["href"] for a in page.all("a") if a.attributes["href"].startswith("/place/")]
    assert hrefs == [
        "/place/1?city=testville",
        "/place/2?city=testville",
        "/place/neighbourhood/2?city=testville",
        "/place/neighbourhood/old-town?city=testville",
    ]
    assert all(client.get(href).status_code == 200 for href in hrefs)
    assert client.get("/place/old-town").status_code == 200  # of no district: then a neighbourhood
    for gone in ("/place/nowhere", "/place/district/old-town", "/place/neighbourhood/1", "/place/1/2/3", "/place/here"):
        assert client.get(gone).status_code == 404, gone


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [(42.05, -71.15, "1"), ("42.05", "-71.0503", "2"), (42.0501234, -71.1501234, "1"), (42.0504, -71.1001, "1")],
)
def test_a_position_leads_to_its_area(client: FlaskClient, latitude: object, longitude: object, place: str) -> None:
    # the last one lies in the second square until it is rounded to three decimals, where the border is
    assert post(client, latitude, longitude) == (303, f"/place/{place}?city=testville")
    kept = post(client, latitude, longitude, "city=elsewhere&period=90d&category=pothole&evil=//x&lang=en")
    assert kept == (303, f"/place/{place}?city=testville&period=90d&category=Pothole&lang=en")


@pytest.mark.parametrize(("latitude", "longitude"), [(41.5, -71.15), (42.05, -70.95), (-90, 180)])
def test_outside_of_the_areas_with_requests_there_is_a_sentence(
    client: FlaskClient, latitude: float, longitude: float
) -> None:
    status, target = post(client, latitude, longitude)
    assert (status, target) == (303, "/place?city=testville&here=outside")
    assert "position is in none of the areas of Testville" in of_html(client.get(target).text).text()


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("", ""), ("nan", "1"), ("inf", "1"), ("91", "0"), ("0", "181"), ("x", "1")]
)
def test_what_is_no_position_is_refused(client: FlaskClient, latitude: str, longitude: str) -> None:
    assert post(client, latitude, longitude)[0] == 400


def test_a_long_body_is_refused(client: FlaskClient) -> None:
    assert post(client, 42.05, -71.15, "x" * 9000)[0] == 413


def test_the_answer_to_a_position_holds_nothing_of_it(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/place/here", data={"latitude": "42.0512345", "longitude": "-71.1512345"})
    everything = f"{answer.headers}{answer.text}{caplog.text}"
    assert answer.status_code == 303
    assert answer.headers["Cache-Control"] == "no-store"
    assert not [part for part in ("42.05", "71.15") if part in everything]


def test_the_browser_may_ask_for_the_position_of_this_site_alone(client: FlaskClient) -> None:
    answer = client.get("/place")
    assert "geolocation=(self)" in answer.headers["Permissions-Policy"]
    assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]
    (button,) = [node for node in of_html(answer.text).all("button") if "data-locate" in node.attributes]
    assert button.attributes["data-locate"] == "/place/here"
    assert parse_qs(json.loads(button.attributes["data-sent"])["query"]) == {"city": ["testville"]}


def test_without_closing_times_points_and_boundaries_the_page_says_so(cities_client: FlaskClient) -> None:
    for page in both(cities_client, "/place?city=mapleton"):
        assert "have not been loaded, so there is no map" in page.text()
        assert not [node for node in page.all("button") if "data-locate" in node.attributes]
    for page in both(cities_client, "/place/1?city=mapleton"):
        assert "Mapleton does not publish when a request was closed" in page.text()
        assert "typical wait" not in page.text().lower().replace("how is this computed", "")
    assert urlsplit(cities_client.get("/place/1?city=mapleton").request.path).path == "/place/1"
    assert cities_client.get("/place?city=plainfield").status_code == 404


def test_a_city_without_areas_has_no_entry_for_places(cities_client: FlaskClient) -> None:
    assert "Your place" not in of_html(cities_client.get("/?city=plainfield").text).text()
    assert "Your place" in of_html(cities_client.get("/?city=mapleton").text).text()
