"""The small city behind each protocol: its file as a portal's would be, and the rows that all of them show."""

from __future__ import annotations

from typing import Any

from data_access.city import City
from tests.builders import COLUMNS, make_city

SOCRATA_ID = "abcd-1234"


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


def _city(source: dict[str, Any], **schema: Any) -> City:
    about = {"name": "Testville open data", "licence": "CC0", "attribution": "Testville"}
    return make_city(source=about | source, schemas={"rows": schema})
