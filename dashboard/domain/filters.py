"""Filters: the one immutable value that says which requests a page, an answer or a download is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, cast, get_args
from urllib.parse import parse_qsl, urlencode

from dashboard.domain.ids import slugify
from dashboard.domain.periods import PERIODS, period_range

OriginChoice = Literal["resident", "city", "information", "all"]
Interval = Literal["day", "week", "month", "quarter", "year"]
Compare = Literal["year", "previous", "none"]

MULTIPLE = {
    "category": "categories",
    "department": "departments",
    "district": "districts",
    "neighbourhood": "neighbourhoods",
    "channel": "channels",
}
"""Query keys that may repeat, and the attribute each fills."""
CHOICES: dict[str, tuple[str, ...]] = {
    "origin": get_args(OriginChoice),
    "interval": get_args(Interval),
    "compare": get_args(Compare),
    "period": PERIODS,
}
DEFAULTS = {"period": "12m", "origin": "resident", "interval": "month", "compare": "year"}
KEYS = ("city", "from", "to", "period", *MULTIPLE, "origin", "interval", "compare", "lang")
MAX_QUERY_LENGTH = 4000
MAX_VALUES = 200


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """The published names of one field, in the order shown, with slug and count; lookups ignore case."""

    names: tuple[str, ...] = ()
    slugs: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Earlier names and slugs, and the published name that each has now."""
    counts: Mapping[str, int] = field(default_factory=dict)

    def find(self, text: str) -> str | None:
        """The published name that a name, slug or alias stands for, or None; of names that differ in case, the one meant."""
        wanted = text.strip()
        return wanted if wanted in self.names else self._lookup().get(wanted.casefold())

    def by_slug(self, slug: str) -> str | None:
        """The published name of a slug in a path (its aliases included), or None."""
        for name, known in self.slugs.items():
            if known == slug:
                return name
        return next((name for alias, name in self._aliases() if slugify(alias) == slug), None)

    def _aliases(self) -> list[tuple[str, str]]:
        """The aliases of names that are published now."""
        return [(alias, name) for alias, name in self.aliases.items() if name in self.names]

    def _lookup(self) -> dict[str, str]:
        table = {key: name for alias, name in self._aliases() for key in (slugify(alias), alias.casefold())}
        table.update({slug: name for name, slug in self.slugs.items()})
        table.update({name.casefold(): name for name in reversed(self.names)})
        return table


@dataclass(frozen=True, slots=True)
class Options:
    """What a city's filters can be set to: its fields, its dates and its fiscal year."""

    city: str
    data_from: date
    data_to: date
    fiscal_year_starts: int = 1
    fields: Mapping[str, FieldOptions] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a query string that was left out: the key, the text, and what was expected in its place."""

    parameter: str
    value: str
    expected: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Which requests; the names are the published ones, sorted and without repeats, so equal selections are equal.

    `start` and `end` are local dates, inclusive; `period` is the preset they come from, or None for given dates.
    """

    city: str
    start: date
    end: date
    period: str | None = DEFAULTS["period"]
    categories: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    neighbourhoods: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    origin: OriginChoice = "resident"
    interval: Interval = "month"
    compare: Compare = "year"

    @classmethod
    def parse(cls, query: str | Iterable[tuple[str, str]], options: Options) -> tuple[Filters, tuple[Problem, ...]]:
        """Read a query string; never raises. Unknown keys are ignored; each bad value is dropped and told as a Problem."""
        pairs = parse_qsl(query.lstrip("?"), keep_blank_values=False) if isinstance(query, str) else list(query)
        pairs = [(key, value.strip()) for key, value in pairs if key in KEYS and value.strip()]
        problems: list[Problem] = []
        if len(pairs) > MAX_VALUES:
            problems.append(Problem("query", str(len(pairs)), f"at most {MAX_VALUES} values"))
            pairs = pairs[:MAX_VALUES]
        chosen = {key: _choice(key, pairs, problems) for key in CHOICES}
        start, end, period = _dates(pairs, chosen["period"], options, problems)
        values = {attribute: _names(key, pairs, options, problems) for key, attribute in MULTIPLE.items()}
        return cls(
            city=options.city,
            start=start,
            end=end,
            period=period,
            origin=cast(OriginChoice, chosen["origin"] or DEFAULTS["origin"]),
            interval=cast(Interval, chosen["interval"] or DEFAULTS["interval"]),
            compare=cast(Compare, chosen["compare"] or DEFAULTS["compare"]),
            **values,
        ), tuple(problems)

    def to_query(self, *, with_city: bool = True) -> str:
        """The canonical query string: defaults left out, keys in a fixed order; `parse` reads it back to an equal value."""
        pairs: list[tuple[str, str]] = [("city", self.city)] if with_city else []
        if self.period is None:
            pairs += [("from", self.start.isoformat()), ("to", self.end.isoformat())]
        elif self.period != DEFAULTS["period"]:
            pairs.append(("period", self.period))
        for key, attribute in MULTIPLE.items():
            pairs += [(key, name) for name in getattr(self, attribute)]
        pairs += [
            (key, getattr(self, key))
            for key in ("origin", "interval", "compare")
            if getattr(self, key) != DEFAULTS[key]
        ]
        return urlencode(pairs)

    def selected(self) -> dict[str, tuple[str, ...]]:
        """The chosen published names by field, only fields where something is chosen."""
        return {key: getattr(self, attribute) for key, attribute in MULTIPLE.items() if getattr(self, attribute)}

    def only(self, key: str, name: str) -> Filters:
        """The same filters narrowed to one value of a field."""
        return replace(self, **{MULTIPLE[key]: (name,)})

    def between(self, start: date, end: date) -> Filters:
        """The same filters over other local dates."""
        return replace(self, start=start, end=end, period=None)


def _choice(key: str, pairs: list[tuple[str, str]], problems: list[Problem]) -> str | None:
    chosen: str | None = None
    for value in (value for name, value in pairs if name == key):
        if value.lower() in CHOICES[key]:
            chosen = value.lower()
        else:
            problems.append(Problem(key, value, "one of " + ", ".join(CHOICES[key])))
    return chosen


def _dates(
    pairs: list[tuple[str, str]], period: str | None, options: Options, problems: list[Problem]
) -> tuple[date, date, str | None]:
    given: dict[str, date] = {}
    for key, value in pairs:
        if key in ("from", "to"):
            try:
                given[key] = date.fromisoformat(value)
            except ValueError:
                problems.append(Problem(key, value, "a date such as 2025-03-31"))
    if given:
        start, end = given.get("from", options.data_from), given.get("to", options.data_to)
        if start <= end:
            return start, end, None
        if len(given) == 2:
            problems.append(Problem("from", start.isoformat(), f"a date on or before {end.isoformat()}"))
        else:  # one end was given, beyond the data at the other end: valid, and matches nothing
            only = next(iter(given.values()))
            return only, only, None
    name = period or DEFAULTS["period"]
    return *period_range(name, options.data_from, options.data_to, options.fiscal_year_starts), name


def _names(key: str, pairs: list[tuple[str, str]], options: Options, problems: list[Problem]) -> tuple[str, ...]:
    known = options.fields.get(key, FieldOptions())
    found: set[str] = set()
    for value in (value for name, value in pairs if name == key):
        name = known.find(value)
        if name is None:
            problems.append(Problem(key, value, "a name or slug as /api/v1/options lists them"))
        else:
            found.add(name)
    return tuple(sorted(found))
