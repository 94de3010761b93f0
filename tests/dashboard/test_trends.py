"""The page of trends without a browser: its controls, its table, and the files with the same rows."""

from __future__ import annotations

import csv
import html
import io
import re

from flask.testing import FlaskClient

from dashboard.chart_answers import data_table
from dashboard.charts import CHARTS
from dashboard.domain.trend import FOLLOWED
from dashboard.i18n.translator import translator_for
from layouts import trend_words
from tests.dashboard.small_cities import NO_CLOSING

TR = translator_for("en")


def test_every_measure_has_a_name_and_can_be_drawn_in_every_breakdown(client: FlaskClient) -> None:
    assert set(trend_words.NAMES) == set(FOLLOWED)
    for measure in ("requests", "backlog", "ninety", "on_time", "share_work_done", "instant"):
        for by in ("none", "category", "origin"):
            answer = client.get(f"/trends?measure={measure}&by={by}")
            assert answer.status_code == 200
            assert html.escape(trend_words.NAMES[measure]) in answer.text


def test_what_is_shown_in_the_table_is_in_the_files(client: FlaskClient) -> None:
    page = client.get("/trends?measure=requests&by=department&view=table").text
    body = re.search(r'aria-labelledby="first-trend".*?</table>', page, re.S)
    assert body
    href = html.unescape(re.search(r'href="(/charts/trend\.csv[^"]*)"', page).group(1))  # type: ignore[union-attr]
    rows = list(csv.DictReader(io.StringIO(client.get(href).text.lstrip("\ufeff"))))
    assert rows
    for row in rows:
        assert TR.number(float(row["value"])) in body.group()
    answer = client.get(href.replace(".csv", ".json")).json
    assert [each["value"] for each in answer["rows"]] == [float(row["value"]) for row in rows]  # type: ignore[index]


def test_a_script_learns_of_its_mistakes_and_a_page_forgives_them(client: FlaskClient) -> None:
    for query in ("measure=speed", "by=colour", "measure=wait&by=outcome"):
        assert client.get(f"/charts/trend.csv?{query}").status_code == 400, query
        assert client.get(f"/trends?{query}").status_code == 200


def test_values_are_kept_when_the_measure_is_changed(client: FlaskClient) -> None:
    names = [row["name"] for row in client.get("/api/v1/departments").json["rows"]][:2]  # type: ignore[index]
    page = client.get("/trends", query_string=[("by", "department"), *(("show", name) for name in names)]).text
    form = re.search(r'<form method="get" action="/trends".*?</form>', page, re.S)
    assert form
    assert "What to follow" in page
    chosen = re.findall(r'class="panel-name">|name="show" value="([^"]*)"', page)
    assert {html.unescape(each) for each in chosen} >= set(names)


def test_a_city_without_closing_times_offers_what_it_has(cities_client: FlaskClient) -> None:
    page = cities_client.get("/trends?city=mapleton").text
    assert html.escape(NO_CLOSING) in page
    form = re.search(r'<select id="first-what-measure".*?</select>', page, re.S)
    assert form
    assert re.findall(r'value="([^"]*)"', form.group()) == ["requests"]
    assert cities_client.get("/charts/trend.csv?city=mapleton&measure=wait").status_code == 400


def test_the_table_of_a_chart_says_nothing_of_too_few() -> None:
    chart = next(chart for chart in CHARTS if chart.id == "typical-wait")
    rows = [{"n": n, "value": 5.0, "low": 4.0, "high": 6.0, "before_n": 60 - n, "before": 7.0} for n in (29, 31)]
    table = data_table(chart, rows, tuple(rows[0]), TR)
    few = "too few to say"
    assert table.rows == (("29", few, few, few, "31", "7 days"), ("31", "5 days", "4 days", "6 days", "29", few))
