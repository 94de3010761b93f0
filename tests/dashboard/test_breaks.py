"""A day from which rows mean something else is marked in charts over time, where it lies in the period shown."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.dashboard.reading import components, figures, of_html
from tests.dashboard.small_cities import BREAK

OVER_TIME = {"Requests made and closed", "How long half of the requests take", "Requests that are open"}
TOLD = f"From Feb 10, 2024: {BREAK}"


def cards(client: FlaskClient, query: str) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """The sentence and the marks of each chart of the overview."""
    layout = client.get("/_dash-layout", headers={"Referer": f"http://localhost/?{query}"}).json
    found: dict[str, tuple[str, list[dict[str, Any]]]] = {}
    for card in (each for each in components(layout) if each["type"] == "Figure"):
        inside = list(components(card))
        title = next(each["props"]["children"] for each in inside if each["type"] == "H3")
        said = next(each["props"]["children"] for each in inside if each["props"].get("className") == "sentence")
        drawn = figures(card)[0]["layout"]
        found[title] = (said, [shape for shape in drawn.get("shapes", []) if shape.get("name") == "break"])
        labels = [note["text"] for note in drawn.get("annotations", []) if "changed on" in note["text"]]
        assert labels == ["changed on Feb 10, 2024"] * len(found[title][1])
    return found


def test_charts_over_time_mark_and_tell_the_break(cities_client: FlaskClient) -> None:
    found = cards(cities_client, "from=2023-07-01&to=2024-06-30")
    assert {title for title, (said, _) in found.items() if TOLD in said} == OVER_TIME
    for title, (said, lines) in found.items():
        assert [line["x0"] for line in lines] == (["2024-02-10"] if title in OVER_TIME else [])
        assert "A system before all rows" not in said


@pytest.mark.parametrize("query", ["from=2023-07-01&to=2024-02-09", "from=2024-02-10&to=2024-06-30", "city=mapleton"])
def test_a_break_outside_the_period_is_not_told(cities_client: FlaskClient, query: str) -> None:
    for said, lines in cards(cities_client, query).values():
        assert "From Feb 10" not in said
        assert lines == []


def test_a_break_in_the_last_bucket_stays_inside_the_drawing(cities_client: FlaskClient) -> None:
    (line,) = cards(cities_client, "from=2023-10-01&to=2024-02-28&interval=quarter")["Requests that are open"][1]
    assert "2024-01-01" <= line["x0"] <= "2024-02-10"


def test_the_first_html_tells_it_too_and_shows_it_as_text(cities_client: FlaskClient) -> None:
    answer = cities_client.get("/?period=12m")
    told = [node.text() for node in of_html(answer.text).all("p", **{"class": "sentence"})]
    assert sum(TOLD in text for text in told) == len(OVER_TIME)
    assert "<other>" not in answer.text
