"""Every error is a problem document that names what is wrong, and tells nothing of the inside."""

import logging

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.api.asking import read_pairs
from dashboard.api.records import read_cursor, write_cursor
from dashboard.domain.errors import BadQuery
from dashboard.domain.filters import KEYS
from data_access.answers.quality import without_folders
from data_access.store.published import Published
from tests.api.small_city import serve

V1 = "/api/v1"
FILTERED = ("summary", "categories", "districts.csv", "series", "distribution.csv", "requests")


def check_problem(answer, status: int, parameter: str | None = None) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"type", "title", "status", "detail"} <= set(answer.json)
    assert answer.json["status"] == status
    assert answer.json.get("parameter") == parameter
    return answer.json


@pytest.mark.parametrize("path", FILTERED)
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("category=Nonsense", "category"),
        ("district=99", "district"),
        ("channel=x", "channel"),
        ("department=%00", "department"),
        ("from=yesterday", "from"),
        ("to=2015-02-30", "to"),
        ("from=2015-02-02&to=2015-02-01", "from"),
        ("period=1y", "period"),
        ("origin=me", "origin"),
        ("interval=hour", "interval"),
        ("compare=last", "compare"),
        ("category=sign-repair&neighbourhood=Atlantis&x=1", "neighbourhood"),
        ("category=%FF", "category"),
        ("x=%ED%A0%80", "x"),
        ("from=10000-01-01", "from"),
        ("from=0000-01-01", "from"),
    ],
)
def test_a_bad_value_is_named(client: FlaskClient, path: str, query: str, parameter: str):
    check_problem(client.get(f"{V1}/{path}?{query}"), 400, parameter)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("series?measure=speed", "measure"),
        ("fair?field=category", "field"),
        ("fair?days=31", "days"),
        ("requests?limit=0", "limit"),
        ("requests?limit=1001", "limit"),
        ("requests?limit=-1", "limit"),
        ("requests?limit=1.5", "limit"),
        ("requests?limit=²", "limit"),
        ("requests?limit=99999999999", "limit"),
        ("requests?next=abc", "next"),
        ("requests?next=%C3%A4", "next"),
        ("requests.csv?next=AAAA", "next"),
    ],
)
def test_the_own_parameters_of_a_route_are_checked(client: FlaskClient, path: str, parameter: str):
    check_problem(client.get(f"{V1}/{path}"), 400, parameter)


def test_too_long_and_too_many(client: FlaskClient):
    check_problem(client.get(f"{V1}/summary?x={'a' * 4000}"), 414)
    assert client.get(f"{V1}/summary?x={'a' * 3998}").status_code == 200
    check_problem(client.get(f"{V1}/summary?" + "&".join(["channel=x"] * 201)), 400, "query")
    many = "&".join(["district=3"] * 200)
    assert client.get(f"{V1}/summary?{many}").json["filters"]["district"] == ["3"]


@pytest.mark.parametrize("path", ["summary", "options", "quality.csv", "requests/late", "boundaries/district.geojson"])
def test_an_unknown_city_is_400(client: FlaskClient, path: str):
    for city in ("atlantis", "../boston", "boston/v1", ".", "%2e%2e", "x" * 300):
        answer = check_problem(client.get(f"{V1}/{path}?city={city}"), 400, "city")
        assert len(answer["detail"]) < 250


@pytest.mark.parametrize("kind", ["ward", "..%2f..%2fwork", "district%00", "counts.duckdb", "version", "../district"])
def test_only_published_boundaries_are_served(client: FlaskClient, kind: str):
    answer = client.get(f"{V1}/boundaries/{kind}.geojson")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_unknown_paths_end_at_the_api_and_not_at_a_page(client: FlaskClient):
    for path in (
        "/api/v1",
        "/api/v1/",
        "/api/v2/summary",
        "/api/v1/summary/",
        "/api/v1/summary.xml",
        "/api/x/%00",
        "/api/v1/requests/",
    ):
        check_problem(client.get(path), 404)
        check_problem(client.post(path), 404)
        check_problem(client.options(path), 404)
    assert client.get("/apiary").text == "a page"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
@pytest.mark.parametrize(
    "path", ["/api/v1/summary", "/api/v1/summary.csv", "/api/v1/requests/late", "/api/v1/openapi.json", "/api"]
)
def test_wrong_methods_are_405_with_allow(client: FlaskClient, method: str, path: str):
    answer = client.open(path, method=method)
    check_problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_head_and_options(client: FlaskClient):
    head, get = client.head(f"{V1}/summary.csv"), client.get(f"{V1}/summary.csv")
    assert head.data == b""
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(get.data))
    preflight = client.options(
        f"{V1}/summary", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    )
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in preflight.headers


def test_what_nobody_expected_is_logged_and_not_told(client: FlaskClient, monkeypatch, caplog):
    def broken(*_anything: object):
        raise RuntimeError("secret /srv/data SELECT")

    monkeypatch.setattr("dashboard.api.numbers.summary", broken)
    with caplog.at_level(logging.ERROR):
        answer = check_problem(client.get(f"{V1}/summary?category=sign-repair&from=2014-03-03"), 500)
    assert "secret" not in str(answer)
    assert "secret" in caplog.text


def test_without_data_there_is_a_503_that_says_what_to_do(tmp_path):
    client = serve(Published(tmp_path / "none")).test_client()
    assert "fixedyet" in check_problem(client.get(f"{V1}/summary"), 503)["detail"]
    assert client.get(f"{V1}/cities").json == []
    assert client.get(f"{V1}/cities.csv").text.startswith("id,name,")
    assert check_problem(client.get("/readyz"), 503)["detail"]
    assert client.get("/healthz").status_code == 200
    missing = serve(Published(tmp_path / "none"), city="boston").test_client()
    assert "boston" in check_problem(missing.get(f"{V1}/summary"), 503)["detail"]


def test_health(client: FlaskClient):
    assert client.get("/healthz").json == {"status": "up"}
    ready = client.get("/readyz")
    assert ready.json == {"status": "ready", "versions": {"boston": 1, "plainville": 1}, "trouble": {}}
    assert ready.headers["Cache-Control"] == "no-store"


def test_an_unreadable_version_is_told_without_its_path(tmp_path, caplog):
    (tmp_path / "boston").mkdir()
    (tmp_path / "boston" / "CURRENT").write_text("7\n")
    client = serve(Published(tmp_path)).test_client()
    answer = check_problem(client.get("/readyz"), 503)
    assert "boston" in answer["detail"]
    assert str(tmp_path) not in answer["detail"]
    assert str(tmp_path) not in check_problem(client.get(f"{V1}/summary"), 500)["detail"]
    assert client.get(f"{V1}/cities").json == []


KEYS_AND_MORE = st.sampled_from([*KEYS, "measure", "limit", "next", "x"])
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "boston",
            "3",
            "sign-repair",
            "all",
            "0001-01-01",
            "9999-12-31",
            "2015-06-01",
            "day",
            "1",
            "resident",
            "none",
            "2015-W01-1",
            "wait",
        ]
    ),
)
RAW = st.text("=&%+;abcdef0123456789-", max_size=60)
STARTS = [
    f"{V1}/{path}"
    for path in ("summary", "districts.csv", "series", "distribution", "requests", "requests.csv", "requests/late")
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(STARTS), pairs=st.lists(st.tuples(KEYS_AND_MORE, VALUES), max_size=6))
def test_hostile_values_never_give_a_500(client: FlaskClient, path: str, pairs: list[tuple[str, str]]):
    answer = client.get(path, query_string=pairs)
    assert answer.status_code in (200, 400, 404), (pairs, answer.text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(STARTS), raw=RAW)
def test_hostile_query_strings_never_give_a_500(client: FlaskClient, path: str, raw: str):
    assert client.get(f"{path}?{raw}").status_code in (200, 400, 404)


@given(raw=st.binary(max_size=200))
def test_reading_a_query_string_gives_pairs_or_a_bad_query(raw: bytes):
    try:
        pairs = read_pairs(raw)
    except BadQuery as error:
        pairs = []
        ok = error.status == 400
    else:
        ok = all("\0" not in text for pair in pairs for text in pair)
    assert ok


@given(st.integers(-(2**40), 2**40), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_a_cursor_comes_back_as_it_was(created_at: int, request_id: str):
    assert read_cursor(write_cursor((created_at, request_id))) == (created_at, request_id)


@given(st.text(max_size=80))
def test_no_other_text_is_a_cursor(text: str):
    with pytest.raises(BadQuery):
        read_cursor(text)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (
            "There is no file /home/me/x.csv; give one (.csv or .csv.gz)",
            "There is no file x.csv; give one (.csv or .csv.gz)",
        ),
        ("C:\\data\\boston.toml is wrong", "boston.toml is wrong"),
        ("see https://data.boston.gov/x and/or a.csv", "see https://data.boston.gov/x and/or a.csv"),
    ],
)
def test_errors_of_syncs_name_no_folders(sentence: str, shown: str):
    assert without_folders(sentence) == shown
