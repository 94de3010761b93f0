"""The demo city is the same every time, is drawn properly, and has the difficulties that it promises."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import shape

from data_access.city import City, Rule, load_city
from data_access.demo import DemoFiles, write_demo
from data_access.demo_catalogue import DEPARTMENTS, categories
from data_access.demo_lines import EXTRA, HEADERS, QUARANTINED, REPEATED, WRONG_COUNT
from data_access.demo_quirks import CLEAN_UPS, mistake_counts

ROWS = 20_000
SNAPSHOT = pd.Timestamp("2026-07-06 18:30:00")


@pytest.fixture(scope="module")
def city() -> City:
    return load_city("riverbend")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_demo(tmp_path_factory.mktemp("demo"), rows=ROWS)


@pytest.fixture(scope="module")
def accepted(files: DemoFiles) -> pd.DataFrame:
    """Every line with the right number of columns, as text."""
    columns = ", ".join(f"'{header}': 'VARCHAR'" for header in HEADERS)
    return (
        duckdb.execute(
            f"FROM read_csv(?, columns = {{{columns}}}, header = true, auto_detect = false, delim = ',', quote = '\"', "
            "escape = '\"', strict_mode = true, store_rejects = true, parallel = false)",
            [str(files.requests)],
        )
        .df()
        .fillna("")
    )


@pytest.fixture(scope="module")
def requests(accepted: pd.DataFrame) -> pd.DataFrame:
    """The good rows, each id once, with times and numbers."""
    created = pd.to_datetime(accepted["Created"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
    good = accepted[(accepted["Request Number"] != "") & created.notna()].drop_duplicates("Request Number").copy()
    for name in ("Created", "Closed", "Last Updated", "Due"):
        good[name] = pd.to_datetime(good[name].replace("", None), format="%Y-%m-%d %H:%M:%S")
    for name in ("Latitude", "Longitude"):
        good[name] = pd.to_numeric(good[name])
    return good


def areas(path: Path) -> dict[str, shapely.Geometry]:
    """The polygons of a boundary file by name."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["name"]: shape(feature["geometry"]) for feature in features}


def first_match(rules: tuple[Rule, ...], rows: pd.DataFrame, columns: dict[str, str], otherwise: str) -> pd.Series:
    """What a rule table says about each row."""
    result = pd.Series(otherwise, index=rows.index, dtype=object)
    for rule in reversed(rules):
        text = rows[columns[rule.column]]
        lowered = text.str.lower()
        hit = text.isin(rule.is_)
        for start in rule.starts:
            hit |= lowered.str.startswith(start)
        for part in rule.has:
            hit |= lowered.str.contains(part, regex=False)
        result[hit] = str(rule.then)
    return result


def located(requests: pd.DataFrame, city: City) -> pd.DataFrame:
    """Rows with a point in the city."""
    away = requests["Address"].isin(city.default_addresses) | requests["Address"].str.startswith("Old Highway")
    return requests[requests["Latitude"].notna() & ~away]


def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two, other = (
        write_demo(tmp_path / name, rows=2_000, seed=seed) for name, seed in (("one", 1), ("two", 1), ("other", 2))
    )
    assert one.requests.read_bytes() == two.requests.read_bytes()
    assert one.requests.read_bytes() != other.requests.read_bytes()
    assert one.districts.read_bytes() == other.districts.read_bytes()


def test_a_small_city_works_and_a_tiny_one_is_refused(tmp_path: Path) -> None:
    told: list[float] = []
    files = write_demo(tmp_path, rows=1_000, progress=lambda _doing, done: told.append(done))
    assert len(files.requests.read_text(encoding="utf-8").splitlines()) == 1 + 1_000 + EXTRA
    assert told == sorted(told)
    assert told[-1] == 1.0
    with pytest.raises(ValueError, match="at least"):
        write_demo(tmp_path, rows=999)


def test_every_line_is_accounted_for(files: DemoFiles, accepted: pd.DataFrame, requests: pd.DataFrame) -> None:
    lines = files.requests.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + ROWS + EXTRA
    assert len(accepted) == ROWS + EXTRA - WRONG_COUNT
    assert len(requests) == ROWS
    assert accepted.duplicated().sum() == REPEATED
    assert QUARANTINED == 25
    assert requests["Request Number"].str.fullmatch(r"RB-20\d\d-\d{7}").all()


def test_the_city_file_names_the_headers(city: City) -> None:
    assert city.invented
    assert set(city.schemas["demo_csv"].columns.values()) == set(HEADERS)
    assert set(city.date_only_departments) < set(DEPARTMENTS)


def test_categories_departments_and_districts(requests: pd.DataFrame, files: DemoFiles) -> None:
    assert set(requests["Request Type"]) - {"Unspecified"} == {kind.name for kind in categories()}
    assert set(requests["Department"]) - {""} == set(DEPARTMENTS)
    assert set(requests["Council District"]) - {""} == set(areas(files.districts))
    assert set(requests["Neighborhood"]) - {""} == set(areas(files.neighbourhoods))
    assert (len(categories()), len(DEPARTMENTS), len(areas(files.districts))) == (40, 8, 9)


def test_areas_share_their_borders_and_nest(files: DemoFiles) -> None:
    districts, neighbourhoods = areas(files.districts), areas(files.neighbourhoods)
    for shapes in (districts, neighbourhoods):
        assert all(area.is_valid and area.geom_type == "Polygon" for area in shapes.values())
        assert shapely.coverage_is_valid(list(shapes.values()))
        assert len(shapely.get_rings(shapely.union_all(list(shapes.values())))) == 1
    for area in neighbourhoods.values():
        inside = [area.intersection(district).area / area.area for district in districts.values()]
        assert max(inside) == pytest.approx(1.0)


@pytest.mark.parametrize(("column", "file"), [("Council District", "districts"), ("Neighborhood", "neighbourhoods")])
def test_areas_contain_their_rows(requests: pd.DataFrame, files: DemoFiles, city: City, column: str, file: str) -> None:
    shapes = areas(getattr(files, file))
    rows = located(requests, city)
    points = shapely.points(rows["Longitude"], rows["Latitude"])
    assert shapely.covers(shapely.union_all(list(shapes.values())), points).all()
    for name, area in shapes.items():
        own = (rows[column] == name).to_numpy()
        assert own.any()
        assert shapely.contains(area, points[own]).all()


def test_periods_end_before_the_snapshot(requests: pd.DataFrame) -> None:
    assert str(requests["Created"].min().date()) == "2022-07-01"
    assert str(requests["Created"].max().date()) == "2026-06-30"
    assert requests["Last Updated"].max() == SNAPSHOT
    typing_errors = requests["Closed"] > SNAPSHOT
    assert typing_errors.sum() == mistake_counts(ROWS)["impossible_date"]
    assert (requests["Closed"][typing_errors].dt.year > 2050).all()


def test_outcomes_and_origins_have_their_shares(requests: pd.DataFrame, city: City) -> None:
    columns = city.schemas["demo_csv"].columns
    origin = first_match(city.rules.origin, requests, columns, "resident").value_counts(normalize=True)
    assert 0.10 < origin["city"] < 0.15
    assert 0.06 < origin["information"] < 0.10
    ended = requests[requests["Status"].isin(["Closed", "Cancelled"])]
    outcome = first_match(city.rules.outcome, ended, columns, "unknown").value_counts(normalize=True)
    expected = {
        "work_done": (0.55, 0.75),
        "no_action_needed": (0.08, 0.2),
        "not_found": (0.05, 0.12),
        "duplicate": (0.025, 0.04),
        "referred": (0.02, 0.06),
        "cancelled": (0.008, 0.03),
        "administrative": (0.01, 0.04),
        "unknown": (0.04, 0.12),
    }
    assert set(outcome.index) == set(expected)
    for name, (low, high) in expected.items():
        assert low < outcome[name] < high, name
    assert (first_match(city.rules.channel_group, requests, columns, "other") != "other").mean() > 0.95


def test_duplicates_name_an_earlier_request(requests: pd.DataFrame) -> None:
    named = requests["Resolution"].str.extract(r"^Duplicate of request (\S+)$")[0].dropna()
    first = requests.set_index("Request Number")["Created"]
    assert 0.025 < len(named) / ROWS < 0.04
    assert (first[named].to_numpy() <= requests.loc[named.index, "Created"].to_numpy()).all()


def test_mistakes_come_in_the_promised_numbers(requests: pd.DataFrame) -> None:
    counts = mistake_counts(ROWS)
    ended = requests["Status"].isin(["Closed", "Cancelled"])
    wait = (requests["Closed"] - requests["Created"]).dt.total_seconds()
    timed = requests["Department"] != "Housing & Inspections"
    assert (timed & (wait < -60)).sum() == counts["closed_before_created"]
    assert (timed & (wait < 0) & (wait >= -60)).sum() == counts["clock_skew"]
    assert (~ended & requests["Closed"].notna()).sum() == counts["open_with_close"]
    assert (ended & requests["Closed"].isna()).sum() == counts["closed_without_time"]
    assert (requests["Request Type"] == "Unspecified").sum() == counts["no_category"]
    assert 0.02 < (requests["Address"] == "City Hall, 200 River Plaza").mean() < 0.04
    assert 0.01 < (requests["Council District"] == "").mean() < 0.025
    assert (requests["Closed"][~timed].dropna().dt.normalize() == requests["Closed"][~timed].dropna()).all()


def test_clean_ups_are_bulk_closes(requests: pd.DataFrame) -> None:
    minutes = requests.groupby(["Request Type", requests["Closed"].dt.floor("min")]).size()
    bulk = minutes[(minutes >= 60) & (minutes.index.get_level_values(1).hour > 0)]
    assert set(bulk.index.get_level_values(0)) == {clean_up.category for clean_up in CLEAN_UPS}


def test_some_departments_publish_no_target_and_some_requests_stay_open(requests: pd.DataFrame) -> None:
    due = requests["Due"].notna().groupby(requests["Department"]).mean()
    assert due["Parks & Trees"] == due["Health & Animal Care"] == due["311 Center"] == 0
    assert due["Sanitation"] == 1
    waiting = requests["Status"].isin(["Open", "In Progress"])
    assert 0.01 < waiting.mean() < 0.04
    late = requests["Closed"] > requests["Due"]
    assert 0.15 < late[requests["Due"].notna()].mean() < 0.4


def test_categories_have_their_seasons(requests: pd.DataFrame) -> None:
    month = requests["Created"].dt.month
    for category, high, low in (("Pothole Repair", 3, 10), ("Graffiti Removal", 7, 1), ("Leaf Collection", 11, 6)):
        own = requests["Request Type"] == category
        assert np.count_nonzero(own & (month == high)) > 2 * np.count_nonzero(own & (month == low)), category
