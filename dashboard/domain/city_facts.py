"""What a page says of a city: plain values, so that the screens need not know where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import parse_qsl

from dashboard.domain.filters import Filters, Options
from dashboard.domain.gaps import Gap
from dashboard.domain.request import NONE_NAME
from dashboard.domain.targets import Target


@dataclass(frozen=True, slots=True)
class AreaKind:
    """A kind of area: its name, plural, and how one is named in a sentence ('District {name}')."""

    name: str
    plural: str
    label: str = "{name}"


@dataclass(frozen=True, slots=True)
class CityChoice:
    """A city that can be chosen: what the choice says of it, and what of a selection it can take over."""

    id: str
    name: str
    data_from: date
    data_to: date
    kinds: tuple[str, ...] = ()
    """The kinds of area that it has."""
    sample: bool = False
    invented: bool = False

    def query(self, filters: Filters) -> str:
        """The selection as far as this city knows it too: period, origin, interval and comparison, no names of another
        city. Given dates stay where this city has data in them; else they are named as `without`, so that the page can
        say that it does not cover them."""
        options = Options(self.id, self.data_from, self.data_to)
        outside = filters.period is None and (filters.end < self.data_from or filters.start > self.data_to)
        asked = filters.to_query(with_city=False)
        kept = [pair for pair in parse_qsl(asked) if not (outside and pair[0] in ("from", "to"))]
        query = Filters.parse(kept, options)[0].to_query()
        return f"{query}&without={filters.start}/{filters.end}" if outside else query

    def path(self, path: str) -> str:
        """The page that this city has in the place of another city's: the same, the list that a page of one department
        or area stands in, or the overview."""
        first = path.strip("/").split("/")[0]
        needed = {"districts": "district", "neighbourhoods": "neighbourhood"}.get(first)
        if (needed and needed not in self.kinds) or (first in ("map", "place") and not self.kinds):
            return "/"
        return f"/{first}"


@dataclass(frozen=True, slots=True)
class CityFacts:
    """A city and the source of its rows; dates are local, `data_through` is aware."""

    id: str
    name: str
    language: str
    data_from: date
    data_to: date
    data_through: datetime
    data_version: int
    rows: int
    run_in_days: int
    sample: bool
    invented: bool
    source_name: str
    source_url: str
    licence: str
    licence_url: str
    attribution: str
    not_published: tuple[str, ...] = ()
    record_url: str = ""
    """The address of one request at the source, {id} in the place of its number; empty: none."""
    areas: Mapping[str, AreaKind] = field(default_factory=dict)
    has_portal: bool = False
    """Whether rows are fetched; else files are given to the program."""
    usual_days: int = 1
    """The days that usually pass between two updates of the source."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """What the city does not publish and figures lack (closing_time, target, department, ...), each with its sentence."""
    breaks: tuple[tuple[date, str], ...] = ()
    """Days from which rows mean something else, and why."""
    targets: tuple[Target, ...] = ()
    """By when the city says, beside its rows, that requests will be done."""
    data_sets_to: date | None = None
    """The last day that the known data sets of a source hold that adds one each year; None where one has no end."""
    gaps: tuple[Gap, ...] = ()
    """The days between data_from and data_to of which nothing was read."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """What the default view leaves out of the whole store: city, information, duplicates, no_duration."""

    def label(self, kind: str, name: str) -> str:
        """How a value of a field is named in a sentence; areas have the city's own form."""
        area = self.areas.get(kind)
        return area.label.format(name=name) if area and name != NONE_NAME else name
