"""The numbers on every main screen are those of the API, put into words here in a plain way of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.domain.method import TOO_FEW
from dashboard.i18n.translator import translator_for
from layouts.pages.shared import OUTCOMES
from tests.dashboard.reading import Node, of_html

TR = translator_for("en")
FEW = "too few to say"
SELECTIONS = ("", "category=pothole-repair&period=30d&origin=all")
"""The default, and so few that little can be said."""
TABLES = {
    "/departments": ("departments", "/departments", "department"),
    "/departments/street-maintenance": ("problems", "/categories", "category"),
    "/districts": ("areas", "/districts", "district"),
    "/districts/1": ("problems", "/categories", "category"),
    "/map": ("areas", "/districts", "district"),
    "/place/1": ("all-problems", "/categories", "category"),
}
"""Of each screen the table of groups, where the API has its rows, and their field."""
HEADLINES = {
    "/": "",
    "/departments/street-maintenance": "department=street-maintenance",
    "/districts/1": "district=1",
    "/neighbourhoods/brewery-hill": "neighbourhood=brewery-hill",
    "/how-long": "",
}
"""The screens with headline numbers, and what their path chooses."""


def api(client: FlaskClient, path: str, *queries: str) -> Any:
    answer = client.get(f"/api/v1{path}?{'&'.join(query for query in queries if query)}")
    assert answer.status_code == 200, (path, queries)
    return answer.json


def screen(client: FlaskClient, path: str, query: str) -> Node:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 200, path
    return of_html(answer.text).all("main")[0]


def headlines(main: Node) -> dict[str, str]:
    """All figures of a screen in large print, by what they are called."""
    return {
        item.all("dt")[0].text(): item.all("dd")[0].text()
        for each in main.all("dl")
        if "numbers" in each.attributes.get("class", "")
        for item in each.all("div")
    }


def rows_of(main: Node, table_id: str) -> list[list[str]]:
    """The cells of a table by its id, without its head; none where there is a sentence in its place."""
    tables = main.all("table", **{"aria-labelledby": f"first-{table_id}"})
    return [
        [cell.text() for cell in row.walk() if cell.tag in ("th", "td")] for table in tables for row in table.all("tr")
    ][1:]


def days(numbers: Any, key: str) -> str:
    """A wait in words; one that is not reached says for how long it was watched."""
    found = numbers["wait"]
    if not numbers["requests"]:
        return "no requests"
    if found["n"] < TOO_FEW:
        return FEW
    return TR.days(found[key]) if found[key] is not None else f"more than {int(found['longest_observed_days'])} days"


def within(numbers: Any) -> str:
    found = numbers["wait"]
    if not numbers["requests"]:
        return "no requests"
    if found["n"] < TOO_FEW:
        return FEW
    return TR.percent(found["closed_within"]["30"]) if found["closed_within_observed"]["30"] else "too early to say"


def on_time(numbers: Any) -> str:
    parts = numbers["on_time"]
    due = parts["on_time"] + parts["late_closed"] + parts["open_overdue"]
    if not numbers["requests"]:
        return "no requests"
    if not due:
        return "none due yet" if parts["not_yet_due"] else "no published target"
    return TR.percent(parts["on_time"] / due) if due >= TOO_FEW else FEW


def share(part: float | None, n: int) -> str:
    return FEW if part is None or n < TOO_FEW else TR.percent(part)


@pytest.mark.parametrize("query", SELECTIONS)
@pytest.mark.parametrize("path", HEADLINES)
def test_the_figures_in_large_print(client: FlaskClient, path: str, query: str) -> None:
    shown = headlines(screen(client, path, query))
    numbers = api(client, "/summary", query, HEADLINES[path])
    if path == "/how-long" and numbers["wait"]["n"] < TOO_FEW:
        numbers = api(client, "/summary", "period=30d&origin=all")
    assert shown["Requests"] == TR.number(numbers["requests"])
    assert shown["Typical wait"] == days(numbers, "p50_days")
    assert shown["Closed within 30 days"] == within(numbers)
    assert shown["On time"] == on_time(numbers)
    assert shown["Open (backlog)"] == TR.number(numbers["backlog"])
    if path not in ("/", "/how-long"):
        assert shown["Nine in ten closed within"] == days(numbers, "p90_days")
        n = numbers["wait"]["n"]
        assert shown["Work done within 30 days"] == share(numbers["work_done_within"]["30"], n)
        assert shown["Closed within a minute"] == share(numbers["instant"]["share"], n)
        back = numbers["repeats"]
        assert shown["Came back within 30 days"] == share(back["rate"], back["eligible"])


@pytest.mark.parametrize("query", SELECTIONS)
@pytest.mark.parametrize("path", TABLES)
def test_the_tables_of_groups(client: FlaskClient, path: str, query: str) -> None:
    table_id, route, field = TABLES[path]
    shown = {row[0]: row[1:] for row in rows_of(screen(client, path, query), table_id)}
    rows = api(client, route, query, HEADLINES.get(path, "district=1" if path == "/place/1" else ""))["rows"]
    known = {_label(field, row["name"]): row for row in rows}
    if not query:
        assert len(shown) >= 3
    for name, cells in shown.items():
        row = known[name]
        assert cells == [
            TR.number(row["requests"]),
            TR.number(row["backlog"]),
            days(row, "p50_days"),
            days(row, "p90_days"),
            within(row),
            on_time(row),
        ], name
    if path in ("/departments", "/districts", "/map"):
        assert set(shown) == {name for name, row in known.items() if row["requests"] or row["backlog"]}


def _label(field: str, name: str) -> str:
    if name == "none":
        return {"category": "No problem recorded", "neighbourhood": "No neighborhood recorded"}.get(
            field, f"No {field} recorded"
        )
    return f"District {name}" if field == "district" else name


@pytest.mark.parametrize("query", SELECTIONS)
@pytest.mark.parametrize("path", ["/departments/street-maintenance", "/districts/1", "/place/1"])
def test_how_requests_ended(client: FlaskClient, path: str, query: str) -> None:
    shown = {row[0]: row[1:3] for row in rows_of(screen(client, path, query), "outcomes")}
    found = api(client, "/summary", query, HEADLINES.get(path, "district=1"))["outcomes"]
    ended = sum(found.values())
    assert shown == {OUTCOMES[outcome]: [TR.number(n), share(n / ended, ended)] for outcome, n in found.items() if n}


@pytest.mark.parametrize("query", SELECTIONS)
@pytest.mark.parametrize("kind", ["district", "neighbourhood"])
def test_the_fair_comparison(client: FlaskClient, kind: str, query: str) -> None:
    found = api(client, "/fair", query, f"field={kind}")
    known = {_label(kind, row["name"]): row for row in found["rows"] if row["name"] != "none"}
    shown = {row[0]: row[1:5] for row in rows_of(screen(client, f"/{kind}s", query), "fair")}
    assert shown.keys() == known.keys()
    for name, row in known.items():
        expected = row["expected"] / row["n"] if row["n"] else None
        adjusted = None if row["adjusted_share"] is None else min(row["adjusted_share"], 1)
        figures = [share(each, row["n"]) for each in (row["share"], expected, adjusted)]
        if row["adjusted_share"] is None:
            figures = [FEW] * 3
        assert shown[name] == [TR.number(row["n"]), *figures], name


@pytest.mark.parametrize("query", SELECTIONS)
def test_what_a_place_is_compared_with(client: FlaskClient, query: str) -> None:
    main = screen(client, "/place/1", query)
    here, city = api(client, "/summary", query, "district=1"), api(client, "/summary", query)
    told = [
        [TR.number(each["requests"]), days(each, "p50_days"), days(each, "p90_days"), within(each)]
        for each in (here, city)
    ]
    assert [row[1:] for row in rows_of(main, "against-city")] == told
    earlier = here["compare"]
    before = [TR.number(earlier["requests"]), days(earlier, "p50_days"), days(earlier, "p90_days"), within(earlier)]
    assert [row[1:] for row in rows_of(main, "against-earlier")] == [told[0], before]
    if here["wait"]["n"] >= TOO_FEW:
        assert f"half are closed within {TR.days(here['wait']['p50_days'])}" in main.text()


@pytest.mark.parametrize("query", SELECTIONS)
def test_what_changed(client: FlaskClient, query: str) -> None:
    shown = {row[0]: row[1:3] for row in rows_of(screen(client, "/departments/street-maintenance", query), "change")}
    now = api(client, "/summary", query, "department=street-maintenance")
    both = (now, now["compare"])
    words: dict[str, Callable[[Any], str]] = {
        "Requests": lambda each: TR.number(each["requests"]),
        "Closed": lambda each: TR.number(each["closed"]),
        "Typical wait": lambda each: days(each, "p50_days"),
        "Nine in ten closed within": lambda each: days(each, "p90_days"),
        "Closed within 30 days": within,
        "On time": on_time,
        "Open (backlog)": lambda each: TR.number(each["backlog"]),
    }
    assert shown == {name: [said(each) for each in both] for name, said in words.items()}


def test_the_list_of_requests_and_one_of_them(client: FlaskClient) -> None:
    for query in ("period=30d&sort=slowest", "district=3&standing=open&sort=oldest", "period=30d&sort=newest"):
        records = api(client, "/requests", query, "limit=50")["rows"]
        shown = rows_of(screen(client, "/requests", query), "requests")
        assert [row[0] for row in shown] == [record["request_id"] for record in records]
        assert [row[1] for row in shown] == [_label("category", record["category"]) for record in records]
        record = records[0]
        one = api(client, f"/requests/{record['request_id']}")
        main = screen(client, f"/request/{record['request_id']}", "")
        if one["seconds"] is not None:
            assert TR.days(one["seconds"] / 86_400) in main.all("p", **{"class": "lead"})[0].text()
        if one["still_waiting"] is not None:
            assert TR.days(one["still_waiting"]["age_days"]) in main.all("p", **{"class": "lead"})[0].text()


@pytest.mark.parametrize("interval", ["month", "week", "quarter"])
@pytest.mark.parametrize("measure", ["requests", "closed", "backlog", "wait", "on_time"])
def test_what_is_followed_over_time(client: FlaskClient, measure: str, interval: str) -> None:
    query = f"measure={measure}&interval={interval}&district=2"
    shown = rows_of(screen(client, "/trends", f"{query}&view=table"), "trend")
    rows = api(client, "/series", query)["rows"]
    said: dict[str, Callable[[float], str]] = {"wait": TR.days, "on_time": TR.percent}
    assert len(shown) == len(rows) > 3
    for cells, row in zip(shown, rows, strict=True):
        if measure in said and row["n"] < TOO_FEW:
            assert cells[1] == FEW or row["n"] == 0
        elif row["value"] is None:
            assert cells[1] in ("not reached yet", "–")
        else:
            assert cells[1] == said.get(measure, TR.number)(row["value"])


def test_what_is_said_of_the_data(client: FlaskClient) -> None:
    main = screen(client, "/data", "")
    quality = api(client, "/quality")
    odd = [row[1] for row in rows_of(main, "flags")]
    assert odd == [TR.number(row["n"]) for row in quality["flags"] if row["n"]]
    unread = [row[1] for row in rows_of(main, "quarantine")]
    assert unread == [TR.number(row["n"]) for row in quality["quarantine"]]
    assert odd
    assert unread
