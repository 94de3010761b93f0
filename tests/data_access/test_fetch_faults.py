"""Whatever goes wrong at a portal: a load has all rows, or it fails with a sentence, and the next one has all of them."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.errors import SourceError
from data_access.city import City
from data_access.sources.base import Ask, Fetched
from data_access.sources.fetching import fetch, forget
from data_access.sources.files import plain_file
from tests.builders import NOW
from tests.data_access.small_portal import KEYS, MOST_REQUESTS, certificates_read_once, no_end, no_time, thirteen
from tests.portals.cases import CASES, Case
from tests.portals.exchange import Fault
from tests.portals.server import Portal
from tests.portals.table import Table
from tests.portals.trouble import Edit, Trouble, edits, troubles

every_case = pytest.mark.parametrize("case", CASES, ids=str)
Rows = dict[str, dict[str, str]]


@pytest.fixture(autouse=True, scope="module")
def certificates_are_read_once() -> Iterator[None]:
    with certificates_read_once():
        yield


@contextmanager
def at_work(case: Case, table: Table, mishaps: Sequence[Fault] = ()) -> Generator[tuple[Portal, City, Path]]:
    """A portal with faults, the city behind it, and a folder for its downloads."""
    with case.portal(table) as portal, tempfile.TemporaryDirectory() as folder:
        portal.faults = [*mishaps, no_end()]
        yield portal, case.city_at(portal.url), Path(folder)
        assert len(portal.log) < MOST_REQUESTS


def load(city: City, folder: Path, ask: Ask | None = None) -> tuple[Rows, str | None]:
    """The rows of a load by id, the last one of those that came twice, and the mark for the next load."""
    (only,) = fetch(
        city, folder, {data_set.id: ask or Ask() for data_set in city.source.data_sets}, now=NOW, sleep=no_time
    )
    key = city.schemas["rows"].columns["request_id"]
    try:
        return {line[key]: line for line in _lines(only)}, only.mark
    except SourceError:
        forget(folder)  # as a sync does with what cannot be stored
        raise


def _lines(fetched: Fetched) -> Iterator[dict[str, str]]:
    for path in fetched.files:
        with plain_file(path) as file, file.path.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream, strict=True)


def clean(case: Case, table: Table) -> Rows:
    """What a load has when nothing goes wrong."""
    with at_work(case, table) as (_, city, folder):
        return load(city, folder)[0]


def load_in_the_end(portal: Portal, city: City, folder: Path, ask: Ask | None = None) -> tuple[Rows, str | None]:
    """What a load has that meets trouble, or else the one after it, which goes on where the first was stopped."""
    told = ""
    try:
        return load(city, folder, ask)
    except SourceError as error:
        told = str(error)
    assert told.endswith(".")
    assert "\n" not in told
    assert 20 < len(told) < 500
    portal.faults = portal.faults[-1:]
    return load(city, folder, ask)


@every_case
def test_without_trouble_every_row_is_there(case: Case) -> None:
    table = thirteen()
    assert sorted(clean(case, table)) == KEYS


@every_case
@given(data=st.data())
@settings(max_examples=9)
def test_a_load_has_every_row_or_fails_with_a_sentence(case: Case, data: st.DataObject) -> None:
    drawn: list[Trouble] = data.draw(troubles(case.lies))
    table = thirteen()
    with at_work(case, table, [trouble.fault() for trouble in drawn]) as (portal, city, folder):
        found, _ = load_in_the_end(portal, city, folder)
    assert found == clean(case, table)


@every_case
@given(data=st.data())
@settings(max_examples=5)
def test_rows_that_come_and_go_while_they_are_read_make_no_other_be_missed(case: Case, data: st.DataObject) -> None:
    drawn: list[Edit] = data.draw(edits(KEYS))
    more: list[Trouble] = data.draw(st.one_of(st.just([]), troubles(case.lies)))
    table = thirteen()
    before = clean(case, table)
    mishaps = [*(trouble.fault() for trouble in more), *(edit.fault(table) for edit in drawn)]
    with at_work(case, table, mishaps) as (portal, city, folder):
        found, _ = load_in_the_end(portal, city, folder)
    after = clean(case, table)
    touched = {edit.key for edit in drawn}
    stayed = {key for key in before if key in after and key not in touched}
    assert {key: found.get(key) for key in stayed} == {key: after[key] for key in stayed}
    assert all(one in (before.get(key), after.get(key)) or key in touched for key, one in found.items())
    assert set(found) <= set(before) | set(after)


@every_case
@given(data=st.data())
@settings(max_examples=5)
def test_what_later_loads_add_to_the_first_is_all_that_there_is(case: Case, data: st.DataObject) -> None:
    """Rows that were written while a load read, or between two loads, are in the next one."""
    table, kept = thirteen(), Rows()
    mark: str | None = None
    with at_work(case, table) as (portal, city, folder):
        (data_set,) = city.source.data_sets
        reread_from = NOW.date() - timedelta(days=data_set.reread_days)
        for turn in ("first", "second", "last"):
            drawn: list[Edit] = [] if turn == "last" else data.draw(edits(KEYS, ("add", "change")), label=turn)
            more: list[Trouble] = data.draw(st.one_of(st.just([]), troubles(case.lies)), label=f"trouble, {turn}")
            end = portal.faults[-1]
            portal.faults = [*(one.fault() for one in more), *(edit.fault(table) for edit in drawn), end]
            found, mark = load_in_the_end(portal, city, folder / turn, Ask(mark, reread_from if mark else None))
            kept |= found
            for edit in drawn:
                edit.apply(table)
    # what was written after the second load is for the last one
    assert kept == clean(case, table)
