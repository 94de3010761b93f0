"""Validators: the same answer is a 304, a sync is seen, and nothing is computed twice."""

import gzip
import shutil
from datetime import datetime

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from data_access.city import load_city
from data_access.store.published import Published
from data_access.sync import sync_files
from tests.api.small_city import NOW, line, lines, serve, write_lines

V1 = "/api/v1"
PATHS = (
    "/api",
    *(
        f"{V1}/{path}"
        for path in (
            "cities",
            "cities.csv",
            "options",
            "summary",
            "summary.csv",
            "districts",
            "series",
            "distribution",
            "requests",
            "requests/late",
            "quality",
            "boundaries/district.geojson",
            "openapi.json",
        )
    ),
)


@pytest.mark.parametrize("path", PATHS)
def test_who_holds_the_answer_gets_a_304(client: FlaskClient, path: str):
    first = client.get(path)
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    assert first.headers["Cache-Control"] == "public, max-age=60, must-revalidate"
    assert "Set-Cookie" not in first.headers
    assert "Cookie" not in first.headers.get("Vary", "")
    for held in (tag, f'"other", W/{tag}', tag[:-1] + ':gzip"', "*"):
        again = client.get(path, headers={"If-None-Match": held})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert again.headers["ETag"].startswith(tag[:-1])
    assert client.get(path, headers={"If-None-Match": '"other"'}).data == first.data


def test_the_validator_is_of_the_meaning_and_not_of_the_spelling(client: FlaskClient):
    def tag(path: str) -> str:
        return client.get(V1 + path).headers["ETag"]

    same = {tag("/summary"), tag("/summary?period=12m"), tag("/summary?city=boston&origin=Resident&lang=es&x=y")}
    assert len(same) == 1
    other = {
        tag("/summary.csv"),
        tag("/summary?origin=all"),
        tag("/summary?city=plainville"),
        tag("/districts"),
        tag("/series"),
        tag("/series?measure=wait"),
        tag("/requests?limit=5"),
        tag("/requests?limit=6"),
    }
    assert len(other | same) == 9


def test_errors_win_over_a_held_answer(client: FlaskClient):
    for path in ("/requests/unknown", "/series?measure=x", "/boundaries/x.geojson"):
        assert client.get(V1 + path, headers={"If-None-Match": "*"}).status_code in (400, 404)


def test_a_sync_is_seen_at_once(tmp_path):
    boston = load_city("boston")
    rows = [line(i, datetime(2015, 3, 1 + i)) for i in range(5)]  # noqa: DTZ001
    sync_files(boston, [write_lines(tmp_path / "a.csv", rows)], tmp_path / "data", now=NOW)
    published = Published(tmp_path / "data")
    client = serve(published).test_client()
    before = client.get(f"{V1}/summary")
    sync_files(boston, [write_lines(tmp_path / "b.csv", [line(9, datetime(2015, 3, 9))])], tmp_path / "data", now=NOW)  # noqa: DTZ001
    after = client.get(f"{V1}/summary", headers={"If-None-Match": before.headers["ETag"]})
    assert (before.json["requests"], after.json["requests"]) == (5, 6)
    assert (before.json["data_version"], after.json["data_version"]) == (1, 2)
    published.close()
    shutil.rmtree(tmp_path / "data")  # the folder is filled anew: version 1 again, but not the same answer
    sync_files(boston, [write_lines(tmp_path / "c.csv", lines())], tmp_path / "data", now=NOW)
    anew = (
        serve(Published(tmp_path / "data"))
        .test_client()
        .get(f"{V1}/summary", headers={"If-None-Match": before.headers["ETag"]})
    )
    assert anew.status_code == 200
    assert anew.json["data_version"] == 1


def test_both_encodings_hold_the_same_answer_under_tags_of_their_own(client: FlaskClient):
    path = f"{V1}/summary"
    plain = client.get(path)
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
    for wanted, sent, unpack in (
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0.5, gzip", "gzip", gzip.decompress),
    ):
        packed = client.get(path, headers={"Accept-Encoding": wanted})
        assert packed.headers["Content-Encoding"] == sent
        assert unpack(packed.data) == plain.data
        assert packed.headers["ETag"] == f'{plain.headers["ETag"][:-1]}:{sent}"'
        head = client.head(path, headers={"Accept-Encoding": wanted})
        assert (head.data, head.headers["Content-Length"]) == (b"", str(len(packed.data)))
        assert head.headers["ETag"] == packed.headers["ETag"]
        held = {"Accept-Encoding": wanted, "If-None-Match": packed.headers["ETag"]}
        assert client.get(path, headers=held).status_code == client.head(path, headers=held).status_code == 304
    for refused in ("identity", "br;q=0, gzip;q=0", "identity, br;q=0.5", ""):
        assert client.get(path, headers={"Accept-Encoding": refused}).data == plain.data


def test_an_address_that_is_searched_for_is_kept_nowhere(server: Flask, client: FlaskClient):
    answer = client.get(f"{V1}/addresses?q=33 Beacon")
    assert answer.json["rows"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
