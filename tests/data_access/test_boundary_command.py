"""The command that loads boundaries tells how they fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dashboard.cli import app
from tests.builders import csv_text
from tests.data_access.squares import (
    file_of,
    four_squares,
)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command line on a city file of its own; returns exit code and lines."""
    folder = tmp_path / "cities"
    folder.mkdir()
    source = (Path(__file__).parents[2] / "data_access" / "cities" / "boston.toml").read_text()
    (folder / "elsewhere.toml").write_text(source.replace('id = "boston"', 'id = "elsewhere"'))
    monkeypatch.setenv("FIXEDYET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FIXEDYET_CITIES_DIR", str(folder))

    def run(*arguments: str) -> tuple[int, list[str]]:
        result = CliRunner().invoke(app, list(arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout.splitlines()

    return run


def boston_like(folder: Path, lines: list[tuple[str, str, float, float]]) -> Path:
    """Id, district, latitude and longitude as a file of the command's city."""
    columns = (
        *("CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "CASE_STATUS", "CLOSURE_REASON", "CASE_TITLE"),
        *("SUBJECT", "REASON", "TYPE", "Location", "city_council_district", "neighborhood", "LATITUDE", "LONGITUDE"),
        "Source",
    )
    given = {"OPEN_DT": "03/04/2015 09:00:00 AM", "CASE_STATUS": "Open", "TYPE": "Pothole"}
    rows = [
        given | {"CASE_ENQUIRY_ID": name, "city_council_district": own, "LATITUDE": str(lat), "LONGITUDE": str(lon)}
        for name, own, lat, lon in lines
    ]
    path = folder / "rows.csv"
    path.write_text(csv_text([dict.fromkeys(columns, "") | each for each in rows], columns))
    return path


def test_the_command_tells_how_the_boundaries_fit(command: Any, tmp_path: Path) -> None:
    shapes = file_of(tmp_path, four_squares(("1", "2", "3", "Nobody's")))
    given = ("boundaries", "elsewhere", "district", "--from", str(shapes), "--property", "name")
    code, lines = command(*given)
    assert (code, lines[-1]) == (0, "4 areas stored; they will be shown after the first sync.")
    middle = [
        (str(n), str(n % 3 + 1), (42.15, 42.15, 42.25)[n % 3], (-71.15, -71.05, -71.15)[n % 3]) for n in range(30)
    ]
    rows = boston_like(tmp_path, [*middle, ("bare", "", 42.15, -71.15), ("odd", "9", 42.15, -71.15)])
    code, lines = command("sync", "elsewhere", "--from", str(rows))
    told = "City Council district: 96.8% of 31 requests lie in the area that they name; 1 without one were given that of their point."
    assert code == 0
    assert lines[-3:-1] == [told, "Version 1 is published."]
    assert lines[-1].startswith("read 32, stored 32,")
    code, lines = command(*given)
    assert lines == [
        "no area for: 9",
        "no rows in: Nobody's",
        told,
        "4 areas stored; version 2 is published.",
    ]


def test_the_command_tells_of_a_wrong_vintage(command: Any, tmp_path: Path) -> None:
    rows = boston_like(tmp_path, [(str(n), "2", 42.15, -71.15) for n in range(3)])
    command("sync", "elsewhere", "--from", str(rows))
    shapes = file_of(tmp_path, four_squares())
    code, lines = command("boundaries", "elsewhere", "district", "--from", str(shapes), "--property", "name")
    assert code == 0
    assert lines[-2].startswith("City Council district: 3 of 3 requests (100.0%) lie in another area of the boundaries")
    assert lines[-1] == "4 areas stored; version 2 is published."
