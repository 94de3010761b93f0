"""Callbacks and layouts fit together: every id that a callback names stands on the page, and once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.dashboard.addresses import PAGES, pages
from tests.dashboard.reading import components

WILDCARDS = (["ALL"], ["MATCH"], ["ALLSMALLER"])


def ids_on(client: FlaskClient, path: str) -> list[Any]:
    layout = client.get("/_dash-layout", headers={"Referer": f"http://localhost{path}"}).json
    return [each["props"]["id"] for each in components(layout) if "id" in each["props"]]


def named(client: FlaskClient) -> Iterator[tuple[Any, str]]:
    """Every id that a callback reads or writes, and the property."""
    for callback in client.get("/_dash-dependencies").json or []:
        for output in callback["output"].strip(".").split("..."):
            yield _id(output.rsplit(".", 1)[0]), output.rsplit(".", 1)[1].split("@")[0]
        for each in (*callback["inputs"], *callback["state"]):
            yield _id(each["id"]), each["property"]


def _id(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else text


def fits(wanted: Any, there: Any) -> bool:
    if isinstance(wanted, str) or isinstance(there, str):
        return wanted == there
    return wanted.keys() == there.keys() and all(
        value in WILDCARDS or value == there[key] for key, value in wanted.items()
    )


@pytest.mark.parametrize("number", range(len(PAGES)), ids=PAGES)
def test_every_id_of_a_callback_stands_on_the_page(client: FlaskClient, number: int) -> None:
    there = ids_on(client, pages(client)[number])
    wanted = list(named(client))
    assert len(wanted) > 15
    assert [each for each, _ in wanted if not any(fits(each, found) for found in there)] == []


@pytest.mark.parametrize("number", range(len(PAGES)), ids=PAGES)
def test_no_id_stands_twice_on_a_page(client: FlaskClient, number: int) -> None:
    texts = [json.dumps(each, sort_keys=True) for each in ids_on(client, pages(client)[number])]
    assert sorted({text for text in texts if texts.count(text) > 1}) == []


def test_no_property_is_written_by_two_callbacks(client: FlaskClient) -> None:
    written = [
        output
        for callback in client.get("/_dash-dependencies").json or []
        for output in callback["output"].strip(".").split("...")
    ]
    assert len(written) == len(set(written))
