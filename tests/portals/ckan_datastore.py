"""A CKAN datastore table's columns, and how they are asked for: filters, fields, sort and SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.portals.conditions import Literal, Refused
from tests.portals.table import Line, Table

ID = "_id"


class Datastore:
    """A datastore table's columns, and the dialect of its conditions: PostgreSQL's, times without a zone."""

    def __init__(self, table: Table) -> None:
        self.table = table
        kinds = {name: "timestamp" if name in table.times else "text" for name in table.columns}
        self.kinds = {ID: "int", **kinds, **dict.fromkeys(table.numbers, "numeric")}

    def kind(self, name: str) -> tuple[str, str]:
        """A column and its type: names are told apart by case."""
        if name not in self.kinds:
            raise Refused("fields", f'column "{name}" does not exist')
        return name, self.kinds[name]

    def value(self, literal: Literal, kind: str) -> Any:
        """A constant's worth beside a column."""
        try:
            if kind in ("text", "string") and literal.kind == "string":
                return literal.text
            if kind in ("int", "numeric", "number"):
                return Decimal(literal.text)
            if kind == "timestamp" and literal.kind in ("string", "timestamp", "date"):
                return datetime.fromisoformat(literal.text).replace(tzinfo=None)
        except (ValueError, ArithmeticError) as unreadable:
            raise Refused("query", f"invalid input syntax for type {kind}: {literal.text!r}") from unreadable
        raise Refused("query", f"operator does not exist: {kind} and {literal.kind}")

    def values(self, line: Line) -> dict[str, Any]:
        """A row as what can be compared."""
        row: dict[str, Any] = {ID: line.number}
        for name, text in line.row.items():
            kind = self.kinds[name]
            row[name] = (
                self.table.local(text)
                if kind == "timestamp"
                else Decimal(text)
                if kind == "numeric" and text
                else text or None
            )
        return row

    def shown(self, row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
        """A row as JSON has it."""
        shown: dict[str, Any] = {}
        for name in names:
            value = row[name]
            shown[name] = (
                value.isoformat()
                if isinstance(value, datetime)
                else float(value)
                if isinstance(value, Decimal)
                else value
            )
        return shown

    def filtered(self, text: str, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """The rows that `filters` leaves: equality, or one of several."""
        try:
            filters = json.loads(text)
            wanted = {name: value if isinstance(value, list) else [value] for name, value in filters.items()}
        except (ValueError, AttributeError) as unreadable:
            raise Refused("filters", "Cannot parse JSON") from unreadable
        for name, values in wanted.items():
            kind = self.kind(name)[1]
            allowed = [self.value(Literal("string", str(one)), kind) for one in values]
            rows = [row for row in rows if row[name] in allowed]
        return rows

    def named(self, text: str) -> list[str]:
        """What `fields` asks for."""
        return [self.kind(part.strip().strip('"'))[0] for part in text.split(",")] if text else list(self.kinds)

    def order(self, text: str) -> list[tuple[str, bool]]:
        """What `sort` asks for."""
        found: list[tuple[str, bool]] = []
        for part in text.split(","):
            form = re.fullmatch(r'(?i)\s*"?(\w+)"?(?:\s+(asc|desc))?\s*', part)
            if form is None:
                raise Refused("sort", f"unknown sort {part!r}")
            found.append((self.kind(form[1])[0], (form[2] or "").lower() == "desc"))
        return found

    def newest(self, text: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What MAX asks for."""
        form = re.fullmatch(r'(?i)MAX\("(\w+)"\)\s+AS\s+"?(\w+)"?', text)
        if form is None:
            raise Refused("query", "MAX of what?")
        name = self.kind(form[1])[0]
        values = [row[name] for row in rows if row[name] is not None]
        return {form[2]: self.shown({name: max(values) if values else None}, [name])[name]}
