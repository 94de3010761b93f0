"""Validators: the same answer is a 304, a sync is seen, and nothing is computed twice."""

import shutil
import threading
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from dashboard.api.caching import Answers, Finished
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


def test_the_same_answer_is_made_once_for_many_threads():
    answers, made, gate = Answers(), [], threading.Event()

    def make() -> Finished:
        gate.wait(5)
        made.append(1)
        return Finished(b"x", "text/plain")

    threads = [threading.Thread(target=answers.get, args=("tag", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(5)
    assert len(made) == 1


def test_answers_are_bounded_and_a_failure_is_not_kept():
    answers = Answers(10_000)
    with pytest.raises(ZeroDivisionError):
        answers.get("a", lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    assert answers.get("a", lambda: Finished(b"ok", "")).body == b"ok"
    for number in range(100):
        answers.get(str(number), lambda: Finished(b"y" * 500, ""))
    assert answers.get("huge", lambda: Finished(b"z" * 50_000, "")).body.startswith(b"z")
    assert answers.get("a", lambda: Finished(b"made again", "")).body == b"made again"
