"""Syncs as a person starts them: of a portal, of all portals, and what is said when options do not go together."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.cli import main
from tests.builders import csv_text, row
from tests.portals import faults
from tests.portals.cities import SOCRATA_ID
from tests.portals.exchange import Fault
from tests.portals.socrata import SocrataPortal
from tests.portals.table import Table

ROWS = [row(number, created=f"2024-03-{number:02} 09:00:00") for number in range(1, 7)]
LAST_LINE = r"read (\d+), stored (\d+), updated (\d+), unchanged (\d+), quarantined (\d+), removed (\d+) \(\d+\.\d s\)"
CITY_FILE = """
id = "{id}"
name = "{name}"
time_zone = "America/New_York"
checked = 2026-01-01
service_began = 2010-01-01
[source]
name = "Rows of {name}"
licence = "CC0"
attribution = "{name}"
kind = "socrata"
portal = "{portal}"
data_sets = [{{ id = "{data_set}", changed = [":updated_at"], created = "created" }}]
[schemas.rows]
time_formats = ["%Y-%m-%dT%H:%M:%S.%f"]
[schemas.rows.columns]
request_id = "id"
created_at = "created"
closed_at = "closed"
status = "status"
category = "type"
[rules]
status = [{{ then = "open", column = "status", is = ["Open"] }}, {{ then = "closed", column = "status", is = ["Closed"] }}]
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def portal() -> Iterator[SocrataPortal]:
    with SocrataPortal({SOCRATA_ID: Table.of(ROWS), "good-0001": Table.of(ROWS)}) as portal:
        yield portal


@pytest.fixture
def run(
    tmp_path: Path, portal: SocrataPortal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command among two cities of one portal; returns its exit code, stdout and stderr."""
    for name, data_set in (("alpha", SOCRATA_ID), ("beta", "good-0001")):
        text = CITY_FILE.format(id=name, name=name.title(), portal=portal.url, data_set=data_set)
        (tmp_path / "cities").mkdir(exist_ok=True)
        (tmp_path / "cities" / f"{name}.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIXEDYET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FIXEDYET_CITIES_DIR", str(tmp_path / "cities"))

    def command(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fixedyet", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        return int(ended.value.code or 0), written.out, written.err

    return command


def last_line(out: str) -> list[int]:
    found = re.fullmatch(LAST_LINE, out.splitlines()[-1])
    assert found, out
    return [int(n) for n in found.groups()]


def test_a_portal_is_read_without_a_file(run: Run) -> None:
    code, out, err = run("sync", "alpha")
    assert (code, last_line(out)) == (0, [6, 6, 0, 0, 0, 0])
    assert "Reading" in err
    code, out, _ = run("sync", "alpha", "--full", "--json")
    told = json.loads(out)
    assert (code, told["unchanged"], told["published"], told["drift"]) == (0, 6, False, [])
    code, out, _ = run("runs", "alpha")
    assert out.count("Rows of Alpha") == 2


def test_a_range_of_days_is_asked_for(run: Run) -> None:
    code, out, _ = run("sync", "alpha", "--since", "2024-03-02", "--until", "2024-03-03")
    assert (code, last_line(out)) == (0, [2, 2, 0, 0, 0, 0])


def test_all_cities_go_on_where_one_fails(run: Run, portal: SocrataPortal) -> None:
    """The one that fails is the first; nothing but its own portal's answer is to blame."""
    assert run("sync", "alpha")[0] == 0
    assert run("sync", "beta")[0] == 0
    portal.faults = [Fault(faults.status(404), matching=SOCRATA_ID, times=99)]
    portal.tables["good-0001"].add(row("7"))
    code, out, err = run("sync", "--all")
    assert code == 1
    assert last_line(out)[1] == 1
    assert "fixedyet: The sync of alpha failed, as said above; the others are done." in err


def test_drift_is_said_before_the_last_line(run: Run, portal: SocrataPortal) -> None:
    run("sync", "alpha")
    portal.tables[SOCRATA_ID].add(row("8", Status="Parked", Type="Graffiti"))
    _, out, _ = run("sync", "alpha")
    assert "status without a rule in status: 'Parked' (1 rows)" in out
    assert "new value in category: 'Graffiti' (1 rows)" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["sync"], "name a city"),
        (["sync", "alpha", "--all"], "name a city"),
        (["sync", "alpha", "--every", "5s"], "'5s' is no interval such as 30m, 6h or 1d"),
        (["sync", "alpha", "--since", "May"], "give a day such as 2026-01-31"),
        (["sync", "alpha", "--since", "2024-03-03", "--until", "2024-03-02"], "--since is later than --until"),
        (["sync", "alpha", "--from", "rows.csv", "--since", "2024-03-03"], "files are read whole"),
        (["sync", "alpha", "--from", "rows.csv", "--every", "6h"], "--from is for one city and one time"),
        (["sync", "--all", "--data-through", "2024-03-03"], "--data-through is for one city"),
    ],
)
def test_options_that_do_not_go_together_are_said(run: Run, words: list[str], sentence: str) -> None:
    code, _, err = run(*words)
    assert code == 2
    assert sentence in " ".join(err.replace("│", " ").split())


def test_a_portal_without_a_token_names_the_setting(
    run: Run, portal: SocrataPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.token = "right"
    monkeypatch.setenv("FIXEDYET_SOCRATA_TOKEN", "wrong")
    code, _, err = run("sync", "alpha")
    assert code == 1
    assert "FIXEDYET_SOCRATA_TOKEN" in err
    assert "wrong" not in err.replace("FIXEDYET_SOCRATA_TOKEN", "")


def test_files_still_go_into_a_city_with_a_portal(run: Run, tmp_path: Path) -> None:
    line = {"id": "77", "created": "2024-03-09T09:00:00.000", "closed": "", "status": "Open", "type": "Pothole"}
    (tmp_path / "rows.csv").write_text(csv_text([line], list(line)))
    code, out, _ = run("sync", "alpha", "--from", "rows.csv")
    assert (code, last_line(out)[1]) == (0, 1)
