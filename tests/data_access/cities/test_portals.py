"""Each city's own file against a made-up portal of its kind, with the columns of the real one: all rows, then a change."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from data_access.city import City, load_city
from data_access.portal_sync import sync_city
from data_access.store.tables import records
from data_access.store.work import work_file
from data_access.sync import SyncResult
from tests.data_access.cities.reading import NOW, at, csv_of
from tests.data_access.cities.test_boston import NEW as BOSTON_NEW
from tests.data_access.cities.test_boston import OLD as BOSTON_OLD
from tests.data_access.cities.test_los_angeles import CASE
from tests.data_access.cities.test_san_francisco import PORTAL as SF_CASE
from tests.portals.arcgis import ArcgisPortal
from tests.portals.ckan import CkanPortal
from tests.portals.ckan_files import FileResource
from tests.portals.server import Portal
from tests.portals.socrata import SocrataPortal
from tests.portals.table import Table

CHICAGO = {
    "sr_number": "SR24-00000001",
    "sr_type": "Pothole in Street Complaint",
    "owner_department": "CDOT - Department of Transportation",
    "status": "Open",
    "origin": "Internet",
    "created_date": "2026-11-20 08:00:00",
    "last_modified_date": "2026-11-20 08:00:00",
    "closed_date": "",
    "street_address": "100 N STATE ST",
    "duplicate": "false",
    "community_area": "32",
    "ward": "42",
    "latitude": "41.88",
    "longitude": "-87.62",
}
NEW_YORK = {
    "unique_key": "66000001",
    "created_date": "2026-11-20 08:00:00",
    "closed_date": "",
    "resolution_action_updated_date": "",
    "agency": "DPR",
    "complaint_type": "Damaged Tree",
    "descriptor": "Branch Cracked and Will Fall",
    "incident_address": "1 MAIN STREET",
    "intersection_street_1": "",
    "intersection_street_2": "",
    "status": "Open",
    "resolution_description": "",
    "community_board": "05 QUEENS",
    "council_district": "30",
    "open_data_channel_type": "PHONE",
    "latitude": "40.7",
    "longitude": "-73.9",
}
BALTIMORE = {
    "SRRecordID": "500t000000ABCDEQA2",
    "SRType": "TRM-Pothole Repair",
    "MethodReceived": "API",
    "CreatedDate": "2026-11-20 08:00:00",
    "SRStatus": "New",
    "StatusDate": "2026-11-20 08:00:00",
    "LastActivityDate": "",
    "DueDate": "",
    "CloseDate": "",
    "Agency": "Transportation",
    "Address": "100 MAIN ST, BC",
    "Neighborhood": "Downtown",
    "CouncilDistrict": "11",
    "Latitude": "39.29",
    "Longitude": "-76.61",
}


@dataclass(frozen=True)
class Case:
    """A data set of a city: one row of it, which columns are times and numbers, the local time that
    it begins with, and what is written into it later."""

    city: str
    data_set: str
    row: Mapping[str, str]
    portal: Callable[[Mapping[str, Table]], Portal]
    begins: str
    changes: Mapping[str, str]
    times: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    path: str = ""

    def __str__(self) -> str:
        return f"{self.city}-{self.data_set[:9]}"


def local_case(row: Mapping[str, str], created: str) -> Mapping[str, str]:
    """A row of the portal's CSV as its table keeps it: times with a blank and without thousandths."""
    return {
        name: text.replace("T", " ").removesuffix(".000") if text.startswith("20") else text
        for name, text in row.items()
    } | {created: "2026-11-20 08:00:00"}


SF = local_case(SF_CASE, "requested_datetime") | {
    "closed_date": "",
    "status_description": "Open",
    "status_notes": "open",
}
LA = local_case(CASE, "createddate") | {"closeddate": "", "status": "New"}
EIGHT = "2026-11-20 08:00:00"
LATER = "2026-11-21 08:00:00"
CASES = [
    Case(
        "chicago",
        "v6vf-nfxy",
        CHICAGO,
        SocrataPortal,
        EIGHT,
        {"status": "Completed", "closed_date": LATER, "last_modified_date": LATER},
        ("created_date", "last_modified_date", "closed_date"),
    ),
    Case(
        "nyc",
        "erm2-nwe9",
        NEW_YORK,
        SocrataPortal,
        EIGHT,
        {"status": "Closed", "closed_date": LATER},
        ("created_date", "closed_date", "resolution_action_updated_date"),
    ),
    Case(
        "san_francisco",
        "vw6y-z8j6",
        SF,
        SocrataPortal,
        EIGHT,
        {"status_description": "Closed", "closed_date": LATER},
        ("requested_datetime", "closed_date", "updated_datetime"),
    ),
    Case(
        "los_angeles",
        "2cy6-i7zn",
        LA,
        SocrataPortal,
        EIGHT,
        {"status": "Cancelled", "closeddate": LATER},
        ("createddate", "closeddate", "systemmodstamp"),
    ),
    Case(
        "baltimore",
        "311_Customer_Service_Requests_2026/FeatureServer/0",
        BALTIMORE,
        ArcgisPortal,
        EIGHT,
        {"SRStatus": "Pending", "StatusDate": LATER},
        ("CreatedDate", "StatusDate", "LastActivityDate", "DueDate", "CloseDate"),
        ("Latitude", "Longitude"),
        "/UWYHeuuJISiGmgXx/ArcGIS/rest/services",
    ),
    # a datastore's text columns come as they are, zone and all; nothing tells changes, so new rows are read again
    Case(
        "boston",
        "254adca6-64ab-4c5c-9fc0-a6da622be185",
        BOSTON_NEW,
        CkanPortal,
        "2026-03-07 23:30:00",
        {"case_status": "Open", "close_date": ""},
    ),
    Case(
        "boston",
        "9d7c2214-4709-478a-a2e8-fb2020a5bb94",
        BOSTON_OLD,
        CkanPortal,
        "2025-03-08 23:30:00",
        {"case_status": "Open", "closed_dt": ""},
    ),
]


def behind(case: Case, portal: Portal) -> City:
    """The city as its file has it, but for the portal's address and that it has this one data set."""
    city = load_city(case.city)
    data_sets = tuple(one for one in city.source.data_sets if one.id == case.data_set)
    assert len(data_sets) == 1
    source = city.source.model_copy(update={"portal": portal.url + case.path, "data_sets": data_sets})
    return city.model_copy(update={"source": source})


def sync(city: City, data_dir: Path, moment: datetime = NOW) -> SyncResult:
    result = sync_city(city, data_dir, now=moment, sleep=lambda _: None)
    counts = result.counts
    assert counts.read == counts.stored + counts.updated + counts.unchanged + counts.quarantined
    assert not [row for row in result.drift if row["kind"] in ("status_without_rule",)]
    return result


def kept(city: City, data_dir: Path) -> dict[str, Mapping[str, object]]:
    with work_file(data_dir / city.id) as connection:
        return {row["request_id"]: dict(row) for row in connection.execute(select(records)).mappings()}


def served(case: Case) -> tuple[Table, AbstractContextManager[Portal]]:
    key = next(iter(case.row))
    table = Table(
        columns=list(case.row),
        times=case.times,
        numbers=case.numbers,
        key=key,
        zone=ZoneInfo(load_city(case.city).time_zone),
    )
    table.add(*(case.row | {key: f"{case.row[key]}{number}"} for number in range(3)))
    return table, case.portal({case.data_set: table})


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_citys_file_reads_its_portal(case: Case, tmp_path: Path) -> None:
    table, running = served(case)
    with running as portal:
        city = behind(case, portal)
        first = sync(city, tmp_path)
        assert (first.counts.stored, first.counts.quarantined) == (3, 0)
        found = kept(city, tmp_path)
        assert sorted(found) == sorted(line[table.key] for line in table.rows())
        for row in found.values():
            assert at(int(str(row["created_at"])), city.zone) == case.begins
            assert all(
                row[name] is not None for name in ("category", "department", "district", "latitude", "longitude")
            )
        changed = str(table.rows()[0][table.key])
        table.change(changed, **case.changes)
        again = sync(city, tmp_path, NOW + timedelta(hours=6))
        assert (again.counts.stored, again.counts.updated) == (0, 1)
        assert kept(city, tmp_path)[changed]["status"] != found[changed]["status"]


def test_toronto_is_a_zip_file_a_year(tmp_path: Path) -> None:
    header = "Creation Date,Status,First 3 Chars of Postal Code,Intersection Street 1,Intersection Street 2,Ward,"
    header += "Service Request Type,Division,Section"
    line = (
        "2026-11-20 08:00:00.0000000,New,M4C,,,Beaches-East York (19),General Pruning,Environment, Climate & Forestry,"
    )
    line += "Forestry Operations"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("SR2026.csv", f"{header}\n{line}\n")
        archive.writestr("readme.txt", csv_of({"about": "311"}))
    city = load_city("toronto")
    newest = city.source.data_sets[0]
    resource = FileResource("sr2026.zip", packed.getvalue(), datetime(2026, 11, 21, tzinfo=UTC))
    with CkanPortal({}, files={newest.id: resource}) as portal:
        source = city.source.model_copy(update={"portal": portal.url, "data_sets": (newest,)})
        city = city.model_copy(update={"source": source})
        assert sync(city, tmp_path).counts.stored == 1
        (row,) = kept(city, tmp_path).values()
        assert (row["department"], row["district"]) == ("Environment, Climate & Forestry", "Beaches-East York")
        assert at(int(str(row["created_at"])), city.zone) == "2026-11-20 08:00:00"
        again = sync(city, tmp_path, NOW + timedelta(hours=6))
        assert (again.counts.stored, again.counts.updated, again.counts.quarantined) == (0, 0, 0)
