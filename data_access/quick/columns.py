"""Which of an unknown file's columns is read as which field: as a person says, else by the columns' names and texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.domain.errors import SourceError
from data_access.city import TIME_FIELDS
from data_access.columns import LON_LAT, PAIR
from data_access.guess.headers import KNOWN, guessed_columns
from data_access.guess.sample import Sample

UNIQUE, NUMERIC = 0.98, 0.9
LIMITS = {"latitude": 90.0, "longitude": 180.0}


@dataclass(frozen=True, slots=True)
class ReadAs:
    """The column of each field, the fields whose column was guessed, and the column of points, '' if there is none."""

    columns: Mapping[str, str]
    guessed: frozenset[str]
    point: str = ""

    def without(self, fields: Sequence[str]) -> ReadAs:
        """The same without some fields."""
        return ReadAs(
            {field: column for field, column in self.columns.items() if field not in fields}, self.guessed, self.point
        )


def parse_columns(texts: Sequence[str]) -> dict[str, str]:
    """'field=Column' texts by field. Raises SourceError for what is no field."""
    found: dict[str, str] = {}
    for text in texts:
        field, sign, column = text.partition("=")
        field = field.strip()
        if not sign or field not in KNOWN:
            raise SourceError(
                f"--column {text!r} cannot be understood; write FIELD=COLUMN with one of the fields {', '.join(KNOWN)}."
            )
        found[field] = column.strip()
    return found


def read_as(sample: Sample, given: Mapping[str, str], file_name: str) -> ReadAs:
    """The columns of a file. An empty column in `given` leaves its field out. Raises SourceError if a needed one is missing."""
    named = {field: _column(sample, column, file_name) for field, column in given.items() if column}
    guesses = guessed_columns(sample.header, list(named.values()))
    likely = {
        field: column for field, column in guesses.items() if field not in given and _fits(field, sample.column(column))
    }
    columns = {field: column for field in KNOWN if (column := named.get(field) or likely.get(field, ""))}
    asked = {
        "created_at (when a request was made)": "created_at" not in named,
        "category (what it is about)": "category" not in columns,
        "status or closed_at (whether or when it was closed)": not {"status", "closed_at"} & columns.keys(),
    }
    if any(asked.values()):
        raise SourceError(_ask([each for each, lacks in asked.items() if lacks], likely.get("created_at", ""), sample))
    point = "" if {"latitude", "longitude"} & columns.keys() else _point(sample, list(named.values()))
    return ReadAs(columns, frozenset(columns.keys() - named.keys()), point)


def _column(sample: Sample, wanted: str, file_name: str) -> str:
    by_name = {name.casefold(): name for name in sample.header}
    if wanted.casefold() not in by_name:
        raise SourceError(f"{file_name} has no column '{wanted}'; it has {_quoted(sample.header)}.")
    return by_name[wanted.casefold()]


def _ask(fields: Sequence[str], likely: str, sample: Sample) -> str:
    example = f"--column created_at='{likely}'" if likely else f"--column {fields[0].partition(' ')[0]}=COLUMN"
    return (
        f"Say which column holds {', and which '.join(fields)}, as in {example}; the file has the columns "
        f"{_quoted(sample.header)}."
    )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _fits(field: str, texts: Sequence[str]) -> bool:
    """Whether a guessed column's texts can be what its name promises."""
    if field in TIME_FIELDS:
        return any(re.search(r"\d", text) for text in texts)
    if not texts:
        return False
    if field == "request_id":
        return len(set(texts)) >= UNIQUE * len(texts)
    if field in LIMITS:
        return sum(_is_within(text, LIMITS[field]) for text in texts) >= NUMERIC * len(texts)
    return True


def _is_within(text: str, limit: float) -> bool:
    return re.fullmatch(r"[-+]?\d+(\.\d*)?", text) is not None and abs(float(text)) <= limit


def _point(sample: Sample, taken: Sequence[str]) -> str:
    """The first column whose texts are points, where there are no two columns of coordinates."""
    pair, lon_lat = re.compile(PAIR), re.compile(LON_LAT)
    for name in sample.header:
        texts = sample.column(name)
        if name not in taken and texts:
            points = sum(bool(pair.search(text) or lon_lat.search(text)) for text in texts)
            if points >= NUMERIC * len(texts):
                return name
    return ""
