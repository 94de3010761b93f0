"""What a page says, as plain values: drawn once as first HTML and once by Dash, from the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dashboard.domain.city_facts import CityFacts
from dashboard.domain.filters import Filters, Problem
from dashboard.domain.freshness import Syncs

Numbers = Mapping[str, Any]
"""The published numbers of a selection, with the keys of the API's summary."""


APART = "\x1f"
"""Stands between the values of a key of the address that may repeat (PageData.chosen)."""


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere; `language` is set where the text is a city's own term in another language."""

    text: str
    href: str


Cell = str | Link


@dataclass(frozen=True, slots=True)
class Number:
    """One headline number: what it is, its value in words, what stands beside it in small print, and its measure."""

    label: str
    value: str
    detail: str = ""
    change: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A row of headline numbers."""

    numbers: tuple[Number, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column; numeric columns are set to the right."""

    label: str
    numeric: bool = True
    measure: str = ""
    """The measure whose numbers stand in it: how they are computed is told with the table."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row is its head."""

    id: str
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    more: Link | None = None
    empty: str = ""
    folded: str = ""
    """Where the table is long and closed at first: what the control that opens it says."""
    printed: int = 0
    """Only so many rows go on paper; 0: all."""

    @property
    def cut(self) -> int:
        """The rows on paper, where that is fewer than there are; else 0."""
        return self.printed if 0 < self.printed < len(self.rows) else 0


@dataclass(frozen=True, slots=True)
class Panel:
    """One of several small charts on the same axes: whose it is, its newest value in words, its figure."""

    name: str
    value: str
    figure: dict[str, Any]
    height: int


@dataclass(frozen=True, slots=True)
class ChartCard:
    """A chart with all that stands around it; `figure` is None in the first HTML and where it could not be made."""

    id: str
    title: str
    sentence: str
    figure: dict[str, Any] | None
    height: int
    csv_href: str
    table_href: str
    measure: str
    wide: bool = False
    panels: tuple[Panel, ...] = ()
    """Where a card holds several small charts, these stand in the place of its figure."""
    failed: bool = False
    """Whether it could not be made; the sentence says so."""


@dataclass(frozen=True, slots=True)
class Charts:
    """Cards side by side where there is room."""

    cards: tuple[ChartCard, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """A heading and paragraphs, each a text or a list of (term, explanation), which may be a link."""

    heading: str
    paragraphs: tuple[str | tuple[tuple[str, Cell], ...], ...]
    links: tuple[Link, ...] = ()
    id: str = ""
    side_by_side: bool = False
    """Whether its terms are short facts, which stand beside each other where there is room."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Links of which one is chosen: kinds of area, measures."""

    label: str
    links: tuple[tuple[Link, bool], ...]


@dataclass(frozen=True, slots=True)
class AreaMap:
    """A map of areas; `values` gives each published name its step of the scale and what is said of it."""

    boundaries_href: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    values: Mapping[str, Mapping[str, Any]]
    legend: tuple[tuple[str, str], ...]
    """Colour and text of each step."""
    label: str
    tiles: tuple[str, str] | None = None
    scheme: str = "light"
    labelled: bool = False
    """Whether there is room to write name and value into the areas."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks for: a text to type (`options` empty) or a choice of (value, text)."""

    name: str
    label: str
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    """What is typed, by example."""


@dataclass(frozen=True, slots=True)
class Form:
    """A question to the reader. It is sent as a plain GET to `action`, so the answer is an address that can be shared."""

    id: str
    heading: str
    action: str
    fields: tuple[Field, ...]
    submit: str
    hidden: tuple[tuple[str, str], ...] = ()
    """What goes along unseen: the rest of the selection."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences of one kind, each of its own thing."""

    id: str
    heading: str
    sentences: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """A list of places to go."""

    id: str
    heading: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Locate:
    """A button that asks the browser where it is and posts that, rounded, to `action`; of no use without scripts."""

    action: str
    text: str
    note: str
    sent: tuple[tuple[str, str], ...]
    """What goes along."""
    refused: str
    """What is said where the browser does not tell."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on a map: latitude, longitude, what is said of it, and where it leads."""

    latitude: float
    longitude: float
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class PointMap:
    """A map of single requests, all of which are also in the list with the id `list_id`."""

    points: tuple[Point, ...]
    bounds: tuple[tuple[float, float], tuple[float, float]]
    label: str
    list_id: str
    boundaries_href: str = ""
    area: str = ""
    """The area that the points are of, drawn among the others."""
    tiles: tuple[str, str] | None = None
    scheme: str = "light"


Block = Numbered | Table | Charts | Prose | Choice | AreaMap | Form | Sentences | Links | Locate | PointMap


@dataclass(frozen=True, slots=True)
class PageContent:
    """One page: its name in the browser's tab, its h1, the sentence under it, notes, and its blocks in order."""

    title: str
    heading: str
    sentence: str
    blocks: tuple[Block, ...]
    scope: str = ""
    """Which requests the page is about, in words."""
    notes: tuple[str, ...] = ()
    above: Link | None = None
    """The page that this one belongs to."""
    matched: int | None = None
    """How many requests the page is about; None where that is not the question."""
    status: int = 200
    """The HTTP status of its first answer."""
    moved: str = ""
    """The address that answers in its place; empty: it answers itself."""
    report: bool = False
    """Whether it is a report: printed, it is one sheet with what matters most."""


@dataclass(frozen=True, slots=True)
class PageData:
    """All that a page is made from, as plain values; what a page does not need is empty."""

    city: CityFacts
    filters: Filters
    query: str
    """The reader's query string with everything that belongs to it, without '?'."""
    summary: Numbers
    groups: Mapping[str, tuple[Numbers, ...]] = field(default_factory=dict)
    charts: tuple[ChartCard, ...] = ()
    problems: tuple[Problem, ...] = ()
    name: str = ""
    """The published name that the path names (a department, a district)."""
    kind: str = ""
    """The field that the page is about."""
    everywhere: Numbers = field(default_factory=dict)
    """The same numbers for the whole city, where a page is about a part of it."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """The page's own keys of the query string."""
    answer: Numbers = field(default_factory=dict)
    """What the page asks of the store for itself, with the keys that its route's `answer` documents."""
    quality: Numbers = field(default_factory=dict)
    """The data-quality report, with the keys of the API's."""
    syncs: Syncs = field(default_factory=Syncs)
    boundaries: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = field(default_factory=dict)
    """South-west and north-east corner of each kind of area that has boundaries."""
    misfits: frozenset[str] = frozenset()
    """The kinds of area whose boundaries do not fit the requests."""
    tiles: tuple[str, str] | None = None
    scheme: str = "light"
    contact: str = ""
    slugs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The slug of each published name, by field."""

    def href(self, path: str) -> str:
        """A link to a page that keeps the reader's query."""
        return f"{path}?{self.query}" if self.query else path

    def day(self, key: str) -> date:
        """A date of the summary."""
        return date.fromisoformat(self.summary[key])
