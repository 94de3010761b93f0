"""Real boundaries and real requests: how often they agree, recounted with a loop over requests and areas."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import Point, shape

from dashboard.domain.errors import SourceError
from dashboard.domain.request import Flag
from data_access.areas.checks import AreaCheck
from data_access.boundaries import import_boundaries
from data_access.city import AreaKind, load_city
from data_access.queries.area_checks import area_names, checks
from data_access.store.work import work_file
from data_access.sync import sync_files
from tests.builders import Store
from tests.sample_data import sample

READ_AT = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """A city's rows and, per kind of area, a boundary file, the property of its names, and the agreement in per cent."""

    city: str
    rows: Sequence[str]
    areas: dict[AreaKind, tuple[str, str | None, float]]

    def __str__(self) -> str:
        return f"{self.city}, {self.rows[0]}"


CASES = (
    Case(
        "nyc",
        ("nyc/requests-2019-12-31-api.csv.gz", "nyc/requests-2022-05-01-export.csv.gz"),
        {
            "district": ("nyc-council-districts-2013", None, 99.9),
            "neighbourhood": ("nyc-community-districts-2013", None, 99.6),
        },
    ),
    Case(
        "los_angeles",
        ("los_angeles/requests-2020-01-api.csv.gz",),
        {
            "district": ("los-angeles-council-districts-2012", None, 99.6),
            "neighbourhood": ("los-angeles-neighborhood-councils-2019", None, 98.4),
        },
    ),
    Case(
        "baltimore",
        ("baltimore/requests-2019-10.csv.gz",),
        {
            "district": ("baltimore-council-districts", None, 99.8),
            "neighbourhood": ("baltimore-neighborhoods", None, 99.0),
        },
    ),
    Case(
        "chicago",
        ("chicago/requests-2021-01-01.csv.gz",),
        # four in five with the airport's complaints, which are left out here: they all have one placeholder's point
        {"district": ("chicago-wards-stale", None, 73.5)},
    ),
    Case(
        "san_francisco",
        ("san_francisco/requests-2008-2016-sample.csv.gz",),
        # census tracts joined into 41 neighborhoods; the rows name the 117 of another map
        {"neighbourhood": ("san-francisco-analysis-neighborhoods", "nhood", 50.2)},
    ),
)


def loaded(case: Case, folder: Path) -> Store:
    """The city with its boundaries and rows."""
    store = Store(folder, load_city(case.city))
    for kind, (name, prop, _) in case.areas.items():
        given, drawn = sample(f"boundaries/{name}.geojson.gz"), name.rpartition("-")[2]
        import_boundaries(
            store.city, kind, given, store.folder, prop, vintage=drawn if drawn.isdigit() or drawn == "stale" else ""
        )
    sync_files(store.city, [sample(name) for name in case.rows], store.data_dir, now=READ_AT)
    return store


def plain_number(name: str) -> str:
    """'07' and '7' are one district."""
    return str(int(name)) if name.isdigit() else name.casefold()


def recounted(store: Store, kind: AreaKind) -> tuple[int, int, dict[str, str]]:
    """The slow obvious way: requests compared, those elsewhere, and the area of each without one of its own, '' for none."""
    drawn = json.loads((store.folder / "boundaries" / f"{kind}.geojson").read_text())["features"]
    outlines = [(plain_number(one["properties"]["name"]), shape(one["geometry"])) for one in drawn]
    for _, outline in outlines:
        shapely.prepare(outline)
    known: dict[tuple[float, float], str] = {}
    compared = elsewhere = 0
    without: dict[str, str] = {}
    for request_id, own, latitude, longitude, flags in store.work(
        f"SELECT request_id, {kind}, latitude, longitude, flags FROM records WHERE latitude IS NOT NULL"
    ):
        if flags & Flag.DEFAULT_LOCATION.bit:
            continue
        point = (round(longitude, 6), round(latitude, 6))  # to a tenth of a metre: many lie on a border
        if point not in known:
            known[point] = next((name for name, outline in outlines if outline.covers(Point(point))), "")
        if own is None:
            without[request_id] = known[point]
        else:
            compared += 1
            elsewhere += plain_number(own) != known[point]
    return compared, elsewhere, without


@pytest.mark.parametrize("case", CASES, ids=str)
def test_agreement_and_filling_are_those_of_a_loop(case: Case, tmp_path: Path) -> None:
    store = loaded(case, tmp_path / "data")
    published = store.requests()
    with store.snapshot() as snapshot:
        found: dict[str, AreaCheck] = {check.kind: check for check in checks(snapshot)}
    assert set(found) == set(case.areas)
    for kind, (_, _, agreement) in case.areas.items():
        check = found[kind]
        compared, elsewhere, without = recounted(store, kind)
        assert (check.compared, check.disagreeing) == (compared, elsewhere)
        assert round(100 * (1 - elsewhere / compared), 1) == agreement
        assert check.is_wrong_vintage == (agreement < 90)
        given = {name: "none" if check.is_wrong_vintage or not area else area for name, area in without.items()}
        shown = {name: str(area) for name, area in published.loc[list(given), kind].items()}
        assert {name: area if area == "none" else plain_number(area) for name, area in shown.items()} == given
        assert check.filled == sum(name != "none" for name in given.values())


def test_four_outlines_cross_themselves_and_are_mended(tmp_path: Path) -> None:
    given = sample("boundaries/nyc-council-districts-2013.geojson.gz")
    raw = [shape(one["geometry"]) for one in json.loads(gzip.decompress(given.read_bytes()))["features"]]
    assert sum(not outline.is_valid for outline in raw) == 4
    names = import_boundaries(load_city("nyc"), "district", given, tmp_path)
    written: list[Any] = json.loads((tmp_path / "boundaries" / "district.geojson").read_text())["features"]
    assert names == {str(number) for number in range(1, 52)}
    assert all(shape(one["geometry"]).is_valid for one in written)


def test_wards_without_points_meet_by_name(tmp_path: Path) -> None:
    case = Case("toronto", ("toronto/requests-2026-20rows.csv",), {"district": ("toronto-wards-2018", None, 0)})
    store = loaded(case, tmp_path / "data")
    with store.snapshot() as snapshot:
        assert checks(snapshot) == (AreaCheck("district", 0, 0, 0, "2018"),)
        in_rows = set(snapshot.options.fields["district"].names) - {"none"}
        assert len(in_rows) == 14
        assert in_rows <= area_names(snapshot, "district")
        assert len(area_names(snapshot, "district")) == 25


def test_a_number_in_brackets_meets_with_and_without_its_zero(tmp_path: Path) -> None:
    """The rows of this city write 'Davenport (09)', its boundary file 'Davenport (9)'."""
    case = Case("toronto", ("toronto/requests-2026-20rows.csv",), {"district": ("toronto-wards-2018", "AREA_DESC", 0)})
    city = load_city("toronto")
    store = Store(tmp_path / "data", city.model_copy(update={"strip": {}, "fingerprint": "as the rows write it"}))
    import_boundaries(
        store.city, "district", sample("boundaries/toronto-wards-2018.geojson.gz"), store.folder, "AREA_DESC"
    )
    sync_files(store.city, [sample(name) for name in case.rows], store.data_dir, now=READ_AT)
    with store.snapshot() as snapshot:
        in_rows = set(snapshot.options.fields["district"].names) - {"none"}
        assert "Davenport (09)" in in_rows
        assert in_rows <= area_names(snapshot, "district")


def test_boundaries_of_another_city_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", load_city("baltimore"))
    sync_files(store.city, [sample("baltimore/requests-2019-10.csv.gz")], store.data_dir, now=READ_AT)
    with pytest.raises(
        SourceError, match=r"^Only 0 of 2,\d\d\d places of Baltimore's requests lie in the areas of boston"
    ):
        import_boundaries(
            store.city, "neighbourhood", sample("boundaries/boston-neighborhoods.geojson.gz"), store.folder, "name"
        )
    assert not (store.folder / "boundaries").exists()
    with work_file(store.folder):  # and its store can be opened again
        assert store.version() == 1
