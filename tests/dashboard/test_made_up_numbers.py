"""Where a city publishes no numbers, readers are told that those they see are made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.settings import load
from tests.builders import Store, make_city, row
from tests.dashboard.reading import both

WHY = "Testville publishes no numbers: those here are made up."


@pytest.mark.parametrize("missing", [{}, {"request_id": WHY}])
def test_numbers_that_are_not_the_citys_are_told(tmp_path: Path, missing: dict[str, str]) -> None:
    store = Store(tmp_path / "data", make_city(missing=missing))
    store.sync([row("a1"), row("a2")])
    client = create_app(load(data_dir=store.data_dir)).test_client()
    for path in ("/requests", "/request/a1"):
        for document in both(client, path):
            assert (WHY in document.text()) == bool(missing), path
