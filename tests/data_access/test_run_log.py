"""The last syncs, told to readers at once, also where nothing new was published."""

from __future__ import annotations

import json

import pytest

from dashboard.domain.errors import SourceError
from data_access.answers.quality import quality
from data_access.store import run_log
from data_access.store.run_log import read_log
from tests.builders import Store, row


def test_a_failed_sync_is_told_before_the_next_good_one(store: Store) -> None:
    store.sync([row(1)])
    with pytest.raises(SourceError):
        store.sync(store.data_dir.parent / "not-there.csv")
    with store.snapshot() as snapshot:
        failed, good = quality(snapshot)["runs"]
    assert failed["error"].startswith("There is no file not-there.csv")
    assert (good["error"], good["read"], good["stored"]) == (None, 1, 1)


def test_a_city_without_a_sync_has_no_log(store: Store) -> None:
    assert read_log(store.folder) == []


def test_the_last_run_that_brought_rows_stays_in_the_log(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_log, "KEPT", 2)
    for content in ([row(1)], [row(2)], [row(2)], [row(2)], [row(2)]):
        store.sync(content)
    assert [(run["run"], run["stored"]) for run in read_log(store.folder)] == [(5, 0), (4, 0), (2, 1)]
    assert json.loads((store.folder / "runs.json").read_text())[-1]["source"] == "rows.csv"
