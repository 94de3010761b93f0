"""A portal of which one data set is broken, is changed while it is read, or has lost too much: the others are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dashboard.domain.errors import SourceError
from data_access.portal_sync import sync_city
from data_access.store.run_log import read_log
from data_access.sync import SyncResult
from tests.builders import NOW, Store, row
from tests.portals import faults
from tests.portals.cities import ckan_city, socrata_city
from tests.portals.ckan import CkanPortal
from tests.portals.exchange import Fault
from tests.portals.socrata import SocrataPortal
from tests.portals.table import Table

OLD, NEW = "aaaa-0001", "bbbb-0002"


def rows(*keys: str) -> list[dict[str, str]]:
    return [row(key, created=f"2024-03-{place:02} 09:00:00") for place, key in enumerate(keys, start=1)]


def sync(store: Store, moment: datetime = NOW, *, full: bool = False, allow_removal: bool = False) -> SyncResult:
    return sync_city(
        store.city, store.data_dir, now=moment, sleep=lambda _: None, full=full, allow_removal=allow_removal
    )


@pytest.fixture
def portal() -> Iterator[CkanPortal]:
    tables = {OLD: Table.of(rows("o1", "o2", "o3")), NEW: Table.of(rows("n1", "n2", "n3"))}
    with CkanPortal(tables) as portal:
        yield portal


@pytest.fixture
def store(portal: CkanPortal, tmp_path: Path) -> Store:
    sets = [{"id": name, "id_column": "Id", "created": "Created"} for name in (OLD, NEW)]
    return Store(tmp_path / "data", ckan_city(portal.url, data_sets=sets))


def times_asked(portal: CkanPortal) -> Mapping[str, int]:
    """How many questions for rows each data set has been asked."""
    pages = [one for one in portal.asked("datastore_search") if one.query.get("limit") != "0"]
    return {name: sum(one.query.get("resource_id") == name for one in pages) for name in (OLD, NEW)}


@pytest.mark.parametrize("status", [404, 503])
def test_the_others_are_stored_and_the_run_fails_with_the_one_that_did_not_come(
    store: Store, portal: CkanPortal, status: int
) -> None:
    sync(store)
    portal.tables[NEW].add(row("n4"))
    portal.faults = [Fault(faults.status(status), times=99, matching=OLD)]
    with pytest.raises(SourceError, match=rf"'{OLD}'.*{status}.* The other data sets are stored\.$"):
        sync(store)
    assert set(store.requests().index) == {"o1", "o2", "o3", "n1", "n2", "n3", "n4"}
    last = read_log(store.folder)[0]
    assert (last["stored"], last["removed"]) == (1, 0)
    assert OLD in last["error"]
    portal.faults = []
    assert sync(store).counts.removed == 0
    assert read_log(store.folder)[0]["error"] is None


def test_of_one_that_did_not_come_nothing_is_removed_even_by_a_full_load(store: Store, portal: CkanPortal) -> None:
    sync(store)
    portal.tables[NEW].add(row("n4"), row("n5"), row("n6"))
    sync(store)
    portal.tables[NEW].delete("n6")
    portal.faults = [Fault(faults.status(404), times=99, matching=OLD)]
    with pytest.raises(SourceError, match=OLD):
        sync(store, full=True)
    assert set(store.requests().index) == {"o1", "o2", "o3", "n1", "n2", "n3", "n4", "n5"}


def test_a_portal_that_gives_nothing_is_given_up_after_two_data_sets(tmp_path: Path) -> None:
    sets = [{"id": f"{number}aaa-000{number}", "id_column": "Id", "created": "Created"} for number in range(1, 6)]
    with CkanPortal({one["id"]: Table.of(rows("a")) for one in sets}) as portal:
        portal.faults = [Fault(faults.status(503), times=999)]
        store = Store(tmp_path / "data", ckan_city(portal.url, data_sets=sets))
        with pytest.raises(SourceError, match=r"1aaa-0001.*503"):
            sync(store)
        asked = {one.query["id"] for one in portal.asked("resource_show")}
        assert asked == {"1aaa-0001", "2aaa-0002"}


def test_a_load_that_lacks_too_much_is_not_read_again_until_its_source_changes(
    store: Store, portal: CkanPortal
) -> None:
    sync(store)
    portal.tables[OLD].delete("o1", "o2")
    portal.tables[NEW].add(row("n4"))
    lacks = rf"lacks 2 of the 3 stored requests of {OLD}, more than 20%.* The other data sets are stored\."
    with pytest.raises(SourceError, match=lacks):
        sync(store)
    assert len(store.requests()) == 7
    before = times_asked(portal)
    with pytest.raises(SourceError, match=lacks):
        sync(store, NOW + timedelta(hours=6))
    after = times_asked(portal)
    assert after[OLD] == before[OLD]
    assert after[NEW] > before[NEW]
    # the source has changed: it is read again, and by now too much is gone in another number
    portal.tables[OLD].delete("o3")
    portal.tables[OLD].add(row("o2"), row("o4"))
    with pytest.raises(SourceError, match=f"lacks 2 of the 3 stored requests of {OLD}"):
        sync(store, NOW + timedelta(hours=12))
    assert times_asked(portal)[OLD] > after[OLD]
    # and what was refused is taken if it is said to be right
    sync(store, NOW + timedelta(hours=18), allow_removal=True)
    assert set(store.requests().index) == {"o2", "o4", "n1", "n2", "n3", "n4"}
    assert read_log(store.folder)[0]["error"] is None


def test_rows_that_change_while_all_are_read_are_told_and_nothing_is_removed(tmp_path: Path) -> None:
    table = Table.of(rows("a", "b", "c", "d", "e", "f"))
    with SocrataPortal({OLD: table}) as portal:
        sets = [{"id": OLD, "name": "Rows", "id_column": "id", "changed": [":updated_at"], "created": "created"}]
        store = Store(tmp_path / "data", socrata_city(portal.url, page_rows=2, data_sets=sets))
        sync(store)
        table.delete("f")
        portal.faults = [Fault(first=lambda: table.change("a", Status="Assigned"), at=3, matching=":id >")]
        result = sync(store, full=True)
        assert result.drift == ({"kind": "changed_while_read", "field": "data_sets", "value": "Rows", "n": 1},)
        assert result.counts.removed == 0
        assert "f" in store.requests().index
        portal.faults = []
        result = sync(store, full=True)
        assert (result.drift, result.counts.removed) == ((), 1)
