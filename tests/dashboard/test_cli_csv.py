"""The quick look at an unknown file, run as a person runs it: what is guessed is shown, what cannot be is asked for."""

from __future__ import annotations

import csv
import io
import json
import sys
import tomllib
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from data_access.store.published import Published
from data_access.store.tables import requests
from tests.dashboard.test_cli_cities import Run
from tests.dashboard.test_cli_cities import run as run

HEADER = ("Ref. Nr", "When", "Done on", "How it stands", "What", "Who", "Ward", "Spot")
STATES = ("Shut", "Resolved", "In process", "New")


def rows(n: int = 40) -> list[list[str]]:
    """Rows of an invented town, every fourth of each state."""
    begin = datetime.fromisoformat("2025-01-03T08:30:00")
    found: list[list[str]] = []
    for i in range(n):
        opened = begin + timedelta(hours=19 * i)
        closed = f"{opened + timedelta(days=3):%d/%m/%Y %H:%M}" if i % 4 < 2 else ""
        ward = "N/A" if i % 10 == 0 else str(i % 3)
        spot = f"(44.{i + 100}, -93.{i + 200})"
        what = "Pothole" if i % 2 else "Lamp"
        found.append([f"R{i}", f"{opened:%d/%m/%Y %H:%M}", closed, STATES[i % 4], what, "Works", ward, spot])
    return found


def text(lines: list[list[str]]) -> str:
    """A CSV file with semicolons."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows([HEADER, *lines])
    return out.getvalue()


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The town's file."""
    path = tmp_path / "town.csv"
    path.write_text(text(rows()))
    return path


NAMED = ("--column", "created_at=when", "--column", "category=What", "--column", "status=How it stands")
ALL = (*NAMED, "--column", "closed_at=Done on", "--column", "request_id=Ref. Nr", "--time-zone", "America/Chicago")


def test_what_is_not_given_is_guessed_and_shown(run: Run, town: Path) -> None:
    code, out, _ = run("sync", "csv", "--from", str(town), *NAMED)
    assert code == 0
    for line in (
        "  created_at     <- When\n",
        "  district       <- Ward (guessed)\n",
        "  a point        <- Spot (guessed)\n",
        "  request_id     <- none: made of When, What, Spot, which must not change\n",
        "  not read: Ref. Nr, Done on, Who\n",
        "  not read, though they hold times: Done on\n",
        "Times: %d/%m/%Y %H:%M (guessed)\n",
        "Time zone: UTC (not given: --time-zone America/New_York)\n",
        "Name: town (the file's; --name gives another)\n",
        "Status words (guessed): in_progress: In process; open: New; closed: Resolved\n",
        "  not known, so closed where there is a closing time, else open: Shut\n",
        "Taken as nothing (guessed): N/A\n",
    ):
        assert line in out
    assert out.splitlines()[-1].startswith("read 40, stored 40, updated 0, unchanged 0, quarantined 0, removed 0 (")


def test_the_town_is_published_as_it_was_read(run: Run, town: Path, tmp_path: Path) -> None:
    run("sync", "csv", "--from", str(town), *ALL, "--name", "Springfield")
    published = Published(tmp_path / "data")
    with published.open("csv") as snapshot:
        found = snapshot.read(select(requests))
        assert snapshot.city.name == "Springfield"
    published.close()
    assert Counter(found["status"]) == {"closed": 20, "in_progress": 10, "open": 10}
    first = found.set_index("request_id").loc["R1"]
    assert first["created_at"] == int(datetime.fromisoformat("2025-01-04T03:30:00-06:00").timestamp())
    assert first["seconds"] == 3 * 86_400
    assert (first["latitude"], first["longitude"]) == (44.101, -93.201)
    assert Counter(found["district"])["1"] == sum(line[6] == "1" for line in rows())
    assert run("cities", "list")[1].splitlines()[-1].startswith("csv              Springfield: 40 rows")
    assert "40 rows, version 1" in run("quality", "csv")[1]


def test_the_same_look_again_updates_and_another_begins_anew(run: Run, town: Path) -> None:
    assert run("sync", "csv", "--from", str(town), *ALL)[0] == 0
    more = rows(41)
    more[0][3] = "New"
    town.write_text(text(more))
    out = run("sync", "csv", "--from", str(town), *ALL)[1]
    assert "read 41, stored 1, updated 1, unchanged 39" in out
    out = run("sync", "csv", "--from", str(town), *ALL, "--column", "department=Who")[1]
    assert "read 41, stored 41, updated 0, unchanged 0" in out


def test_the_city_file_can_be_printed_and_used(run: Run, town: Path, tmp_path: Path) -> None:
    code, out, err = run("sync", "csv", "--from", str(town), *ALL, "--name", "Spring Field", "--print-city")
    assert code == 0
    assert not (tmp_path / "data").exists()
    assert "Read as" in err
    made = tomllib.loads(out)
    assert (made["id"], made["schemas"]["rows"]["columns"]["closed_at"]) == ("spring_field", "Done on")
    (tmp_path / "spring.toml").write_text(out)
    assert "store 40 of 40 rows" in run("cities", "check", "spring.toml", "--from", str(town))[1]


def test_standard_input_is_looked_at_and_read(run: Run, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class _Input:
        buffer = io.BytesIO(town.read_bytes())

    monkeypatch.setattr(sys, "stdin", _Input)
    code, out, _ = run("sync", "csv", "--from", "-", *ALL, "--json")
    assert code == 0
    assert json.loads(out)["stored"] == 40


def test_a_guess_can_be_left_out(run: Run, town: Path) -> None:
    out = run("sync", "csv", "--from", str(town), *NAMED, "--column", "district=")[1]
    assert "district" not in out
    assert "not read: Ref. Nr, Done on, Who, Ward" in out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            (),
            "Say which column holds created_at (when a request was made), and which category (what it is about), and which "
            "status or closed_at (whether or when it was closed), as in --column created_at=COLUMN; the file has the "
            "columns 'Ref. Nr', 'When'",
        ),
        (("--column", "created_at=When"), "Say which column holds category (what it is about), and which status or"),
        (
            NAMED[:4],
            "Say which column holds status or closed_at (whether or when it was closed), as in --column status=",
        ),
        (("--column", "created_at=Opened"), "town.csv has no column 'Opened'; it has 'Ref. Nr', 'When'"),
        (("--column", "opened=When"), "write FIELD=COLUMN with one of the fields request_id, created_at"),
        (
            (*NAMED, "--column", "created_at=What"),
            "The times of 'What' ('Lamp', 'Pothole') cannot be read; give their format",
        ),
        (
            (*NAMED, "--time-format", "%Y"),
            "The times of 'When' ('03/01/2025 08:30', '04/01/2025 03:30') cannot be read",
        ),
        (
            (*NAMED, "--time-zone", "Eastern"),
            "'Eastern' is not a time zone; give a name such as --time-zone America/New_York.",
        ),
    ],
)
def test_what_cannot_be_guessed_is_asked_for(run: Run, town: Path, options: tuple[str, ...], sentence: str) -> None:
    code, _, err = run("sync", "csv", "--from", str(town), *options)
    assert code == 1
    assert sentence in err


def test_a_day_that_may_be_a_month_is_asked_for(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "town.csv"
    path.write_text(text([line for line in rows(400) if int(line[1][:2]) <= 12]))
    _, _, err = run("sync", "csv", "--from", str(path), *NAMED)
    assert "may be read month first or day first" in err
    assert run("sync", "csv", "--from", str(path), *NAMED, "--time-format", "%d/%m/%Y %H:%M")[0] == 0


def test_the_options_of_a_quick_look_are_for_it_alone(run: Run, town: Path) -> None:
    code, _, err = run("sync", "boston", "--from", str(town), "--column", "created_at=When")
    assert code == 2
    assert "are for 'fixedyet sync csv'" in " ".join(err.split())
