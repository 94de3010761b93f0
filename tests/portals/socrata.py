"""A made-up Socrata portal (SODA 2.1): `/resource/{id}.csv|json` with $select, $where, $order, $limit and $offset."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from typing import Any

from tests.portals.conditions import Refused, condition
from tests.portals.exchange import Answer, Fault, Request, etag
from tests.portals.server import Portal
from tests.portals.soql import FUNCTIONS, Columns, Selected, in_order, ordered, selected
from tests.portals.table import Table

DEFAULT_LIMIT = 1000
LARGEST_LIMIT = 50_000
CATALOG_LIMIT = 100
KNOWN = ("$select", "$where", "$order", "$limit", "$offset", "$$app_token")


class SocrataPortal(Portal):
    """`tables` by four-by-four, in the catalog by their `names`.

    Without a token only `free` requests are answered, then 429; other tokens than `token` 403.

    Rows have no order unless one is asked for: the portal shuffles them anew each time.
    """

    def __init__(
        self,
        tables: Mapping[str, Table],
        *faults: Fault,
        token: str = "",
        free: int | None = None,
        largest: int = LARGEST_LIMIT,
        names: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(*faults)
        self.tables = dict(tables)
        self.token = token
        self.free = free
        self.largest = largest
        self.names = dict(names or {})
        self._chance = random.Random(311)

    def answer(self, request: Request) -> Answer:
        """Rows, or Socrata's JSON of what is wrong."""
        refused = self._token(request)
        if refused:
            return refused
        if request.path == "/api/catalog/v1":
            return self._catalog(request.query)
        found = re.fullmatch(r"/resource/([^/.]+)\.(csv|json)", request.path)
        if request.method == "POST" or found is None or found[1] not in self.tables:
            return error(404, "dataset.missing", "Not found", {"id": found[1] if found else request.path})
        try:
            return self._rows(request, self.tables[found[1]], found[2])
        except Refused as reason:
            code = f"query.soql.{reason.code}"
            return error(400, code, f"Query coordinator error: {code}; {reason}; position: Map(row -> 1, column -> 1)")

    def _catalog(self, query: Mapping[str, str]) -> Answer:
        """Whatever has one of the words that are searched for in its name, each once; charts of a table are listed too."""
        unknown = set(query) - {"domains", "search_context", "q", "limit", "offset", "only"}
        if unknown:
            return Answer(400, json.dumps({"error": f"Unrecognized parameters: {sorted(unknown)}"}).encode())
        words = query.get("q", "").casefold().split()
        found = [
            {"resource": {"id": name, "name": told, "type": kind}, "metadata": {"domain": query.get("domains", "")}}
            for name, told in self.names.items()
            for kind, name in (("dataset", name), ("chart", f"char-{name[-4:]}"))
            if not words or any(word in told.casefold() for word in words)
        ]
        start, limit = int(query.get("offset", 0)), int(query.get("limit", CATALOG_LIMIT))
        body = {"results": found[start : start + limit], "resultSetSize": len(found), "timings": {}}
        return Answer(200, json.dumps(body).encode(), {"Content-Type": "application/json;charset=utf-8"})

    def _token(self, request: Request) -> Answer | None:
        given = request.headers.get("x-app-token") or request.query.get("$$app_token")
        if given:
            known = given == self.token
            return None if known else error(403, "permission_denied", "Invalid app_token specified")
        without = [one for one in self.log if "x-app-token" not in one.headers]
        if self.free is not None and len(without) > self.free:
            return error(429, "too_many_requests", "Too many requests; use an application token")
        return None

    def _rows(self, request: Request, table: Table, form: str) -> Answer:
        columns, query = Columns(table), request.query
        unknown = [name for name in query if name.startswith("$") and name not in KNOWN]
        if unknown or len(query) < len(request.pairs):
            raise Refused("unrecognized-parameter", f"Unrecognized or repeated arguments [{', '.join(unknown)}]")
        wanted = selected(query.get("$select"), columns)
        rows: Sequence[Mapping[str, Any]] = [columns.values(line) for line in table.now()]
        for name in (name for name in query if not name.startswith("$")):
            test = condition(f"`{name}` = '{query[name].replace(chr(39), chr(39) * 2)}'", columns)
            rows = [row for row in rows if test(row)]
        if "$where" in query:
            test = condition(query["$where"], columns)
            rows = [row for row in rows if test(row)]
        if any(one.function for one in wanted):
            lines = [[_shown(one, rows, columns) for one in wanted]]
        else:
            rows = self._chance.sample(rows, len(rows))
            rows = in_order(rows, ordered(query["$order"], columns)) if "$order" in query else rows
            offset, limit = self._number(query, "$offset", 0), self._number(query, "$limit", DEFAULT_LIMIT)
            rows = rows[offset : offset + limit]
            lines = [[columns.shown(one.column, row[one.column]) for one in wanted] for row in rows]
        return _answer(lines, wanted, columns, form, table)

    def _number(self, query: Mapping[str, str], name: str, default: int) -> int:
        text = query.get(name, str(default))
        if not text.isdecimal():
            raise Refused("invalid-parameter", f"Invalid value for {name}: {text!r}")
        if name == "$limit" and int(text) > self.largest:
            raise Refused("invalid-parameter", f"$limit may be {self.largest} at most")
        return int(text)


def error(status: int, code: str, message: str, data: Mapping[str, str] | None = None) -> Answer:
    """What Socrata answers when it does not give rows."""
    body: dict[str, Any] = {"code": code, "error": True, "message": message, "data": data or {}}
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8"})


def _shown(one: Selected, rows: Sequence[Mapping[str, Any]], columns: Columns) -> str | None:
    if one.column == "*":
        return str(len(rows))
    values = [row[one.column] for row in rows if row[one.column] is not None]
    if one.function == "count":
        return str(len(values))
    return columns.shown(one.column, FUNCTIONS[one.function](values)) if values else None


def _answer(lines: list[list[str | None]], wanted: list[Selected], columns: Columns, form: str, table: Table) -> Answer:
    names = [one.name for one in wanted]

    def as_csv(rows: Sequence[list[str | None]]) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(names)
        writer.writerows([[text or "" for text in row] for row in rows])
        return out.getvalue().encode()

    def as_json(rows: Sequence[list[str | None]]) -> bytes:
        objects = [{name: text for name, text in zip(names, row, strict=True) if text is not None} for row in rows]
        return ("[" + "\n,".join(json.dumps(one, ensure_ascii=False) for one in objects) + "]\n").encode()

    render = as_csv if form == "csv" else as_json
    kinds = ["number" if one.function == "count" else columns.kind(one.column)[1] for one in wanted]
    body = render(lines)
    headers = {
        "Content-Type": f"{'text/csv' if form == 'csv' else 'application/json'};charset=utf-8",
        "ETag": etag(table.newest(), body),
        "Last-Modified": format_datetime(table.newest(), usegmt=True),
        "X-SODA2-Fields": json.dumps(names),
        "X-SODA2-Types": json.dumps(kinds),
    }
    if any(one.function for one in wanted):
        return Answer(200, body, headers)
    return Answer(200, body, headers, lines, render)
