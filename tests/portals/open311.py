"""A made-up Open311 endpoint (GeoReport v2): services and requests, JSON and XML, with or without paging."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from tests.builders import NOW
from tests.portals.conditions import Refused
from tests.portals.exchange import Answer, Fault, Request
from tests.portals.server import Portal
from tests.portals.table import Line, Table

DAYS = 90
LARGEST = 1000
SPAN = timedelta(days=DAYS)
FIELDS = (
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
)
SHORT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"


class Open311Portal(Portal):
    """One table of requests below `path`. Of a range the newest `largest` are given: nothing says that there are more.

    With `paging` the extension `page` and `page_size` works, pages of `largest_page` at most; without it both are
    ignored, as an endpoint does with what it does not know. Dates need a zone, or with `omit_time_zone` must have none.
    """

    def __init__(
        self,
        table: Table,
        *faults: Fault,
        path: str = "/open311/v2",
        jurisdiction: str = "",
        formats: Sequence[str] = ("json", "xml"),
        paging: bool = False,
        largest: int = LARGEST,
        largest_page: int = 100,
        omit_time_zone: bool = False,
        now: datetime = NOW,
    ) -> None:
        super().__init__(*faults)
        self.table, self.path, self.jurisdiction, self.formats = table, path, jurisdiction, tuple(formats)
        self.paging, self.largest, self.largest_page = paging, largest, largest_page
        self.omit_time_zone, self.now = omit_time_zone, now

    def answer(self, request: Request) -> Answer:
        """A list in the format that the path ends with, of one where one request is asked for."""
        form = request.path.rsplit(".", 1)[-1]
        found = re.fullmatch(re.escape(self.path) + r"/(services|requests)(?:/([^/]+))?\.(json|xml)", request.path)
        if found is None or form not in self.formats:
            return _errors(404, "The resource or its format is unknown", "json")
        if self.jurisdiction and request.query.get("jurisdiction_id") != self.jurisdiction:
            given = request.query.get("jurisdiction_id")
            return _errors(
                404 if given else 400, "jurisdiction_id was not found" if given else "jurisdiction_id is missing", form
            )
        try:
            rows = self._services() if found[1] == "services" else self._requests(request.query, found[2])
        except Refused as reason:
            return _errors(400, str(reason), form)
        if found[2] and not rows:
            return _errors(404, "service_request_id was not found", form)
        return _list(rows, found[1], form)

    def _services(self) -> list[dict[str, Any]]:
        names = sorted({row["Type"] for row in self.table.rows()})
        return [
            {"service_code": code(name), "service_name": name, "description": "", "metadata": False, "type": "realtime"}
            for name in names
        ]

    def _requests(self, query: Mapping[str, str], one: str | None) -> list[dict[str, Any]]:
        lines = sorted(self.table.now(), key=lambda line: (self._requested(line), line.number), reverse=True)
        ids = [one] if one else [part for part in query.get("service_request_id", "").split(",") if part]
        if ids:  # overrides all other arguments
            return [self._shown(line) for line in lines if line.row["Id"] in ids]
        start, end = self._range(query)
        wanted_status = [part for part in query.get("status", "").split(",") if part]
        if set(wanted_status) - {"open", "closed"}:
            raise Refused("status", "status is open or closed")
        codes = [part for part in query.get("service_code", "").split(",") if part]
        found = [self._shown(line) for line in lines if start <= self._requested(line) <= end]
        found = [
            row
            for row in found
            if (not codes or row["service_code"] in codes) and (not wanted_status or row["status"] in wanted_status)
        ]
        if not self.paging:
            return found[: self.largest]
        size = min(_whole(query, "page_size", min(50, self.largest_page)), self.largest_page)
        page = _whole(query, "page", 1)
        return found[(page - 1) * size : page * size]

    def _range(self, query: Mapping[str, str]) -> tuple[datetime, datetime]:
        start, end = self._moment(query.get("start_date")), self._moment(query.get("end_date"))
        if start and end and not timedelta(0) <= end - start <= SPAN:
            raise Refused("range", f"start_date and end_date may not span more than {DAYS} days")
        end = end or (min(start + SPAN, self.now) if start else self.now)
        return start or end - SPAN, end

    def _moment(self, text: str | None) -> datetime | None:
        if not text:
            return None
        with_zone = re.fullmatch(SHORT + r"(Z|[+-]\d\d:\d\d)", text)
        if self.omit_time_zone and re.fullmatch(SHORT, text):
            return datetime.fromisoformat(text).replace(tzinfo=self.table.zone).astimezone(UTC)
        if with_zone and not self.omit_time_zone:
            return datetime.fromisoformat(text).astimezone(UTC)
        wanted = "2010-01-01T00:00:00" + ("" if self.omit_time_zone else "Z")
        raise Refused("date", f"dates are written like {wanted}, not {text!r}")

    def _requested(self, line: Line) -> datetime:
        return self.table.instant(line.row["Created"]) or datetime.min.replace(tzinfo=UTC)

    def _shown(self, line: Line) -> dict[str, Any]:
        row = line.row
        return {
            "service_request_id": row["Id"],
            "status": "open" if row["Status"] in ("Open", "Assigned") else "closed",
            "status_notes": row["Note"] or None,
            "service_name": row["Type"],
            "service_code": code(row["Type"]),
            "description": row["Detail"] or None,
            "agency_responsible": row["Department"] or None,
            "requested_datetime": self._local(row["Created"]),
            "updated_datetime": self._local(row["Closed"] or row["Updated"]),
            "expected_datetime": self._local(row["Due"]),
            "address": row["Address"] or None,
            "lat": float(row["Lat"]) if row["Lat"] else None,
            "long": float(row["Lon"]) if row["Lon"] else None,
        }

    def _local(self, text: str) -> str | None:
        moment = self.table.instant(text)
        return moment.astimezone(self.table.zone).isoformat() if moment else None


def code(name: str) -> str:
    """A service's code."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def _list(rows: Sequence[Mapping[str, Any]], kind: str, form: str) -> Answer:
    def as_json(shown: Sequence[Any]) -> bytes:
        return json.dumps([{name: value for name, value in row.items() if value is not None} for row in shown]).encode()

    def as_xml(shown: Sequence[Any]) -> bytes:
        root = ElementTree.Element("service_requests" if kind == "requests" else "services")
        for row in shown:
            one = ElementTree.SubElement(root, kind.removesuffix("s"))
            for name in FIELDS if kind == "requests" else row:
                value = row.get(name)
                ElementTree.SubElement(one, name).text = None if value is None else str(value)
        return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)

    render = as_json if form == "json" else as_xml
    return Answer(200, render(rows), _type(form), rows, render)


def _errors(status: int, sentence: str, form: str) -> Answer:
    if form == "json":
        return Answer(status, json.dumps([{"code": status, "description": sentence}]).encode())
    root = ElementTree.Element("errors")
    error = ElementTree.SubElement(root, "error")
    ElementTree.SubElement(error, "code").text = str(status)
    ElementTree.SubElement(error, "description").text = sentence
    return Answer(status, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True), _type("xml"))


def _type(form: str) -> dict[str, str]:
    return {"Content-Type": "application/json; charset=utf-8" if form == "json" else "text/xml; charset=utf-8"}


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise Refused(name, f"{name} is a number from 1")
    return int(text)
