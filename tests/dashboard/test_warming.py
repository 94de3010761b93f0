"""Default views are made before readers ask, and a process is not ready before the first of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from callbacks import page_data
from dashboard.api.health import WARMING as SENTENCE
from dashboard.app import create_app
from dashboard.settings import load
from dashboard.warming import WARMING, Warming
from tests.dashboard.small_cities import SOON


def test_the_first_views_are_made_before_a_process_is_ready(cities_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = create_app(load(data_dir=cities_dir, city="testville"), clock=lambda: SOON)
    warming: Warming = server.extensions[WARMING]
    client = server.test_client()
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr(warming, "_started", True)
    waiting = client.get("/readyz")
    assert (waiting.status_code, waiting.json["detail"]) == (503, SENTENCE)
    versions = warming.first_round()
    computed: list[str] = []
    monkeypatch.setattr(
        "dashboard.app.load", lambda path, *a, **k: computed.append(path) or page_data.load(path, *a, **k)
    )
    for city in versions:
        assert client.get(f"/?city={city}").status_code == 200
    assert client.get("/").status_code == 200
    assert computed == []
    client.get("/about")
    assert computed == ["/about"]
    warming._warm.set()
    assert client.get("/readyz").status_code == 200
