"""What a portal's own list of data sets holds, protocol by protocol: each with its id and its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dashboard.domain.errors import SourceError
from data_access.city import DataSet, Source, Yearly
from data_access.sources.http import Answer, Door
from data_access.sources.json_text import as_text, read_object
from data_access.sources.retries import Unreadable

MOST = 100
"""So many entries of a catalog are asked for; the words that are searched for are few and their answers fewer."""
FILES = ("", "CSV", "ZIP")
"""The formats of resources that hold rows; a package also lists spreadsheets that explain them."""
TABLES = ("", "dataset", "filter")
"""The kinds of catalog entries that hold rows; charts and maps of them are listed too."""
SERVICE = "FeatureServer"


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry: the id by which its rows are asked for, and its name."""

    id: str
    name: str


def listed(door: Door, source: Source, yearly: Yearly) -> tuple[Listed, ...]:
    """The entries of the list that a city's file names, in the portal's order. Raises SourceError."""
    match source.kind:
        case "arcgis":
            return _asked(door, source.portal, {"f": "json"}, lambda found: _services(found, yearly.layer))
        case "ckan":
            return _asked(door, "api/3/action/package_show", {"id": yearly.find}, _resources)
        case "socrata":
            host = urlsplit(source.portal).netloc
            asked = {"domains": host, "search_context": host, "q": yearly.find, "limit": str(MOST)}
            return _asked(door, "api/catalog/v1", asked, _entries)
        case "files" | "open311":
            raise SourceError(
                f"A source of kind '{source.kind}' has no list of data sets; take yearly out of its file."
            )


def _asked(
    door: Door, address: str, asked: Mapping[str, str], read: Callable[[Mapping[str, Any]], tuple[Listed, ...]]
) -> tuple[Listed, ...]:
    def read_checked(answer: Answer) -> tuple[Listed, ...]:
        try:
            return read(read_object(answer))
        except (KeyError, TypeError, AttributeError) as error:
            raise Unreadable("sent a list of data sets of another shape than its protocol says") from error

    return door.ask(DataSet(id=""), address, asked, read_checked)


def _resources(found: Mapping[str, Any]) -> tuple[Listed, ...]:
    return tuple(
        Listed(str(one["id"]), as_text(one.get("name")))
        for one in found["result"]["resources"]
        if as_text(one.get("format")).upper() in FILES
    )


def _entries(found: Mapping[str, Any]) -> tuple[Listed, ...]:
    return tuple(
        Listed(str(one["resource"]["id"]), as_text(one["resource"].get("name")))
        for one in found["results"]
        if as_text(one["resource"].get("type")) in TABLES
    )


def _services(found: Mapping[str, Any], layer: int) -> tuple[Listed, ...]:
    # services within a folder are listed with the folder before their name
    return tuple(
        Listed(f"{one['name']}/{SERVICE}/{layer}", str(one["name"]))
        for one in found["services"]
        if one["type"] == SERVICE
    )
