"""Toronto's rows: no number, no closing time, no place; numbers that are made up and stay; lines with unquoted commas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dashboard.domain.request import Flag
from tests.data_access.cities.reading import Read, area_names, raw_rows, read
from tests.sample_data import sample

pytestmark = pytest.mark.xdist_group("toronto")

FILE = "toronto/requests-2026-20rows.csv"
HEADER = (
    "Creation Date,Status,First 3 Chars of Postal Code,Intersection Street 1,Intersection Street 2,Ward,"
    "Service Request Type,Division,Section"
)
TREE = (
    "2026-01-02 09:15:00.0000000,{status},M4C,,,Beaches-East York (19),General Pruning,"
    "Environment, Climate & Forestry,Forestry Operations"
)
BIN = (
    "2026-01-02 09:16:00.0000000,New,M6H,,,Davenport (09),Residential Bin Lid Damaged,"
    "Solid Waste Management Services,Transfer, Disposal & Operations"
)
ROAD = (
    "2026-01-02 09:17:00.0000000,In Progress,Intersection,Leslie St,Finch Ave E,Don Valley North (17),"
    "Road - Pot hole,Transportation Services,Road Operations"
)


def lines(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return read("toronto", tmp_path_factory.mktemp("toronto"), sample(FILE))


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return raw_rows(FILE)


def test_every_row_is_stored_under_a_number_of_its_own(city: Read) -> None:
    assert (city.counts.read, city.counts.stored, city.counts.quarantined) == (20, 20, 0)
    assert city.records.index.is_unique
    assert not [row for row in city.result.drift if row["kind"] != "new_column"]


def test_nothing_is_made_up_where_nothing_is_published(city: Read) -> None:
    for name in ("closed_at", "updated_at", "due_at", "latitude", "longitude", "seconds", "channel"):
        assert city.records[name].isna().all(), name
    assert city.many("status") == {"closed": 20}
    assert city.many("outcome") == {"unknown": 20}
    assert len(city.flagged(Flag.CLOSED_WITHOUT_TIME)) == 20
    assert set(city.city.missing) == {"closing_time", "location", "target", "request_id"}


def test_wards_have_the_names_of_the_boundaries(city: Read, raw: pd.DataFrame, tmp_path: Path) -> None:
    names = area_names("toronto", "district", "toronto-wards-2018.geojson.gz", tmp_path, "AREA_NAME")
    assert len(names) == 25
    assert set(city.records["district"]) <= names
    assert city.many("district")["Scarborough Centre"] == (raw["ward"] == "Scarborough Centre (21)").sum() == 3


def test_times_and_crossings(city: Read, raw: pd.DataFrame) -> None:
    expected = sorted(raw["creation_date"].str.removesuffix(".0000000"))
    assert sorted(city.local("created_at")) == expected
    assert set(city.records["address"].dropna()) == {"Leslie St & Finch Ave E", "Lawrence Ave E & Greencrest Crct"}
    assert city.many("neighbourhood")[None] == 2
    assert "Intersection" not in city.many("neighbourhood")


def test_unquoted_commas_break_no_row(tmp_path: Path) -> None:
    kept = read("toronto", tmp_path, lines(TREE.format(status="Completed"), BIN, ROAD))
    assert (kept.counts.read, kept.counts.stored, kept.counts.quarantined) == (3, 3, 0)
    found = kept.records.sort_values("created_at")
    assert found["department"].tolist() == [
        "Environment, Climate & Forestry",
        "Solid Waste Management Services",
        "Transportation Services",
    ]
    assert found["subcategory"].tolist() == [
        "Forestry Operations",
        "Transfer, Disposal & Operations",
        "Road Operations",
    ]
    assert found["district"].tolist() == ["Beaches-East York", "Davenport", "Don Valley North"]
    assert found["category"].tolist()[2] == "Road Pothole / Road Damage"
    assert found["status"].tolist() == ["closed", "open", "in_progress"]


def test_a_status_that_changes_changes_the_same_request(tmp_path: Path) -> None:
    first = read("toronto", tmp_path, lines(TREE.format(status="New"), BIN))
    later = read("toronto", tmp_path, lines(TREE.format(status="Cancelled"), BIN))
    assert (later.counts.stored, later.counts.updated, later.counts.unchanged) == (0, 1, 1)
    assert set(later.records.index) == set(first.records.index)
    assert sorted(later.records["status"]) == ["cancelled", "open"]


def test_rows_that_are_alike_in_everything_are_counted_each(tmp_path: Path) -> None:
    kept = read("toronto", tmp_path, lines(ROAD, ROAD, ROAD, BIN))
    assert (kept.counts.read, kept.counts.stored) == (4, 4)
    again = read("toronto", tmp_path, lines(ROAD, ROAD, ROAD, BIN))
    assert (again.counts.stored, again.counts.updated, again.counts.unchanged) == (0, 0, 4)


def test_an_unknown_status_and_ward(tmp_path: Path) -> None:
    row = ROAD.replace("In Progress", "Unknown").replace("Don Valley North (17)", "Unknown")
    one = read("toronto", tmp_path, lines(row)).one
    assert one["status"] == "open"  # not known to have ended
    assert pd.isna(one["district"])
