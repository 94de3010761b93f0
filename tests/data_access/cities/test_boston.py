"""Boston's portal: the old system's tables under the portal's own names, and the new system beside it."""

from __future__ import annotations

from pathlib import Path

from tests.data_access.cities.reading import csv_of, read

OLD = {
    "case_enquiry_id": "101006000001",
    "open_dt": "2025-03-08 23:30:00",
    "sla_target_dt": "2025-03-12 23:30:00",
    "closed_dt": "2025-03-09 04:30:00",
    "on_time": "ONTIME",
    "case_status": "Closed",
    "closure_reason": "Case Closed. Closed date : Sun Mar 09 04:30:00 EDT 2025 Case Resolved filled the hole",
    "case_title": "Request for Pothole Repair",
    "subject": "Public Works Department",
    "reason": "Highway Maintenance",
    "type": "Request for Pothole Repair",
    "queue": "PWDx_District 1B",
    "department": "PWDx",
    "location": "33 Beacon St  Boston  MA  02108",
    "city_council_district": "8",
    "neighborhood": "Beacon Hill",
    "latitude": "42.3580",
    "longitude": "-71.0636",
    "source": "Citizens Connect App",
}
NEW = {
    "case_id": "BCS-100001",
    "open_date": "2026-03-08 04:30:00+00",
    "close_date": "2026-03-08 09:30:00+00",
    "target_close_date": "2026-03-10 04:30:00+00",
    "case_topic": "Trash & Recycling",
    "service_name": "Improper Trash Storage",
    "assigned_department": "Public Works",
    "assigned_team": "Code Enforcement",
    "case_status": "Closed",
    "closure_reason": "",
    "on_time": "Y",
    "report_source": "BOS311",
    "full_address": "33 Beacon St, Boston, MA 02108",
    "neighborhood": "Allston",
    "city_council_district": "9",
    "longitude": "-71.0636",
    "latitude": "42.3580",
}


def test_the_portals_table_of_the_old_system(tmp_path: Path) -> None:
    kept = read("boston", tmp_path, csv_of(OLD))
    one = kept.one
    assert kept.local("created_at").tolist() == ["2025-03-08 23:30:00"]
    assert kept.local("due_at").tolist() == ["2025-03-12 23:30:00"]  # under its later name
    assert one["seconds"] == 4 * 3600  # the clock went forward in between
    assert (one["department"], one["district"], one["neighbourhood"]) == ("Public Works Department", "8", "Beacon Hill")
    assert not kept.result.drift


def test_times_of_2026_are_written_in_another_way(tmp_path: Path) -> None:
    row = OLD | {"open_dt": "2026-01-05T10:00:00", "closed_dt": "", "sla_target_dt": "", "case_status": "Open"}
    kept = read("boston", tmp_path, csv_of(row))
    assert kept.local("created_at").tolist() == ["2026-01-05 10:00:00"]
    assert kept.one["status"] == "open"


def test_the_new_system_tells_times_in_utc(tmp_path: Path) -> None:
    later = NEW | {"case_id": "BCS-100002", "open_date": "2026-07-01T12:00:00+00:00", "close_date": ""}
    kept = read("boston", tmp_path, csv_of(NEW, later | {"case_status": "Open", "report_source": "Call"}))
    assert kept.local("created_at").to_dict() == {
        "BCS-100001": "2026-03-07 23:30:00",
        "BCS-100002": "2026-07-01 08:00:00",
    }
    one = kept.records.loc["BCS-100001"]
    assert str(one["created_day"])[:10] == "2026-03-07"
    assert one["seconds"] == 5 * 3600
    assert one["category"] == "Improper Storage of Trash (Barrels)"
    assert (one["district"], one["neighbourhood"]) == ("9", "Allston / Brighton")
    assert (one["status"], one["outcome"], one["channel_group"]) == ("closed", "unknown", "app")
    assert kept.records.loc["BCS-100002", "channel_group"] == "phone"


def test_both_systems_stand_side_by_side(tmp_path: Path) -> None:
    kept = read("boston", tmp_path, csv_of(OLD), csv_of(NEW))
    assert sorted(kept.records.index) == ["101006000001", "BCS-100001"]
