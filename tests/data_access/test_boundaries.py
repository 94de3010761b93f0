"""Requests without an area get the one that their point lies in, if the boundaries fit those that name theirs."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape
from sqlalchemy import select
from typer.testing import CliRunner

from dashboard.cli import app
from dashboard.domain.errors import CityFileError, SourceError, SyncLocked
from dashboard.domain.filters import Filters
from dashboard.domain.request import Flag
from data_access import boundaries
from data_access.answers.summary import grouped
from data_access.areas import lookup
from data_access.areas.checks import AreaCheck
from data_access.areas.geojson import as_text, read_features
from data_access.areas.naming import name_in_file, spell
from data_access.areas.placing import NOWHERE, places
from data_access.boundaries import import_boundaries
from data_access.city import City, read_city_file
from data_access.queries.area_checks import area_names, checks
from data_access.store.lock import city_lock
from data_access.store.tables import facts
from data_access.sync import republish
from tests.builders import Store, csv_text, make_city, row

WEST, SOUTH, SIDE = -71.2, 42.1, 0.1
NAMES = ("1", "2", "3", "4")
AREAS = {
    "district": {"name": "District", "plural": "Districts", "boundary_property": "name"},
    "neighbourhood": {"name": "Quarter", "plural": "Quarters", "boundary_property": "name"},
}


def square(name: Any, west: float, south: float, side: float = SIDE) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def file_of(folder: Path, features: list[dict[str, Any]], name: str = "areas.geojson") -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def four_squares(names: tuple[Any, ...] = NAMES) -> list[dict[str, Any]]:
    """A square of two by two: the first two names in the south, from west to east."""
    return [square(name, WEST + SIDE * (i % 2), SOUTH + SIDE * (i // 2)) for i, name in enumerate(names)]


def drawn_at(latitude: float, longitude: float, names: tuple[Any, ...] = NAMES) -> str:
    """The slow obvious way: each square in turn."""
    for feature in four_squares(names):
        if shape(feature["geometry"]).contains(Point(longitude, latitude)):
            return str(feature["properties"]["name"])
    return ""


def scattered(count: int, seed: int, *, own: bool, prefix: str) -> list[dict[str, str]]:
    """Rows at random places in and around the four squares, every one with its own area or none of them."""
    chance = random.Random(seed)
    rows = []
    for n in range(count):
        lat, lon = chance.uniform(SOUTH - 0.02, SOUTH + 0.22), chance.uniform(WEST - 0.02, WEST + 0.22)
        name = drawn_at(lat, lon) if own else ""
        rows.append(row(f"{prefix}{n}", Lat=f"{lat:.6f}", Lon=f"{lon:.6f}", District=name))
    return rows


def test_requests_without_an_area_get_that_of_their_point(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    named, nameless = scattered(60, 1, own=True, prefix="own"), scattered(90, 2, own=False, prefix="bare")
    odd = [
        row("default", Lat="42.0", Lon="-71.0", District=""),
        row("default address", Lat="42.15", Lon="-71.15", District="", Address="City Hall"),
        row("no point", Lat="", Lon="", District=""),
        row("own stays", Lat="42.15", Lon="-71.15", District="9"),
    ]
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage="2012")
    store.sync([*named, *nameless, *odd])
    found = store.requests()
    expected = {line["Id"]: drawn_at(float(line["Lat"]), float(line["Lon"])) or "none" for line in nameless}
    assert set(expected.values()) == {*NAMES, "none"}
    assert found.loc[list(expected), "district"].to_dict() == expected
    assert found.loc[["default", "default address", "no point"], "district"].tolist() == ["none"] * 3
    assert found.loc["own stays", "district"] == "9"
    without = found["flags"].astype(int) & Flag.NO_DISTRICT.bit != 0
    assert (without == (found["district"] == "none")).all()

    outside = sum(line["District"] == "" for line in named)  # these too lie in no square: they are looked up in vain
    with store.snapshot() as snapshot:
        (check,) = checks(snapshot)
        options = snapshot.options.fields["district"]
        filters, _ = Filters.parse("period=all", snapshot.options)
        groups = {group["name"]: group["requests"] for group in grouped(snapshot, filters, "district")}
    assert check == AreaCheck(
        "district", 60 - outside + 1, 1, sum(name != "none" for name in expected.values()), "2012"
    )
    assert options.counts == groups == Counter(found["district"])


def test_facts_and_requests_tell_the_same(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    for kind, names in (("district", NAMES), ("neighbourhood", ("North", "Old Town", "West", "East"))):
        import_boundaries(store.city, kind, file_of(tmp_path, four_squares(names)), store.folder)
    lines = scattered(80, 3, own=False, prefix="")
    store.sync([line | {"Area": ""} for line in lines])
    published = store.requests()
    with store.snapshot() as snapshot:
        codes = {
            field: {code: name for name, code in snapshot.codes[field].items()}
            for field in ("district", "neighbourhood")
        }
        counted = snapshot.count(select(facts.c.district, facts.c.neighbourhood, facts.c.flags))
        kinds = [check.kind for check in checks(snapshot)]
    pairs = Counter(
        (codes["district"][district], codes["neighbourhood"][quarter], flags)
        for district, quarter, flags in counted.to_numpy().tolist()
    )
    assert pairs == Counter(zip(published["district"], published["neighbourhood"], published["flags"], strict=True))
    assert kinds == ["district", "neighbourhood"]
    assert {(d, q) for d, q, _ in pairs} == {
        ("1", "North"), ("2", "Old Town"), ("3", "West"), ("4", "East"), ("none", "none")
    }  # fmt: skip


def test_above_a_tenth_the_boundaries_are_of_another_time_and_fill_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    middle = {"Lat": "42.15", "Lon": "-71.15"}
    right = [row(f"right{n}", District="1", **middle) for n in range(9)]
    store.sync([*right, row("moved", District="2", **middle), row("bare", District="", **middle)])
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage="2012")
    republish(store.city, store.folder)
    assert store.requests().loc["bare", "district"] == "1"  # one in ten is still what geocoding does
    store.sync([row("moved too", District="5", **middle)])
    assert store.requests().loc["bare", "district"] == "none"
    with store.snapshot() as snapshot:
        (check,) = checks(snapshot)
        assert list(snapshot.boundaries()) == ["district"]
    assert check == AreaCheck("district", 11, 2, 0, "2012")
    assert check.is_wrong_vintage
    assert "2 of 11 requests (18.2%) lie in another area of the boundaries of 2012" in check.sentence("District")
    assert check.sentence("District").endswith(
        "no request was given its area by its point; load those of the requests' own time."
    )


@pytest.mark.parametrize(("loaded_as", "holds"), [("2023", True), ("", True), ("2012", False)])
def test_requests_of_before_the_boundaries_held_are_given_none_of_them(
    loaded_as: str, holds: bool, tmp_path: Path
) -> None:
    dated = {"district": AREAS["district"] | {"vintage": "2023", "boundaries_since": "2024-01-01"}}
    store = Store(tmp_path / "data", make_city(areas=dated))
    place = {"Lat": "42.15", "Lon": "-71.15"}
    # of before, the names are those of another map: half of them lie elsewhere in this one
    lines = [
        row(f"{day}-{name}", created=f"{day} 23:30:00", District=name, **place)
        for day in ("2023-06-01", "2023-12-31", "2024-01-01", "2024-06-01")
        for name in ("", "2" if day < "2024" else "1")
    ]
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage=loaded_as)
    store.sync(lines)
    found = store.requests()["district"].to_dict()
    with store.snapshot() as snapshot:
        (check,) = checks(snapshot)
    if holds:
        expected = {line["Id"]: line["District"] or ("1" if line["Created"] >= "2024" else "none") for line in lines}
        assert check == AreaCheck("district", 2, 0, 2, loaded_as)
    else:  # then they are not the ones that the city file dates, and the rows tell that they do not fit
        expected = {line["Id"]: line["District"] or "none" for line in lines}
        assert check == AreaCheck("district", 4, 2, 0, loaded_as)
    assert found == expected


def test_a_file_of_another_city_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    store.sync(scattered(50, 4, own=True, prefix=""))
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage="2012")
    before = (store.folder / "boundaries" / "district.geojson").read_bytes()
    elsewhere = file_of(tmp_path, [square("1", 10.0, 50.0), square("2", 10.1, 50.0)], "elsewhere.geojson")
    with pytest.raises(
        SourceError, match=r"^Only 0 of 50 places of Testville's requests lie in the areas of elsewhere"
    ):
        import_boundaries(store.city, "district", elsewhere, store.folder)
    assert (store.folder / "boundaries" / "district.geojson").read_bytes() == before
    assert store.version() == 1


def test_boundaries_wait_for_a_running_sync(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    first = file_of(tmp_path, four_squares())
    with (
        city_lock(store.folder),
        pytest.raises(SyncLocked),
    ):  # also the first sync, when there is nothing to compare with
        import_boundaries(store.city, "district", first, store.folder)
    assert not (store.folder / "boundaries").exists()
    store.sync([row(1)])
    import_boundaries(store.city, "district", first, store.folder, vintage="2012", publish=True)
    stored = store.folder / "boundaries" / "district.geojson"
    before = stored.read_bytes()
    with city_lock(store.folder), pytest.raises(SyncLocked):
        import_boundaries(store.city, "district", file_of(tmp_path, four_squares(("4", "3", "2", "1"))), store.folder)
    assert stored.read_bytes() == before
    assert store.version() == 2


def test_no_sync_comes_between_storing_and_publishing_boundaries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    store.sync([row("bare", Lat="42.15", Lon="-71.15", District="")])
    shut: list[bool] = []

    def publish_while_locked(city: City, folder: Path) -> int | None:
        assert (folder / "boundaries" / "district.geojson").is_file()
        with pytest.raises(SyncLocked), city_lock(folder):
            pass
        shut.append(True)
        return republish(city, folder)

    monkeypatch.setattr(boundaries, "republish", publish_while_locked)
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, publish=True)
    assert (shut, store.version(), store.requests()["district"].tolist()) == ([True], 2, ["1"])


def test_a_version_reads_each_boundary_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    for kind in AREAS:
        import_boundaries(store.city, kind, file_of(tmp_path, four_squares()), store.folder)
    opened: list[str] = []
    plainly = Path.open

    def counted(path: Path, *options: Any, **named: Any) -> Any:
        if path.suffix == ".geojson" and path.parent.name == "boundaries":
            opened.append(path.stem)
        return plainly(path, *options, **named)

    monkeypatch.setattr(Path, "open", counted)
    store.sync([row("bare", Lat="42.15", Lon="-71.15", District="", Area="")])
    assert sorted(opened) == sorted(AREAS)


def test_only_new_points_are_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage="2012")
    looked_at: list[int] = []

    def counted(outlines: Any, longitude: Any, latitude: Any) -> Any:
        looked_at.append(len(longitude))
        return places(outlines, longitude, latitude)

    monkeypatch.setattr(lookup, "places", counted)
    monkeypatch.setattr(lookup, "CHUNK", 16)
    lines = scattered(40, 5, own=False, prefix="")
    store.sync([*lines, lines[0] | {"Id": "same place"}])
    assert looked_at == [16, 16, 8]
    looked_at.clear()
    store.sync([row("new", Lat="42.15", Lon="-71.15", District=""), lines[1] | {"Type": "changed"}])
    assert looked_at == [1]
    looked_at.clear()
    republish(store.city, store.folder)
    assert looked_at == []
    before = store.requests()["district"]
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares(("4", "3", "2", "1"))), store.folder)
    looked_at.clear()
    republish(store.city, store.folder)
    assert sum(looked_at) == 41
    turned = {"1": "4", "2": "3", "3": "2", "4": "1", "none": "none"}
    assert store.requests()["district"].tolist() == [turned[name] for name in before]


def test_a_kind_that_the_city_no_longer_has_is_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    import_boundaries(store.city, "neighbourhood", file_of(tmp_path, four_squares()), store.folder)
    store.sync([row(1, Area="")])
    assert store.work("SELECT kind, count(*) FROM area_points GROUP BY kind") == [("neighbourhood", 1)]
    store.city = make_city(areas={"district": AREAS["district"]})
    store.sync([row(2)])
    assert store.work("SELECT count(*) FROM area_points") == [(0,)]
    with store.snapshot() as snapshot:
        assert snapshot.boundaries() == {}
        assert checks(snapshot) == ()


# --- names -----------------------------------------------------------------------------------------------------------


def test_areas_take_the_spelling_of_the_rows(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    places_of = {"01": ("42.15", "-71.15"), "2": ("42.15", "-71.05"), "Mill Hill (03)": ("42.25", "-71.15")}
    lines = [
        row(f"{name} {n}", District=name, Lat=lat, Lon=lon) for name, (lat, lon) in places_of.items() for n in range(3)
    ]
    lines += [row(f"bare {name}", District="", Lat=lat, Lon=lon) for name, (lat, lon) in places_of.items()]
    names = (1, 2.0, "MILL HILL (3)", "unknown to rows")
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares(names)), store.folder)
    store.sync(lines)
    found = store.requests()["district"]
    assert {name: found[f"bare {name}"] for name in places_of} == {name: name for name in places_of}
    with store.snapshot() as snapshot:
        assert checks(snapshot) == (AreaCheck("district", 9, 0, 3, ""),)
        assert area_names(snapshot, "district") == {*places_of, "unknown to rows"}


def test_a_spelling_that_could_mean_two_areas_means_none() -> None:
    assert spell(["7", "07", "8"], {"7": 1, "007": 5, "08": 2}).area_of == {"7": 0, "08": 2}
    spelling = spell(["St. Mary", "x"], {"ST MARY": 2, "st-mary": 9, "St  Mary": 1})
    assert spelling.published == ("st-mary", "x")
    assert spelling.area_of == {"ST MARY": 0, "st-mary": 0, "St  Mary": 0}
    assert spell(["A"], {"A": 1, "a": 99}).published == ("A",)


def test_patterns_turn_the_names_of_a_file_into_those_of_the_rows() -> None:
    district = {
        **AREAS["district"],
        "boundary_patterns": {r"1(\d\d)": r"\1 NORTH", r"(?P<board>\d)0(\d)": r"0\2 SOUTH \g<board>"},
        "boundary_names": {"64 NORTH": "The park"},
    }
    city = make_city(areas={"district": district}, values={"district": {"99 NORTH": ""}})
    expected = (
        (105, "05 NORTH"),
        (105.0, "05 NORTH"),
        ("164", "The park"),
        ("199", ""),
        ("2051", "2051"),
        ("405", "05 SOUTH 4"),
        (None, ""),
    )
    for value, name in expected:
        assert name_in_file(city, "district", value) == name, value


@pytest.mark.parametrize("pattern", [("1(", "x"), ("1", r"\1"), ("1", r"\g<name>")])
def test_a_pattern_that_is_none_is_told_by_the_city_file(tmp_path: Path, pattern: tuple[str, str]) -> None:
    path = tmp_path / "testville.toml"
    source = Path(__file__).parents[2] / "data_access" / "cities" / "boston.toml"
    path.write_text(f"{source.read_text()}\n[areas.neighbourhood.boundary_patterns]\n'{pattern[0]}' = '{pattern[1]}'\n")
    with pytest.raises(CityFileError, match=r"wrong at areas\.neighbourhood\.boundary_patterns: .*is not a pattern"):
        read_city_file(path)


# --- files -----------------------------------------------------------------------------------------------------------


def test_coordinates_of_a_projection_are_refused(tmp_path: Path) -> None:
    given = file_of(tmp_path, [square("1", 980_000, 150_000, 5_000)])
    with pytest.raises(SourceError, match=r"not in degrees .* WGS 84 \(EPSG:4326\)\.$"):
        import_boundaries(make_city(), "district", given, tmp_path)


def test_areas_without_a_name_are_refused(tmp_path: Path) -> None:
    given = file_of(tmp_path, [square(None, WEST, SOUTH), square("0", WEST + 1, SOUTH)])
    with pytest.raises(SourceError, match=r"No area of areas\.geojson has a name in its property 'name'"):
        import_boundaries(make_city(), "district", given, tmp_path)


def test_outlines_are_valid_also_after_they_are_rounded(tmp_path: Path) -> None:
    bow = [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    needle = [[2.0, 0.0], [3.0, 0.0000041], [3.0, 1.0], [2.5, 0.0000026], [2.0, 0.0]]
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for name, ring in (("bow", bow), ("needle", needle))
    ]
    mended = read_features(file_of(tmp_path, features))
    written = json.loads(as_text({feature.properties["name"]: feature.outline for feature in mended}))
    outlines = [shape(feature["geometry"]) for feature in written["features"]]
    assert all(outline.is_valid for outline in outlines)
    assert outlines[0].area == pytest.approx(0.5)
    assert written["bbox"] == [0, 0, 3, 1]


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_places_are_those_of_a_loop_over_points_and_areas(seed: int) -> None:
    chance = np.random.default_rng(seed)
    outlines = [
        shapely.make_valid(shapely.Polygon(chance.uniform(0, 10, (int(chance.integers(3, 12)), 2)))) for _ in range(6)
    ]
    x, y = chance.uniform(-1, 11, 40), chance.uniform(-1, 11, 40)
    slow = [
        next((n for n, outline in enumerate(outlines) if outline.contains(Point(a, b))), NOWHERE)
        for a, b in zip(x, y, strict=True)
    ]
    assert places(outlines, x, y).tolist() == slow


def test_a_point_on_a_border_lies_in_the_first_area_and_no_points_lie_nowhere() -> None:
    outlines = [shape(feature["geometry"]) for feature in four_squares()]
    on_borders = places(outlines, np.array([WEST + SIDE, WEST, WEST + SIDE]), np.array([SOUTH + SIDE, SOUTH, 42.25]))
    assert on_borders.tolist() == [0, 0, 2]
    assert places(outlines, np.array([]), np.array([])).tolist() == []
    assert places([], np.array([1.0]), np.array([1.0])).tolist() == [NOWHERE]


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command line on a city file of its own; returns exit code and lines."""
    folder = tmp_path / "cities"
    folder.mkdir()
    source = (Path(__file__).parents[2] / "data_access" / "cities" / "boston.toml").read_text()
    (folder / "elsewhere.toml").write_text(source.replace('id = "boston"', 'id = "elsewhere"'))
    monkeypatch.setenv("FIXEDYET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FIXEDYET_CITIES_DIR", str(folder))

    def run(*arguments: str) -> tuple[int, list[str]]:
        result = CliRunner().invoke(app, list(arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout.splitlines()

    return run


def boston_like(folder: Path, lines: list[tuple[str, str, float, float]]) -> Path:
    """Id, district, latitude and longitude as a file of the command's city."""
    columns = (
        *("CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "CASE_STATUS", "CLOSURE_REASON", "CASE_TITLE"),
        *("SUBJECT", "REASON", "TYPE", "Location", "city_council_district", "neighborhood", "LATITUDE", "LONGITUDE"),
        "Source",
    )
    given = {"OPEN_DT": "03/04/2015 09:00:00 AM", "CASE_STATUS": "Open", "TYPE": "Pothole"}
    rows = [
        given | {"CASE_ENQUIRY_ID": name, "city_council_district": own, "LATITUDE": str(lat), "LONGITUDE": str(lon)}
        for name, own, lat, lon in lines
    ]
    path = folder / "rows.csv"
    path.write_text(csv_text([dict.fromkeys(columns, "") | each for each in rows], columns))
    return path


def test_the_command_tells_how_the_boundaries_fit(command: Any, tmp_path: Path) -> None:
    shapes = file_of(tmp_path, four_squares(("1", "2", "3", "Nobody's")))
    given = ("boundaries", "elsewhere", "district", "--from", str(shapes), "--property", "name")
    code, lines = command(*given)
    assert (code, lines[-1]) == (0, "4 areas stored; they will be shown after the first sync.")
    middle = [
        (str(n), str(n % 3 + 1), (42.15, 42.15, 42.25)[n % 3], (-71.15, -71.05, -71.15)[n % 3]) for n in range(30)
    ]
    rows = boston_like(tmp_path, [*middle, ("bare", "", 42.15, -71.15), ("odd", "9", 42.15, -71.15)])
    code, lines = command("sync", "elsewhere", "--from", str(rows))
    told = "City Council district: 96.8% of 31 requests lie in the area that they name; 1 without one were given that of their point."
    assert code == 0
    assert lines[-3:-1] == [told, "Version 1 is published."]
    assert lines[-1].startswith("read 32, stored 32,")
    code, lines = command(*given)
    assert lines == [
        "no area for: 9",
        "no rows in: Nobody's",
        told,
        "4 areas stored; version 2 is published.",
    ]


def test_the_command_tells_of_a_wrong_vintage(command: Any, tmp_path: Path) -> None:
    rows = boston_like(tmp_path, [(str(n), "2", 42.15, -71.15) for n in range(3)])
    command("sync", "elsewhere", "--from", str(rows))
    shapes = file_of(tmp_path, four_squares())
    code, lines = command("boundaries", "elsewhere", "district", "--from", str(shapes), "--property", "name")
    assert code == 0
    assert lines[-2].startswith("City Council district: 3 of 3 requests (100.0%) lie in another area of the boundaries")
    assert lines[-1] == "4 areas stored; version 2 is published."
