"""Where a city's rows come from, as its file says: the publisher, the portal, and the portal's data sets."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Part(BaseModel):
    """A part of a city file: unknown keys are mistakes, and nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DataSet(Part):
    """One table, layer, file or service of a portal."""

    id: str
    """Socrata: the four-by-four; CKAN: the resource id; ArcGIS: 'Service/FeatureServer/0'; Open311: the path, or ''."""
    name: str = ""
    schema_name: str = Field(default="", alias="schema")
    """The schema that its rows follow; empty: the one whose columns the header has."""
    id_column: str = ""
    """The column of the request's id as the portal's own queries name it; empty: as the schema names it."""
    changed: tuple[str, ...] = ()
    """The columns that tell when a row has changed last; none: the rows have to be read again to know."""
    created: str = ""
    """The column of creation, for --since, --until and the rows that are read again."""
    reread_days: int = Field(default=30, ge=0)
    """Rows created in so many days before the last sync are read again: a change may come without a trace."""
    first: date | None = None
    last: date | None = None
    """The days of creation that it holds, where that is known: a request for other days passes it over."""
    where: str = ""
    """A further condition in the portal's own language."""
    member: str = ""
    """Of a zip file with several members: the pattern of the one that holds the rows ('*.csv')."""


class Yearly(Part):
    """How the data sets that a portal adds each January are found, and what each of them is like."""

    find: str = ""
    """CKAN: the package whose resources they are; Socrata: words that its catalog is searched for; ArcGIS: nothing."""
    name: str
    r"""A regular expression of a whole name in the portal's list, in any case, with a group 'year' ('Cases (?P<year>20\d\d)')."""
    layer: int = Field(default=0, ge=0)
    """ArcGIS: the number of the layer within the service that was found."""
    schema_name: str = Field(default="", alias="schema")
    id_column: str = ""
    changed: tuple[str, ...] = ()
    created: str = ""
    reread_days: int = Field(default=30, ge=0)
    member: str = ""

    @field_validator("name")
    @classmethod
    def _has_year(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groupindex
        except re.error as error:
            raise ValueError(f"'{pattern}' is not a pattern ({error})") from None
        if "year" not in groups:
            raise ValueError(rf"'{pattern}' has no group that tells the year: (?P<year>20\d\d)")
        return pattern

    def year_of(self, name: str) -> int | None:
        """The year of a name in the portal's list; None if it is none of these data sets."""
        found = re.fullmatch(self.name, name.strip(), re.IGNORECASE)
        return int(found["year"]) if found and found["year"].isdecimal() else None

    def data_set(self, name: str, told: str, year: int) -> DataSet:
        """The data set of a year by its id and the name that the portal's list tells."""
        alike = self.model_dump(by_alias=True, exclude={"find", "name", "layer"})
        days = {"first": date(year, 1, 1), "last": date(year, 12, 31)}
        return DataSet.model_validate({"id": name, "name": told, **alike, **days})


class Source(Part):
    """Who publishes the rows, under which licence, and how they are had."""

    name: str
    url: str = ""
    record_url: str = ""
    """The address of one request at the source, with {id} where its number stands; empty: it has none that is documented."""
    licence: str
    licence_url: str = ""
    attribution: str
    not_published: tuple[str, ...] = ()
    """What a reader would expect and the city does not publish, each a sentence."""
    kind: Literal["files", "socrata", "ckan", "arcgis", "open311"] = "files"
    """The portal's protocol; 'files': there is none, files are given."""
    portal: str = ""
    """The portal's address: scheme, host, and the path before the protocol's own."""
    data_sets: tuple[DataSet, ...] = ()
    yearly: tuple[Yearly, ...] = ()
    """Where a portal adds a data set each year: how those are found that came after the newest of `data_sets`."""
    page_rows: int = Field(default=0, ge=0)
    """Rows asked for at a time; 0: what the protocol's portals allow."""
    at_once: int = Field(default=1, ge=1, le=8)
    """Requests that the portal may be asked at a time."""
    timeout_seconds: int = Field(default=60, ge=1)
    usual_days: int = Field(default=1, ge=0)
    """The days that usually pass between two updates of the source; longer silence is told to readers."""
    jurisdiction: str = ""
    """Open311: the jurisdiction_id, where the endpoint wants one."""
    format: Literal["json", "xml"] = "json"
    """Open311: the format in which it is asked."""
    omit_time_zone: bool = False
    """Open311: the endpoint refuses times with a zone."""
    since: date | None = None
    """Open311: the first day that a full load asks for; other protocols give everything without it."""

    @field_validator("portal")
    @classmethod
    def _address(cls, address: str) -> str:
        if address and not address.startswith(("https://", "http://")):
            raise ValueError("write the portal's address with https://")
        return address.rstrip("/")

    @field_validator("record_url")
    @classmethod
    def _names_the_request(cls, address: str) -> str:
        if address and not (address.startswith(("https://", "http://")) and "{id}" in address):
            raise ValueError("write the address of a request with https:// and {id} in the place of its number")
        return address

    @model_validator(mode="after")
    def _complete(self) -> Source:
        if self.kind != "files" and not self.portal:
            raise ValueError(f"a source of kind '{self.kind}' needs its portal's address")
        if self.kind != "files" and not self.data_sets:
            raise ValueError(f"a source of kind '{self.kind}' needs data_sets, a list of at least one")
        names = [data_set.id for data_set in self.data_sets]
        if len(set(names)) != len(names):
            raise ValueError("each of the data_sets has an id of its own")
        if self.yearly and self.kind not in ("arcgis", "ckan", "socrata"):
            raise ValueError(
                f"a source of kind '{self.kind}' has no list of data sets in which yearly ones could be found"
            )
        if self.kind != "arcgis" and any(not each.find for each in self.yearly):
            raise ValueError("say where the yearly ones are listed (find): a package, or words for the catalog")
        return self

    @property
    def has_portal(self) -> bool:
        """Whether rows can be fetched without a file being given."""
        return self.kind != "files"


class BoundarySource(Part):
    """Where a portal has the boundaries of a kind of area."""

    kind: Literal["url", "socrata", "ckan", "arcgis"] = "url"
    portal: str = ""
    """The portal's address; empty: the one of the city's source."""
    id: str
    """A whole address (url), the four-by-four (Socrata), the resource id (CKAN) or 'Service/FeatureServer/0' (ArcGIS)."""
