"""What a reader sees when there is no page, no data, or when a chart breaks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from flask.testing import FlaskClient

from dashboard import charts
from dashboard.app import create_app
from dashboard.settings import load
from tests.dashboard.reading import Node, figures, of_html, of_layout
from tests.e2e.demo_site import CITY

BROKEN = "typical-wait"


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/nowhere",
            "/departments/nobody",
            "/districts/99",
            "/neighbourhoods/nowhere",
            "/departments/311-center/more",
        ),
        *("/place/1/2", "/map/1", "/about/", "/favicon.txt"),
    ],
)
def test_an_unknown_path_is_a_readable_404(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    document = of_html(answer.text)
    assert answer.status_code == 404
    assert document.all("html")[0].attributes["lang"] == "en"
    assert document.all("h1")[0].text() == "There is no page at this address"
    assert [link for link in document.all("a") if link.attributes["href"] == "/"]
    assert "<script" not in answer.text


def test_without_data_every_page_says_so(tmp_path: Path) -> None:
    client = create_app(load(data_dir=tmp_path)).test_client()
    for path in ("/", "/departments", "/map", "/about"):
        answer = client.get(path)
        document = of_html(answer.text)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "60"
        assert document.all("h1")[0].text() == "There is nothing to show yet"
        assert "have not been published here" in document.all("main")[0].text()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/charts/backlog.csv").status_code == 503
    assert client.get("/_dash-layout").status_code == 200


def test_data_published_later_are_shown_without_a_restart(tmp_path: Path, demo: Path) -> None:
    client = create_app(load(data_dir=tmp_path)).test_client()
    assert client.get("/").status_code == 503
    (tmp_path / CITY).symlink_to(demo / CITY)
    assert client.get("/").status_code == 200


@pytest.fixture
def limping(demo: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A dashboard of which one chart cannot be made."""

    def broken(*_args: object) -> pd.DataFrame:
        raise RuntimeError("a secret of the machine")

    rows = tuple(replace(chart, query=broken) if chart.id == BROKEN else chart for chart in charts.CHARTS)
    monkeypatch.setattr("dashboard.app.CHARTS", rows)
    return create_app(load(data_dir=demo)).test_client()


def card_of(document: Node, chart: str) -> Node:
    return next(
        card for card in document.all("figure") if card.attributes["aria-labelledby"].endswith(f"chart-{chart}")
    )


def test_a_broken_chart_leaves_the_first_html_alive(limping: FlaskClient) -> None:
    answer = limping.get("/")
    document = of_html(answer.text)
    assert answer.status_code == 200
    assert "This chart could not be made" in card_of(document, BROKEN).text()
    assert answer.text.count("could not be made") == 1
    assert "secret" not in answer.text
    assert len(document.all("table")) == 2


def test_a_broken_chart_leaves_the_drawn_ones_alive(limping: FlaskClient) -> None:
    layout = limping.get("/_dash-layout").json
    drawn = figures(layout)
    others = [
        chart for chart in charts.CHARTS if "overview" in chart.pages and chart.id != BROKEN and not chart.instead
    ]
    assert len(drawn) == len(others)
    assert "could not be drawn" in card_of(of_layout(layout), BROKEN).text()


def test_the_table_of_a_broken_chart_is_a_failure_without_details(limping: FlaskClient) -> None:
    answer = limping.get(f"/charts/{BROKEN}.html")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert limping.get("/charts/backlog.html").status_code == 200
