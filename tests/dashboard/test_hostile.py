"""Whatever stands in an address, the answer is a page or a refusal, and nothing of it comes back as markup."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask import Response
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dashboard.addresses import CHARTS, PAGES, pages
from tests.dashboard.reading import components

ANSWERED = {200, 304, 308, 400, 404, 405, 414}
MARK = "<script>alert(1)</script>"
ESCAPE = "\"'><img src=x onerror=alert(2)>"
KEYS = (
    *("city", "from", "to", "period", "category", "department", "district", "neighbourhood", "channel"),
    *("origin", "interval", "compare", "lang", "area", "measure", "limit", "next", "__proto__", "constructor", "x"),
)
QUERIES = {
    "NUL": "category=%00&department=a%00b&from=%00&city=%00&lang=%00",
    "not UTF-8": "category=%ff%fe&city=%ff&lang=%ff&from=%c0%ae&%ff=%ff",
    "a half character": "category=%e2%82&x=%",
    "a surrogate": "category=%ed%a0%80",
    "longer than allowed": "category=" + "x" * 5000,
    "as long as allowed": "category=" + "x" * 3900,
    "300 values": "&".join(f"category={number}" for number in range(300)),
    "300 keys": "&".join(f"k{number}=v" for number in range(300)),
    "the first and the last day": "from=0001-01-01&to=9999-12-31",
    "only the first day": "from=0001-01-01&interval=year",
    "only the last day": "to=9999-12-31&interval=day",
    "the last day twice": "from=9999-12-31&to=9999-12-31&compare=previous",
    "the first day compared": "from=0001-01-01&to=0001-01-01&compare=year",
    "the other way round": "from=2025-12-31&to=2025-01-01",
    "no such day": "from=2025-02-30&to=2025-13-01",
    "a week's date": "from=2025-W01-1&to=20250101",
    "Arabic digits": "from=٢٠٢٥-٠١-٠١",
    "keys twice": "from=2025-01-01&from=2024-01-01&to=2025-02-01&to=2025-03-01&period=30d&period=all&city=a&city=riverbend",
    "prototype": "__proto__=x&__proto__[a]=1&constructor.prototype=y&category=__proto__&city=__proto__",
    "a path": "city=..%2f..%2f..%2fetc%2fpasswd&category=../../etc/passwd&lang=../../x&area=../x&measure=..%5c",
    "markup": f"category={quote(MARK)}&city={quote(ESCAPE)}&lang={quote(MARK)}&from={quote(ESCAPE)}&area={quote(MARK)}",
    "markup in keys": f"{quote(MARK)}={quote(ESCAPE)}&{quote(ESCAPE)}=1",
    "a template": "category={{7*7}}&department={0.__class__}&city=%7B%7Bconfig%7D%7D&from=%25s",
    "SQL": "category=' OR 1=1 --&department=%27%3B%20DROP%20TABLE%20facts%3B--",
    "a formula": "category==cmd|' /C calc'!A0&channel=@SUM(1)",
    "a new line": "category=a%0d%0aSet-Cookie:%20x=1&lang=%0d%0aX-Evil:%201",
    "odd separators": "&&&===;;;?&category&=x&#&%23",
    "plus and space": "category=+++&from=+2025-01-01+",
    "every limit at once": "origin=all&interval=day&compare=previous&period=all&limit=-1&zoom=1e9",
    "odd numbers": "limit=NaN&next=-1&zoom=Infinity&bbox=1,2,3",
}
PLACES = (
    *(
        "/map",
        "/about",
        "/nowhere",
        "/charts/requests-and-closed.html",
        "/charts/share-closed.csv",
        "/charts/nothing.html",
    ),
    *("/api", "/api/v1/summary", "/api/v1/series", "/api/v1/requests", "/healthz"),
)
WORST = ("not UTF-8", "300 values", "the first and the last day", "markup", "prototype")
"""These are tried on every page, the others on one of a kind."""
PATHS = {
    "NUL": "/departments/%00",
    "not UTF-8": "/departments/%ff%fe",
    "up": "/../../etc/passwd",
    "up, encoded": "/..%2f..%2f..%2fetc%2fpasswd",
    "up from the assets": "/assets/..%2f..%2fpyproject.toml",
    "up from the components": "/_dash-component-suites/dash/..%2f..%2f__init__.py",
    "up from the boundaries": "/api/v1/boundaries/..%2f..%2fCURRENT.geojson",
    "backslash": "/..\\..\\windows",
    "a long slug": "/departments/" + "x" * 6000,
    "a deep path": "/a" * 500,
    "markup": f"/{quote(MARK)}",
    "markup in a slug": f"/districts/{quote(ESCAPE)}",
    "markup in a chart": f"/charts/{quote(MARK)}.html",
    "markup in the API": f"/api/{quote(MARK)}",
    "a slash at the end": "/departments/",
    "upper case": "/Departments/Street-Maintenance",
    "prototype": "/districts/__proto__",
    "a name for a slug": "/departments/Street%20Maintenance",
    "a template": "/districts/{{7*7}}",
}


def check(answer: Response) -> None:
    assert answer.status_code in ANSWERED, answer.status_code
    assert "X-Evil" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    if answer.mimetype == "text/html":
        assert MARK not in answer.text
        assert "<img src=x" not in answer.text
        assert (
            "<h1" in answer.text
            or "<table" in answer.text
            or answer.status_code != 200
            or 'class="empty"' in answer.text
        )
    assert "root:x:" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("name", QUERIES)
def test_hostile_queries_end_in_a_page_or_a_refusal(client: FlaskClient, name: str) -> None:
    for place in PLACES:
        check(client.get(place, query_string=QUERIES[name]))


@pytest.mark.parametrize("number", range(len(PAGES)), ids=PAGES)
def test_the_worst_queries_end_in_a_page_everywhere(client: FlaskClient, number: int) -> None:
    for name in WORST:
        answer = client.get(pages(client)[number], query_string=QUERIES[name])
        check(answer)
        assert answer.status_code == 200


@pytest.mark.parametrize("name", PATHS)
def test_hostile_paths_end_in_a_refusal(client: FlaskClient, name: str) -> None:
    answer = client.get(PATHS[name])
    check(answer)
    assert answer.status_code in {308, 400, 404, 414}


def test_two_slashes_lead_nowhere_else(client: FlaskClient) -> None:
    answer = client.get("/", environ_overrides={"PATH_INFO": "//example.org/about"})
    check(answer)
    assert answer.headers.get("Location", "http://localhost/").startswith(("http://localhost/", "/example.org"))


@pytest.mark.parametrize("name", WORST)
def test_the_router_of_the_page_survives_hostile_addresses(client: FlaskClient, name: str) -> None:
    for path in ("/departments/%00", f"/{MARK}", "/map", "/districts/1"):
        answer = client.post("/_dash-update-component", json=moved(client, path, f"?{QUERIES[name]}"))
        assert answer.status_code in {200, 204}, path
        assert "Traceback" not in answer.text


def test_the_router_draws_the_page_of_an_address(client: FlaskClient) -> None:
    answer = client.post("/_dash-update-component", json=moved(client, "/departments", "?period=90d"))
    assert answer.status_code == 200
    response = answer.json["response"]  # type: ignore[index]
    assert response["shown"]["data"]["path"] == "/departments"
    assert "period=90d" in response["shown"]["data"]["query"]


@pytest.mark.parametrize(
    "body", [{}, [], 5, None, {"output": "nothing.at-all", "inputs": []}, {"output": 5}, {"output": []}]
)
def test_a_body_that_no_page_sends_is_refused(client: FlaskClient, body: object) -> None:
    assert client.post("/_dash-update-component", json=body).status_code in {400, 404}


def moved(client: FlaskClient, path: str, search: str) -> dict[str, Any]:
    """What the browser posts when its address has become another."""
    layout = client.get("/_dash-layout").json
    patterns = [each["props"]["id"] for each in components(layout) if isinstance(each["props"].get("id"), dict)]
    kinds = ("filter-chosen", "nav", "kept")
    chosen, nav, kept = ([each for each in patterns if each["type"] == kind] for kind in kinds)
    callback = next(each for each in client.get("/_dash-dependencies").json or [] if "page.children" in each["output"])
    return {
        "output": callback["output"],
        "outputs": [
            {"id": "page", "property": "children"},
            {"id": "shown", "property": "data"},
            {"id": "status", "property": "children"},
            [{"id": each, "property": "children"} for each in chosen],
            [{"id": each, "property": "href"} for each in nav],
            [{"id": each, "property": "className"} for each in nav],
            [{"id": each, "property": "href"} for each in kept],
        ],
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.search"],
        "parsedChangedPropsIds": ["url.search"],
        "state": [
            {"id": "shown", "property": "data", "value": {}},
            [{"id": each, "property": "id", "value": each} for each in nav],
            [{"id": each, "property": "id", "value": each} for each in kept],
        ],
    }


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(st.sampled_from(KEYS), st.text(max_size=30)), max_size=6))
def test_any_query_is_answered(client: FlaskClient, pairs: list[tuple[str, str]]) -> None:
    for place in ("/about", "/charts/backlog.html", "/api/v1/summary"):
        check(client.get(place, query_string=[(key, value.encode("utf-8", "surrogatepass")) for key, value in pairs]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.sampled_from(("", "departments/", "districts/", "map/", "charts/", "api/v1/", "assets/", "_dash-")),
    rest=st.binary(max_size=30),
)
def test_any_path_is_answered(client: FlaskClient, first: str, rest: bytes) -> None:
    check(client.get(f"/{first}{quote(rest)}"))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.dates(), end=st.dates(), interval=st.sampled_from(("day", "week", "month", "quarter", "year")))
def test_any_dates_are_answered(client: FlaskClient, start: object, end: object, interval: str) -> None:
    query = f"from={start}&to={end}&interval={interval}"
    for chart in CHARTS:
        check(client.get(f"/charts/{chart}.html?{query}"))
    check(client.get(f"/map?{query}"))
