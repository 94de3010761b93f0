"""A sync of a portal: all of it first, then what has changed; narrowed, whole again, failed, and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.domain.errors import SourceError
from data_access.answers.quality import syncs
from data_access.portal_sync import sync_city
from data_access.store.call_log import read_calls
from data_access.store.run_log import read_log
from data_access.sync import SyncResult
from tests.builders import NOW, Store, row
from tests.portals import faults
from tests.portals.cities import RESOURCE_ID, SOCRATA_ID, ckan_file_city, socrata_city
from tests.portals.ckan import CkanPortal
from tests.portals.ckan_files import TableFile
from tests.portals.exchange import Fault
from tests.portals.socrata import SocrataPortal
from tests.portals.table import FIRST_WRITE, Table

ROWS = [row(f"{number:02}", created=f"2024-03-{number:02} 09:00:00") for number in range(1, 11)]


def sync(store: Store, moment: datetime = NOW, **options: object) -> SyncResult:
    return sync_city(store.city, store.data_dir, **{"now": moment, "sleep": lambda _: None} | options)  # type: ignore[arg-type]


def counts(result: SyncResult) -> tuple[int, int, int, int, int, int]:
    """read, stored, updated, unchanged, quarantined, removed."""
    found = result.counts
    assert found.read == found.stored + found.updated + found.unchanged + found.quarantined
    return found.read, found.stored, found.updated, found.unchanged, found.quarantined, found.removed


@pytest.fixture
def portal() -> Iterator[SocrataPortal]:
    table = Table.of(ROWS[:-1])
    table.frozen = FIRST_WRITE + timedelta(hours=5)  # the last load overlaps its own last hour
    table.add(ROWS[-1])
    with SocrataPortal({SOCRATA_ID: table}) as portal:
        yield portal


@pytest.fixture
def table(portal: SocrataPortal) -> Table:
    return portal.tables[SOCRATA_ID]


@pytest.fixture
def store(portal: SocrataPortal, tmp_path: Path) -> Store:
    city = socrata_city(portal.url, page_rows=3)
    data_set = city.source.data_sets[0].model_copy(update={"reread_days": 2})
    source = city.source.model_copy(update={"data_sets": (data_set,)})
    return Store(tmp_path / "data", city.model_copy(update={"source": source}))


def test_everything_comes_first_and_then_only_what_has_changed(store: Store, table: Table) -> None:
    assert counts(sync(store)) == (10, 10, 0, 0, 0, 0)
    table.frozen = FIRST_WRITE + timedelta(hours=10)
    table.change("03", Status="Assigned")
    table.add(row("11", created="2024-03-11 09:00:00"))
    # the changed and the new one, and those of the last days that are read again whatever the portal says of them
    assert counts(sync(store)) == (5, 1, 1, 3, 0, 0)
    assert store.requests().loc["03", "status"] == "in_progress"
    assert len(store.requests()) == 11


def test_nothing_new_publishes_nothing(store: Store) -> None:
    sync(store)
    again = sync(store)
    assert (again.counts.changed, again.published, again.version) == (False, False, 1)


def test_rows_that_are_gone_leave_with_a_full_load_only(store: Store, table: Table) -> None:
    sync(store)
    table.delete("05")
    assert counts(sync(store))[5] == 0
    assert "05" in store.requests().index
    assert counts(sync(store, full=True)) == (9, 0, 0, 9, 0, 1)
    assert "05" not in store.requests().index
    assert store.work("SELECT request_id FROM tombstones") == [("05",)]


def test_a_full_load_that_would_remove_too_much_is_blocked(store: Store, table: Table) -> None:
    sync(store)
    table.delete("01", "02", "03")
    with pytest.raises(
        SourceError, match=r"lacks 3 of the 10 stored requests of abcd-1234, more than 20%; nothing was changed"
    ):
        sync(store, full=True)
    assert len(store.requests()) == 10


def test_a_range_of_days_reads_those_days_and_changes_no_other(store: Store, table: Table) -> None:
    narrowed = sync(store, since=date(2024, 3, 4), until=date(2024, 3, 6))
    assert counts(narrowed) == (3, 3, 0, 0, 0, 0)
    assert store.requests().index.tolist() == ["04", "05", "06"]
    table.delete("04")
    assert counts(sync(store, since=date(2024, 3, 4), until=date(2024, 3, 4), full=True)) == (0, 0, 0, 0, 0, 0)
    assert store.requests().index.tolist() == ["04", "05", "06"]
    table.add(ROWS[3])
    # what was not read is read by the next load that is not narrowed
    assert counts(sync(store)) == (10, 7, 0, 3, 0, 0)


def test_a_load_up_to_a_day_says_nothing_of_what_the_portal_has_since(store: Store, table: Table) -> None:
    name = store.city.source.name

    def told() -> tuple[str, bool, datetime | None]:
        with store.snapshot() as snapshot:
            found = syncs(snapshot)
        return read_log(store.folder)[0]["source"], found.from_portal, found.last_news

    sync(store, until=date(2024, 3, 6))
    assert told() == (f"{name} (requests made up to 2024-03-06 only)", False, None)
    sync(store, NOW + timedelta(hours=1))
    assert told() == (name, True, NOW + timedelta(hours=1))
    sync(store, NOW + timedelta(hours=2))
    assert told() == (name, True, NOW + timedelta(hours=1))  # it was asked again, and had nothing new


def test_a_failure_keeps_what_readers_see_and_its_story_and_the_next_sync_goes_on(
    store: Store, portal: SocrataPortal, table: Table
) -> None:
    sync(store)
    seen = store.seen()
    table.change("03", Status="Assigned")
    portal.faults = [Fault(faults.status(503), times=99)]
    with pytest.raises(SourceError, match="503"):
        sync(store)
    assert store.seen() == seen
    failed, first = read_log(store.folder)
    assert "503" in failed["error"]
    assert first["error"] is None
    assert failed["calls"][0]["failed"] == failed["calls"][0]["n"] > 1
    portal.faults = []
    assert counts(sync(store))[2] == 1
    mended = read_log(store.folder)[0]
    assert mended["calls"][0]["failed"] == 0, "the calls of the failed run are told once"


def test_calls_are_kept_with_what_they_took_and_brought(store: Store, portal: SocrataPortal) -> None:
    sync(store)
    made = read_calls(store.folder)
    assert len(made) == len(portal.asked())
    assert {call["status"] for call in made} == {200}
    assert all(call["bytes"] > 0 and call["seconds"] >= 0 and call["data_set"] == SOCRATA_ID for call in made)
    (told,) = read_log(store.folder)[0]["calls"]
    assert (told["n"], told["failed"], told["bytes"]) == (len(made), 0, sum(call["bytes"] for call in made))
    assert not (store.folder / "incoming").exists()


def test_drift_at_a_portal_is_told_by_its_data_set(store: Store, table: Table) -> None:
    sync(store)
    table.add(row("11", Status="Parked", Type="Graffiti"))
    found = {(each["kind"], each["value"]) for each in sync(store).drift}
    assert found == {("status_without_rule", "Parked"), ("new_value", "Graffiti")}


def test_a_city_without_a_portal_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Testville has no portal to read; give a file"):
        sync(Store(tmp_path / "data"))


def test_a_removal_that_is_right_can_be_allowed(store: Store, table: Table) -> None:
    sync(store)
    table.delete("01", "02", "03")
    assert counts(sync(store, full=True, allow_removal=True))[5] == 3
    assert len(store.requests()) == 7


def test_a_few_odd_rows_among_the_news_hold_nothing_back(store: Store, table: Table) -> None:
    sync(store)
    table.frozen = FIRST_WRITE + timedelta(hours=10)
    for line in ROWS[7:]:  # those of the last days are read again: let nothing of them be usable
        table.change(line["Id"], Type="Pothole")
    table.add(row("", created="2024-03-11 09:00:00"))
    table.delete("08", "09", "10")
    result = sync(store)
    assert counts(result) == (1, 0, 0, 0, 1, 0)
    assert len(store.requests()) == 10


def test_a_fault_of_the_program_leaves_a_trace(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(store)

    def broken(*_: object, **__: object) -> None:
        raise MemoryError("no more")

    monkeypatch.setattr("data_access.portal_sync.store", broken)
    with pytest.raises(MemoryError):
        sync(store, full=True)
    assert read_log(store.folder)[0]["error"] == "The sync broke off (MemoryError); the log says more."


# --- a portal with several data sets ---------------------------------------------------------------------------------


@pytest.fixture
def years(tmp_path: Path) -> Iterator[tuple[Store, SocrataPortal]]:
    """Two data sets: nine rows of the old year, two of the new one."""
    tables = {"year-2023": Table.of(ROWS[:9]), "year-2024": Table.of([*ROWS[9:], row("11")])}
    with SocrataPortal(tables) as portal:
        sets = [{"id": name, "id_column": "id", "changed": [":updated_at"], "created": "created"} for name in tables]
        yield Store(tmp_path / "data", socrata_city(portal.url, data_sets=sets)), portal


def test_a_data_set_that_gives_nothing_is_not_taken_for_an_empty_one(years: tuple[Store, SocrataPortal]) -> None:
    """Its two rows are less than a fifth of all."""
    store, portal = years
    sync(store)
    portal.tables["year-2024"].delete("10", "11")
    with pytest.raises(SourceError, match=r"lacks 2 of the 2 stored requests of year-2024"):
        sync(store, full=True)
    assert len(store.requests()) == 11


def test_a_row_belongs_to_the_data_set_that_holds_it_now(years: tuple[Store, SocrataPortal]) -> None:
    store, portal = years
    sync(store)
    portal.tables["year-2023"].delete("09")
    portal.tables["year-2024"].add(ROWS[8])
    assert counts(sync(store))[5] == 0
    assert store.work("SELECT data_set FROM raw_rows WHERE request_id = '09'") == [("year-2024",)]


def test_rows_of_a_file_are_taken_over_by_the_portal_that_holds_them(
    files: tuple[Store, Table, CkanPortal], later: Callable[[int], datetime]
) -> None:
    store, table, _ = files
    store.sync(ROWS)
    assert counts(sync(store)) == (10, 0, 0, 10, 0, 0)
    table.delete("07")
    assert counts(sync(store, later(2)))[5] == 1
    assert "07" not in store.requests().index


# --- a portal that gives whole files ---------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> Iterator[tuple[Store, Table, CkanPortal]]:
    table = Table.of(ROWS)
    with CkanPortal({}, files={RESOURCE_ID: TableFile(table, "requests.csv")}) as portal:
        yield Store(tmp_path / "data", ckan_file_city(portal.url)), table, portal


def test_a_file_that_was_replaced_removes_what_it_no_longer_holds(
    files: tuple[Store, Table, CkanPortal], later: Callable[[int], datetime]
) -> None:
    store, table, portal = files
    assert counts(sync(store)) == (10, 10, 0, 0, 0, 0)
    assert counts(sync(store, later(1))) == (0, 0, 0, 0, 0, 0), "the same file is not read again"
    table.delete("07")
    assert counts(sync(store, later(2))) == (9, 0, 0, 9, 0, 1)
    assert "07" not in store.requests().index
    assert portal.asked("download")


@pytest.fixture
def later() -> Callable[[int], datetime]:
    return lambda hours: NOW + timedelta(hours=hours)
