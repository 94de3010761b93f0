"""A measure over time, broken down: each value is what the same question answers when a filter narrows it to that value."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from dashboard.domain.trend import OTHER

FIELDS = {"category": "categories", "department": "departments", "district": "districts", "channel": "channels"}
MEASURES = ("requests", "closed", "backlog", "wait", "on_time", "ninety", "closed_within_30", "share_work_done")


def rows(client: FlaskClient, **asked: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/series?{urlencode(asked)}")
    assert answer.status_code == 200, answer.text
    return answer.json["rows"]  # type: ignore[index]


def without_name(row: dict[str, Any], *others: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("name", *others)}


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("field", FIELDS)
def test_each_value_is_as_when_it_is_chosen(client: FlaskClient, field: str, measure: str):
    found = rows(client, measure=measure, by=field, interval="quarter", top="50")
    names = list(dict.fromkeys(row["name"] for row in found))
    known = client.get(f"/api/v1/{FIELDS[field]}").json["rows"]  # type: ignore[index]
    assert set(names) == {row["name"] for row in known if row["requests"]}
    limits = ("low", "high") if measure == "on_time" else ()  # without a breakdown this rate has none
    for name in names:
        alone = rows(client, measure=measure, interval="quarter", **{field: name})
        mine = [without_name(row, *limits) for row in found if row["name"] == name]
        assert mine == [without_name(row, *limits) for row in alone], name


def test_the_rest_of_a_count_is_the_last_and_nothing_is_lost(client: FlaskClient):
    found = rows(client, measure="requests", by="category", top="1")
    names = list(dict.fromkeys(row["name"] for row in found))
    assert (len(names), names[-1]) == (2, OTHER)
    whole = {row["start"]: row["value"] for row in rows(client, measure="requests")}
    assert {start: sum(row["value"] for row in found if row["start"] == start) for start in whole} == whole
    assert {row["name"] for row in rows(client, measure="wait", by="category", top="1")} == {names[0]}


def test_by_whose_requests_they_are_everybodys_are_looked_at(client: FlaskClient):
    answer = client.get("/api/v1/series?by=origin&period=all").json
    assert answer is not None
    assert (answer["by"], answer["filters"]["origin"]) == ("origin", "all")
    for origin in ("resident", "city", "information"):
        alone = rows(client, origin=origin, period="all")
        mine = [without_name(row) for row in answer["rows"] if row["name"] == origin]
        assert mine == alone or (not mine and not any(row["n"] for row in alone))


def test_the_table_has_the_names(client: FlaskClient):
    answer = client.get("/api/v1/series.csv?by=department&interval=quarter")
    table = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    found = rows(client, by="department", interval="quarter")
    assert [(row["name"], row["start"], row["n"]) for row in table] == [
        (row["name"], row["start"], str(row["n"])) for row in found
    ]
    assert "boston-series-requests-department-by-quarter-" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("by=colour", "by"),
        ("measure=wait&by=outcome", "by"),
        ("by=category&top=0", "top"),
        ("by=category&top=x", "top"),
    ],
)
def test_a_script_learns_what_cannot_be_asked(client: FlaskClient, query: str, parameter: str):
    answer = client.get(f"/api/v1/series?{query}")
    assert (answer.status_code, answer.json["parameter"]) == (400, parameter)  # type: ignore[index]


def test_without_a_breakdown_rows_have_no_name(client: FlaskClient):
    answer = client.get("/api/v1/series?measure=wait").json
    assert answer is not None
    assert answer["by"] == "none"
    assert all("name" not in row for row in answer["rows"])
