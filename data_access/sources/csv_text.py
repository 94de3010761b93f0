"""A page of CSV as a portal sends it, read strictly: what was cut off is noticed."""

from __future__ import annotations

import csv
import io

from data_access.sources.http import Answer
from data_access.sources.retries import Unreadable

LONGEST_FIELD = 1 << 24
"""Characters; Python's own limit is shorter than some requests' histories."""


def read_csv(answer: Answer) -> tuple[tuple[str, ...], list[list[str]]]:
    """The header and rows of an answer. Raises Unreadable if it was cut off within a row or is not CSV at all."""
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("sent CSV that is not UTF-8 text, or was cut off") from error
    if not text.endswith("\n"):
        raise Unreadable("sent CSV that was cut off")
    csv.field_size_limit(LONGEST_FIELD)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Unreadable(f"sent CSV that was cut off or cannot be read ({error})") from error
    header, rows = tuple(lines[0]), [line for line in lines[1:] if line]
    if any(len(line) != len(header) for line in rows):
        raise Unreadable("sent CSV whose lines have different numbers of columns")
    return header, rows
