"""What is read from a boundary file: names in the spelling of the rows, sound outlines, and which of them a point lies in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from dashboard.domain.errors import CityFileError, SourceError
from data_access.areas.checks import AreaCheck
from data_access.areas.geojson import as_text, read_features
from data_access.areas.naming import name_in_file, spell
from data_access.areas.placing import NOWHERE, places
from data_access.boundaries import import_boundaries
from data_access.city import read_city_file
from data_access.queries.area_checks import area_names, checks
from tests.builders import Store, make_city, row
from tests.data_access.squares import (
    AREAS,
    SIDE,
    SOUTH,
    WEST,
    file_of,
    four_squares,
    square,
)

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
