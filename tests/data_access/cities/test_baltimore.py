"""Baltimore's real rows: duplicates in the status, what systems and crews enter, targets; and the portal's UTC times."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.data_access.cities.reading import Read, area_names, csv_of, raw_rows, read
from tests.sample_data import sample

pytestmark = pytest.mark.xdist_group("baltimore")

FILE = "baltimore/requests-2019-10.csv.gz"


@pytest.fixture(scope="module")
def baltimore(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return read("baltimore", tmp_path_factory.mktemp("baltimore"), sample(FILE))


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return raw_rows(FILE).set_index("srrecordid")


def test_every_row_is_stored(baltimore: Read) -> None:
    assert (baltimore.counts.read, baltimore.counts.stored, baltimore.counts.quarantined) == (3000, 3000, 0)
    assert not baltimore.result.drift


def test_duplicates_stand_in_the_status(baltimore: Read, raw: pd.DataFrame) -> None:
    duplicates = baltimore.records[baltimore.records["duplicate"] == 1]
    assert set(duplicates.index) == set(raw.index[raw["srstatus"].str.endswith("(Duplicate)")])
    assert duplicates["status"].value_counts().to_dict() == {"open": 42, "closed": 15}


def test_statuses_and_what_is_known_of_the_end(baltimore: Read) -> None:
    assert baltimore.many("status") == {"closed": 1374 + 15 + 15, "open": 901 + 639 + 24 + 18, "in_progress": 12 + 2}
    assert baltimore.many("outcome")["referred"] == 15
    assert "work_done" not in baltimore.many("outcome")
    ended = baltimore.records[baltimore.records["status"] == "closed"]
    assert ended["closed_at"].notna().all()
    assert baltimore.records["closed_at"].notna().sum() == 1404


def test_what_systems_and_crews_enter_is_the_citys(baltimore: Read, raw: pd.DataFrame) -> None:
    by_system = raw["methodreceived"] == "System"
    assert by_system.sum() == 628
    assert set(baltimore.records.loc[raw.index[by_system], "origin"]) == {"city"}
    expected = (by_system | (raw["methodreceived"] == "Internal") | raw["srtype"].str.contains("Proactive")) & ~raw[
        "srtype"
    ].str.startswith("ECC-")
    assert set(baltimore.records.index[baltimore.records["origin"] == "city"]) == set(raw.index[expected])


def test_calls_that_the_centre_answers_are_information(baltimore: Read, raw: pd.DataFrame) -> None:
    information = baltimore.records.index[baltimore.records["origin"] == "information"]
    assert set(information) == set(raw.index[raw["srtype"].str.startswith("ECC-")])
    assert len(information) == 271


def test_targets_types_and_places(baltimore: Read, raw: pd.DataFrame) -> None:
    assert (
        baltimore.records["due_at"].isna().sum() == (raw["duedate"] == "NA").sum() + (raw["duedate"] == "").sum() == 65
    )
    assert not baltimore.records["category"].str.startswith('"').any()
    assert baltimore.many("category")["HLTH-Animal Failure to Restrain Animal, Known Owner/Known Address"] == 4
    assert baltimore.many("district")[None] == 155
    assert baltimore.records["latitude"].isna().sum() == 130
    parsed = pd.to_datetime(raw["createddate"], format="%m/%d/%Y %I:%M:%S %p").dt.strftime("%Y-%m-%d %H:%M:%S")
    assert baltimore.local("created_at").to_dict() == parsed.to_dict()


def test_the_boundaries_name_areas_as_the_rows_do(baltimore: Read, tmp_path: Path) -> None:
    districts = area_names("baltimore", "district", "baltimore-council-districts.geojson.gz", tmp_path, "id")
    assert set(baltimore.records["district"].dropna()) == districts
    names = area_names("baltimore", "neighbourhood", "baltimore-neighborhoods.geojson.gz", tmp_path, "name")
    own = baltimore.records["neighbourhood"].dropna()
    assert own.isin(names).mean() > 0.97


def test_the_portals_times_are_in_utc(tmp_path: Path) -> None:
    row = {
        "SRRecordID": "500t000000ABCDEQA2",
        "ServiceRequestNum": "24-00000001",
        "SRType": "TRM-Pothole Repair",
        "MethodReceived": "API",
        "CreatedDate": "2024-03-10T06:30:00Z",
        "SRStatus": "Closed (Transferred)",
        "StatusDate": "2024-03-10T08:30:00Z",
        "DueDate": "2024-03-12T06:30:00Z",
        "CloseDate": "2024-03-10T08:30:00Z",
        "Agency": "Transportation",
        "LastActivity": "",
        "LastActivityDate": "",
        "Outcome": "",
        "Address": "100 MAIN ST, BC",
        "Neighborhood": "Downtown",
        "CouncilDistrict": "11",
        "Latitude": "39.29",
        "Longitude": "-76.61",
    }
    kept = read("baltimore", tmp_path, csv_of(row))
    assert kept.local("created_at").tolist() == ["2024-03-10 01:30:00"]
    assert kept.local("closed_at").tolist() == ["2024-03-10 04:30:00"]  # the clock went forward in between
    one = kept.one
    assert (one["seconds"], one["outcome"], one["district"], one["department"]) == (
        7200,
        "referred",
        "11",
        "Transportation",
    )
