"""Requests that were open and are too old to be read again by their days: a closing is seen where no column tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.errors import SourceError
from data_access.portal_sync import sync_city
from data_access.sources.asked_ids import LONGEST, batches, id_column
from data_access.sources.retries import ATTEMPTS
from data_access.sync import SyncResult
from tests.builders import NOW, Store, row
from tests.data_access.sources.protocols import ARCGIS, OPEN311, SOCRATA, Kind
from tests.portals import faults
from tests.portals.arcgis import ArcgisPortal
from tests.portals.cities import LAYER, arcgis_city
from tests.portals.exchange import Fault
from tests.portals.open311 import Open311Portal
from tests.portals.table import Table

FIRST = datetime.fromisoformat("2024-03-01 09:00:00")


@dataclass(frozen=True)
class Blind:
    """A protocol whose data set has no column that tells changes, and what of a question tells that it names ids."""

    kind: Kind
    by_ids: str
    data_set: dict[str, Any]


BLIND = [
    Blind(ARCGIS, " IN (", {"created": "Created"}),
    Blind(OPEN311, "service_request_id=", {"created": "requested_datetime"}),
    Blind(SOCRATA, " IN (", {"created": "created"}),
]
each = pytest.mark.parametrize("blind", BLIND, ids=lambda blind: blind.kind.name)


def blind_store(blind: Blind, url: str, tmp_path: Path) -> Store:
    data_set = {"id": blind.kind.data_set, "reread_days": 2, **blind.data_set}
    return Store(tmp_path / "data", blind.kind.city(url, data_sets=[data_set]))


def table(count: int = 12) -> Table:
    """Requests of as many days, all open but the first."""
    days = [FIRST + timedelta(days=n) for n in range(count)]
    return Table.of(row(f"{n:02}", f"{day}", "" if n else "2024-03-01 10:00:00") for n, day in enumerate(days))


def sync(store: Store, hours: int = 0, **options: Any) -> SyncResult:
    return sync_city(store.city, store.data_dir, now=NOW + timedelta(hours=hours), sleep=lambda _: None, **options)


@each
def test_an_old_request_that_is_closed_is_seen_by_the_next_sync(blind: Blind, tmp_path: Path) -> None:
    source = table()
    with blind.kind.portal(source) as portal:
        store = blind_store(blind, portal.url, tmp_path)
        sync(store)
        assert not portal.asked(blind.by_ids), "a first load reads everything"
        assert store.requests().loc["03", "status"] == "open"
        source.change("03", Status="Closed", Closed="2024-03-12 12:00:00", Note="Fixed by a crew")
        result = sync(store, 1)
        asked = " ".join(one.text for one in portal.asked(blind.by_ids))
        assert store.requests().loc["03", "status"] == "closed"
        assert (result.counts.updated, result.counts.stored, result.counts.removed) == (1, 0, 0)
        assert "02" in asked
        assert "'00'" not in asked, "what is closed is not asked for"
        seen = len(portal.log)
        sync(store, 2)
        assert not [one for one in portal.log[seen:] if blind.by_ids in one.text and "'03'" in one.text]


@each
def test_a_sync_of_some_days_does_not_ask_for_requests_of_others(blind: Blind, tmp_path: Path) -> None:
    with blind.kind.portal(table()) as portal:
        store = blind_store(blind, portal.url, tmp_path)
        sync(store)
        sync(store, 1, since=date(2024, 3, 9))
        assert not portal.asked(blind.by_ids)


@each
def test_old_requests_that_are_gone_from_the_portal_stay_as_they_were(blind: Blind, tmp_path: Path) -> None:
    source = table()
    with blind.kind.portal(source) as portal:
        store = blind_store(blind, portal.url, tmp_path)
        sync(store)
        source.delete(*(f"{n:02}" for n in range(1, 9)))
        sync(store, 1)
    assert store.requests().loc["05", "status"] == "open"


def test_an_endpoint_that_knows_none_of_the_requests_may_say_that_nothing_is_there(tmp_path: Path) -> None:
    with OPEN311.portal(table(), Fault(faults.status(404), matching="service_request_id")) as portal:
        store = blind_store(BLIND[1], portal.url, tmp_path)
        sync(store)
        assert sync(store, 1).counts.changed is False


def test_a_stop_between_two_batches_asks_for_none_of_the_first_again(tmp_path: Path) -> None:
    source = table(70)
    broken = Fault(faults.status(503), at=2, times=ATTEMPTS, matching="service_request_id")
    with Open311Portal(source, broken) as portal:
        store = blind_store(BLIND[1], portal.url, tmp_path)
        sync(store)
        source.change("05", Status="Closed", Note="Fixed by a crew")
        with pytest.raises(SourceError, match="503"):
            sync(store, 1)
        first, second = (portal.asked("service_request_id")[n].text for n in (0, 1))
        seen = len(portal.log)
        sync(store, 1)
        asked = [one.text for one in portal.log[seen:]]
    assert asked == [second]
    assert first != second
    assert store.requests().loc["05", "status"] == "closed"


def test_ids_that_are_numbers_are_asked_for_as_numbers(tmp_path: Path) -> None:
    source = Table(numbers=("Lat", "Lon", "Id"))
    source.add(*(row(n, f"{FIRST + timedelta(days=n)}") for n in range(12)))
    with ArcgisPortal({LAYER: source}) as portal:
        sets = [{"id": LAYER, "id_column": "Id", "created": "Created", "reread_days": 2}]
        store = Store(tmp_path / "data", arcgis_city(portal.url, data_sets=sets))
        sync(store)
        source.change("3", Status="Closed", Closed="2024-03-12 12:00:00")
        sync(store, 1)
    assert store.requests().loc["3", "status"] == "closed"


@pytest.mark.parametrize(
    ("ids", "sizes"),
    [([], []), (["a"] * 250, [100, 100, 50]), (["x" * (LONGEST // 3)] * 4, [2, 2]), (["y" * LONGEST * 2] * 2, [1, 1])],
)
def test_no_question_names_too_many_ids_or_too_long_ones(ids: Sequence[str], sizes: list[int]) -> None:
    found = batches(ids)
    assert [len(batch) for batch in found] == sizes
    assert [one for batch in found for one in batch] == list(ids)


def test_the_column_of_ids_is_the_schemas_where_the_data_set_names_none() -> None:
    city = arcgis_city("http://127.0.0.1:9", data_sets=[{"id": LAYER}])
    (data_set,) = city.source.data_sets
    assert id_column(data_set, city) == "Id"
    hashed = city.schemas["rows"].model_copy(update={"id_columns": ("Created", "Type")})
    assert id_column(data_set, city.model_copy(update={"schemas": {"rows": hashed}})) == ""
    two = city.schemas | {"old": city.schemas["rows"].model_copy(update={"columns": {"request_id": "ID"}})}
    assert id_column(data_set, city.model_copy(update={"schemas": two})) == ""
    assert id_column(data_set.model_copy(update={"id_column": "Number"}), city) == "Number"
