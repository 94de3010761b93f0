"""New York's real rows: agencies that close by day, answers as outcomes, boards; and the columns since the end of 2025."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from dashboard.domain.request import Flag
from data_access.store.published import Published
from data_access.store.tables import requests
from tests.data_access.cities.reading import Read, area_names, csv_of, raw_rows, read
from tests.sample_data import sample

pytestmark = pytest.mark.xdist_group("nyc")

API, EXPORT = "nyc/requests-2019-12-31-api.csv.gz", "nyc/requests-2022-05-01-export.csv.gz"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return read("nyc", tmp_path_factory.mktemp("nyc"), sample(API), sample(EXPORT))


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    api, export = raw_rows(API), raw_rows(EXPORT)
    export.columns = [name.replace(" ", "_") for name in export.columns]
    rows = pd.concat([api, export], ignore_index=True).fillna("").set_index("unique_key")
    for name in ("created_date", "closed_date"):
        rows[name] = pd.to_datetime(rows[name], format="mixed")
    return rows


def test_every_row_is_stored(city: Read) -> None:
    assert (city.counts.read, city.counts.stored, city.counts.quarantined) == (1924, 1924, 0)
    assert not [row for row in city.result.drift if row["kind"] in ("vanished_column", "status_without_rule")]


def test_two_agencies_close_by_day(city: Read, raw: pd.DataFrame) -> None:
    midnight = raw["closed_date"] == raw["closed_date"].dt.normalize()
    in_2019 = raw["created_date"].dt.year == 2019
    assert raw["agency"][midnight & in_2019].value_counts().to_dict() == {"DSNY": 40, "DOB": 31}
    open_with_close = raw.index[midnight & (raw["status"] != "Closed")]  # one that is assigned: its status wins
    assert set(open_with_close) == set(city.flagged(Flag.OPEN_WITH_CLOSE).index)
    declared = midnight & raw["agency"].isin(["DSNY", "DOB"]) & (raw["status"] == "Closed")
    flagged = city.flagged(Flag.DATE_ONLY_CLOSE)
    assert set(flagged.index) == set(raw.index[declared])
    days = (raw["closed_date"] - raw["created_date"].dt.normalize()).dt.days
    used = flagged["seconds"].dropna() / 86_400
    assert used.to_dict() == days.loc[used.index].to_dict()


def test_times_are_local_in_both_forms(city: Read, raw: pd.DataFrame) -> None:
    assert city.local("created_at").to_dict() == raw["created_date"].dt.strftime("%Y-%m-%d %H:%M:%S").to_dict()


def test_duplicates_are_told_in_the_answer(city: Read, raw: pd.DataFrame) -> None:
    answer = raw["resolution_description"]
    by_tenant = answer.str.contains("duplicate of a condition already reported by another tenant", regex=False)
    assert by_tenant.sum() == 38
    others = answer.str.contains(
        r"is a duplicate of (?:another|a previously)|an earlier complaint|under another service"
    )
    duplicates = city.records[city.records["duplicate"] == 1]
    assert set(duplicates.index) == set(raw.index[by_tenant | others])
    assert set(duplicates["outcome"]) == {"duplicate"}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("observed no evidence of the violation at that time", "not_found"),
        ("those responsible for the condition were gone", "not_found"),
        ("officers were unable to gain entry", "not_found"),
        ("was not able to gain access", "not_found"),
        ("determined that police action was not necessary", "no_action_needed"),
        ("No violations were issued", "no_action_needed"),
        (". Violations were issued", "administrative"),
        ("issued a summons", "administrative"),
        ("additional information below", "unknown"),
        ("insufficient contact information", "administrative"),
        ("took action to fix the condition", "work_done"),
        ("repaired the problem", "work_done"),
        ("heat and hot water had been restored", "work_done"),
        ("administratively closed", "administrative"),
        ("Service Request status for this request is available on", "unknown"),
    ],
)
def test_answers_as_outcomes(city: Read, raw: pd.DataFrame, text: str, outcome: str) -> None:
    told = raw.index[raw["resolution_description"].str.contains(text, regex=False) & (raw["status"] == "Closed")]
    assert len(told) > 0
    assert set(city.records.loc[told, "outcome"]) == {outcome}


def test_agencies_are_named_and_helicopters_are_information(city: Read, raw: pd.DataFrame) -> None:
    departments = city.many("department")
    assert departments["Police Department"] == 634 + 885
    assert departments["Department of Consumer and Worker Protection"] == (raw["agency"] == "DCA").sum()
    assert not any(name.isupper() for name in departments)
    information = city.records.index[city.records["origin"] == "information"]
    assert set(information) == set(raw.index[raw["complaint_type"] == "Noise - Helicopter"])
    assert len(information) == 15


def test_types_keep_one_name(city: Read, raw: pd.DataFrame) -> None:
    encampments = raw["complaint_type"].isin(["Homeless Encampment", "Encampment"])
    assert city.many("category")["Encampment"] == encampments.sum() == 8
    assert "Homeless Encampment" not in city.many("category")


def test_boards_and_districts(city: Read, raw: pd.DataFrame, tmp_path: Path) -> None:
    unknown = raw["community_board"].str.contains("Unspecified")
    assert city.many("neighbourhood")[None] == unknown.sum() > 0
    boards = area_names("nyc", "neighbourhood", "nyc-community-districts-2013.geojson.gz", tmp_path, "BoroCD")
    assert set(city.records["neighbourhood"].dropna()) <= boards
    assert len(boards) == 71
    assert "05 QUEENS" in boards
    districts = area_names("nyc", "district", "nyc-council-districts-2013.geojson.gz", tmp_path, "CounDist")
    own = raw["council_district"].str.lstrip("0").replace("", None).dropna()  # "04" is the boundaries' 4
    assert city.records["district"].dropna().to_dict() == own.to_dict()
    assert set(own) <= districts
    assert len(districts) == 51


@pytest.mark.parametrize("vintage", ["2013", "2023"])
def test_rows_without_a_district_are_given_that_of_their_point_by_a_map_of_their_time(
    vintage: str, tmp_path: Path
) -> None:
    file = "nyc-council-districts-2013.geojson.gz"
    districts = area_names("nyc", "district", file, tmp_path / "nyc", "CounDist", vintage)
    exported = read("nyc", tmp_path, sample(EXPORT))
    assert exported.records["district"].isna().all()
    published = Published(tmp_path)
    with published.open("nyc") as snapshot:
        rows = snapshot.read(select(requests)).set_index("request_id")
    published.close()
    has_point = rows["latitude"].notna()
    assert has_point.sum() == 913
    # the rows are of 2022: the map of 2023 does not hold for them
    assert (rows["district"][has_point].isin(districts).mean() > 0.99) == (vintage == "2013")
    assert vintage == "2013" or set(rows["district"]) == {"none"}
    assert set(rows["district"][~has_point]) == {"none"}


def test_channels(city: Read, raw: pd.DataFrame) -> None:
    channels = raw["open_data_channel_type"].value_counts()
    assert city.many("channel_group") == {
        "web": channels["ONLINE"],
        "phone": channels["PHONE"],
        "app": channels["MOBILE"],
        "other": channels["UNKNOWN"],
    }


NEW = {
    "Unique Key": "66000001",
    "Created Date": "12/05/2025 12:10:00 AM",
    "Closed Date": "12/05/2025 02:10:00 AM",
    "Agency": "NYPD",
    "Agency Name": "New York City Police Department",
    "Problem (formerly Complaint Type)": "Noise - Residential",
    "Problem Detail (formerly Descriptor)": "Loud Music/Party",
    "Additional Details": "N/A",
    "Incident Address": "",
    "Intersection Street 1": "5 AVENUE",
    "Intersection Street 2": "EAST 9 STREET",
    "Status": "Closed",
    "Resolution Description": "The Police Department responded to the complaint and took action to fix the condition.",
    "Resolution Action Updated Date": "12/05/2025 02:10:05 AM",
    "Community Board": "02 MANHATTAN",
    "Council District": "02",
    "Police Precinct": "Precinct 6",
    "Open Data Channel Type": "ONLINE",
    "Latitude": "40.7318",
    "Longitude": "-73.9965",
}


def test_the_export_since_the_end_of_2025(tmp_path: Path) -> None:
    kept = read("nyc", tmp_path, csv_of(NEW))
    one = kept.one
    assert kept.local("created_at").tolist() == ["2025-12-05 00:10:00"]
    assert (one["category"], one["subcategory"]) == ("Noise - Residential", "Loud Music/Party")
    assert (one["status"], one["outcome"], one["seconds"]) == ("closed", "work_done", 7200)
    assert (one["department"], one["district"], one["neighbourhood"]) == ("Police Department", "2", "02 MANHATTAN")
    assert one["address"] == "5 AVENUE & EAST 9 STREET"


def test_rare_statuses_and_a_status_that_is_none(tmp_path: Path) -> None:
    rows = [
        NEW | {"Unique Key": str(number), "Status": status, "Closed Date": closed}
        for number, (status, closed) in enumerate(
            [
                ("Pending", ""),
                ("Started", ""),
                ("Cancel", "12/05/2025 02:10:00 AM"),
                ("Unspecified", "12/05/2025 02:10:00 AM"),
                ("Unspecified", ""),
            ]
        )
    ]
    kept = read("nyc", tmp_path, csv_of(*rows))
    assert kept.records.sort_index()["status"].tolist() == ["open", "in_progress", "cancelled", "closed", "open"]
