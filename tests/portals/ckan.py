"""A made-up CKAN portal: actions on packages, resources and the datastore, and files to download."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.builders import csv_text
from tests.portals.ckan_datastore import ID, Datastore
from tests.portals.ckan_files import Download, download
from tests.portals.conditions import Refused, condition
from tests.portals.exchange import Answer, Fault, Request
from tests.portals.server import Portal
from tests.portals.soql import in_order
from tests.portals.table import Table

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 32_000


class CkanPortal(Portal):
    """`tables` of the datastore and `files` by resource id, all of one `package` and listed by their `names`.

    `sql` switches datastore_search_sql on; with `redirects` a download's address leads to another, as to a file storage.
    """

    def __init__(
        self,
        tables: Mapping[str, Table],
        *faults: Fault,
        files: Mapping[str, Download] | None = None,
        package: str = "service-requests",
        largest: int = LARGEST_LIMIT,
        sql: bool = False,
        redirects: bool = True,
        names: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(*faults)
        self.tables, self.files, self.package = dict(tables), dict(files or {}), package
        self.names = dict(names or {})
        self.largest, self.sql, self.redirects = largest, sql, redirects
        self._chance = random.Random(311)

    def answer(self, request: Request) -> Answer:
        """An action's JSON, or a file."""
        action = re.fullmatch(r"/api/(?:3/)?action/(\w+)", request.path)
        if action is None:
            return self._file(request)
        known = {
            "package_show": self._package,
            "resource_show": self._resource,
            "datastore_search": self._search,
            "datastore_search_sql": self._search_sql,
        }
        if action[1] not in known or (action[1] == "datastore_search_sql" and not self.sql):
            return Answer(400, json.dumps(f"Bad request - Action name not known: {action[1]}").encode())
        parameters = request.query
        try:
            return known[action[1]](parameters)
        except LookupError:
            return _refused(404, "Not Found Error", message="Not found")
        except Refused as reason:
            return _refused(409, "Validation Error", **{reason.code: [str(reason)]})

    def _package(self, query: Mapping[str, str]) -> Answer:
        if query.get("id") != self.package:
            raise LookupError(query.get("id"))
        resources = [self._described(name) for name in (*self.tables, *self.files)]
        return _result({"id": self.package, "name": self.package, "resources": resources})

    def _resource(self, query: Mapping[str, str]) -> Answer:
        return _result(self._described(query.get("id", "")))

    def _described(self, name: str) -> dict[str, Any]:
        if name in self.tables:
            table, address = self.tables[name], f"{self.url}/datastore/dump/{name}"
            told = {"id": name, "name": self.names.get(name, name)}
            return {**told, "format": "CSV", "datastore_active": True, "url": address, **_dates(table.newest())}
        file = self.files[name]
        address = f"{self.url}/dataset/{self.package}/resource/{name}/download/{file.name}"
        form = "ZIP" if file.name.endswith(".zip") else "CSV"
        told = {"id": name, "name": self.names.get(name, file.name)}
        return {**told, "format": form, "datastore_active": False, "url": address, **_dates(file.modified)}

    def _search(self, query: Mapping[str, str]) -> Answer:
        name = query.get("resource_id", "")
        table = self.tables[name]
        columns = Datastore(table)
        unknown = set(query) - {"resource_id", "limit", "offset", "sort", "filters", "fields", "include_total"}
        if unknown:
            raise Refused(min(unknown), "The input field is not known")
        rows = columns.filtered(query.get("filters") or "{}", [columns.values(line) for line in table.now()])
        total = len(rows)
        rows = self._chance.sample(rows, total)
        rows = in_order(rows, columns.order(query["sort"])) if query.get("sort") else rows
        offset = _whole("offset", query.get("offset") or "0")
        limit = min(_whole("limit", query.get("limit") or str(DEFAULT_LIMIT)), self.largest)
        names = columns.named(query.get("fields") or "")
        about = {
            "resource_id": name,
            "fields": [{"id": one, "type": columns.kinds[one]} for one in names],
            "limit": limit,
            **({"offset": offset} if offset else {}),
            **(
                {"total": total, "total_was_estimated": False}
                if query.get("include_total", "true").lower() == "true"
                else {}
            ),
        }
        return _records([columns.shown(row, names) for row in rows[offset : offset + limit]], about)

    def _search_sql(self, query: Mapping[str, str]) -> Answer:
        form = re.fullmatch(
            r"""(?is)\s*SELECT\s+(?P<fields>\*|MAX\("\w+"\)\s+AS\s+"?\w+"?|"[^;]*?")\s+FROM\s+"(?P<name>[^"]+)"
            (?:\s+WHERE\s+(?P<where>.+?))?(?:\s+ORDER\s+BY\s+(?P<order>[\w",\s]+?))?
            (?:\s+LIMIT\s+(?P<limit>\d+))?(?:\s+OFFSET\s+(?P<offset>\d+))?\s*""".replace("\n            ", ""),
            query.get("sql", ""),
        )
        if form is None:
            raise Refused("query", "Query is not a single SELECT statement that this portal understands")
        columns = Datastore(self.tables[form["name"]])
        rows: Sequence[Mapping[str, Any]] = [columns.values(line) for line in columns.table.now()]
        if form["where"]:
            test = condition(form["where"], columns)
            rows = [row for row in rows if test(row)]
        if form["fields"].upper().startswith("MAX"):
            return _result({"records": [columns.newest(form["fields"], rows)], "sql": query["sql"]})
        rows = self._chance.sample(rows, len(rows))
        rows = in_order(rows, columns.order(form["order"])) if form["order"] else rows
        start, limit = int(form["offset"] or 0), min(int(form["limit"] or self.largest), self.largest)
        names = columns.named("" if form["fields"] == "*" else form["fields"])
        cut = {"records_truncated": True} if not form["limit"] and len(rows) > limit else {}
        return _records(
            [columns.shown(row, names) for row in rows[start : start + limit]], {"sql": query["sql"], **cut}
        )

    def _file(self, request: Request) -> Answer:
        dumped = re.fullmatch(r"/datastore/dump/([^/]+)", request.path)
        if dumped and dumped[1] in self.tables:
            table = self.tables[dumped[1]]
            lines = [{ID: str(line.number), **line.row} for line in table.now()]
            return Answer(
                200, csv_text(lines, (ID, *table.columns)).encode(), {"Content-Type": "text/csv; charset=utf-8"}
            )
        for name, file in self.files.items():
            if request.path == f"/storage/{name}/{file.name}":
                return download(file, request)
            if request.path == f"/dataset/{self.package}/resource/{name}/download/{file.name}":
                stored = f"{self.url}/storage/{name}/{file.name}"
                return Answer(302, b"", {"Location": stored}) if self.redirects else download(file, request)
        return Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>", {"Content-Type": "text/html"})


def _records(records: list[dict[str, Any]], about: Mapping[str, Any]) -> Answer:
    def render(rows: Sequence[Any]) -> bytes:
        return _result({**about, "records": list(rows), "records_format": "objects"}).body

    return Answer(200, render(records), {}, records, render)


def _result(result: Mapping[str, Any]) -> Answer:
    return Answer(200, json.dumps({"help": "", "success": True, "result": result}).encode())


def _refused(status: int, kind: str, **error: Any) -> Answer:
    body = {"help": "", "success": False, "error": {"__type": kind, **error}}
    return Answer(status, json.dumps(body).encode())


def _dates(moment: datetime) -> dict[str, str]:
    text = moment.replace(tzinfo=None).isoformat(timespec="microseconds")
    return {"last_modified": text, "metadata_modified": text}


def _whole(name: str, text: str) -> int:
    if not text.isdecimal():
        raise Refused(name, "Must be a natural number")
    return int(text)
