"""The files of the pages: packed, under names that change with them, kept for a year; and what pages do not need is not sent."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
from pathlib import Path

import brotli
import pytest
from dash import Dash
from flask.testing import FlaskClient

from dashboard import packing, page_files
from dashboard.page_files import ASSETS_FOLDER, PageFiles

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}
A_YEAR = "public, max-age=31536000, immutable"


def addresses(client: FlaskClient) -> list[str]:
    """Every script and style that a page names."""
    text = client.get("/").text
    libraries = re.findall(r'data-(?:plotly|leaflet)="([^"]+)"', text)
    assert len(libraries) == 2
    return re.findall(r'(?:src|href)="(/(?:_dash-component-suites|assets)/[^"]+)"', text) + libraries


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(packing, "user_cache_path", lambda _name: tmp_path)
    return tmp_path


@pytest.mark.parametrize("encoding", UNPACK)
def test_every_file_arrives_whole_in_each_encoding_and_is_kept_for_a_year(client: FlaskClient, encoding: str) -> None:
    found = addresses(client)
    assert len(found) > 12
    for address in found:
        answer = client.get(address, headers={"Accept-Encoding": encoding})
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == A_YEAR
        assert answer.headers.get("Content-Encoding", "") == encoding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert UNPACK[encoding](answer.data) == plain.data
        again = client.get(address, headers={"Accept-Encoding": encoding, "If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_a_name_without_its_content_is_not_kept(client: FlaskClient) -> None:
    suite = next(each for each in addresses(client) if "dash_renderer" in each)
    for address in (re.sub(r"m\d+\.", "m1.", suite), "/assets/clientside.js?m=1", "/assets/clientside.js"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "/lib/plotly.js",
        "/lib/nothing.000000000000.js",
        "/assets/../pyproject.toml",
        "/assets/%2e%2e/uv.lock",
        "/assets/",
    ],
)
def test_only_files_of_the_pages_are_given_out(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_pages_load_only_what_they_use(client: FlaskClient) -> None:
    text = client.get("/").text
    scripts = re.findall(r'<script src="([^"]+)"', text)
    assert not [
        each for each in scripts if "plotly" in each or "leaflet" in each or "dash_table" in each or "polyfill" in each
    ]


def test_the_smallest_form_is_made_once_and_served(cache: Path) -> None:
    content = (ASSETS_FOLDER / "clientside.js").read_bytes()
    at_once = packing.packed(content)["br"]
    assert packing.pack(content)
    assert not packing.pack(content)
    smallest = packing.packed(content)["br"]
    assert len(smallest) < len(at_once)
    assert brotli.decompress(smallest) == brotli.decompress(at_once) == content
    assert [path.stem for path in (cache / "packed").iterdir()] == [hashlib.sha256(content).hexdigest()[:32]]


def test_a_folder_that_cannot_be_written_is_told_and_no_error(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    (cache / "packed").write_text("a file where the folder should be")
    assert packing.pack(b"content")
    assert "cannot be kept" in caplog.text
    assert brotli.decompress(packing.packed(b"content")["br"]) == b"content"


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    script = assets / "one.js"
    script.write_text("1")
    files = PageFiles(Dash("files", assets_folder=str(assets)), assets)
    before = files.get(script)
    shutil.copy2(ASSETS_FOLDER / "map.js", script)
    assert files.get(script).digest != before.digest


def test_without_npm_the_whole_library_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_files, "ROOT", tmp_path)
    assert page_files.libraries()["plotly"].name == "plotly.min.js"
    small = tmp_path / "node_modules" / "plotly.js-basic-dist-min" / "plotly-basic.min.js"
    small.parent.mkdir(parents=True)
    small.write_text("")
    assert page_files.libraries()["plotly"] == small
