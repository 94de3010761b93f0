"""What the check of the set-up calls well, and what it does not."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.domain.errors import CityFileError, SourceError
from data_access.city import load_city
from data_access.sync import failure_kept
from tests.builders import Store
from tests.dashboard.small_cities import portal_city, rows_of


def doctor(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    monkeypatch.setenv("FIXEDYET_DATA_DIR", str(data_dir))
    monkeypatch.setattr(sys, "argv", ["fixedyet", "doctor"])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), capsys.readouterr().out


def test_a_city_whose_syncs_fail_and_whose_data_are_late_is_not_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(tmp_path / "data", portal_city())
    store.sync(rows_of(60))
    code, out = doctor(store.data_dir, monkeypatch, capsys)
    assert code == 1
    assert "Nothing newer than 2024-06-30 has come: run 'fixedyet sync testville'." in out
    began = int(datetime(2024, 7, 2, 5, tzinfo=UTC).timestamp())
    with pytest.raises(SourceError), failure_kept(store.folder, store.city.source.name, began):
        raise SourceError("The portal is gone.")
    _, out = doctor(store.data_dir, monkeypatch, capsys)
    assert "Its syncs have failed since 2024-07-02 01:00 EDT: The portal is gone." in out
    assert out.endswith("2 to mend.\n")


def test_files_of_long_ago_are_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(tmp_path / "data")
    store.sync(rows_of(60))
    code, out = doctor(store.data_dir, monkeypatch, capsys)
    assert code == 0
    assert out.endswith("All is well.\n")


def test_a_city_that_is_unknown_is_told_with_the_folder_for_its_file(tmp_path: Path) -> None:
    with pytest.raises(CityFileError, match=rf"Add one with a file gotham\.toml in {tmp_path}\.$"):
        load_city("gotham", (tmp_path,))
    with pytest.raises(CityFileError, match=r"gotham\.toml in a folder that FIXEDYET_CITIES_DIR names\.$"):
        load_city("gotham")
