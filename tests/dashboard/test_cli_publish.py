"""Publishing again from the command line, as after an update of the program."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from dashboard import console
from dashboard.cli import main
from data_access.city import load_city
from data_access.store.publish import can_read, current_version
from data_access.sync import sync_files
from tests.builders import csv_text, row
from tests.dashboard.test_cli_cities import CITY_FILE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a city that is published."""
    (tmp_path / "cities").mkdir()
    (tmp_path / "cities" / "smallville.toml").write_text(CITY_FILE)
    (tmp_path / "rows.csv").write_text(csv_text([row(1), row(2)]))
    monkeypatch.setenv("FIXEDYET_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FIXEDYET_CITIES_DIR", str(tmp_path / "cities"))
    monkeypatch.chdir(tmp_path)
    sync_files(load_city("smallville", (tmp_path / "cities",)), [tmp_path / "rows.csv"], tmp_path / "data")
    return tmp_path / "data" / "smallville"


def age(folder: Path) -> None:
    note = folder / f"v{current_version(folder)}" / "version.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"form": "of long ago"}))


def test_a_city_is_published_again_from_what_is_stored(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["fixedyet", "publish"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "smallville: version 2 is published." in capsys.readouterr().out
    assert current_version(folder) == 2


def test_serve_publishes_again_what_an_earlier_program_published(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[int | None] = []
    monkeypatch.setattr(console, "serve", lambda _settings: served.append(current_version(folder)))
    monkeypatch.setattr(sys, "argv", ["fixedyet", "serve"])
    for expected in (1, 2, 2):
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        assert served[-1] == expected
        assert can_read(folder, expected)
        if expected == 1:
            age(folder)


def test_what_is_not_stored_cannot_be_published_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del folder
    monkeypatch.setattr(sys, "argv", ["fixedyet", "publish", "boston"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "Nothing of 'boston' is stored here; run 'fixedyet sync boston'." in capsys.readouterr().err
