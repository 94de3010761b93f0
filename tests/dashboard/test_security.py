"""Every kind of answer carries the security headers, and none sets a cookie."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Response
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.settings import load
from tests.dashboard.addresses import PAGES, pages

ANSWERS = {
    "a chart's table": ("/charts/backlog.html", 200),
    "a chart's rows": ("/charts/backlog.csv", 200),
    "a chart's refusal": ("/charts/backlog.csv?from=never", 400),
    "the layout": ("/_dash-layout", 200),
    "the callbacks": ("/_dash-dependencies", 200),
    "a style sheet": ("/assets/10-tokens.css", 200),
    "a script": ("/assets/clientside.js", 200),
    "no such asset": ("/assets/nothing.js", 404),
    "the API": ("/api/v1/summary", 200),
    "the API's CSV": ("/api/v1/departments.csv", 200),
    "boundaries": ("/api/v1/boundaries/district.geojson", 200),
    "the API's refusal": ("/api/v1/summary?from=never", 400),
    "nothing in the API": ("/api/v1/nothing", 404),
    "the API's page": ("/api", 200),
    "health": ("/healthz", 200),
    "readiness": ("/readyz", 200),
    "no page": ("/nowhere", 404),
    "no such department": ("/departments/nobody", 404),
    "too long": (f"/?x={'y' * 4000}", 414),
}


def policy(answer: Response) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts}


def check(answer: Response) -> None:
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers
    found = policy(answer)
    scripts = found.get("script-src", found["default-src"])
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:", "data:"} & set(scripts)
    assert all(source in ("'self'", "'none'") or source.startswith("'sha256-") for source in scripts)
    assert found["frame-ancestors"][0] in ("'self'", "'none'")
    assert found["base-uri"][0] in ("'self'", "'none'")
    assert not [source for sources in found.values() for source in sources if "//" in source]


@pytest.mark.parametrize("number", range(len(PAGES)), ids=PAGES)
def test_every_page_has_the_headers(client: FlaskClient, number: int) -> None:
    answer = client.get(pages(client)[number])
    check(answer)
    assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("name", ANSWERS)
def test_every_kind_of_answer_has_the_headers(client: FlaskClient, name: str) -> None:
    path, status = ANSWERS[name]
    answer = client.get(path)
    assert answer.status_code == status
    check(answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_are_only_read(client: FlaskClient, method: str) -> None:
    answer = client.open("/", method=method)
    assert answer.status_code == 405
    check(answer)


def test_a_component_script_has_the_headers(client: FlaskClient) -> None:
    page = client.get("/").text
    script = page.split('src="/_dash-component-suites/')[1].split('"')[0]
    answer = client.get(f"/_dash-component-suites/{script}")
    assert answer.status_code == 200
    check(answer)


def test_a_failure_has_the_headers_and_tells_nothing(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = create_app(load(data_dir=demo))

    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr("dashboard.app.load", broken)
    answer = server.test_client().get("/about")  # not made before
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    check(answer)


def test_tiles_are_the_only_other_origin(demo: Path) -> None:
    tiles = "https://{s}.tiles.example/{z}/{x}/{y}.png (c) Example"
    found = policy(create_app(load(data_dir=demo, tiles=tiles)).test_client().get("/about"))
    assert found.pop("img-src") == ["'self'", "data:", "https://*.tiles.example"]
    assert not [source for sources in found.values() for source in sources if "//" in source]


def test_scripts_run_only_from_here(client: FlaskClient) -> None:
    """No inline handler, no javascript: address; what is inline has its hash in the policy, or is data."""
    for path in pages(client):
        text = client.get(path).text
        assert "javascript:" not in text
        assert " onclick=" not in text
        assert " onload=" not in text
        assert "//cdn" not in text
