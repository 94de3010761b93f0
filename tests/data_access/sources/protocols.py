"""Each protocol with its made-up portal, so that the same tests run on every source."""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data_access.city import City
from data_access.sources.base import Ask, Fetched
from data_access.sources.fetching import fetch
from tests.portals.arcgis import ArcgisPortal
from tests.portals.cities import LAYER, RESOURCE_ID, SOCRATA_ID, arcgis_city, ckan_city, open311_city, socrata_city
from tests.portals.ckan import CkanPortal
from tests.portals.exchange import Fault
from tests.portals.open311 import Open311Portal
from tests.portals.server import Portal
from tests.portals.socrata import SocrataPortal
from tests.portals.table import Table

NOW = datetime(2024, 7, 1, 16, 0, tzinfo=UTC)
PAGE_ROWS = 7


@dataclass(frozen=True)
class Kind(ABC):
    """One protocol: what of a question tells that it is for a page of rows, its data set, and one that is not there.

    `texts` are the columns of the small city whose texts come as they are.
    """

    name: str
    page: str
    data_set: str
    missing: str
    texts: tuple[str, ...] = ("Id", "Status", "Note", "Type", "Detail", "Department", "District", "Lat", "Address")
    by_column: bool = True
    """Whether the portal can be asked for what has changed."""
    counts: bool = True
    """Whether the portal tells how many rows there are, so that an answer with too few can be noticed."""
    days_apart: int = 1
    """The days between two rows' creation with which there are enough pages."""

    @abstractmethod
    def portal(self, table: Table, *faults: Fault) -> Portal:
        """A portal that shows a table."""

    @abstractmethod
    def city(self, url: str, **source: Any) -> City:
        """The small city on that portal, read in small pages."""

    @abstractmethod
    def header(self, column: str) -> str:
        """The name of one of the small city's columns there."""


class SocrataKind(Kind):
    """Socrata."""

    def portal(self, table: Table, *faults: Fault) -> Portal:
        return SocrataPortal({SOCRATA_ID: table}, *faults)

    def city(self, url: str, **source: Any) -> City:
        return socrata_city(url, **SMALL | source)

    def header(self, column: str) -> str:
        return column.lower()


class ArcgisKind(Kind):
    """ArcGIS."""

    def portal(self, table: Table, *faults: Fault) -> Portal:
        return ArcgisPortal({LAYER: table}, *faults, largest=PAGE_ROWS)

    def city(self, url: str, **source: Any) -> City:
        return arcgis_city(url, **{"timeout_seconds": 5} | source)

    def header(self, column: str) -> str:
        return column


class CkanKind(Kind):
    """A CKAN datastore."""

    def portal(self, table: Table, *faults: Fault) -> Portal:
        return CkanPortal({RESOURCE_ID: table}, *faults)

    def city(self, url: str, **source: Any) -> City:
        return ckan_city(url, **SMALL | source)

    def header(self, column: str) -> str:
        return column


class Open311Kind(Kind):
    """An Open311 endpoint: its pages are windows of time."""

    def portal(self, table: Table, *faults: Fault) -> Portal:
        return Open311Portal(table, *faults)

    def city(self, url: str, **source: Any) -> City:
        return open311_city(url, **{"timeout_seconds": 5, "since": "2023-05-01"} | source)

    def header(self, column: str) -> str:
        return OPEN311_HEADERS[column]


OPEN311_HEADERS = {
    "Id": "service_request_id",
    "Note": "status_notes",
    "Type": "service_name",
    "Detail": "description",
    "Department": "agency_responsible",
    "Lat": "lat",
    "Address": "address",
}
SMALL = {"page_rows": PAGE_ROWS, "timeout_seconds": 5}
SOCRATA = SocrataKind("socrata", "$order=:id", SOCRATA_ID, "gone-0000")
ARCGIS = ArcgisKind("arcgis", "orderByFields", LAYER, "Gone/FeatureServer/0")
CKAN = CkanKind("ckan", "sort=_id", RESOURCE_ID, "gone", by_column=False)
OPEN311 = Open311Kind(
    "open311", "start_date", "", "gone", tuple(OPEN311_HEADERS), by_column=False, counts=False, days_apart=16
)

KINDS: tuple[Kind, ...] = (SOCRATA, ARCGIS, CKAN, OPEN311)


@dataclass
class Reader:
    """Loads a city into one folder and counts the waits, none of which takes any time."""

    city: City
    folder: Path
    token: str = ""
    now: datetime = NOW
    waits: list[float] = field(default_factory=list)
    told: list[tuple[str, float]] = field(default_factory=list)

    def load(self, ask: Ask | None = None) -> Fetched:
        (only,) = self.load_all({self.city.source.data_sets[0].id: ask or Ask()})
        return only

    def load_all(self, asks: Mapping[str, Ask]) -> list[Fetched]:
        return fetch(
            self.city,
            self.folder,
            asks,
            now=self.now,
            token=self.token,
            tell=lambda what, share, rows=0: self.told.append((what, share)),
            sleep=self.waits.append,
        )


def rows_of(fetched: Fetched) -> list[dict[str, str]]:
    """The rows of a load's CSV files."""
    return list(_rows(fetched))


def _rows(fetched: Fetched) -> Iterator[dict[str, str]]:
    for path in fetched.files:
        with path.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream, strict=True)
