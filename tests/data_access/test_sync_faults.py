"""Whatever goes wrong at a portal, readers see what they saw or all that there is; the syncs after it make up for it."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dashboard.domain.errors import SourceError
from data_access.portal_sync import sync_city
from data_access.store.run_log import read_log
from data_access.sync import SyncResult
from tests.builders import NOW, Store
from tests.data_access.small_portal import KEYS, MOST_REQUESTS, certificates_read_once, no_end, no_time, thirteen
from tests.portals import faults
from tests.portals.cases import CASES, Case
from tests.portals.exchange import Fault
from tests.portals.server import Portal
from tests.portals.table import Table
from tests.portals.trouble import Edit, Trouble, edits, troubles

STORED = [case for case in CASES if case.name in ("socrata", "arcgis", "ckan", "ckan-zip", "open311-xml")]
"""One of each reader: a whole sync takes long, and test_fetch_faults draws more trouble for all of them."""
WITH_AND_WITHOUT_MARKS = [case for case in CASES if case.name in ("socrata", "open311")]
FEW = settings(max_examples=2, phases=[Phase.generate])


@dataclass
class Place:
    """A portal that stays up, its table, and stores that are synced from it, each in a folder of its own.

    Every example begins with the table and the faults as they were; `seen` is kept by the state of the table.
    """

    portal: Portal
    table: Table
    case: Case
    folder: Path
    first: Store
    examples: int = 0
    known: dict[str, Any] = field(default_factory=dict[str, Any])

    def store(self, like: Store | None = None) -> Store:
        """An empty store, or a copy of another."""
        self.examples += 1
        store = Store(self.folder / str(self.examples) / "data", self.case.city_at(self.portal.url))
        if like:
            shutil.copytree(like.data_dir, store.data_dir)
        return store

    def trouble(self, *mishaps: Fault) -> None:
        """From now on these go wrong."""
        self.portal.log.clear()
        self.portal.faults = [*mishaps, no_end()]

    def clean(self) -> dict[str, Any]:
        """What readers see of a first load of the table as it is, when nothing goes wrong."""
        state = repr(self.table.rows())
        if state not in self.known:
            self.trouble()
            store = self.store()
            sync(store)
            self.known[state] = store.seen()
        return self.known[state]


@contextmanager
def place(case: Case, folder: Path) -> Generator[Place]:
    """A portal with the thirteen rows, and a store that has read them."""
    table = thirteen()
    with certificates_read_once(), case.portal(table) as portal:
        first = Store(folder / "first" / "data", case.city_at(portal.url))
        sync(first)
        yield Place(portal, table, case, folder, first)


def sync(store: Store, *, full: bool = False) -> SyncResult:
    return sync_city(store.city, store.data_dir, full=full, now=NOW, sleep=no_time)


def sync_with_luck(store: Store, *, full: bool = False) -> str:
    """What a sync says that fails, or ''."""
    try:
        sync(store, full=full)
    except SourceError as error:
        return str(error)
    return ""


def is_a_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text and 20 < len(text) < 500


@pytest.mark.parametrize("case", STORED, ids=str)
def test_a_sync_changes_all_or_nothing_and_the_next_ones_make_up_for_it(case: Case, tmp_path: Path) -> None:
    with place(case, tmp_path) as here:
        beginning = here.table.kept()

        @given(full=st.booleans(), drawn=edits(KEYS), more=troubles(case.lies))
        @FEW
        def changes_all_or_nothing(full: bool, drawn: Sequence[Edit], more: Sequence[Trouble]) -> None:
            here.table.go_back(beginning)
            for edit in drawn:
                edit.apply(here.table)
            store = here.store(here.first)
            before = store.seen()
            here.trouble(*(one.fault() for one in more))
            told = sync_with_luck(store, full=full)
            assert len(here.portal.log) < MOST_REQUESTS
            clean = here.clean()
            deleted = any(edit.what == "delete" for edit in drawn)
            if told:
                assert is_a_sentence(told)
                assert store.seen() == before
            elif full or not deleted:
                assert store.seen() == clean
            here.trouble()
            if told or not full:
                later = here.store(store)
                sync(later, full=True)
                assert later.seen() == clean
            if told and not deleted:
                sync(store)
                assert store.seen() == clean

        changes_all_or_nothing()


@pytest.mark.parametrize("case", WITH_AND_WITHOUT_MARKS, ids=str)
def test_rows_that_are_written_while_they_are_read_are_there_after_the_next_sync(case: Case, tmp_path: Path) -> None:
    """The first load meets trouble and writes at once; nothing is stored until it has come to its end."""
    with place(case, tmp_path) as here:
        beginning = here.table.kept()

        @given(drawn=edits(KEYS, ("add", "change")), more=st.one_of(st.just([]), troubles(case.lies)))
        @FEW
        def is_there_in_the_end(drawn: Sequence[Edit], more: Sequence[Trouble]) -> None:
            here.table.go_back(beginning)
            store = here.store()
            here.trouble(*(one.fault() for one in more), *(edit.fault(here.table) for edit in drawn))
            told = sync_with_luck(store)
            if told:
                assert is_a_sentence(told)
                assert store.version() is None
                here.trouble()
                sync(store)
            here.trouble()
            sync(store)
            assert store.seen() == here.clean()

        is_there_in_the_end()


@pytest.fixture
def one_file(tmp_path: Path) -> Generator[Place]:
    (case,) = (one for one in CASES if one.name == "ckan-csv")
    with place(case, tmp_path) as here:
        here.table.change("r03", Status="Assigned")
        yield here


def test_a_file_that_cannot_be_read_is_fetched_again_by_the_next_sync(one_file: Place) -> None:
    before = one_file.first.seen()
    one_file.trouble(Fault(faults.garbled(), times=100, matching="/storage/"))
    told = sync_with_luck(one_file.first)
    assert is_a_sentence(told)
    assert one_file.first.seen() == before
    kept = read_log(one_file.first.folder)[0]["error"]
    assert is_a_sentence(kept)
    assert str(one_file.folder) not in kept, "where things lie on this machine is nobody's business"
    one_file.trouble()
    sync(one_file.first)
    assert one_file.first.seen() == one_file.clean()


def test_a_load_that_would_remove_too_much_is_read_anew_by_the_next_sync(one_file: Place) -> None:
    """A portal that was caught while it was publishing is whole again an hour later."""
    complete = one_file.table.kept()
    one_file.table.delete(*KEYS[:6])
    assert "lacks 6 of the 13 stored requests" in sync_with_luck(one_file.first)
    one_file.table.go_back(complete)
    sync(one_file.first)
    assert one_file.first.seen() == one_file.clean()
