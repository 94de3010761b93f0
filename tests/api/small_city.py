"""A small city, synced for real from a hand-made file, and a plain server with the API on it; fixtures in conftest."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from dashboard.api import register
from dashboard.settings import load
from data_access.boundaries import import_boundaries
from data_access.city import City
from data_access.store.published import Published
from data_access.sync import sync_files

NOW = datetime(2016, 2, 1, tzinfo=UTC)
COLUMNS = (
    *("CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "CASE_STATUS", "CLOSURE_REASON", "CASE_TITLE", "SUBJECT"),
    *("REASON", "TYPE", "Location", "city_council_district", "neighborhood", "LATITUDE", "LONGITUDE", "Source"),
)
FAR = "12/31/9999 11:59:59 PM"
ODD_ID = "=1+1/ä'\"; DROP"


def moment(time: datetime | None) -> str:
    """A time as Boston's file writes it."""
    return f"{time:%m/%d/%Y %I:%M:%S %p}" if time else ""


def line(number: int | str, opened: datetime, closed: datetime | None = None, **other: str) -> dict[str, str]:
    """One line of the file; `other` replaces columns."""
    return {
        "CASE_ENQUIRY_ID": str(number),
        "OPEN_DT": moment(opened),
        "TARGET_DT": moment(opened + timedelta(days=10)),
        "CLOSED_DT": moment(closed),
        "CASE_STATUS": "Closed" if closed else "Open",
        "CLOSURE_REASON": "Case Closed Case Resolved" if closed else "",
        "CASE_TITLE": "Light",
        "SUBJECT": "Public Works Department",
        "REASON": "Street Lights",
        "TYPE": "Street Light Outages",
        "Location": "33 Beacon St  Boston  MA  02108",
        "city_council_district": "3.0",
        "neighborhood": "Dorchester",
        "LATITUDE": "42.35741",
        "LONGITUDE": "-71.06481",
        "Source": "Constituent Call",
    } | other


def lines() -> list[dict[str, str]]:
    """Two years of requests in two categories, and one of everything that is odd."""
    rows: list[dict[str, str]] = []
    first = datetime(2014, 1, 1, 9)  # noqa: DTZ001 - the file's times are local
    for i in range(300):
        opened = first + timedelta(days=i * 2.43, hours=i % 7)
        closed = None if i % 4 == 0 else opened + timedelta(days=1 + i % 23, minutes=i)
        sign = (
            {"TYPE": "Sign Repair", "SUBJECT": "Transportation", "city_council_district": "4.0"} if i % 3 == 0 else {}
        )
        rows.append(line(1000 + i, opened, closed, **sign))
    day = datetime(2015, 6, 15, 12)  # noqa: DTZ001
    rows.append(line("dup", day, day, CLOSURE_REASON="Case Closed Duplicate of Existing Case", TARGET_DT=FAR))
    rows.append(line("staff", day, day + timedelta(hours=1), Source="City Worker App"))
    rows.append(line("info", day, day + timedelta(hours=1), REASON="Survey"))
    rows.append(line("bare", day, city_council_district="", neighborhood="Boston", TARGET_DT=""))
    rows.append(line("backwards", day, day - timedelta(days=2)))
    rows.append(line("=HYPERLINK(1)", day, TYPE="=cmd|' /C calc'!A0", Source="Citizens Connect App"))
    rows.append(line(ODD_ID, day, TYPE='@sum(1), "quoted"; größe'))
    rows.append(line("", day))  # has no id: to the quarantine
    rows.append(line("end", datetime(2015, 12, 31, 23, 30)))  # noqa: DTZ001
    rows.append(line("late", datetime(2015, 12, 1), datetime(2016, 1, 12, 22, 22, 40)))  # noqa: DTZ001
    return rows


def write_lines(path: Path, rows: list[dict[str, str]]) -> Path:
    """The rows as a file."""
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def area(name: str, west: float) -> dict[str, object]:
    """A square as a GeoJSON feature."""
    ring = [[west, 42.3], [west + 0.1, 42.3], [west + 0.1, 42.4], [west, 42.4], [west, 42.3]]
    return {"type": "Feature", "properties": {"id": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def make_city(folder: Path, data_dir: Path, city: City, rows: list[dict[str, str]]) -> None:
    """Sync rows into a data folder, with two districts."""
    shapes = folder / "districts.geojson"
    shapes.write_text(json.dumps({"type": "FeatureCollection", "features": [area("3", -71.1), area("Nowhere", -71.2)]}))
    import_boundaries(city, "district", shapes, data_dir / city.id, "id")
    sync_files(city, [write_lines(folder / f"{city.id}.csv", rows)], data_dir, now=NOW)


def serve(published: Published, **settings: object) -> Flask:
    """A server with nothing on it but the API and, as in the dashboard, a page that takes every path."""
    server = Flask("test")
    register(server, published, load(**settings))
    server.add_url_rule("/<path:rest>", "page", lambda rest: "a page")
    return server
