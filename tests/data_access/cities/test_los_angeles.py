"""Los Angeles' real rows: closes by day, bureaus under two codes, work that crews report; and the cases since 2025."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dashboard.domain.request import Flag
from tests.data_access.cities.reading import Read, area_names, csv_of, raw_rows, read
from tests.sample_data import sample

pytestmark = pytest.mark.xdist_group("los_angeles")

EXPORT, API = "los_angeles/requests-2018-01-export.csv.gz", "los_angeles/requests-2020-01-api.csv.gz"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return read("los_angeles", tmp_path_factory.mktemp("los_angeles"), sample(EXPORT), sample(API))


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    rows = raw_rows(EXPORT, API).set_index("srnumber")
    for name in ("createddate", "closeddate"):
        rows[name] = pd.to_datetime(rows[name], format="mixed")
    return rows


def test_every_row_is_stored(city: Read) -> None:
    assert (city.counts.read, city.counts.stored, city.counts.quarantined) == (20_000, 20_000, 0)
    assert not [row for row in city.result.drift if row["kind"] != "new_column"]


def test_closes_without_a_time_are_all_of_street_lights(city: Read, raw: pd.DataFrame) -> None:
    midnight = raw["closeddate"] == raw["closeddate"].dt.normalize()
    assert set(raw["owner"][midnight]) == {"BSL"}
    flagged = city.flagged(Flag.DATE_ONLY_CLOSE)
    assert set(flagged.index) == set(raw.index[midnight])
    assert len(flagged) == 101 + 90
    days = (raw["closeddate"] - raw["createddate"].dt.normalize()).dt.days[midnight]
    assert (flagged["seconds"] / 86_400).to_dict() == days.to_dict()


def test_closes_before_the_request_are_among_them_and_no_mistake(city: Read, raw: pd.DataFrame) -> None:
    earlier = raw.index[raw["closeddate"] < raw["createddate"]]
    assert len(earlier) == 13
    assert set(earlier) <= set(city.flagged(Flag.DATE_ONLY_CLOSE).index)
    assert set(city.records.loc[earlier, "seconds"]) == {0}
    assert len(city.flagged(Flag.CLOSED_BEFORE_CREATED)) == 0


def test_sanitation_is_one_department_under_both_codes(city: Read, raw: pd.DataFrame) -> None:
    departments = city.many("department")
    assert departments["LA Sanitation and Environment"] == raw["owner"].isin(["BOS", "LASAN"]).sum() == 7635 + 7067 + 56
    assert departments["Bureau of Street Lighting"] == 128 + 135
    assert sum(departments.values()) == 20_000
    assert "Other" not in departments


def test_what_crews_report_themselves_is_the_citys(city: Read, raw: pd.DataFrame) -> None:
    own = (raw["requestsource"] == "Driver Self Report") | (raw["createdbyuserorganization"] == "Proactive Insert")
    assert set(city.records.index[city.records["origin"] == "city"]) == set(raw.index[own])
    assert (raw["createdbyuserorganization"] == "Proactive Insert").sum() == 216


def test_statuses_and_ends(city: Read, raw: pd.DataFrame) -> None:
    known = {"Closed": "closed", "Referred Out": "closed", "Cancelled": "cancelled", "Open": "open"}
    expected = raw["status"].map(known | {"Pending": "in_progress"})
    assert city.records["status"].to_dict() == expected.to_dict()
    referred = raw.index[raw["status"] == "Referred Out"]
    assert set(city.records.loc[referred, "outcome"]) == {"referred"}
    assert city.many("outcome")["cancelled"] == 280 + 244
    assert "work_done" not in city.many("outcome")
    assert len(city.flagged(Flag.CLOSED_WITHOUT_TIME)) == 18


def test_places(city: Read, raw: pd.DataFrame, tmp_path: Path) -> None:
    assert city.records["latitude"].isna().sum() == 1102 + 11
    given = pd.to_numeric(raw["latitude"], errors="coerce")
    pd.testing.assert_series_equal(city.records["latitude"], given.loc[city.records.index], check_names=False)
    assert city.many("district")[None] == 20
    districts = area_names("los_angeles", "district", "los-angeles-council-districts-2012.geojson.gz", tmp_path, "name")
    assert set(city.records["district"].dropna()) == districts
    councils = area_names(
        "los_angeles", "neighbourhood", "los-angeles-neighborhood-councils-2019.geojson.gz", tmp_path, "name"
    )
    own = city.records["neighbourhood"].dropna()
    assert own.isin(councils).mean() > 0.95


def test_times_are_local_in_both_forms(city: Read, raw: pd.DataFrame) -> None:
    assert city.local("created_at").to_dict() == raw["createddate"].dt.strftime("%Y-%m-%d %H:%M:%S").to_dict()


CASE = {
    "casenumber": "04342632",
    "createddate": "2026-03-01T09:00:00.000",
    "closeddate": "2026-03-02T10:00:00.000",
    "systemmodstamp": "2026-03-02T10:00:00.000",
    "status": "Closed",
    "action_taken__c": "",
    "resolution_code__c": "",
    "type": "Illegal Dumping Item Pickup",
    "department_name__c": "LASAN - LSD",
    "locator_council_district": "13",
    "locator_sr_neigborhood_council_1": "EAST HOLLYWOOD NC",
    "geolocation__latitude__s": "34.09",
    "geolocation__longitude__s": "-118.31",
    "locator_gis_returned_address": "456 ELM AVE",
    "origin": "Mobile App",
    "created_by_user_organization": "Self Service",
}


def test_the_cases_of_the_new_system(tmp_path: Path) -> None:
    rows = [
        CASE,
        CASE | {"casenumber": "2", "status": "Reported", "type": "Homeless Encampment", "department_name__c": "LSD"},
        CASE
        | {"casenumber": "3", "type": "Information-Only", "department_name__c": "ITA", "locator_council_district": "0"},
        CASE | {"casenumber": "4", "resolution_code__c": "Duplicate Request", "department_name__c": "BSL"},
        CASE | {"casenumber": "5", "status": "Workorder Created", "closeddate": "", "department_name__c": "Jane Q Doe"},
        CASE | {"casenumber": "6", "createddate": "2026-03-01T17:00:00.000Z", "origin": "Call"},
    ]
    kept = read("los_angeles", tmp_path, csv_of(*rows))
    found = kept.records.sort_index()
    assert found["status"].tolist() == ["closed", "open", "closed", "closed", "in_progress", "closed"]
    assert found["outcome"].tolist() == ["unknown", "unknown", "no_action_needed", "duplicate", "unknown", "unknown"]
    assert found["origin"].tolist() == ["resident", "resident", "information", "resident", "resident", "resident"]
    assert found["duplicate"].tolist() == [0, 0, 0, 1, 0, 0]
    assert found["department"].tolist() == [
        "LA Sanitation and Environment",
        "LA Sanitation and Environment",
        "Information Technology Agency (311)",
        "Bureau of Street Lighting",
        "Other",  # who of the staff has it is not published
        "LA Sanitation and Environment",
    ]
    assert found["district"].isna().tolist() == [False, False, True, False, False, False]
    times = kept.local("created_at")
    assert (times["04342632"], times["6"]) == ("2026-03-01 09:00:00", "2026-03-01 09:00:00")
    assert found.loc["04342632", "seconds"] == 25 * 3600
    assert found.loc["2", "category"] in kept.city.sensitive_categories


def test_the_export_of_the_cases(tmp_path: Path) -> None:
    row = {
        "CaseNumber": "04342632",
        "CreatedDate": "03/01/2026 09:00:00 AM",
        "UpdatedDate": "03/02/2026 10:00:00 AM",
        "ClosedDate": "03/02/2026 10:00:00 AM",
        "Status": "Closed",
        "ActionTaken": "",
        "ResolutionCode": "",
        "RequestType": "Graffiti Removal",
        "RequestSource": "Mobile App",
        "CreatedByUserOrganization": "",
        "Owner": "OCB",
        "Address": "456 ELM AVE",
        "Latitude": "34.09",
        "Longitude": "-118.31",
        "Location": "",
        "CD": "13",
        "NCName": "EAST HOLLYWOOD NC",
    }
    kept = read("los_angeles", tmp_path, csv_of(row))
    one = kept.one
    assert (one["department"], one["district"], one["seconds"]) == (
        "Office of Community Beautification",
        "13",
        25 * 3600,
    )
    assert one["category"] == "Graffiti Removal"


@pytest.mark.parametrize("point", ["(34.05, -118.25)", "POINT (-118.25 34.05)"])
def test_a_point_is_read_in_both_forms(tmp_path: Path, point: str) -> None:
    row = {
        "srnumber": "1-1",
        "createddate": "2019-05-01T09:00:00.000",
        "closeddate": "",
        "updateddate": "",
        "status": "Open",
        "actiontaken": "SR Created",
        "requesttype": "Bulky Items",
        "owner": "BOS",
        "cd": "14",
        "ncname": "",
        "latitude": "",
        "longitude": "",
        "location": point,
        "address": "200 N SPRING ST",
        "requestsource": "Call",
    }
    one = read("los_angeles", tmp_path, csv_of(row)).one
    assert (one["latitude"], one["longitude"]) == (34.05, -118.25)
