"""A queue that no rule knows is published under the name that the city file gives for it, never under its own."""

from __future__ import annotations

from typing import Any

from data_access.answers.quality import quality
from data_access.store.run_log import read_log
from tests.builders import Store, make_city, row

STREETS = {"then": "Public Works", "column": "department", "starts": ["DPW"]}
QUEUES = ["DPW Ops", "Survey Tech - Jane Doe", "", "Jane Doe"]


def city_with(**rules: Any) -> Any:
    city = make_city()
    return make_city(rules=city.rules.model_dump(by_alias=True) | {"department": [STREETS], **rules})


def departments(store: Store) -> list[str]:
    return [str(name) for name in store.requests()["department"]]


def test_what_no_rule_knows_becomes_the_given_name(store: Store) -> None:
    store.city = city_with(department_otherwise="Other queue")
    store.sync([row(place, Department=queue) for place, queue in enumerate(QUEUES)])
    assert departments(store) == ["Public Works", "Other queue", "none", "Other queue"]
    with store.snapshot() as snapshot:
        told = quality(snapshot)
    pairs = [(each["given"], each["shown"], each["n"]) for each in told["mappings"]]
    assert sorted(pairs) == [("DPW …", "Public Works", 1), ("…", "Other queue", 2)]
    store.sync([row("new", Department="Survey Tech - John Roe")])
    assert read_log(store.folder)[0]["drift"] == []
    assert "Other queue" in departments(store)
    for written in (path.read_text() for path in store.folder.glob("*.json")):
        assert "Doe" not in written
        assert "Roe" not in written


def test_without_such_a_name_the_text_stays(store: Store) -> None:
    store.city = city_with()
    store.sync([row(place, Department=queue) for place, queue in enumerate(QUEUES)])
    assert departments(store) == ["Public Works", "Survey Tech - Jane Doe", "none", "Jane Doe"]
