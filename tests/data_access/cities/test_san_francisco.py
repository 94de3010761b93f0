"""San Francisco's real rows: closes before the opening, queues as departments, outcomes in free text, points in one column."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from dashboard.domain.request import Flag
from tests.data_access.cities.reading import Read, csv_of, raw_rows, read
from tests.sample_data import sample

pytestmark = pytest.mark.xdist_group("san_francisco")

FILE = "san_francisco/requests-2008-2016-sample.csv.gz"
FORMAT = "%m/%d/%Y %I:%M:%S %p"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return read("san_francisco", tmp_path_factory.mktemp("san_francisco"), sample(FILE))


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return raw_rows(FILE).set_index("caseid")


def test_every_row_is_stored(city: Read) -> None:
    assert (city.counts.read, city.counts.stored, city.counts.quarantined) == (10_000, 10_000, 0)
    assert not city.result.drift
    assert city.many("status") == {"closed": 9530, "open": 470}


def test_closes_before_the_opening_are_public_works_of_2014(city: Read, raw: pd.DataFrame) -> None:
    opened = pd.to_datetime(raw["opened"], format=FORMAT)
    closed = pd.to_datetime(raw["closed"], format=FORMAT, errors="coerce")
    earlier = closed < opened
    assert earlier.sum() == 129
    assert (opened[earlier].dt.year == 2014).sum() == 127
    assert (raw["responsible.agency"][earlier] == "DPW Ops Queue").sum() == 128
    flagged = city.flagged(Flag.CLOSED_BEFORE_CREATED)
    by_more_than_a_minute = (opened - closed).dt.total_seconds() > 60
    assert set(flagged.index) == set(raw.index[by_more_than_a_minute])
    assert len(flagged) == 128
    assert flagged["seconds"].isna().all()
    assert set(flagged["department"]) == {"Public Works"}
    other = city.records[~city.records.index.isin(flagged.index) & city.records["closed_at"].notna()]
    assert other["seconds"].notna().all()


def test_queues_become_departments_and_no_member_of_staff_is_named(city: Read, raw: pd.DataFrame) -> None:
    assert raw["responsible.agency"].nunique() == 149
    departments = city.many("department")
    assert len(departments) == 31
    assert departments["Public Works"] == raw["responsible.agency"].str.contains("^(?:zz)?DPW", regex=True).sum()
    transport = r"^(?:zz)?DPT|^SFMTA|^MUNI|MTA|^TAXI"
    assert departments["Municipal Transportation Agency"] == raw["responsible.agency"].str.contains(transport).sum()
    staff = {
        match[1] for queue in raw["responsible.agency"] if (match := re.search(r"Survey Tech - \w+ (\w+) Queue", queue))
    }
    assert len(staff) == 4
    assert departments["Animal Care and Control"] == raw["responsible.agency"].str.startswith("Animal Care").sum() == 19
    assert departments["Other queue"] == (raw["responsible.agency"] == "Noise Report Queue").sum()
    published = " ".join(departments)
    assert not any(name in published for name in staff)
    assert not re.search(r"Queue|DO NOT USE| - G\b|Hold", published)


def test_duplicates_are_told_in_the_notes(city: Read, raw: pd.DataFrame) -> None:
    told = raw.index[raw["status.notes"].str.lower().str.contains("dup") & (raw["status"] == "Closed")]
    duplicates = city.records[city.records["duplicate"] == 1]
    assert set(duplicates.index) == set(told)
    assert len(duplicates) == 205
    assert set(duplicates["outcome"]) == {"duplicate"}


def test_resolved_is_not_taken_for_done(city: Read, raw: pd.DataFrame) -> None:
    notes = raw["status.notes"].str.strip()
    said_nothing = raw.index[notes.isin(["Case Completed - resolved:", "Case Resolved -"])]
    assert set(city.records.loc[said_nothing, "outcome"]) == {"unknown"}
    empty = raw.index[(notes == "") & (raw["status"] == "Closed")]
    assert len(empty) == 4261
    assert set(city.records.loc[empty, "outcome"]) == {"unknown"}
    for text, outcome in (
        ("WASTE NOT FOUND", "not_found"),
        ("Gone on arrival", "not_found"),
        ("Case Completed - resolved: Pickup completed.", "work_done"),
        ("Meter repaired", "work_done"),
        ("cases are closed 5 days after assignment", "administrative"),
        ("automatically closed after 2 days", "administrative"),
        ("no longer managed by the SF Housing Authority", "administrative"),
        ("letter sent", "administrative"),
        ("Case Completed - Transferred", "referred"),
        ("Pickup completed.                                 NOT OUT", "not_found"),
        ("Will be serviced", "administrative"),
    ):
        told = raw.index[
            raw["status.notes"].str.contains(text, regex=False)
            & (raw["status"] == "Closed")
            & ~raw["status.notes"].str.lower().str.contains("dup")
        ]
        assert len(told) > 0, text
        found = city.records.loc[told, "outcome"]
        assert (found == outcome).sum() >= 0.9 * len(found), (text, found.value_counts().to_dict())


def test_points_districts_and_sources(city: Read, raw: pd.DataFrame) -> None:
    points = raw["point"].str.extract(r"\((\S+), (\S+)\)").astype(float)
    assert points[0].isna().sum() == 24
    pd.testing.assert_series_equal(city.records["latitude"], points.loc[city.records.index, 0], check_names=False)
    pd.testing.assert_series_equal(city.records["longitude"], points.loc[city.records.index, 1], check_names=False)
    assert city.many("district")[None] == (raw["supervisor.district"] == "0").sum() == 30
    assert "0" not in city.many("district")
    assert city.many("origin")["city"] == raw["source"].isin(["Integrated Agency", "Other Department"]).sum()
    groups = {"phone": "Voice In", "web": "Web Self Service", "app": "Open311", "social": "Twitter"}
    assert {group: city.many("channel_group")[group] for group in groups} == {
        group: (raw["source"] == source).sum() for group, source in groups.items()
    }
    assert len(city.flagged(Flag.DEFAULT_LOCATION)) == 23


def test_times_are_local(city: Read, raw: pd.DataFrame) -> None:
    expected = pd.to_datetime(raw["opened"], format=FORMAT).dt.strftime("%Y-%m-%d %H:%M:%S")
    found = city.local("created_at")
    differ = {case for case in expected.index if found[case] != expected[case]}
    assert all(
        "-03-" in expected[case] and expected[case][11:13] == "02" for case in differ
    )  # the hour that is skipped


PORTAL = {
    "service_request_id": "101002860551",
    "requested_datetime": "2025-07-01T23:30:00.000",
    "closed_date": "2025-07-02T08:30:00.000",
    "updated_datetime": "2025-07-02T08:30:00.000",
    "status_description": "Closed",
    "status_notes": "Case Resolved - Unable to Locate",
    "agency_responsible": "DPW Ops Queue",
    "service_name": "Encampments",
    "service_subtype": "Encampment Reports",
    "address": "MISSION ST",
    "supervisor_district": "9.0",
    "neighborhoods_sffind_boundaries": "Mission",
    "lat": "37.76",
    "long": "-122.41",
    "source": "Mobile/Open311",
}


def test_the_portals_columns(tmp_path: Path) -> None:
    kept = read("san_francisco", tmp_path, csv_of(PORTAL))
    one = kept.one
    assert kept.local("created_at").tolist() == ["2025-07-01 23:30:00"]
    assert (one["seconds"], one["status"], one["outcome"]) == (9 * 3600, "closed", "not_found")
    assert (one["district"], one["neighbourhood"], one["department"]) == ("9", "Mission", "Public Works")
    assert (one["latitude"], one["longitude"], one["channel_group"]) == (37.76, -122.41, "app")
    assert one["category"] in kept.city.sensitive_categories


def test_the_export_has_two_columns_for_the_point_since_2017(tmp_path: Path) -> None:
    row = {
        "CaseID": "7",
        "Opened": "04/30/2018 12:05:00 AM",
        "Closed": "",
        "Updated": "04/30/2018 12:05:00 AM",
        "Status": "Open",
        "Status Notes": "open",
        "Responsible Agency": "PUC Sewer Ops",
        "Category": "Sewer Issues",
        "Request Type": "Odor",
        "Request Details": "",
        "Address": "420 BERRY ST",
        "Supervisor District": "6",
        "Neighborhood": "Mission Bay",
        "Latitude": "37.774",
        "Longitude": "-122.395",
        "Source": "Phone",
    }
    older = {key: value for key, value in row.items() if key not in ("Latitude", "Longitude")}
    older |= {"CaseID": "8", "Point": "(37.775, -122.396)"}
    kept = read("san_francisco", tmp_path, csv_of(row), csv_of(older))
    assert kept.local("created_at").to_dict() == {"7": "2018-04-30 00:05:00", "8": "2018-04-30 00:05:00"}
    assert kept.records["latitude"].to_dict() == {"7": 37.774, "8": 37.775}
    assert set(kept.records["department"]) == {"Public Utilities Commission"}
    assert not [row for row in kept.result.drift if row["kind"] == "vanished_column"]
