"""What tests share: a small store of their own, and Boston's sample synced once for the whole run."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from data_access.city import load_city
from data_access.store.published import Published, Snapshot
from data_access.sync import sync_files
from tests.builders import Store
from tests.sample_data import boston_csv

settings.register_profile("fixedyet", deadline=None, derandomize=True)
settings.load_profile("fixedyet")

BOSTON_READ_AT = datetime(2016, 2, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty data folder for the small city."""
    return Store(tmp_path / "data")


@pytest.fixture(scope="session")
def boston_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with Boston's published sample, made once for all workers; skips where the sample is missing."""
    sample = boston_csv()
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "boston-data"
    folder.mkdir(exist_ok=True)
    with (folder / "made.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            sync_files(load_city("boston"), [sample], folder, now=BOSTON_READ_AT)
            (folder / "made").touch()
    return folder


@pytest.fixture(scope="session")
def boston(boston_data: Path) -> Iterator[Snapshot]:
    """Boston's sample as published; for reading only."""
    published = Published(boston_data)
    with published.open("boston") as snapshot:
        yield snapshot
    published.close()
