"""Which reader reads which protocol."""

from __future__ import annotations

from datetime import datetime

from dashboard.domain.errors import SourceError
from data_access.city import City
from data_access.sources.arcgis import Arcgis
from data_access.sources.base import Source
from data_access.sources.ckan import Ckan
from data_access.sources.http import Door
from data_access.sources.open311 import Open311
from data_access.sources.socrata import Socrata


def open_source(city: City, door: Door, now: datetime) -> Source:
    """The reader of a city's portal; `now` is the moment of the load. Raises SourceError if there is no portal."""
    match city.source.kind:
        case "arcgis":
            return Arcgis(city, door, now)
        case "ckan":
            return Ckan(city, door, now)
        case "open311":
            return Open311(city, door, now)
        case "socrata":
            return Socrata(city, door, now)
        case "files":
            raise SourceError(f"{city.name} has no portal that can be read; give files with --from.")
