"""Choosing a city, and what every page says of a city whose data are late."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.domain.errors import SourceError
from dashboard.settings import load
from data_access.boundaries import import_boundaries
from data_access.sync import failure_kept
from tests.builders import Store, make_city, row
from tests.dashboard.reading import Node, both, of_html
from tests.dashboard.small_cities import PORTAL, SOON, SOURCE, portal_city, rows_of

LATE = datetime(2024, 8, 9, 12, tzinfo=UTC)
EVERYWHERE = ("/", "/departments", "/departments/streets", "/districts", "/districts/1", "/map", "/trends", "/about")


def choice(document: Node) -> dict[str, str]:
    """Where each city of the chooser leads."""
    (details,) = [node for node in document.all("details") if "cities" in node.attributes.get("class", "")]
    return {
        next(node.text() for node in link.all("span") if "city-name" in node.attributes["class"]): link.attributes[
            "href"
        ]
        for link in details.all("a")
    }


def notes(document: Node) -> list[str]:
    return [node.text() for node in document.all("p") if node.attributes.get("class") == "note"]


def banners(document: Node) -> list[str]:
    return [node.text() for node in document.all("p") if node.attributes.get("class") == "banner"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_page_lets_a_city_be_chosen(cities_client: FlaskClient, path: str) -> None:
    first, drawn = (choice(document) for document in both(cities_client, path))
    assert list(first) == ["Mapleton", "Plainfield", "Testville"]
    assert first == drawn
    for href in first.values():
        answer = cities_client.get(href)
        assert answer.status_code == 200, href
        dropped = [note for note in of_html(answer.text).all("p") if "was left out of the filter" in note.text()]
        assert not dropped, href


def test_the_chosen_city_keeps_what_it_can_of_the_selection(cities_client: FlaskClient) -> None:
    asked = "city=testville&period=90d&origin=all&district=2&department=Parks&category=Pothole&interval=week&lang=qps"
    for document in both(cities_client, f"/departments/parks?{asked}"):
        target = urlsplit(choice(document)["Mapleton"])
        assert target.path == "/departments"
        assert parse_qs(target.query) == {
            "city": ["mapleton"],
            "period": ["90d"],
            "origin": ["all"],
            "interval": ["week"],
            "lang": ["qps"],
        }


def test_given_dates_are_kept_where_the_other_city_has_data(cities_client: FlaskClient) -> None:
    for document in both(cities_client, "/?from=2024-01-01&to=2024-03-31"):
        links = {name: parse_qs(urlsplit(href).query) for name, href in choice(document).items()}
        assert (links["Mapleton"]["from"], links["Mapleton"]["to"]) == (["2024-01-01"], ["2024-03-31"])
        assert not {"from", "to"} & links["Plainfield"].keys()


@pytest.mark.parametrize("path", ["/departments", "/map", "/about"])
def test_dates_that_could_not_be_taken_along_are_named(cities_client: FlaskClient, path: str) -> None:
    for document in both(cities_client, f"{path}?from=2024-01-01&to=2024-03-31"):
        target = choice(document)["Plainfield"]
        for there in both(cities_client, target):
            (told,) = [note for note in notes(there) if "were left out" in note]
            assert told.startswith("The dates Jan 1 – Mar 31, 2024 were left out: Plainfield has no requests from then")
            assert not [node for node in there.walk() if "without" in node.attributes.get("href", "")]


@pytest.mark.parametrize("text", ["2024-01-01/2024-03-31", "yesterday", "2024-01-01", "1990-01-02/1990-01-01", "a/b/c"])
def test_dates_that_this_city_has_or_that_are_none_are_not_told(cities_client: FlaskClient, text: str) -> None:
    assert not [note for note in notes(both(cities_client, f"/?without={text}")[0]) if "left out" in note]


@pytest.mark.parametrize("path", ["/", "/districts/1", "/map", "/about", "/data", "/place", "/requests", "/request"])
def test_every_page_says_that_there_is_no_such_city(cities_client: FlaskClient, path: str) -> None:
    for document in both(cities_client, f"{path}?city=gotham"):
        told = [note for note in notes(document) if "gotham" in note]
        assert told == ["There is no city “gotham” here; the numbers are those of Testville."]


@pytest.mark.parametrize(("path", "there"), [("/districts/2", "/"), ("/map?measure=wait", "/"), ("/about", "/about")])
def test_a_page_that_the_other_city_has_not_becomes_one_that_it_has(
    cities_client: FlaskClient, path: str, there: str
) -> None:
    for document in both(cities_client, path):
        assert urlsplit(choice(document)["Plainfield"]).path == there


def test_the_footer_says_what_the_rows_are_and_what_is_left_out(cities_client: FlaskClient) -> None:
    rows = rows_of(400)
    questions = [row for row in rows if row["Kind"] == "Question"]
    crews = [row for row in rows if row["Source"] == "Crew" and row["Kind"] != "Question"]
    for document in both(cities_client, "/departments"):
        (footer,) = document.all("footer")[:1]
        text = footer.text()
        assert "Open data, CC0. The city." in text
        assert "Requests to Jun 30, 2024" in text
        assert f"Of 400 rows, the default view leaves out {len(crews)} requests made by city staff" in text
        assert f"{len(questions)} requests answered as questions" in text
        assert "a sample" not in text
    (sample,) = of_html(cities_client.get("/?city=plainfield").text).all("footer")[:1]
    assert "The rows are a sample" in sample.text()


def test_no_banner_while_the_source_is_as_fresh_as_it_usually_is(cities_client: FlaskClient) -> None:
    for path in ("/", "/about"):
        assert [banners(document) for document in both(cities_client, path)] == [[], []]


def test_late_data_are_told_on_every_page_with_their_last_day(cities_dir: Path) -> None:
    client = create_app(load(data_dir=cities_dir, city="testville"), clock=lambda: LATE).test_client()
    for path in EVERYWHERE:
        for document in both(client, path):
            assert banners(document) == [
                "Nothing newer than Jun 30, 2024 has been loaded here; what you see ends there."
            ]
    for document in both(client, "/?city=mapleton"):
        assert banners(document) == ["Nothing newer than Jun 30, 2024 has been loaded here; what you see ends there."]


def test_the_usual_silence_and_three_days_pass_before_it_is_told(cities_dir: Path) -> None:
    through = datetime.fromisoformat(
        create_app(load(data_dir=cities_dir)).test_client().get("/api/v1/summary?city=testville").json["data_through"]  # type: ignore[index]
    )
    for hours, told in ((5 * 24, 0), (5 * 24 + 1, 1)):
        moment = datetime.fromtimestamp(through.timestamp() + hours * 3600, UTC)
        client = create_app(
            load(data_dir=cities_dir, city="testville"), clock=lambda moment=moment: moment
        ).test_client()
        assert len(banners(both(client, "/")[0])) == told


def test_a_sync_that_fails_is_told_since_its_first_failure_and_what_it_said(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", portal_city())
    store.sync(rows_of(60))
    for moment in (datetime(2024, 7, 2, 5, tzinfo=UTC), datetime(2024, 7, 3, 5, tzinfo=UTC)):
        began = int(moment.timestamp())
        with pytest.raises(SourceError), failure_kept(store.folder, store.city.source.name, began):
            raise SourceError(f"The portal has {store.folder}/<b>gone<b>.")
    client = create_app(load(data_dir=store.data_dir), clock=lambda: SOON).test_client()
    for document in both(client, "/"):
        (told,) = banners(document)
        assert told.startswith("Fetching new data has failed since Jul 2, 2024, 1:00")
        assert "“The portal has <b>gone<b>." in told
        assert str(tmp_path) not in told
    assert "<b>gone" not in client.get("/").text
    store.sync(rows_of(61))
    assert banners(both(client, "/")[0]) == []


def test_a_year_without_a_data_set_is_told_where_each_year_has_one(tmp_path: Path) -> None:
    portal = PORTAL | {"data_sets": [{"id": "aaaa-bbbb", "first": "2024-01-01", "last": "2024-12-31"}]}
    yearly = [{"find": "Requests", "name": r"Requests (?P<year>20\d\d)"}]
    store = Store(tmp_path / "data", make_city(source=SOURCE | portal | {"yearly": yearly, "usual_days": 300}))
    store.sync(rows_of(60))
    for day, told in ((3, 0), (4, 1)):
        moment = datetime(2025, 1, day, 12, tzinfo=UTC)
        client = create_app(load(data_dir=store.data_dir), clock=lambda moment=moment: moment).test_client()
        for document in both(client, "/"):
            found = banners(document)
            assert len(found) == told
            assert all(text.startswith("The source has a data set for each year, and none for 2025") for text in found)


def test_a_map_of_boundaries_that_do_not_fit_says_so(tmp_path: Path) -> None:
    """All requests of district 1 lie where the file draws district 2."""
    areas = {"district": {"name": "District", "plural": "Districts", "boundary_property": "name"}}
    store = Store(tmp_path / "data", make_city(areas=areas))
    store.sync([row(number, District="1", Lat="42.15", Lon="-71.15") for number in range(30)])
    ring = [[-71.2, 42.1], [-71.1, 42.1], [-71.1, 42.2], [-71.2, 42.2], [-71.2, 42.1]]
    drawn = [{"type": "Feature", "properties": {"name": "2"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}]
    shapes = tmp_path / "areas.geojson"
    shapes.write_text(json.dumps({"type": "FeatureCollection", "features": drawn}))
    client = create_app(load(data_dir=store.data_dir), clock=lambda: SOON).test_client()
    sentence = "The boundaries that are drawn here do not fit the requests"
    assert sentence not in client.get("/map").text
    import_boundaries(store.city, "district", shapes, store.folder, publish=True)
    for document in both(client, "/map"):
        assert any(node.text().startswith(sentence) for node in document.all("p"))


def test_a_file_that_was_mistyped_is_none_of_the_readers_business(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", portal_city())
    store.sync(rows_of(60))
    with pytest.raises(SourceError):
        store.sync(tmp_path / "gone.csv", now=datetime(2024, 7, 2, 5, tzinfo=UTC))
    client = create_app(load(data_dir=store.data_dir), clock=lambda: SOON).test_client()
    assert banners(both(client, "/")[0]) == []


def test_a_portal_that_was_asked_is_named_and_files_are_not_called_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", portal_city())
    store.sync(rows_of(60))
    log = store.folder / "runs.json"
    (run,) = json.loads(log.read_text())
    client = create_app(load(data_dir=store.data_dir), clock=lambda: LATE).test_client()
    told = "Nothing newer than Jun 30, 2024 has been loaded here; what you see ends there."
    assert banners(both(client, "/about")[0]) == [told]
    asked = run | {"source": store.city.source.name, "finished_at": run["started_at"] + 60}
    told = "The source held nothing newer than Jun 30, 2024 when it was last asked, on Jul 1, 2024; what you see ends there."
    log.write_text(json.dumps([asked]))
    assert banners(both(client, "/about")[0]) == [told]


def test_silence_begins_with_the_last_sync_that_brought_rows(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", portal_city())  # usually every 2 days, and 3 of grace
    store.sync(rows_of(60))
    log = store.folder / "runs.json"
    (run,) = json.loads(log.read_text())
    seconds = int(datetime(2024, 8, 4, 13, tzinfo=UTC).timestamp())
    news = run | {"run": 2, "source": store.city.source.name, "started_at": seconds, "stored": 0, "updated": 3}
    in_vain = news | {"run": 3, "stored": 0, "updated": 0, "finished_at": int(LATE.timestamp())}
    client = create_app(load(data_dir=store.data_dir), clock=lambda: LATE).test_client()

    def told(*runs: dict[str, Any]) -> list[str]:
        log.write_text(json.dumps(runs))
        return banners(both(client, "/about")[0])

    held = "The source held nothing newer than Jun 30, 2024 when it was last asked, on Aug 9, 2024; what you see ends there."
    assert told(in_vain, news) == []
    assert told(in_vain, news | {"started_at": seconds - 2 * 3600}) == [held]
    assert told(in_vain, news | {"updated": 0, "unchanged": 3}) == [held]
    assert told(in_vain, news | {"source": "rows.csv"}) == [held]
