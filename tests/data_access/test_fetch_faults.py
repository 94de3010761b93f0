"""Whatever goes wrong at a portal: a load has all rows, or it fails with a sentence, and the next one has all of them."""

from __future__ import annotations

import csv
import functools
import ssl
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.errors import SourceError
from data_access.city import City
from data_access.sources.base import Fetched
from data_access.sources.fetching import fetch
from data_access.sources.files import plain_file
from tests.builders import NOW, row
from tests.portals import faults
from tests.portals.cases import CASES, Case
from tests.portals.exchange import Fault
from tests.portals.server import Portal
from tests.portals.table import Table
from tests.portals.trouble import Edit, Trouble, edits, troubles

KEYS = [f"r{number:02}" for number in range(13)]
MOST_REQUESTS = 300
"""A reader that asks more often than this for thirteen rows does not come to an end."""

every_case = pytest.mark.parametrize("case", [case for case in CASES if case.name == "socrata"], ids=str)
Rows = dict[str, dict[str, str]]


@pytest.fixture(autouse=True, scope="module")
def certificates_are_read_once() -> Iterator[None]:
    """Each client reads them anew, which takes longer than a load from loopback does."""
    with patch.object(ssl, "create_default_context", functools.cache(ssl.create_default_context)):
        yield


def thirteen() -> Table:
    """Rows of two months; three of them were created in the same second."""
    days = [*range(1, 9), 9, 9, 9, 10, 11]
    return Table.of(
        row(
            key,
            created=f"2024-0{5 + number % 2}-{day:02} 09:00:00",
            Note='it\'s, "quoted"\nand long' if number == 5 else "",
        )
        for number, (key, day) in enumerate(zip(KEYS, days, strict=True))
    )


@contextmanager
def at_work(case: Case, table: Table, mishaps: Sequence[Fault] = ()) -> Generator[tuple[Portal, City, Path]]:
    """A portal with faults, the city behind it, and a folder for its downloads."""
    with case.portal(table) as portal, tempfile.TemporaryDirectory() as folder:
        portal.faults = [*mishaps, Fault(faults.status(404), at=MOST_REQUESTS, times=MOST_REQUESTS)]
        yield portal, case.city_at(portal.url), Path(folder)
        assert len(portal.log) < MOST_REQUESTS


def load(city: City, folder: Path) -> Rows:
    """The rows of a full load by id; none may be there in two states."""
    found: Rows = {}
    fetched = fetch(city, folder, {}, now=NOW, sleep=lambda _seconds: None)
    key = city.schemas["rows"].columns["request_id"]
    for one in _lines(fetched):
        found[one[key]] = one
    return found


def _lines(fetched: Sequence[Fetched]) -> Iterator[dict[str, str]]:
    for one in fetched:
        for path in one.files:
            with plain_file(path) as file, file.path.open(encoding="utf-8", newline="") as stream:
                yield from csv.DictReader(stream, strict=True)


def clean(case: Case, table: Table) -> Rows:
    """What a load has when nothing goes wrong."""
    with at_work(case, table) as (_, city, folder):
        return load(city, folder)


def load_in_the_end(portal: Portal, city: City, folder: Path) -> Rows:
    """What a load has that meets trouble, or else the one after it, which goes on where the first was stopped."""
    told = ""
    try:
        return load(city, folder)
    except SourceError as error:
        told = str(error)
    assert told.endswith(".")
    assert "\n" not in told
    assert 20 < len(told) < 500
    portal.faults = portal.faults[-1:]
    return load(city, folder)


@every_case
def test_without_trouble_every_row_is_there(case: Case) -> None:
    table = thirteen()
    assert sorted(clean(case, table)) == KEYS


@every_case
@given(data=st.data())
@settings(max_examples=12)
def test_a_load_has_every_row_or_fails_with_a_sentence(case: Case, data: st.DataObject) -> None:
    drawn: list[Trouble] = data.draw(troubles(case.lies))
    table = thirteen()
    with at_work(case, table, [trouble.fault() for trouble in drawn]) as (portal, city, folder):
        found = load_in_the_end(portal, city, folder)
    assert found == clean(case, table)


@every_case
@given(data=st.data())
@settings(max_examples=8)
def test_rows_that_come_and_go_while_they_are_read_make_no_other_be_missed(case: Case, data: st.DataObject) -> None:
    drawn: list[Edit] = data.draw(edits(KEYS))
    more: list[Trouble] = data.draw(st.one_of(st.just([]), troubles(case.lies)))
    table = thirteen()
    before = clean(case, table)
    mishaps = [*(trouble.fault() for trouble in more), *(edit.fault(table) for edit in drawn)]
    with at_work(case, table, mishaps) as (portal, city, folder):
        found = load_in_the_end(portal, city, folder)
    after = clean(case, table)
    touched = {edit.key for edit in drawn}
    stayed = {key for key in before if key in after and key not in touched}
    assert {key: found.get(key) for key in stayed} == {key: after[key] for key in stayed}
    assert all(one in (before.get(key), after.get(key)) or key in touched for key, one in found.items())
    assert set(found) <= set(before) | set(after)
