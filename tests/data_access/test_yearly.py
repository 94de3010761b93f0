"""Portals that add a data set each January: found, told, remembered, and missed where nobody knows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.freshness import year_without_source
from data_access.city import City, load_city
from data_access.portal_sync import sync_city
from data_access.sync import SyncResult
from data_access.yearly import days_to, remembered
from tests.builders import Store, row
from tests.portals import faults
from tests.portals.arcgis import ArcgisPortal
from tests.portals.cities import arcgis_city, ckan_city, socrata_city
from tests.portals.ckan import CkanPortal
from tests.portals.exchange import Fault
from tests.portals.server import Portal
from tests.portals.socrata import SocrataPortal
from tests.portals.table import Table

JANUARY = datetime(2025, 1, 9, 16, 0, tzinfo=UTC)
YEARS = (2023, 2024, 2025)


@dataclass(frozen=True)
class Yearly:
    """A protocol: ids and names of its yearly data sets, the portal that has them, and how the city finds them."""

    portal: Callable[[Mapping[str, Table], Mapping[str, str]], Portal]
    city: Callable[..., City]
    id: Callable[[int], str]
    name: Callable[[int], str]
    find: Mapping[str, Any]
    listing: str

    def sets(self, *years: int) -> list[dict[str, Any]]:
        """The data sets of some years as a city's file names them."""
        return [
            {"id": self.id(year), "created": self.created, "first": date(year, 1, 1), "last": date(year, 12, 31)}
            for year in years
        ]

    @property
    def created(self) -> str:
        """The column of creation by the portal's own name."""
        return "created" if self.city is socrata_city else "Created"


CASES = {
    "socrata": Yearly(
        lambda tables, names: SocrataPortal(tables, names=names),
        socrata_city,
        lambda year: f"year-{year}",
        lambda year: f"Cases {year}",
        {"find": "Cases", "name": r"cases (?P<year>20\d\d)"},
        "/api/catalog/v1",
    ),
    "ckan": Yearly(
        lambda tables, names: CkanPortal(tables, names=names),
        ckan_city,
        lambda year: f"{year}adca-64ab-4c5c-9fc0-a6da622be185",
        lambda year: f"311 Service Requests - {year}",
        {"find": "service-requests", "name": r"311 service requests - (?P<year>20\d\d)"},
        "package_show",
    ),
    "arcgis": Yearly(
        lambda tables, names: ArcgisPortal(tables),
        arcgis_city,
        lambda year: f"Requests_{year}/FeatureServer/0",
        lambda year: f"Requests_{year}",
        {"name": r"Requests_(?P<year>20\d\d)"},
        "/services?",
    ),
}


def sync(store: Store) -> SyncResult:
    return sync_city(store.city, store.data_dir, now=JANUARY, sleep=lambda _: None)


def told(result: SyncResult) -> list[tuple[object, object]]:
    return [(found["kind"], found["value"]) for found in result.drift if found["field"] == "data_sets"]


def table_of(year: int) -> Table:
    return Table.of([row(f"{year}-1", created=f"{year}-01-05 09:00:00")])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_data_set_of_a_new_year_is_found_told_once_and_read(case: Yearly, tmp_path: Path) -> None:
    tables = {case.id(year): table_of(year) for year in YEARS}
    names = {case.id(year): case.name(year) for year in YEARS} | {"othe-rone": "Cases by district 2025, a list"}
    with case.portal(tables, names) as portal:
        city = case.city(portal.url, data_sets=case.sets(2024), yearly=[{**case.find, "created": case.created}])
        store = Store(tmp_path / "data", city)
        first = sync(store)
        assert told(first) == [("new_data_set", case.name(2025))]
        # the year before the oldest of the file was left out there on purpose
        assert store.requests().index.tolist() == ["2024-1", "2025-1"]
        assert told(sync(store)) == []
        found = remembered(store.folder, city)
        assert [(each.year, each.id, each.name) for each in found] == [(2025, case.id(2025), case.name(2025))]
        assert days_to(city, found) == date(2025, 12, 31)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_where_the_list_does_not_come_the_known_ones_are_read_and_it_is_told(case: Yearly, tmp_path: Path) -> None:
    tables = {case.id(year): table_of(year) for year in YEARS}
    with case.portal(tables, {case.id(year): case.name(year) for year in YEARS}) as portal:
        city = case.city(portal.url, data_sets=case.sets(2024), yearly=[{**case.find, "created": case.created}])
        store = Store(tmp_path / "data", city)
        portal.faults = [Fault(faults.status(404), times=1, matching=case.listing)]
        ((kind, sentence),) = told(sync(store))
        assert kind == "listing_failed"
        assert "404" in str(sentence)
        assert store.requests().index.tolist() == ["2024-1"]
        sync(store)
        tables[case.id(2025)].add(row("2025-2", created="2025-01-08 09:00:00"))
        portal.faults = [Fault(faults.status(404), times=1, matching=case.listing)]
        assert [kind for kind, _ in told(sync(store))] == ["listing_failed"]
        assert store.requests().index.tolist() == ["2024-1", "2025-1", "2025-2"]


def test_one_that_the_list_has_no_more_is_told_and_its_rows_stay(tmp_path: Path) -> None:
    case = CASES["socrata"]
    tables = {case.id(year): table_of(year) for year in YEARS}
    with SocrataPortal(tables, names={case.id(2025): case.name(2025)}) as portal:
        city = case.city(portal.url, data_sets=case.sets(2024), yearly=[{**case.find, "created": case.created}])
        store = Store(tmp_path / "data", city)
        sync(store)
        portal.names = {}
        assert told(sync(store)) == [("vanished_data_set", case.name(2025))]
        assert store.requests().index.tolist() == ["2024-1", "2025-1"]
        assert days_to(city, remembered(store.folder, city)) == date(2024, 12, 31)


def test_a_year_that_no_data_set_holds_is_told_from_january_on() -> None:
    last = date(2026, 12, 31)
    assert year_without_source(last, date(2026, 12, 31)) is None
    assert year_without_source(last, date(2027, 1, 3)) is None
    assert year_without_source(last, date(2027, 1, 4)) == 2027
    assert year_without_source(None, date(2040, 1, 4)) is None


@pytest.mark.parametrize(
    ("city", "name", "year"),
    [
        ("los_angeles", "MyLA311 Cases 2027", 2027),
        ("los_angeles", "MyLA311 Cases March 2025 to December 2025", None),
        ("boston", "311 Service Requests - 2027", 2027),
        ("boston", "311 SERVICE REQUESTS - NEW SYSTEM", None),
        ("baltimore", "311_Customer_Service_Requests_2027", 2027),
        ("baltimore", "311_Customer_Service_Requests_Yearly", None),
        ("toronto", "SR2027", 2027),
        ("toronto", "311 service requests: read me", None),
    ],
)
def test_the_cities_know_their_next_year_by_its_name(city: str, name: str, year: int | None) -> None:
    (yearly,) = load_city(city).source.yearly
    assert yearly.year_of(name) == year


@pytest.mark.parametrize("city", ["los_angeles", "baltimore", "toronto"])
def test_cities_with_a_set_a_year_end_with_their_newest_one(city: str) -> None:
    assert days_to(load_city(city), ()) == date(2026, 12, 31)


@pytest.mark.parametrize("city", ["boston", "chicago"])
def test_cities_with_a_set_that_goes_on_have_no_such_end(city: str) -> None:
    assert days_to(load_city(city), ()) is None
