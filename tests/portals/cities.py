"""The small city behind each protocol: its file as a portal's would be, and the rows that all of them show."""

from __future__ import annotations

from typing import Any

from data_access.city import City
from tests.builders import COLUMNS, make_city

SOCRATA_ID = "abcd-1234"
LAYER = "Requests/FeatureServer/0"
RESOURCE_ID = "254adca6-64ab-4c5c-9fc0-a6da622be185"


def socrata_city(url: str, **source: Any) -> City:
    """The small city on a Socrata portal: names in lower case, local times as ISO texts."""
    return _city(
        {
            "kind": "socrata",
            "portal": url,
            "data_sets": [{"id": SOCRATA_ID, "id_column": "id", "changed": [":updated_at"], "created": "created"}],
        }
        | source,
        columns={field: name.lower() for field, name in COLUMNS.items()},
        time_formats=["%Y-%m-%dT%H:%M:%S.%f"],
    )


def arcgis_city(url: str, **source: Any) -> City:
    """The small city on an ArcGIS server: times in UTC, a time of the last change for each row."""
    return _city(
        {
            "kind": "arcgis",
            "portal": f"{url}/org/arcgis/rest/services",
            "data_sets": [{"id": LAYER, "id_column": "Id", "changed": ["EditDate"], "created": "Created"}],
        }
        | source,
        columns=COLUMNS,
        time_formats=["%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ"],
        time_zone="UTC",
    )


def ckan_city(url: str, **source: Any) -> City:
    """The small city in the datastore of a CKAN portal: nothing tells that a row has changed."""
    return _city(
        {
            "kind": "ckan",
            "portal": url,
            "data_sets": [{"id": RESOURCE_ID, "id_column": "Id", "created": "Created", "reread_days": 3650}],
        }
        | source,
        columns=COLUMNS,
        time_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"],
    )


def ckan_file_city(url: str, **source: Any) -> City:
    """The small city in a file of a CKAN portal: all of it, or nothing of it, has changed."""
    return _city(
        {"kind": "ckan", "portal": url, "data_sets": [{"id": RESOURCE_ID, "id_column": "Id"}]} | source,
        columns=COLUMNS,
        time_formats=["%Y-%m-%d %H:%M:%S"],
    )


def open311_city(url: str, **source: Any) -> City:
    """The small city behind an Open311 endpoint, which does not tell when a request was closed."""
    status = [{"then": word, "column": "status", "is": [word]} for word in ("open", "closed")]
    duplicate = [{"then": True, "column": "closure_reason", "has": ["duplicate of"]}]
    done = [{"then": "work_done", "words": "Repaired", "column": "closure_reason", "starts": ["Fixed"]}]
    return _city(
        {
            "kind": "open311",
            "portal": f"{url}/open311/v2",
            "data_sets": [
                {"id": "", "id_column": "service_request_id", "created": "requested_datetime", "reread_days": 3650}
            ],
            "since": "2024-01-01",
        }
        | source,
        rules={"status": status, "duplicate": duplicate, "outcome": done},
        missing={"closing_time": "The endpoint does not say when a request was closed."},
        columns={
            "request_id": "service_request_id",
            "created_at": "requested_datetime",
            "updated_at": "updated_datetime",
            "due_at": "expected_datetime",
            "status": "status",
            "closure_reason": "status_notes",
            "category": "service_name",
            "subcategory": "description",
            "department": "agency_responsible",
            "latitude": "lat",
            "longitude": "long",
            "address": "address",
        },
        time_formats=["%Y-%m-%dT%H:%M:%S"],
        time_zone="in_text",
    )


def _city(source: dict[str, Any], rules: Any = None, missing: Any = None, **schema: Any) -> City:
    about = {"name": "Testville open data", "licence": "CC0", "attribution": "Testville"}
    changes = {"rules": rules} if rules else {}
    return make_city(source=about | source, schemas={"rows": schema}, missing=missing or {}, **changes)
