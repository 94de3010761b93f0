"""Chicago's real rows: information calls and noise complaints apart, duplicates, the ward as it was recorded."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dashboard.domain.request import Flag
from tests.data_access.cities.reading import Read, csv_of, raw_rows, read
from tests.sample_data import sample

pytestmark = pytest.mark.xdist_group("chicago")

FILE = "chicago/requests-2021-01-01.csv.gz"
NOT_WORK = ["311 INFORMATION ONLY CALL", "Aircraft Noise Complaint"]


@pytest.fixture(scope="module")
def chicago(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return read("chicago", tmp_path_factory.mktemp("chicago"), sample(FILE))


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return raw_rows(FILE).set_index("sr_number")


def test_every_row_is_stored(chicago: Read) -> None:
    assert (chicago.counts.read, chicago.counts.stored, chicago.counts.quarantined) == (5000, 5000, 0)
    assert not chicago.result.drift


def test_calls_and_noise_complaints_are_information(chicago: Read, raw: pd.DataFrame) -> None:
    information = chicago.records[chicago.records["origin"] == "information"]
    assert set(information.index) == set(raw.index[raw["sr_type"].isin(NOT_WORK)])
    assert len(information) == 3570
    assert set(information["outcome"]) <= {"no_action_needed", "duplicate", "cancelled", "unknown"}
    city = chicago.records[chicago.records["origin"] == "city"]
    assert set(city.index) == set(raw.index[raw["origin"] == "Mass Entry"])


def test_the_median_wait_is_zero_with_the_calls_and_100_hours_without(chicago: Read, raw: pd.DataFrame) -> None:
    ended = raw[raw["closed_date"] != ""]
    hours = (pd.to_datetime(ended["closed_date"]) - pd.to_datetime(ended["created_date"])).dt.total_seconds() / 3600
    work = hours[~ended["sr_type"].isin(NOT_WORK)]
    assert round(hours.median()) == 0
    assert round(work.median()) == 100
    found = chicago.records[chicago.records["origin"] != "information"]["seconds"].dropna() / 3600
    assert found.median() == pytest.approx(work.median(), abs=1 / 3600)


def test_duplicates_are_those_that_the_source_marks(chicago: Read, raw: pd.DataFrame) -> None:
    duplicates = chicago.records[chicago.records["duplicate"] == 1]
    assert set(duplicates.index) == set(raw.index[raw["duplicate"] == "True"])
    assert duplicates["status"].value_counts().to_dict() == {"closed": 170, "cancelled": 4, "open": 1}
    assert set(duplicates[duplicates["status"] != "open"]["outcome"]) == {"duplicate"}


def test_duplicates_name_their_parents(chicago: Read, raw: pd.DataFrame) -> None:
    parents = raw["parent_sr_number"][raw["duplicate"] == "True"]
    assert len(parents) == 175
    assert chicago.records["duplicate_of"].dropna().to_dict() == parents.to_dict()


def test_cancelled_requests_have_ended(chicago: Read) -> None:
    assert chicago.many("status") == {"closed": 4945, "cancelled": 43, "open": 12}
    cancelled = chicago.records[chicago.records["status"] == "cancelled"]
    assert cancelled["closed_at"].notna().all()
    assert "work_done" not in chicago.many("outcome")  # nothing that is published says so


def test_calls_without_a_place_are_not_on_the_map_but_keep_their_ward(chicago: Read, raw: pd.DataFrame) -> None:
    placed = chicago.flagged(Flag.DEFAULT_LOCATION)
    at_centre = raw["street_address"].isin(["2111 W Lexington ST", "10510 W ZEMKE RD"])
    assert set(placed.index) == set(raw.index[at_centre])
    assert chicago.many("district") == {**raw["ward"][raw["ward"] != ""].value_counts().to_dict(), None: 5}


def test_times_are_local_to_the_second(chicago: Read, raw: pd.DataFrame) -> None:
    expected = raw["created_date"].str.replace("T", " ").str.removesuffix(".000")
    assert chicago.local("created_at").to_dict() == expected.to_dict()


def test_the_export_in_capitals_and_older_duplicates(tmp_path: Path) -> None:
    row = {
        "SR_NUMBER": "SR18-00000007",
        "SR_TYPE": "Pothole in Street Complaint",
        "OWNER_DEPARTMENT": "CDOT - Department of Transportation",
        "STATUS": "Completed - Dup",
        "ORIGIN": "spot-open311-SeeClickFix",
        "CREATED_DATE": "12/31/2018 11:30:00 PM",
        "LAST_MODIFIED_DATE": "01/02/2019 08:00:00 AM",
        "CLOSED_DATE": "01/02/2019 08:00:00 AM",
        "STREET_ADDRESS": "100 N STATE ST",
        "DUPLICATE": "false",
        "LEGACY_RECORD": "true",
        "COMMUNITY_AREA": "32",
        "WARD": "42",
        "LATITUDE": "",
        "LONGITUDE": "",
        "LOCATION": "(41.883, -87.628)",
    }
    one = read("chicago", tmp_path, csv_of(row)).one
    assert (one["status"], one["duplicate"], one["outcome"]) == ("closed", 1, "duplicate")
    assert (one["district"], one["neighbourhood"], one["channel_group"]) == ("42", "32", "app")
    assert (one["latitude"], one["longitude"]) == (41.883, -87.628)
    assert one["seconds"] == (32 * 60 + 30) * 60
