"""Pages from what is kept: the same bytes, one computation, switched by a publish, honest about time, private where it must be."""

from __future__ import annotations

import gzip
import json
import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from callbacks import page_data
from dashboard.app import create_app
from dashboard.settings import load
from tests.dashboard.small_cities import SOON
from tests.dashboard.test_hostile import moved
from tests.e2e.demo_site import CITY

UPDATE = "/_dash-update-component"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The paths of the pages that were computed."""
    found: list[str] = []

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def load_page(path: str, *args: Any, **options: Any) -> Any:
            found.append(path)
            return real(path, *args, **options)

        return load_page

    for module in ("dashboard.app", "callbacks.url"):
        monkeypatch.setattr(f"{module}.load", counting(page_data.load))
    return found


@pytest.fixture
def fresh(cities_dir: Path, counted: list[str]) -> FlaskClient:
    """A caller of a server that has shown nothing but its overview."""
    client = create_app(load(data_dir=cities_dir, city="testville"), clock=lambda: SOON).test_client()
    counted.clear()
    return client


def posted(client: FlaskClient, path: str, search: str, shown: dict[str, Any] | None = None, scheme: str = "") -> Any:
    """What the page's callback answers after a click."""
    body = moved(client, path, search)
    body["state"][0]["value"] = shown or {}
    client.set_cookie("scheme", scheme or "light")
    return client.post(UPDATE, json=body)


def test_a_page_seen_before_is_not_computed_again_however_it_is_spelled(fresh: FlaskClient, counted: list[str]) -> None:
    first = fresh.get("/departments")
    for same in ("?period=12m", "?city=testville&origin=resident", "?city=TESTVILLE&utm_source=paper", "?"):
        again = fresh.get(f"/departments{same}")
        assert again.data == first.data
        assert again.headers["ETag"] == first.headers["ETag"]
    assert counted == ["/departments"]
    for other in ("?period=all", "?lang=es", "?category=Nothing", "?city=nowhere"):
        assert fresh.get(f"/departments{other}").data != first.data
    assert len(counted) == 5


def test_kept_and_computed_answers_are_the_same_bytes(cities_dir: Path) -> None:
    """Each view is asked twice of one server and once of another that has not seen it."""
    one, other = (
        create_app(load(data_dir=cities_dir, city="testville"), clock=lambda: SOON).test_client() for _ in range(2)
    )
    for path in ("/", "/requests?lang=qps", "/data?city=testville&category=x"):
        computed, kept, apart = (client.get(path) for client in (one, one, other))
        assert computed.status_code == 200
        assert computed.data == kept.data == apart.data
        for encoding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
            packed = one.get(path, headers={"Accept-Encoding": encoding})
            assert packed.headers["Content-Encoding"] == encoding
            assert unpack(packed.data) == computed.data
        layouts = [
            client.get("/_dash-layout", headers={"Referer": f"http://localhost{path}"}) for client in (one, one, other)
        ]
        assert len({each.data for each in layouts}) == 1


def test_fifty_readers_of_a_new_page_cost_one_computation(fresh: FlaskClient, counted: list[str]) -> None:
    together = threading.Barrier(50, timeout=30)

    def ask() -> bytes:
        client = fresh.application.test_client()
        together.wait()
        answer = client.get("/trends")
        assert answer.status_code == 200
        return answer.data

    with ThreadPoolExecutor(50) as pool:
        found = [each.result(60) for each in [pool.submit(ask) for _ in range(50)]]
    assert len(set(found)) == 1
    assert counted == ["/trends"]


def test_the_layout_depends_on_the_page_and_the_scheme(fresh: FlaskClient, counted: list[str]) -> None:
    def layout(path: str, scheme: str = "light") -> bytes:
        fresh.set_cookie("scheme", scheme)
        return fresh.get("/_dash-layout", headers={"Referer": f"http://localhost{path}"}).data

    assert layout("/") == layout("/?period=12m")
    assert counted == ["/"]
    assert len({layout("/"), layout("/", "dark"), layout("/about"), layout("/about", "dark")}) == 4
    assert len(counted) == 4
    fresh.set_cookie("scheme", "light")
    tag = fresh.get("/_dash-layout", headers={"Referer": "http://localhost/"}).headers["ETag"]
    held = fresh.get("/_dash-layout", headers={"Referer": "http://localhost/", "If-None-Match": tag})
    assert held.status_code == 304
    other = fresh.get("/_dash-layout", headers={"Referer": "http://localhost/about", "If-None-Match": tag})
    assert other.status_code == 200


def test_an_update_does_not_depend_on_where_the_reader_came_from(fresh: FlaskClient, counted: list[str]) -> None:
    moved(fresh, "/", "")  # asks for the layout, to know what is on the page
    counted.clear()
    first = posted(fresh, "/about", "")
    assert first.status_code == 200
    again = posted(fresh, "/about", "?period=12m", {"path": "/", "query": "city=testville", "own": "", "title": "x"})
    assert again.data == first.data
    assert counted == ["/about"]
    assert first.headers["Cache-Control"] == "no-store"
    shown = first.json["response"]["shown"]["data"]
    for _ in range(2):  # it is there already: nothing to draw, and that is kept too
        assert posted(fresh, "/about", "", shown).status_code == 204
    assert len(counted) == 2
    assert posted(fresh, "/about", "", scheme="dark").status_code == 200
    assert posted(fresh, "/nowhere", "", shown).json["response"]["shown"]["data"]["path"] == "/nowhere"


def test_a_publish_and_a_failed_sync_are_seen_at_once(cities_dir: Path, tmp_path: Path, counted: list[str]) -> None:
    data = tmp_path / "data"
    shutil.copytree(cities_dir, data)
    client = create_app(load(data_dir=data, city="testville"), clock=lambda: SOON).test_client()
    before = client.get("/data")
    city = data / "testville"
    number = int((city / "CURRENT").read_text())
    shutil.copytree(city / f"v{number}", city / f"v{number + 1}")
    counted.clear()
    (city / "NEXT").write_text(str(number + 1))
    (city / "NEXT").replace(city / "CURRENT")
    assert client.get("/data").status_code == 200
    assert counted == ["/data"]
    log = json.loads((city / "runs.json").read_text())
    log.insert(0, {**log[0], "error": "the portal is closed", "started_at": log[0]["started_at"] + 60})
    (city / "runs.json").write_text(json.dumps(log))
    after = client.get("/data", headers={"If-None-Match": before.headers["ETag"]})
    assert "the portal is closed" in after.text


def test_late_data_are_said_to_be_late_although_the_page_is_kept(cities_dir: Path, counted: list[str]) -> None:
    now = [SOON]
    client = create_app(load(data_dir=cities_dir, city="testville"), clock=lambda: now[0]).test_client()
    counted.clear()
    first = client.get("/about").text
    now[0] += timedelta(hours=1)
    assert client.get("/about").text == first
    assert counted == ["/about"]
    now[0] += timedelta(days=4000)
    later = client.get("/about").text
    assert "what you see ends there" in later
    assert "what you see ends there" not in first


def test_only_what_everybody_gets_alike_may_be_kept_by_others(fresh: FlaskClient) -> None:
    spoken = fresh.get("/about?lang=en")
    assert spoken.headers["Cache-Control"] == "public, max-age=60, must-revalidate"
    assert spoken.headers["Vary"] == "Accept-Encoding"
    silent = fresh.get("/about")
    assert silent.headers["Cache-Control"] == "private, no-cache"
    assert silent.headers["Vary"] == "Accept-Language, Cookie, Accept-Encoding"
    tag = silent.headers["ETag"]
    for held in (tag, f'"x", W/{tag}', f'{tag[:-1]}:br"', "*"):
        known = fresh.get("/about", headers={"If-None-Match": held, "Accept-Encoding": "br"})
        assert (known.status_code, known.data) == (304, b"")
        assert (known.headers["Cache-Control"], known.headers["Vary"]) == (
            silent.headers["Cache-Control"],
            silent.headers["Vary"],
        )
    head = fresh.head("/about")
    assert (head.data, head.headers["ETag"], head.headers["Content-Length"]) == (b"", tag, str(len(silent.data)))
    assert fresh.get("/about", headers={"Range": "bytes=0-10"}).status_code == 200
    missing = fresh.get("/request/nothing?lang=en", headers={"If-None-Match": "*"})
    assert missing.status_code == 404
    assert "public" not in missing.headers["Cache-Control"]
    table = fresh.get("/charts/requests-and-closed.html")
    assert "Sec-Fetch-Dest" in table.headers["Vary"]
    alone = fresh.get("/charts/requests-and-closed.html", headers={"Sec-Fetch-Dest": "document"})
    assert alone.headers["ETag"] != table.headers["ETag"]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether charts fail just now."""
    now = [True]

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def draw(*args: Any) -> Any:
            if now[0]:
                raise MemoryError("for a moment")
            return real(*args)

        return draw

    from callbacks import chart

    monkeypatch.setattr(chart.breaks, "said", failing(chart.breaks.said))
    return now


def test_a_page_with_a_chart_that_failed_is_not_kept(fresh: FlaskClient, broken: list[bool]) -> None:
    sentence = "This chart could not be made."
    layout = {"path": "/_dash-layout", "headers": {"Referer": "http://localhost/?period=all"}}
    for ask in (
        lambda: fresh.get("/?period=all"),
        lambda: fresh.get(**layout),
        lambda: posted(fresh, "/", "?period=all"),
    ):
        broken[0] = True
        assert sentence in ask().text
        broken[0] = False
        assert sentence not in ask().text


def test_where_a_reader_is_is_neither_kept_nor_logged(
    demo: Path, server: Flask, counted: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    client = create_app(load(data_dir=demo, city=CITY)).test_client()
    counted.clear()
    with caplog.at_level(logging.DEBUG):
        posted_here = client.post("/place/here", data={"latitude": "40.123456", "longitude": "-90.5", "city": CITY})
        assert posted_here.status_code == 303
        assert posted_here.headers["Cache-Control"] == "no-store"
        for _ in range(2):
            searched = client.get("/place?lang=en&q=77 Elm Street")
            assert searched.headers["Cache-Control"] == "private, no-cache"
    assert counted == ["/place", "/place"]
    assert "40.123456" not in caplog.text
    assert "Elm" not in caplog.text
