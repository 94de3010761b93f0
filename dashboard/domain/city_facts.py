"""What a page says of a city: plain values, so that the screens need not know where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dashboard.domain.request import NONE_NAME


@dataclass(frozen=True, slots=True)
class AreaKind:
    """A kind of area: its name, plural, and how one is named in a sentence ('District {name}')."""

    name: str
    plural: str
    label: str = "{name}"


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
    areas: Mapping[str, AreaKind] = field(default_factory=dict)

    def label(self, kind: str, name: str) -> str:
        """How a value of a field is named in a sentence; areas have the city's own form."""
        area = self.areas.get(kind)
        return area.label.format(name=name) if area and name != NONE_NAME else name
