"""The last syncs, told to readers at once, also where nothing new was published."""

from __future__ import annotations

import pytest

from dashboard.domain.errors import SourceError
from data_access.answers.quality import quality
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
