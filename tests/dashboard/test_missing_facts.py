"""A city without closing times: volume, statuses and places are shown, no speed is, and every page says why."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter

import pytest
from flask.testing import FlaskClient

from tests.dashboard.reading import Node, both, components, figures, of_html
from tests.dashboard.small_cities import NO_CLOSING, rows_of

CITY = "city=mapleton"
PAGES = ("/", "/departments", "/departments/parks", "/districts", "/districts/2")
SPEED = re.compile(r"\bhalf are closed|nine in ten|typical wait|within 30 days|backlog|on time", re.IGNORECASE)
NEEDING = (
    "typical-wait",
    "backlog",
    "share-closed",
    "requests-and-closed",
    "on-time",
    "on-time-parts",
    "wait-by-district",
)


def made_in_the_last_year() -> list[dict[str, str]]:
    """The rows that the default view is about: residents', of the last twelve months, without duplicates."""
    return [
        row
        for row in rows_of(300)
        if row["Created"] >= "2023-07-01" and row["Source"] != "Crew" and row["Kind"] != "Question"
    ]


def status_counts(rows: list[dict[str, str]]) -> dict[str, int]:
    names = {"Open": "open", "Assigned": "in_progress", "Closed": "closed", "Cancelled": "cancelled"}
    found = Counter(names[row["Status"]] for row in rows if "duplicate of" not in row["Note"])
    return {name: found[name] for name in names.values()}


def main_of(document: Node) -> Node:
    """The page itself, without what stands around it."""
    return next(node for node in document.walk() if node.tag == "main")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_why_and_shows_no_speed(cities_client: FlaskClient, path: str) -> None:
    for document in both(cities_client, f"{path}?{CITY}"):
        text = main_of(document).text()
        assert NO_CLOSING in text
        assert SPEED.search(text) is None, SPEED.search(text)


def test_the_sentence_and_the_headline_give_the_statuses(cities_client: FlaskClient) -> None:
    rows = made_in_the_last_year()
    counts = status_counts(rows)
    total = sum(counts.values())
    for document in both(cities_client, f"/?{CITY}"):
        (lead,) = document.all("p", **{"class": "lead"})
        assert f"of {total} as the city last showed them" in lead.text()
        assert f"{counts['closed'] / total:.0%} are closed" in lead.text()
        numbers = [(item.all("dt")[0].text(), item.all("dd")) for item in document.all("dl")[0].all("div")]
        assert [name for name, _ in numbers] == ["Requests", "Open", "In progress", "Closed", "Cancelled"]
        assert numbers[0][1][0].text() == str(len(rows))
        for (_, (share, n)), count in zip(numbers[1:], counts.values(), strict=True):
            assert share.text() == f"{count / total:.0%}"
            assert n.text().split()[0] == str(count)


def test_charts_that_need_closing_times_are_not_drawn(cities_client: FlaskClient) -> None:
    for path in PAGES:
        layout = cities_client.get("/_dash-layout", headers={"Referer": f"http://localhost{path}?{CITY}"}).json
        ids = {str(each["props"]["id"]) for each in components(layout) if "id" in each["props"]}
        assert not {f"chart-{chart}" for chart in NEEDING} & ids
        drawn = figures(layout)
        assert drawn
        assert all(figure["data"] for figure in drawn)
    overview = of_html(cities_client.get(f"/?{CITY}").text)
    assert [node.text() for node in overview.all("h3")] == ["Requests made", "How the requests stand"]


def test_the_chart_of_the_statuses_has_its_table(cities_client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(cities_client.get(f"/charts/status-mix.csv?{CITY}").text)))
    assert {row["status"]: int(row["value"]) for row in rows} == status_counts(made_in_the_last_year())
    table = of_html(cities_client.get(f"/charts/status-mix.html?{CITY}").text)
    assert [cell.text() for cell in table.all("th")] == [
        "Status",
        "Value",
        "Open",
        "In progress",
        "Closed",
        "Cancelled",
    ]


@pytest.mark.parametrize("chart", NEEDING)
def test_the_numbers_of_a_chart_that_cannot_be_drawn_are_none_and_why(cities_client: FlaskClient, chart: str) -> None:
    answer = cities_client.get(f"/charts/{chart}.json?{CITY}").json
    assert (answer["rows"], answer["lacking"]) == ([], NO_CLOSING)  # type: ignore[index]
    assert len(cities_client.get(f"/charts/{chart}.csv?{CITY}").text.splitlines()) == 1
    assert NO_CLOSING in of_html(cities_client.get(f"/charts/{chart}.html?{CITY}").text).text()


def test_the_map_offers_only_what_the_rows_allow(cities_client: FlaskClient) -> None:
    for document in both(cities_client, f"/map?{CITY}&measure=wait"):
        assert document.all("h1")[-1].text() == "Requests by area"
        assert not [link for link in document.all("a") if "measure=" in link.attributes.get("href", "")]
    offered = of_html(cities_client.get("/map?city=testville").text)
    assert len({link.attributes["href"] for link in offered.all("a") if "measure=" in link.attributes["href"]}) == 4


@pytest.mark.parametrize("path", ["/summary", "/departments", "/districts", "/categories"])
def test_the_api_gives_null_with_the_sentence(cities_client: FlaskClient, path: str) -> None:
    answer = cities_client.get(f"/api/v1{path}?{CITY}").json
    assert answer
    assert answer["missing"]["closing_time"] == NO_CLOSING
    known = cities_client.get(f"/api/v1{path}?city=testville").json
    assert known
    assert known["missing"] == {}
    for row, timed in zip(answer.get("rows", [answer]), known.get("rows", [known]), strict=True):
        assert row.keys() == timed.keys()
        assert row["wait"].keys() == timed["wait"].keys()
        assert set(re.findall(r":(\w+|\")", json.dumps(row["wait"], separators=(",", ":")))) == {"null"}
        assert set(row["on_time"].values()) == {None}
        assert [row[key] for key in ("closed", "backlog", "overdue")] == [None, None, None]
        assert row["requests"] > 0
        assert row["in_progress"] <= row["open"]
        assert timed["wait"]["n"] > 0


def test_series_that_need_closing_times_have_no_rows(cities_client: FlaskClient) -> None:
    for measure in ("closed", "backlog", "wait", "on_time"):
        assert cities_client.get(f"/api/v1/series?measure={measure}&{CITY}").json["rows"] == []  # type: ignore[index]
    assert cities_client.get(f"/api/v1/distribution?{CITY}").json["rows"] == []  # type: ignore[index]
    made = cities_client.get(f"/api/v1/series?measure=requests&{CITY}").json["rows"]  # type: ignore[index]
    assert sum(row["value"] for row in made) == len(made_in_the_last_year())
    listed = cities_client.get(f"/api/v1/requests?{CITY}&limit=1").json["rows"]  # type: ignore[index]
    one = cities_client.get(f"/api/v1/requests/{listed[0]['request_id']}?{CITY}").json
    assert one
    assert set(one["expected_wait"].values()) == {None}
    assert one["still_waiting"] is None


def test_other_cities_stay_as_they_are(cities_client: FlaskClient) -> None:
    text = main_of(of_html(cities_client.get("/?city=testville").text)).text()
    assert "half are closed within" in text
    assert "does not publish when" not in text
