"""The commands about cities, run as a person runs them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.cli import main
from tests.builders import csv_text, row

CITY_FILE = """
id = "smallville"
name = "Smallville"
time_zone = "America/Chicago"
checked = 2026-01-01
service_began = 2010-01-01
[source]
name = "Rows"
licence = "CC0"
attribution = "Smallville"
[schemas.rows]
time_formats = ["%Y-%m-%d %H:%M:%S"]
[schemas.rows.columns]
request_id = "Id"
created_at = "Created"
closed_at = "Closed"
status = "Status"
category = "Type"
[rules]
status = [{ then = "open", column = "status", is = ["Open"] }]
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an empty folder; returns its exit code and what it wrote to stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIXEDYET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("FIXEDYET_CITIES_DIR", raising=False)

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fixedyet", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        return int(ended.value.code or 0), written.out, written.err

    return command


def test_a_check_tells_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(CITY_FILE)
    (tmp_path / "rows.csv").write_text(csv_text([row(1), row(2, closed="2024-03-05 10:00:00"), row("")]))
    before = sorted(tmp_path.rglob("*"))
    code, out, _ = run("cities", "check", "small.toml", "--from", "rows.csv")
    assert code == 0
    assert sorted(tmp_path.rglob("*")) == before
    for part in (
        "rows.csv: all 3 rows, read as 'rows'",
        'created_at     <- Created (100%): "2024-03-04 09:00:00"',
        "%Y-%m-%d %H:%M:%S: 3, '2024-03-04 09:00:00' -> 2024-03-04 09:00:00 -0600",
        "2  open: status is 'Open', such as 'Open'",
        "without a rule: 'Closed' (1)",
        "store 2 of 3 rows, put 1 into the quarantine",
        "line 4: ,2024-03-04 09:00:00",
        '{ then = "closed", column = "status", is = ["Closed"] },',
    ):
        assert part in out


def test_rows_that_a_sync_would_refuse_end_with_exit_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(CITY_FILE)
    (tmp_path / "rows.csv").write_text(csv_text([row(1, "soon")]))
    code, out, err = run("cities", "check", "small.toml", "--from", "rows.csv")
    assert code == 1
    assert "refuse the file: None of the 1 rows" in out
    assert "fixedyet: None of the 1 rows" in err


def test_the_cities_of_a_folder_are_listed_and_shown(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIXEDYET_CITIES_DIR", str(tmp_path))
    (tmp_path / "smallville.toml").write_text(CITY_FILE)
    assert "smallville       Smallville: not published" in run("cities", "list")[1]
    assert "created_at       Created" in run("cities", "show", "smallville")[1]
