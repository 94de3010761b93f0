"""Which of a city's schemas a file follows, by its header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.domain.errors import SourceError
from data_access.city import City, Schema
from data_access.columns import mapped_headers, needed_headers


@dataclass(frozen=True, slots=True)
class Match:
    """A schema, and the columns that it reads and the file does not have (optional ones left out)."""

    name: str
    schema: Schema
    vanished: tuple[str, ...]


def match_schema(file_name: str, header: Sequence[str], city: City, wanted: str = "") -> Match:
    """The schema all of whose needed columns a header has, and most of its others; `wanted` names the only one to try.

    Raises SourceError naming the needed columns that are missing.
    """
    have = {name.casefold() for name in header}
    tried = {wanted: city.schemas[wanted]} if wanted else city.schemas
    lacking = {name: _missing(needed_headers(schema), have) for name, schema in tried.items()}
    fit = [name for name, missing in lacking.items() if not missing]
    if not fit:
        name = min(lacking, key=lambda each: len(lacking[each]))
        raise SourceError(_sentence(file_name, city, name, lacking[name]))
    name = max(fit, key=lambda each: _worth(tried[each], have))
    schema = tried[name]
    optional = {column.casefold() for column in schema.optional}
    vanished = [column for column in _missing(list(mapped_headers(schema)), have) if column.casefold() not in optional]
    return Match(name, schema, tuple(vanished))


def _missing(headers: Sequence[str], have: set[str]) -> list[str]:
    return [header for header in headers if header.casefold() not in have]


def _worth(schema: Schema, have: set[str]) -> tuple[int, int]:
    """How many of a schema's columns are there, then how few are not."""
    mapped = list(mapped_headers(schema))
    missing = len(_missing(mapped, have))
    return len(mapped) - missing, -missing


def _sentence(file_name: str, city: City, name: str, missing: Sequence[str]) -> str:
    first = ", ".join(repr(header) for header in missing[:5])
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    return (
        f"{file_name} has no column {first}{more}, which {city.name}'s file '{name}' is expected to have; "
        "nothing was changed."
    )
