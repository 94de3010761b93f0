"""What the routes answer: the keys of the contract, and the same numbers as JSON and as CSV."""

import csv
import io
import json
from urllib.parse import quote

import pandas as pd
import pytest
from flask.testing import FlaskClient

from dashboard.api.rendering import flatten, to_csv, to_json
from tests.api.small_city import ODD_ID

V1 = "/api/v1"
GROUPED = ("categories", "departments", "districts", "neighbourhoods", "channels")
SUMMARY = (
    *("city", "filters", "from", "to", "data_to", "data_through", "data_version", "method_version"),
    *("requests", "duplicates", "open", "closed_of_these", "cancelled", "closed", "backlog", "overdue"),
    *("wait", "on_time", "outcomes", "left_out", "compare"),
)
WAIT = (
    "n",
    "events",
    "p50_days",
    "p50_low",
    "p50_high",
    "p90_days",
    "closed_within",
    "observed_days",
    "closed_only_p50_days",
)
ON_TIME = ("rate", "on_time", "late_closed", "open_overdue", "not_yet_due", "without_target")


def get(client: FlaskClient, path: str):
    answer = client.get(V1 + path)
    assert answer.status_code == 200, answer.text
    return answer


def table(client: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = get(client, path)
    assert answer.content_type.startswith("text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8"), newline="")))


def as_cells(row: dict) -> dict[str, str]:
    """A JSON row as its CSV cells should read."""
    cells = {}
    for key, value in flatten(row).items():
        text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
        cells[key] = "'" + text if isinstance(value, str) and text.startswith(("=", "+", "-", "@")) else text
    return cells


def test_summary_has_every_key_of_the_contract(client: FlaskClient):
    answer = get(client, "/summary?from=2015-01-01&to=2015-12-31").json
    assert set(SUMMARY) <= set(answer)
    assert set(WAIT) <= set(answer["wait"])
    assert set(answer["wait"]["closed_within"]) == {"7", "30", "90"}
    assert set(ON_TIME) <= set(answer["on_time"])
    assert {"city", "information", "no_duration"} == set(answer["left_out"])
    assert set(SUMMARY[8:-1]) - {"overdue"} <= set(answer["compare"])
    assert "compare" not in answer["compare"]


def test_summary_adds_up(client: FlaskClient):
    answer = get(client, "/summary?period=all").json
    assert answer["requests"] == answer["duplicates"] + answer["wait"]["n"] + answer["left_out"]["no_duration"]
    assert answer["left_out"] == {"city": 1, "information": 1, "no_duration": 1}
    assert answer["data_through"].endswith("-05:00")
    districts = get(client, "/districts?period=all").json["rows"]
    assert sum(row["requests"] for row in districts) == answer["requests"]


def test_the_first_city_is_the_configured_one_and_case_does_not_matter(client: FlaskClient):
    assert get(client, "/summary").json["city"] == "boston"
    assert get(client, "/summary?city=Plainville").json["city"] == "plainville"
    one, other = (
        get(client, "/summary?category=SIGN%20repair"),
        get(client, "/summary?category=sign-repair&lang=es&x=1"),
    )
    assert one.json == other.json
    assert one.json["filters"]["category"] == ["Sign Repair"]


@pytest.mark.parametrize(
    "path",
    [f"/{name}" for name in GROUPED]
    + [
        "/distribution",
        "/series?measure=wait",
        "/series?measure=requests&interval=week",
        "/series?measure=backlog",
        "/series?measure=closed",
        "/series?measure=on_time&interval=quarter",
        "/requests?limit=1000&period=all&origin=all",
    ],
)
@pytest.mark.parametrize("city", ["boston", "plainville"])
def test_csv_is_the_same_as_json(client: FlaskClient, path: str, city: str):
    path = path if "?" in path else path + "?"
    rows = get(client, f"{path}&city={city}").json["rows"]
    cells = table(client, f"{path.replace('?', '.csv?')}&city={city}")
    assert cells == [as_cells(row) for row in rows]
    assert rows or city == "plainville"


def test_lists_without_a_period_are_the_same_as_csv(client: FlaskClient):
    known = [{key: row[key] for key in row if key not in ("missing", "breaks")} for row in get(client, "/cities").json]
    assert table(client, "/cities.csv") == [as_cells(row) for row in known]
    fields = get(client, "/options").json["fields"]
    assert table(client, "/options.csv") == [
        as_cells({"field": field, **row}) for field, rows in fields.items() for row in rows
    ]
    quality = get(client, "/quality").json
    rows = table(client, "/quality.csv")
    assert {row["name"]: row["n"] for row in rows if row["part"] == "quarantine"} == {"no_request_id": "1"}
    assert sum(int(row["n"]) for row in rows if row["part"] == "flag") == sum(row["n"] for row in quality["flags"])


@pytest.mark.parametrize(
    "query",
    ["", "?compare=none", "?from=0001-01-01&to=0001-01-02", "?category=sign-repair&category=Street+Light+Outages"],
)
def test_the_csv_of_a_summary_is_one_flat_row_with_the_same_columns(client: FlaskClient, query: str):
    [row] = table(client, f"/summary.csv{query}")
    document = as_cells(get(client, f"/summary{query}").json)
    assert {key: text for key, text in row.items() if text} == {key: text for key, text in document.items() if text}
    assert list(row) == list(table(client, "/summary.csv")[0])


def test_file_names_say_city_measure_and_period(client: FlaskClient):
    answer = get(client, "/series.csv?measure=wait&interval=week&from=2015-01-01&to=2015-03-31")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="boston-series-wait-by-week-2015-01-01-to-2015-03-31.csv"'
    )
    assert answer.headers["X-Period"] == "2015-01-01/2015-03-31"
    assert answer.headers["X-Data-Through"].startswith("2016-01-")
    assert 'rel="license"' in answer.headers["Link"]


def test_no_text_cell_is_a_formula(client: FlaskClient):
    text = get(client, "/requests.csv?period=all&limit=1000").text + get(client, "/options.csv").text
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert "'=cmd|' /C calc'!A0" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
    assert all(float(cell) < 0 for cell in cells if cell.startswith("-"))


def test_rendering_keeps_json_valid_and_csv_harmless():
    assert to_json({"a": float("nan"), "b": [float("inf"), 1.5]}) == b'{"a":null,"b":[null,1.5]}'
    rows = [{"a": "\t=1", "b": -1.5, "c": True}, {"a": '-x, "y"\nz', "b": None, "c": {"d": 1}}]
    assert to_csv(("a", "b", "c", "c.d"), rows) == b'a,b,c,c.d\r\n\'\t=1,-1.5,true,\r\n"\'-x, ""y""\nz",,,1\r\n'
    with pytest.raises(TypeError):
        to_json(object())


def test_paging_gives_every_request_once_newest_first(client: FlaskClient):
    path, seen = f"{V1}/requests?period=all&origin=all&limit=37", []
    query = path
    while query:
        answer = client.get(query)
        seen += answer.json["rows"]
        links = [link for link in answer.headers.getlist("Link") if 'rel="next"' in link]
        assert bool(links) == (answer.json["next"] is not None)
        query = f"{V1}/requests{links[0][1 : links[0].index('>')]}" if links else None
        assert query is None or f"next={quote(answer.json['next'])}" in query
    assert len(seen) == 309 == len({row["request_id"] for row in seen})
    times = [row["created_at"] for row in sorted(seen, key=lambda row: row["created_at"], reverse=True)]
    assert sorted(times, reverse=True) == times
    keys = [(row["created_at"][:10], row["request_id"]) for row in seen if row["created_at"].startswith("2015-06-15")]
    assert keys == sorted(keys, reverse=True)


@pytest.mark.parametrize("sort", ["oldest", "recently_closed", "slowest"])
def test_other_orders_give_every_request_once_too(client: FlaskClient, sort: str):
    query, seen = f"{V1}/requests?period=all&origin=all&limit=50&sort={sort}&standing=ended", []
    while query:
        answer = client.get(query)
        seen += answer.json["rows"]
        links = [link for link in answer.headers.getlist("Link") if 'rel="next"' in link]
        query = f"{V1}/requests{links[0][1 : links[0].index('>')]}" if links else None
    assert len(seen) > 200
    assert len(seen) == len({row["request_id"] for row in seen})
    key, down = {"oldest": ("created_at", False), "recently_closed": ("closed_at", True), "slowest": ("seconds", True)}[
        sort
    ]
    values = [pd.Timestamp(row[key]) if key != "seconds" else row[key] for row in seen]
    assert values == sorted(values, reverse=down)
    assert {row["status"] for row in seen} == {"closed"}


def test_a_cursor_of_another_order_is_refused(client: FlaskClient):
    cursor = get(client, "/requests?period=all&limit=5&sort=oldest").json["next"]
    assert client.get(f"{V1}/requests?period=all&next={cursor}").json["parameter"] == "next"
    assert client.get(f"{V1}/requests?sort=loudest").json["parameter"] == "sort"
    assert client.get(f"{V1}/requests?standing=lying").json["parameter"] == "standing"


def test_requests_obey_filters_and_agree_with_the_summary(client: FlaskClient):
    for query in (
        "from=0001-01-01&to=9999-12-31",
        "category=sign-repair&period=all",
        "district=none&period=all",
        "period=90d",
    ):
        rows = get(client, f"/requests?limit=1000&{query}").json["rows"]
        assert len(rows) == get(client, f"/summary?{query}").json["requests"] > 0


def test_one_request_with_its_expected_wait(client: FlaskClient):
    closed = get(client, "/requests/late").json
    assert closed["closed_at"] == "2016-01-12T22:22:40-05:00"
    assert closed["still_waiting"] is None
    assert closed["closed_sooner"]["group"] == closed["expected_wait"]["group"]
    assert 0 <= closed["closed_sooner"]["share"] <= 1
    assert closed["address"] == "0 block of Beacon St" or "block" in closed["address"]
    assert closed["expected_wait"]["group"] == {"category": "Street Light Outages", "district": "3"}
    assert closed["expected_wait"]["n"] >= 30
    opened = get(client, "/requests/bare").json
    assert opened["flags"] == ["no_district"]
    assert opened["expected_wait"]["group"] == {"category": "Street Light Outages"}
    assert opened["still_waiting"]["age_days"] > 200
    newest = get(client, "/requests/end").json["still_waiting"]
    assert 0 < newest["within"]["90"]["share"] <= newest["within"]["7"]["share"] <= 1
    assert newest["at_risk"] >= 30


def test_odd_request_ids_can_be_asked_for(client: FlaskClient):
    assert get(client, "/requests/" + quote(ODD_ID, safe="")).json["request_id"] == ODD_ID
    for odd in ("a%00b", "%FF%FE", "..%2F..%2Fetc%2Fpasswd", "'%20OR%201=1--", "x" * 3000, "a//b", "%F0%9F%98%80"):
        answer = client.get(f"{V1}/requests/{odd}")
        assert (answer.status_code, answer.json["parameter"]) == (404, "request_id")


def test_a_sample_without_closing_times_works(client: FlaskClient):
    answer = get(client, "/summary?city=plainville&period=all").json
    assert answer["backlog"] is None
    assert answer["wait"]["p50_days"] is None
    assert answer["wait"]["closed_only_p50_days"] is None
    assert answer["on_time"]["rate"] is None
    assert all(row["backlog"] is None for row in get(client, "/categories?city=plainville").json["rows"])
    assert get(client, "/summary?city=plainville").json["compare"]["backlog"] is None
    assert get(client, "/series?city=plainville&measure=backlog").json["rows"] == []
    assert get(client, "/requests/end?city=plainville").json["expected_wait"]["p50_days"] is None


def test_quality_tells_flags_quarantine_and_syncs(client: FlaskClient):
    answer = get(client, "/quality").json
    assert answer["quarantine"] == [{"reason": "no_request_id", "words": "the row has no request id", "n": 1}]
    assert {row["flag"]: row["n"] for row in answer["flags"]}["closed_before_created"] == 1
    assert answer["left_out"] == {"city": 1, "information": 1, "duplicates": 1, "no_duration": 1}
    assert answer["runs"][0]["source"] == "boston.csv"
    assert answer["runs"][0]["read"] == 310


def test_boundaries_have_names_and_slugs(client: FlaskClient):
    answer = get(client, "/boundaries/district.geojson")
    assert answer.content_type == "application/geo+json"
    assert [feature["properties"] for feature in answer.json["features"]] == [
        {"name": "3", "slug": "3"},
        {"name": "Nowhere", "slug": "nowhere"},
    ]


def test_absurd_dates_match_nothing(client: FlaskClient):
    for dates in ("from=0001-01-01&to=0001-01-01", "from=9999-12-31", "to=0001-01-01", "from=9999-12-31&to=9999-12-31"):
        for path in ("summary", "districts", "series", "distribution", "requests"):
            answer = get(client, f"/{path}?{dates}&interval=day").json
            assert answer.get("rows", []) == [] or path == "districts"
            assert answer.get("requests", 0) == 0


def test_a_time_that_ends_the_calendar_does_no_harm(client: FlaskClient):
    due = get(client, "/requests/dup").json["due_at"]
    assert due is None or due.startswith("9999-12-31")
