"""Targets of the city file: which rows they give a due time, and what on time and the charts make of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from callbacks.chart import card
from dashboard.app import create_app
from dashboard.charts import CHARTS
from dashboard.domain.filters import Filters
from dashboard.i18n.translator import translator_for
from dashboard.settings import load
from data_access.answers.summary import summary
from tests.builders import Store, make_city, row

PAGE = "https://example.org/targets"
TARGETS: list[dict[str, Any]] = [
    {"category": ["Pothole", "Sinkhole"], "days": 2, "valid_from": "2024-01-01", "source_url": PAGE},
    {"category": ["Pothole"], "days": 1, "business": True, "valid_from": "2024-03-01", "source_url": PAGE},
]
ROWS = {
    # name: created, closed, columns, due (UTC), part
    "before any target": ("2023-12-31 12:00:00", "2024-01-09 12:00:00", {}, None, "without_target"),
    "two days, in time": ("2024-01-02 09:00:00", "2024-01-04 23:59:59", {}, "2024-01-05T04:59:59", "on_time"),
    "two days, too late": ("2024-01-02 09:00:00", "2024-01-05 00:00:00", {}, "2024-01-05T04:59:59", "late_closed"),
    "business day over a weekend": ("2024-03-01 09:00:00", "2024-03-04 20:00:00", {}, "2024-03-05T04:59:59", "on_time"),
    "business day over a holiday": ("2024-03-04 09:00:00", "2024-03-06 20:00:00", {}, "2024-03-07T04:59:59", "on_time"),
    "the night of the clocks": ("2024-03-09 09:00:00", "", {}, "2024-03-12T03:59:59", "open_overdue"),
    "another category": ("2024-03-05 09:00:00", "2024-03-09 09:00:00", {"Type": "Graffiti"}, None, "without_target"),
    "the row's own due time": (
        "2024-03-06 09:00:00",
        "2024-03-20 09:00:00",
        {"Due": "2024-03-30 09:00:00"},
        "2024-03-30T13:00:00",
        "not_yet_due",
    ),
    "last": ("2024-03-25 09:00:00", "", {"Type": "Graffiti"}, None, "without_target"),
}


@pytest.fixture
def aimed(store: Store) -> Store:
    """The small city with targets, and its rows."""
    found = Store(store.data_dir, make_city(targets=TARGETS, holidays=["2024-03-05"]))
    found.sync([row(name, created=made, closed=closed, **more) for name, (made, closed, more, _, _) in ROWS.items()])
    return found


def test_rows_without_a_due_time_get_that_of_their_target(aimed: Store) -> None:
    published = aimed.requests()["due_at"]
    for name, (_, _, _, due, _) in ROWS.items():
        found = published[name]
        told = (
            None if found is None or found != found else f"{datetime.fromtimestamp(int(found), UTC):%Y-%m-%dT%H:%M:%S}"
        )
        assert told == due, name


def test_on_time_follows_the_targets(aimed: Store) -> None:
    with aimed.snapshot() as snapshot:
        numbers = summary(snapshot, Filters.parse("period=all", snapshot.options)[0])
    parts = [part for *_, part in ROWS.values()]
    for part in ("on_time", "late_closed", "open_overdue", "not_yet_due", "without_target"):
        assert numbers["on_time"][part] == parts.count(part), part
    assert numbers["overdue"] == 1


def test_a_changed_target_is_marked_on_charts_about_targets_only(aimed: Store) -> None:
    tr = translator_for("en")
    charts = {chart.id: chart for chart in CHARTS}
    with aimed.snapshot() as snapshot:
        filters = Filters.parse("period=all", snapshot.options)[0]
        told = card(charts["on-time"], snapshot, filters, tr, scheme="light", draw=True)
        other = card(charts["backlog"], snapshot, filters, tr, scheme="light", draw=True)
        elsewhere = card(
            charts["on-time"], snapshot, filters.only("category", "Graffiti"), tr, scheme="light", draw=False
        )
    assert "From Mar 1, 2024: the target is another. “Pothole”: 1 business day in place of 2 days." in told.sentence
    assert told.figure is not None
    assert any(shape.get("name") == "break" for shape in told.figure["layout"]["shapes"])
    assert "target is another" not in other.sentence
    assert "target is another" not in elsewhere.sentence


def test_the_data_page_lists_them_with_their_source(aimed: Store) -> None:
    text = create_app(load(data_dir=aimed.data_dir)).test_client().get("/data").text
    assert "Targets that the city publishes beside its rows" in text
    assert f'href="{PAGE}"' in text
    assert "1 business day" in text


def test_two_targets_of_one_day_are_refused() -> None:
    with pytest.raises(ValidationError, match="'Pothole' has two targets from 2024-01-01"):
        make_city(targets=[TARGETS[0], {**TARGETS[0], "days": 5}])


def test_a_target_without_a_source_is_refused() -> None:
    with pytest.raises(ValidationError, match="source_url"):
        make_city(targets=[{key: value for key, value in TARGETS[0].items() if key != "source_url"}])
