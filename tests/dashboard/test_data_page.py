"""The data page tells what the store and the log of the syncs hold, and shows what a source writes as text only."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.settings import load
from tests.builders import Store
from tests.dashboard.reading import Node, both, of_html
from tests.dashboard.small_cities import BREAK, NO_CLOSING, NO_TARGET, SOON, portal_city, rows_of

EVIL = "<img src=x onerror=alert(1)>"
DRIFT = [
    {"kind": "new_column", "field": "rows", "value": f"Priority {EVIL}", "n": 1},
    {"kind": "status_without_rule", "field": "status", "value": "On hold", "n": 1234},
    {"kind": "new_value", "field": "category", "value": "Drone noise", "n": 7},
]
SUMS = {"data_set": "aaaa-bbbb", "host": "data.example.org", "n": 3, "failed": 1, "bytes": 2_500_000, "seconds": 61.25}
CALLS = [
    {
        "at": 1719900000.5,
        "host": "data.example.org",
        "what": f"/resource/aaaa-bbbb.csv?q={EVIL}",
        "data_set": "aaaa-bbbb",
    }
    | {"seconds": 1.5, "bytes": 1200, "status": 200, "error": ""},
    {"at": 1719899000.0, "host": "data.example.org", "what": "/resource/aaaa-bbbb.csv", "data_set": "aaaa-bbbb"}
    | {"seconds": 30.0, "bytes": 0, "status": None, "error": f"No answer {EVIL}"},
]
MAPPINGS = [
    ("department", "DPW …", "Public Works", 120),
    ("department", f"{EVIL} Queue", "Parks", 3),
    ("department", "Parks", "Parks", 40),
    ("category", "HLTH-Rats", "Rats", 9),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A city with a portal whose last sync found news and failed once on the way."""
    found = Store(tmp_path_factory.mktemp("data-page") / "data", portal_city())
    found.sync([*rows_of(200), *({**row, "Id": ""} for row in rows_of(3))])
    with duckdb.connect(str(found.folder / "v1" / "counts.duckdb")) as counts:
        counts.execute("CREATE OR REPLACE TABLE mappings (field VARCHAR, given VARCHAR, shown VARCHAR, n BIGINT)")
        counts.executemany("INSERT INTO mappings VALUES (?, ?, ?, ?)", MAPPINGS)
        counts.execute(
            "CREATE OR REPLACE TABLE area_checks "
            "(kind VARCHAR, compared BIGINT, disagreeing BIGINT, filled BIGINT, vintage VARCHAR)"
        )
        counts.execute("INSERT INTO area_checks VALUES ('district', 1000, 180, 25, '2015')")
    log = found.folder / "runs.json"
    (run,) = json.loads(log.read_text())
    sums = SUMS | {"longest": 30.0, "last_error": f"No answer {EVIL}"}
    log.write_text(json.dumps([run | {"repaired": 4, "drift": DRIFT, "calls": [sums]}]))
    (found.folder / "calls.json").write_text(json.dumps(CALLS))
    return found


@pytest.fixture(scope="module")
def client(store: Store) -> FlaskClient:
    return create_app(load(data_dir=store.data_dir), clock=lambda: SOON).test_client()


def table_of(document: Node, heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    for section in document.all("section"):
        if any(node.text() == heading for node in section.all("h2")) and section.all("table"):
            rows = section.all("tbody")[0].all("tr")
            return [[cell.text() for cell in row.walk() if cell.tag in ("th", "td")] for row in rows]
    return []


def terms_of(document: Node, heading: str) -> dict[str, str]:
    """The terms and explanations under a heading."""
    section = next(each for each in document.all("section") if any(node.text() == heading for node in each.all("h2")))
    return dict(
        zip((node.text() for node in section.all("dt")), (node.text() for node in section.all("dd")), strict=True)
    )


def test_freshness_is_told(client: FlaskClient) -> None:
    for document in both(client, "/data"):
        facts = terms_of(document, "How fresh it is")
        assert facts["Requests made"] == "Jul 1, 2022 – Jun 30, 2024"
        assert facts["Data through"].startswith("Jun 30, 2024")
        assert facts["Rows"] == "200"
        assert facts["Last attempt"] == "Jul 1, 2024, 12:00 PM"
        assert facts["The source is usually updated"] == "every 2 days"
        assert "Failing since" not in facts


def test_the_syncs_and_what_they_asked_are_told(client: FlaskClient) -> None:
    for document in both(client, "/data"):
        ((begun, source, *counts, error),) = table_of(document, "The last syncs")
        assert (begun, source, error) == ("Jul 1, 2024, 12:00 PM", "rows.csv", "–")
        assert counts == ["203", "200", "0", "0", "3", "0", "4"]
        (sums,) = table_of(document, "What the last sync asked of the source")
        assert sums == ["aaaa-bbbb", "data.example.org", "3", "1", "2.5 MB", "61.2 s", "30.0 s", f"No answer {EVIL}"]
        calls = table_of(document, "Every call")
        assert [row[3:] for row in calls] == [
            ["1.5 s", "1.2 kB", "200", "–"],
            ["30.0 s", "0.0 kB", "–", f"No answer {EVIL}"],
        ]
        assert calls[0][0] == "Jul 2, 2024, 2:00 AM"


def test_what_changed_in_the_source_is_told(client: FlaskClient) -> None:
    for document in both(client, "/data"):
        assert [row[:4] for row in table_of(document, "What has changed in the source")] == [
            ["A new column", "rows", f"Priority {EVIL}", "–"],
            [
                "A status that no rule knows: taken as closed where there is a closing time, else as open",
                "status",
                "On hold",
                "1,234",
            ],
            ["A value that was not there before", "category", "Drone noise", "7"],
        ]


def test_flags_quarantine_and_what_is_left_out_are_those_of_the_rows(client: FlaskClient) -> None:
    rows = rows_of(200)
    questions = sum(row["Kind"] == "Question" for row in rows)
    crews = sum(row["Source"] == "Crew" and row["Kind"] != "Question" for row in rows)
    report = client.get("/api/v1/quality").json
    assert report
    for document in both(client, "/data"):
        assert table_of(document, "Rows that could not be read") == [["No request number", "3"]]
        left = dict(table_of(document, "What the default view leaves out"))
        assert left["Made by city staff and systems"] == str(crews)
        assert left["Questions answered without work"] == str(questions)
        shown = Counter({row[0]: int(row[1]) for row in table_of(document, "What is odd in the rows")})
        assert sorted(shown.values()) == sorted(row["n"] for row in report["flags"] if row["n"])
        by_department = table_of(document, "What is odd, by department")
        assert sum(int(row[2]) for row in by_department) == sum(shown.values())


def test_names_are_shown_as_given_and_as_published(client: FlaskClient) -> None:
    heading = "Names in the words of the city's file, and as they are shown: "
    for document in both(client, "/data"):
        assert table_of(document, heading + "Department") == [
            ["DPW …", "Public Works", "120"],
            [f"{EVIL} Queue", "Parks", "3"],
            ["Parks", "Parks", "40"],
        ]
        assert table_of(document, heading + "Problem") == [["HLTH-Rats", "Rats", "9"]]
        text = document.text()
        assert "2 names and patterns of the city's file are shown otherwise than they are written" in text
        assert text.count("“…” stands for any text") == 1  # no pattern is among the types
        assert "as the source writes" not in text
        assert "Found in the sync of" in text


def test_areas_licence_breaks_and_links_are_told(client: FlaskClient) -> None:
    for document in both(client, "/data?period=90d"):
        assert table_of(document, "Do rows and boundaries agree?") == [
            ["Districts", "1,000", "82.0%", "180", "25", "2015", "no: they are of another time, or of other areas"]
        ]
        assert terms_of(document, "Source and licence")["Licence"] == "CC0"
        assert terms_of(document, "Days from which rows mean something else")["Feb 10, 2024"] == BREAK
        assert "Testville publishes no photos." in document.text()
        links = {link.attributes["href"] for link in document.all("a") if link.attributes["href"].startswith("/api/v1")}
        assert len(links) >= 4
        for href in links:
            assert client.get(href).status_code == 200, href


def test_values_of_the_source_are_text_only(client: FlaskClient) -> None:
    answer = client.get("/data")
    assert EVIL not in answer.text
    assert answer.text.count("&lt;img src=x") >= 5


def test_a_failing_sync_is_told_with_its_first_day_and_words(store: Store, client: FlaskClient, tmp_path: Path) -> None:
    log = store.folder / "runs.json"
    kept = log.read_text()
    (run,) = json.loads(kept)
    asked = {"source": store.city.source.name, "read": None, "stored": None, "drift": [], "calls": []}
    failed = run | asked | {"error": "The portal did not answer."}
    try:
        log.write_text(
            json.dumps([failed | {"run": 3, "started_at": run["started_at"] + 7200}, failed | {"run": 2}, run])
        )
        facts = terms_of(of_html(client.get("/data").text), "How fresh it is")
    finally:
        log.write_text(kept)
    assert facts["Failing since"] == "Jul 1, 2024, 12:00 PM"
    assert facts["Last attempt"] == "Jul 1, 2024, 2:00 PM"
    assert facts["What the last attempt said"] == "The portal did not answer."


def test_what_a_city_does_not_publish_is_told(cities_client: FlaskClient) -> None:
    for document in both(cities_client, "/data?city=mapleton"):
        facts = terms_of(document, "What the city does not publish")
        assert facts == {"Closing times": NO_CLOSING, "Targets": NO_TARGET}


def test_an_older_log_and_version_are_read(cities_dir: Path, cities_client: FlaskClient) -> None:
    log = cities_dir / "plainfield" / "runs.json"
    kept = log.read_text()
    old: list[dict[str, Any]] = [
        {key: value for key, value in run.items() if key not in ("repaired", "drift", "calls")}
        for run in json.loads(kept)
    ]
    try:
        log.write_text(json.dumps(old))
        answer = cities_client.get("/data?city=plainfield")
        report = cities_client.get("/api/v1/quality?city=plainfield").json
    finally:
        log.write_text(kept)
    assert answer.status_code == 200
    assert "found the columns and values that were there before" in answer.text
    assert report
    assert (report["runs"][0]["repaired"], report["runs"][0]["drift"]) == (None, [])
