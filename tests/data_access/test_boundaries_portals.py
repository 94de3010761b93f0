"""Boundaries from a portal are those that it has, all of them, or nothing is changed and a sentence says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.errors import SourceError
from data_access.boundaries import import_from_portal, with_portal
from data_access.city import City
from data_access.sources.call_file import read_calls_made
from tests.builders import make_city
from tests.portals.areas import FOUR_BY_FOUR, LAYER, RESOURCE, AreasPortal
from tests.portals.exchange import Ending, Fault, Harm
from tests.portals.faults import cut, html, nothing, repeated, reset, status

NAMES = ("1", "2", "3", "4", "5")
SOURCES: dict[str, Callable[[str], dict[str, str]]] = {
    "url": lambda url: {"kind": "url", "id": f"{url}/download/areas.geojson"},
    "packed": lambda url: {"kind": "url", "id": f"{url}/download/areas.geojson.gz"},
    "socrata": lambda url: {"kind": "socrata", "id": FOUR_BY_FOUR},
    "ckan": lambda url: {"kind": "ckan", "id": RESOURCE, "portal": url},
    "arcgis": lambda url: {"kind": "arcgis", "id": LAYER, "portal": f"{url}/org/arcgis/rest/services"},
}
every_source = pytest.mark.parametrize("source", SOURCES)


def square(name: str, west: float) -> dict[str, Any]:
    ring = [[west, 42.0], [west + 0.1, 42.0], [west + 0.1, 42.1], [west, 42.1], [west, 42.0]]
    return {
        "type": "Feature",
        "properties": {"Coun_Dist": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


FEATURES = [square(name, -71.5 + 0.1 * place) for place, name in enumerate(NAMES)]


def city_of(portal: AreasPortal, source: str, **area: Any) -> City:
    """The small city, its rows on a Socrata portal, its districts where `source` says."""
    district = {"name": "District", "plural": "Districts", "boundary_property": "coundist"}
    rows = {"name": "Rows", "licence": "CC0", "attribution": "x", "kind": "socrata", "portal": portal.url}
    return make_city(
        source=rows | {"data_sets": [{"id": "abcd-1234"}]},
        areas={"district": {**district, "boundaries": SOURCES[source](portal.url), **area}},
    )


def load(portal: AreasPortal, source: str, folder: Path, waits: list[float] | None = None) -> list[str]:
    """The names of the stored areas after asking the portal."""
    waits = [] if waits is None else waits
    city = city_of(portal, source)
    count = import_from_portal(city, with_portal(city), folder, token="secret", sleep=waits.append)
    written = json.loads((folder / "boundaries" / "district.geojson").read_text())["features"]
    assert count == len(written)
    return [feature["properties"]["name"] for feature in written]


@every_source
def test_every_source_gives_all_areas(source: str, tmp_path: Path) -> None:
    with AreasPortal(FEATURES) as portal:
        assert load(portal, source, tmp_path) == list(NAMES)
        tokens = {request.headers.get("x-app-token") for request in portal.log}
        assert tokens == ({"secret"} if source == "socrata" else {None})
        if source == "arcgis":
            assert [request.query["resultOffset"] for request in portal.asked("resultOffset")] == ["0", "2", "4"]
    assert read_calls_made(tmp_path) == ()  # the calls of a sync are another thing


@every_source
@pytest.mark.parametrize(
    "harm",
    [
        status(503),
        status(429, "2"),
        cut(Ending.SHORTER_THAN_TOLD),
        cut(Ending.CHUNKS_WITHOUT_END),
        cut(Ending.UNTOLD),
        reset(),
    ],
    ids=["503", "429", "shorter", "chunks", "untold", "reset"],
)
def test_what_passes_is_asked_again(source: str, harm: Harm, tmp_path: Path) -> None:
    fault = Fault(harm, matching="query?" if source == "arcgis" else "geojson")
    waits: list[float] = []
    with AreasPortal(FEATURES, fault) as portal:
        assert load(portal, source, tmp_path, waits) == list(NAMES)
    assert fault.seen > 1
    assert len(waits) == 1


@every_source
@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (status(404), "is not there (404)"),
        (status(500), "has a fault of its own (500)"),
        (html(), "answered with a web page instead of data"),
        (nothing(), "answered, but with nothing at all"),
    ],
    ids=["404", "500", "page", "nothing"],
)
def test_what_stays_is_told_and_changes_nothing(source: str, harm: Harm, words: str, tmp_path: Path) -> None:
    with AreasPortal(FEATURES) as portal:
        load(portal, source, tmp_path)
        before = (tmp_path / "boundaries" / "district.geojson").read_bytes()
        portal.faults.append(Fault(harm, times=99))
        with pytest.raises(SourceError) as caught:
            load(portal, source, tmp_path)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")
    assert (tmp_path / "boundaries" / "district.geojson").read_bytes() == before


def test_a_page_that_comes_twice_is_asked_again(tmp_path: Path) -> None:
    with AreasPortal(FEATURES, Fault(repeated(), matching="resultOffset=2")) as portal:
        assert load(portal, "arcgis", tmp_path) == list(NAMES)


@pytest.mark.parametrize("count", [4, 6], ids=["more than counted", "fewer than counted"])
def test_a_layer_that_does_not_give_what_it_counts_is_refused(count: int, tmp_path: Path) -> None:
    with (
        AreasPortal(FEATURES, count=count) as portal,
        pytest.raises(SourceError, match=f"gave 5 areas and counts {count}"),
    ):
        load(portal, "arcgis", tmp_path)
    assert not (tmp_path / "boundaries").exists()


def test_an_error_in_an_answer_of_status_200_is_told(tmp_path: Path) -> None:
    with AreasPortal(FEATURES) as portal:
        portal.faults.append(
            Fault(lambda right, _before: right.__class__(200, b'{"error": {"code": 499, "message": "Token"}}'))
        )
        with pytest.raises(SourceError, match=r"refused the question \(499: Token\)"):
            load(portal, "arcgis", tmp_path)


def test_a_resource_without_a_file_is_told(tmp_path: Path) -> None:
    with AreasPortal(FEATURES) as portal:
        portal.faults.append(
            Fault(lambda right, _before: right.__class__(200, b'{"success": true, "result": {"url": ""}}'))
        )
        with pytest.raises(SourceError, match="has no file to download"):
            load(portal, "ckan", tmp_path)


def test_one_kind_that_fails_keeps_the_others_from_being_stored(tmp_path: Path) -> None:
    with AreasPortal(FEATURES) as portal:
        city = city_of(portal, "socrata")
        quarter = city.areas["district"].model_copy(update={"boundary_property": "quarter"})
        city = city.model_copy(update={"areas": {"district": city.areas["district"], "neighbourhood": quarter}})
        assert with_portal(city) == ("district", "neighbourhood")
        with pytest.raises(SourceError, match="its properties are Coun_Dist"):
            import_from_portal(city, with_portal(city), tmp_path)
    assert not (tmp_path / "boundaries").exists()


def test_a_city_without_a_portal_of_boundaries_is_told_to_give_a_file() -> None:
    with pytest.raises(SourceError, match="fixedyet boundaries testville KIND --from FILE"):
        with_portal(make_city())
