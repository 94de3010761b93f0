"""A data folder with three small cities: one with a portal, one without closing times, one without areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data_access.city import City
from tests.builders import COLUMNS, Store, make_city, row

PORTAL = {
    "kind": "socrata",
    "portal": "https://data.example.org",
    "data_sets": [{"id": "aaaa-bbbb", "name": "Requests"}],
    "usual_days": 2,
}
SOURCE = {"name": "Open data", "licence": "CC0", "attribution": "The city"}
NO_CLOSING = "Mapleton does not publish when a request was closed, so nothing can be said about how long requests take."
NO_TARGET = "Mapleton publishes no targets."
BREAK = "The system was replaced; several types have <other> names & meanings since."
SOON = datetime(2024, 7, 2, 12, tzinfo=UTC)
"""Two days after the last request."""
FIRST = datetime(2022, 7, 1, 9)  # noqa: DTZ001 - the file's times are local


def portal_city() -> City:
    """Testville, whose rows are fetched from a portal and whose last change of system is a year ago."""
    return make_city(
        source=SOURCE | PORTAL | {"not_published": ["Testville publishes no photos."]},
        breaks=[{"on": "2024-02-10", "why": BREAK}, {"on": "2019-01-01", "why": "A system before all rows."}],
    )


def silent_city() -> City:
    """Mapleton, which publishes neither closing times nor targets nor points."""
    columns = {field: name for field, name in COLUMNS.items() if field not in ("closed_at", "updated_at", "due_at")}
    return make_city(
        id="mapleton",
        name="Mapleton",
        source=SOURCE,
        schemas={"rows": {"columns": columns, "time_formats": ["%Y-%m-%d %H:%M:%S"]}},
        missing={"closing_time": NO_CLOSING, "target": NO_TARGET},
        areas={"district": {"name": "Ward", "plural": "Wards", "label": "Ward {name}", "boundary_property": "name"}},
    )


def plain_city() -> City:
    """Plainfield, a sample without areas, of other years."""
    return make_city(id="plainfield", name="Plainfield", source=SOURCE, areas={}, sample=True)


def rows_of(count: int, first: datetime = FIRST, days: int = 731) -> list[dict[str, str]]:
    """Requests spread over two years, in two departments, three districts and four statuses, some of staff and some duplicates."""
    found: list[dict[str, str]] = []
    for i in range(count):
        created = first + timedelta(days=i * (days - 1) // (count - 1), minutes=7 * i % 600)
        ended = created + timedelta(days=1 + i % 20)
        status = ("Closed", "Closed", "Closed", "Open", "Assigned", "Cancelled")[i % 6]
        if status in ("Closed", "Cancelled") and ended > first + timedelta(days=days - 1):
            status = "Open"
        closed = f"{ended}" if status in ("Closed", "Cancelled") else ""
        found.append(
            row(
                1000 + i,
                f"{created}",
                closed,
                Status=status,
                Type=("Pothole", "Graffiti", "Street light")[i % 3],
                Department=("Streets", "Parks")[i % 2],
                District=str(1 + i % 3),
                Source="Crew" if i % 11 == 0 else "Phone",
                Kind="Question" if i % 13 == 0 else "Work",
                Note="duplicate of another" if i % 17 == 0 and closed else "Fixed by a crew",
                Due=f"{created + timedelta(days=10)}" if i % 4 else "",
            )
        )
    return found


def without_columns(rows: Sequence[Mapping[str, str]], city: City) -> list[dict[str, str]]:
    """Rows with only the columns that the city's file names."""
    (schema,) = city.schemas.values()
    return [{name: row[name] for name in schema.columns.values()} for row in rows]


def make_cities(folder: Path) -> Path:
    """Sync the three cities into a new data folder."""
    data = folder / "data"
    Store(data, portal_city()).sync(rows_of(400))
    silent = silent_city()
    rows = without_columns(rows_of(300), silent)
    Store(data, silent).sync(_text(rows))
    Store(data, plain_city()).sync(rows_of(200, datetime(2019, 1, 1, 9)))  # noqa: DTZ001
    return data


def _text(rows: list[dict[str, str]]) -> str:
    header = list(rows[0])
    lines = [",".join(header), *(",".join(f'"{each[name]}"' for name in header) for each in rows)]
    return "\n".join(lines) + "\n"
