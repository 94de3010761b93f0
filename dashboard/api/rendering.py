"""JSON and CSV: two renderings of one answer."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from dashboard.domain.ids import slugify

Row = Mapping[str, Any]

JSON, CSV, GEOJSON = "application/json", "text/csv", "application/geo+json"
HTML = "text/html; charset=utf-8"
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins with one of these is a formula to a spreadsheet."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a route answers: the JSON document, and the same as rows of a table where there are rows.

    `name` becomes the file name of the CSV; `next_query` is the query string of the next page.
    """

    document: Any
    columns: tuple[str, ...] = ()
    rows: Sequence[Row] = ()
    name: tuple[str, ...] = ()
    next_query: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def to_json(document: Any) -> bytes:
    """Compact UTF-8 JSON; what is not a number becomes null, days are ISO dates."""
    return json.dumps(plain(document), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def to_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """UTF-8 CSV (RFC 4180) with a header row; null is an empty cell, numbers, true and false are as in JSON."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in columns])
    for row in rows:
        flat = flatten(row)
        writer.writerow([_cell(flat.get(name)) for name in columns])
    return stream.getvalue().encode("utf-8", "replace")


def plain(value: Any) -> Any:
    """The same value in what JSON knows: dicts, lists, texts, finite numbers, booleans and null."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def flatten(row: Row, prefix: str = "") -> dict[str, Any]:
    """One level: {"wait": {"n": 1}} becomes {"wait.n": 1}; lists are joined with semicolons."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{key}."))
        elif isinstance(value, (list, tuple)):
            flat[f"{prefix}{key}"] = ";".join(str(part) for part in value)
        else:
            flat[f"{prefix}{key}"] = plain(value)
    return flat


def file_name(parts: Iterable[str]) -> str:
    """A file name of letters, digits, dots and hyphens."""
    return "-".join(slugify(part) for part in parts if part) + ".csv"


def _cell(value: Any) -> str:
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return "'" + value if value.startswith(RISKY) else value
    return json.dumps(value)
