"""Scorecards and briefs: what they say of change, of the longest waits, and what goes on paper."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.domain.filters import Filters
from dashboard.settings import load
from data_access.answers.summary import grouped
from data_access.store.published import Published
from tests.e2e.demo_site import CITY, demo_data


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_data(tmp_path_factory)


@pytest.fixture(scope="module")
def client(data_dir: Path) -> FlaskClient:
    return create_app(load(data_dir=data_dir, city=CITY)).test_client()


def part(text: str, heading: str) -> str:
    """The section of the first HTML under a heading."""
    begin = text.index(f">{heading}</h2>")
    return text[begin : text.index("</section>", begin)]


def test_a_scorecard_has_its_parts(client: FlaskClient):
    text = client.get("/departments/street-maintenance").text
    for heading in ("What changed", "How they ended", "The most frequent problems", "The longest waits"):
        assert f">{heading}</h2>" in text
    assert "Without a place" in text
    assert "How long the open ones have been open" in text
    assert 'class="page-head report"' in text


def test_a_brief_says_what_was_to_be_expected_of_its_mix(client: FlaskClient):
    text = client.get("/districts/3").text
    row = next(row for row in client.get("/api/v1/fair?field=district").json["rows"] if row["name"] == "3")
    assert f"Within 30 days {row['share']:.0%} are closed here" in text
    assert f"{row['expected'] / row['n']:.0%} was to be expected" in text


def test_the_longest_waits_are_those_of_problems_with_enough_requests(client: FlaskClient, data_dir: Path):
    published = Published(data_dir)
    with published.open(CITY) as snapshot:
        filters = Filters.parse("", snapshot.options)[0].only("district", "3")
        rows = [row for row in grouped(snapshot, filters, "category") if row["wait"]["n"] >= 30]
    published.close()
    never = [row["name"] for row in rows if row["wait"]["p50_days"] is None]
    slow = sorted((row for row in rows if row["wait"]["p50_days"]), key=lambda row: -row["wait"]["p50_days"])
    said = part(client.get("/districts/3").text, "The longest waits")
    expected = [*sorted(never), *(row["name"] for row in slow)][:10]
    assert len(said.split("<tr")) - 2 == len(expected)
    assert [said.index(f">{name}<") for name in expected] == sorted(said.index(f">{name}<") for name in expected)


def test_a_long_table_says_on_paper_that_it_is_cut(client: FlaskClient):
    said = part(client.get("/districts/3").text, "The most frequent problems")
    assert "first-5" in said
    assert "The first 5 of 10; the page itself has them all." in said


def test_the_outcomes_are_those_of_the_api_with_the_words_of_the_rules(client: FlaskClient):
    for path, query in (
        ("/departments/street-maintenance", "department=Street Maintenance"),
        ("/place/3", "district=3"),
    ):
        said = part(client.get(path).text, "How they ended")
        totals = client.get(f"/api/v1/outcomes?{query}").json["totals"]  # type: ignore[index]
        assert sum(row["n"] for row in totals) > 30
        for row in totals:
            if row["n"]:
                assert f">{row['n']:,}<" in said
                assert f">{row['share']:.0%}<" in said
                assert all(escape(words, quote=False) in said for words in row["words"])
        assert any(row["words"] for row in totals if row["n"])


def test_the_panel_has_its_numbers_and_its_chart_once(client: FlaskClient):
    for path in ("/departments/street-maintenance", "/districts/3", "/place/3"):
        text = client.get(path).text
        assert text.count(">Closed is not fixed</h2>") == 1
        assert text.count('id="first-chart-outcomes-over-time"') == 1
        panel = text[text.index(">Closed is not fixed</h2>") :]
        for label in ("Work done within 30 days", "Came back within 30 days", "Closed within a minute"):
            assert f"<dt>{label}</dt>" in panel
        assert "still open" in panel[: panel.index(">How they ended</h2>")]
