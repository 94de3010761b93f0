"""Every way in which the small city's rows can be had from a portal: one table, many protocols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from data_access.city import City
from tests.builders import NOW
from tests.portals.arcgis import ArcgisPortal
from tests.portals.cities import (
    LAYER,
    RESOURCE_ID,
    SOCRATA_ID,
    arcgis_city,
    ckan_city,
    ckan_file_city,
    open311_city,
    socrata_city,
)
from tests.portals.ckan import CkanPortal
from tests.portals.ckan_files import TableFile
from tests.portals.open311 import Open311Portal
from tests.portals.server import Portal
from tests.portals.socrata import SocrataPortal
from tests.portals.table import Table

PAGE = 5
ENDPOINT_PAGE = 10
"""No Open311 endpoint is known to give fewer rows at a time."""

ENDPOINT_LIES = ("shortened", "emptied")


@dataclass(frozen=True)
class Case:
    """A protocol: its portal around a table, and the small city's file for it, both with pages of a few rows.

    `lies` names the faults that nobody can find out here: an answer that is right in all but that rows are missing.
    """

    name: str
    portal: Callable[[Table], Portal]
    city: Callable[..., City]
    lies: Sequence[str] = ()

    def __str__(self) -> str:
        return self.name

    def city_at(self, url: str, **source: Any) -> City:
        """The city behind a portal at an address."""
        size = ENDPOINT_PAGE if self.name.startswith("open311") else PAGE
        return self.city(url, **{"page_rows": size} | source)


def _files(table: Table, name: str) -> Portal:
    return CkanPortal({}, files={RESOURCE_ID: TableFile(table, name)})


CASES = (
    Case("socrata", lambda table: SocrataPortal({SOCRATA_ID: table}), socrata_city),
    Case("arcgis", lambda table: ArcgisPortal({LAYER: table}, largest=PAGE), arcgis_city),
    Case("ckan", lambda table: CkanPortal({RESOURCE_ID: table}, largest=PAGE), ckan_city),
    Case("ckan-sql", lambda table: CkanPortal({RESOURCE_ID: table}, largest=PAGE, sql=True), ckan_city),
    Case("ckan-csv", lambda table: _files(table, "requests.csv"), ckan_file_city, ("cut_after_a_line",)),
    Case("ckan-zip", lambda table: _files(table, "requests.zip"), ckan_file_city),
    Case("open311", lambda table: Open311Portal(table, largest=ENDPOINT_PAGE, now=NOW), open311_city, ENDPOINT_LIES),
    Case(
        "open311-xml",
        lambda table: Open311Portal(table, formats=("xml",), largest=ENDPOINT_PAGE, now=NOW),
        lambda url, **source: open311_city(url, format="xml", **source),
        ENDPOINT_LIES,
    ),
    Case(
        "open311-pages",
        lambda table: Open311Portal(table, paging=True, largest_page=ENDPOINT_PAGE, now=NOW),
        open311_city,
        ENDPOINT_LIES,
    ),
)
