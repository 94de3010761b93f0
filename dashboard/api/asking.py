"""What a request asks for: the query string, read strictly, because a script should learn of its mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlencode

from dashboard.api.problems import shortened
from dashboard.domain.errors import BadQuery, NothingPublished
from dashboard.domain.filters import MAX_QUERY_LENGTH, Filters
from dashboard.settings import Settings
from data_access.store.published import Published, Snapshot

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, understood: a held snapshot, the filters, and the route's own parameters (checked by the route)."""

    snapshot: Snapshot
    filters: Filters
    own: tuple[tuple[str, str], ...] = ()

    def value(self, key: str) -> str | None:
        """The last value of one of the route's own parameters, or None."""
        return dict(self.own).get(key)

    def canonical(self, *, with_filters: bool = True) -> str:
        """The query string that stands for this request, however it was written."""
        filters = self.filters.to_query() if with_filters else urlencode([("city", self.snapshot.city.id)])
        own = urlencode(sorted(self.own))
        return f"{filters}&{own}" if own else filters


def read_pairs(raw: bytes) -> Pairs:
    """The keys and values of a query string. Raises BadQuery: 414 if too long, 400 if not UTF-8 or with a NUL."""
    if len(raw) > MAX_QUERY_LENGTH:
        raise BadQuery(f"The query string is longer than {MAX_QUERY_LENGTH:,} characters.", status=414)
    pairs: Pairs = []
    for part in raw.split(b"&"):
        key, _, value = part.partition(b"=")
        name = _text(key, "query")
        if part:
            pairs.append((name, _text(value, name or "query")))
    return pairs


def choose_city(pairs: Pairs, published: Published, settings: Settings) -> str:
    """The id of the city asked for, else the configured, else the first. Raises BadQuery or NothingPublished."""
    known = published.cities()
    given = last_value(pairs, "city")
    if given is not None:
        city = given.casefold()
        if city not in known:
            raise BadQuery(f"There is no city '{shortened(given)}'; /api/v1/cities lists those there are.", "city")
        return city
    if settings.city:
        return settings.city
    if not known:
        raise NothingPublished("No city has been published yet; run 'fixedyet sync CITY' or 'fixedyet demo'.")
    return known[0]


def read_filters(pairs: Pairs, snapshot: Snapshot) -> Filters:
    """The filters of a query. Raises BadQuery naming the first value that cannot be used."""
    filters, problems = Filters.parse(pairs, snapshot.options)
    if problems:
        first = problems[0]
        detail = f"{first.parameter}: '{shortened(first.value)}' cannot be used; expected {first.expected}."
        raise BadQuery(detail, first.parameter)
    return filters


def own_values(pairs: Pairs, keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The last value of each of a route's own parameters that is given."""
    found = ((key, last_value(pairs, key)) for key in keys)
    return tuple((key, value) for key, value in found if value is not None)


def last_value(pairs: Pairs, key: str) -> str | None:
    """The last value of a key that is not blank, or None."""
    values = [value.strip() for name, value in pairs if name == key and value.strip()]
    return values[-1] if values else None


def one_of(text: str | None, key: str, allowed: Sequence[str]) -> str:
    """A choice in any case; the first is the default. Raises BadQuery."""
    if text is None:
        return allowed[0]
    if text.lower() not in allowed:
        raise BadQuery(f"{key}: '{shortened(text)}' cannot be used; expected one of {', '.join(allowed)}.", key)
    return text.lower()


def whole_number(text: str | None, key: str, low: int, high: int, default: int) -> int:
    """A whole number within limits. Raises BadQuery."""
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        raise BadQuery(f"{key}: '{shortened(text)}' cannot be used; expected a whole number from {low} to {high}.", key)
    return int(text)


def _text(raw: bytes, parameter: str) -> str:
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise BadQuery(f"The query string is not UTF-8 text at '{shortened(parameter)}'.", parameter) from None
    if "\0" in text:
        raise BadQuery(f"The query string holds a NUL character at '{shortened(parameter)}'.", parameter)
    return text
