"""What a Socrata data set's columns are and how SoQL speaks of them: kinds, constants, $select and $order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.portals.conditions import Literal, Refused
from tests.portals.table import Line, Table

SYSTEM = {":id": "row_identifier", ":created_at": "fixed_timestamp", ":updated_at": "fixed_timestamp"}
FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {"max": max, "min": min, "count": len}
LETTERS = "23456789abcdefghijkmnpqrstuvwxyz"


def row_id(number: int) -> str:
    """The name of a row: it says nothing of the order, though the portal orders by the number behind it."""
    mixed = (number * 0x9E3779B97F4A7C15 + 0x1B873593) % (1 << 60)
    letters = "".join(LETTERS[(mixed >> shift) % 32] for shift in range(55, -5, -5))
    return f"row-{letters[:4]}.{letters[4:8]}-{letters[8:]}"


@dataclass(frozen=True)
class Columns:
    """A table's columns in lower case, and the dialect of its conditions."""

    table: Table

    @property
    def own(self) -> dict[str, str]:
        """The city's columns and their kinds."""
        kinds: dict[str, str] = {}
        for name in self.table.columns:
            is_time, is_number = name in self.table.times, name in self.table.numbers
            kinds[name.lower()] = "calendar_date" if is_time else "number" if is_number else "text"
        return kinds

    def kind(self, name: str) -> tuple[str, str]:
        """A column's name in lower case and its kind."""
        kinds = {**SYSTEM, **self.own}
        if name.lower() not in kinds:
            raise Refused("no-such-column", f"No such column: {name}")
        return name.lower(), kinds[name.lower()]

    def value(self, literal: Literal, kind: str) -> Any:
        """A constant's worth: texts stand for times and rows, a number is never a text."""
        if kind in ("text", "string") and literal.kind == "string":
            return literal.text
        if kind == "number" and _is_number(literal.text):
            return Decimal(literal.text)
        if literal.kind == "string" and kind in ("calendar_date", "fixed_timestamp"):
            found = _time(literal.text)
            if found is not None and (found.tzinfo is not None) == (kind == "fixed_timestamp"):
                return found
        if literal.kind == "string" and kind == "row_identifier":
            for number in range(1, self.table.last_number + 1):
                if row_id(number) == literal.text:
                    return number
        raise Refused("type-mismatch", f"Type mismatch: {literal.text} is {literal.kind}, not {kind}")

    def values(self, line: Line) -> dict[str, Any]:
        """A row as what can be compared."""
        row: dict[str, Any] = {":id": line.number, ":created_at": line.written_at, ":updated_at": line.changed_at}
        own = self.own
        for name, text in line.row.items():
            kind = own[name.lower()]
            row[name.lower()] = _typed(text, kind)
        return row

    def shown(self, name: str, value: Any) -> str | None:
        """A value as the portal writes it; None where there is none."""
        if value is None:
            return None
        kind = self.kind(name)[1]
        if kind == "row_identifier":
            return row_id(value)
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}" + ("Z" if value.tzinfo else "")
        return str(value)


@dataclass(frozen=True, slots=True)
class Selected:
    """One thing that $select asks for: a column, or a function over all rows."""

    name: str
    column: str
    function: str = ""


def selected(text: str | None, columns: Columns) -> list[Selected]:
    """What $select asks for; nothing said: the city's own columns. Raises Refused."""
    if text is None:
        return [Selected(name, name) for name in columns.own]
    found: list[Selected] = []
    for part in re.split(r",(?![^(]*\))", text):
        found += _selected(part.strip(), columns)
    if len({bool(one.function) for one in found}) > 1:
        raise Refused("column-not-in-group-bys", "A column beside a function needs $group")
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise Refused("duplicate-alias", "A column is selected twice")
    return found


def _selected(part: str, columns: Columns) -> list[Selected]:
    if part in ("*", ":*"):
        return [Selected(name, name) for name in (columns.own if part == "*" else SYSTEM)]
    form = re.fullmatch(
        r"(?i)(?:(max|min|count)\s*\(\s*(\*|:?\w+|`[^`]+`)\s*\)|(:?\w+|`[^`]+`))(?:\s+as\s+(\w+))?", part
    )
    if form is None:
        raise Refused("parse", f"Could not parse SELECT at {part!r}")
    function, inner, plain, alias = form.groups()
    column = (inner or plain).strip("`")
    if column == "*" and function.lower() != "count":
        raise Refused("type-mismatch", f"No such function: {function}(*)")
    if column != "*":
        column = columns.kind(column)[0]
    implied = column if not function else function.lower() + ("" if column == "*" else f"_{column.lstrip(':')}")
    return [Selected(alias or implied, column, (function or "").lower())]


def ordered(text: str, columns: Columns) -> list[tuple[str, bool]]:
    """What $order asks for: columns, and whether each descends. Raises Refused."""
    found: list[tuple[str, bool]] = []
    for part in text.split(","):
        form = re.fullmatch(r"(?i)\s*(:?\w+|`[^`]+`)(?:\s+(asc|desc))?\s*", part)
        if form is None:
            raise Refused("parse", f"Could not parse ORDER BY at {part!r}")
        found.append((columns.kind(form[1].strip("`"))[0], (form[2] or "").lower() == "desc"))
    return found


def in_order(rows: Sequence[Mapping[str, Any]], order: list[tuple[str, bool]]) -> list[Mapping[str, Any]]:
    """Rows in an order, those without a value last; rows that are alike in it stay as they were."""
    result = list(rows)
    for column, descending in reversed(order):
        have = [row for row in result if row[column] is not None]
        have.sort(key=lambda row, by=column: row[by], reverse=descending)
        result = have + [row for row in result if row[column] is None]
    return result


def _typed(text: str, kind: str) -> Any:
    if text == "":
        return None
    if kind == "calendar_date":
        return datetime.fromisoformat(text)
    return Decimal(text) if kind == "number" and _is_number(text) else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None


def _time(text: str) -> datetime | None:
    if re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?", text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
