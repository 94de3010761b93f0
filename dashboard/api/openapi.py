"""The OpenAPI 3.1 document: every route, its parameters, schemas and a real example of its answer."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from dashboard.api.numbers import GROUPS, MOST_VALUES
from dashboard.api.records import DEFAULT_LIMIT, MOST
from dashboard.api.schemas import SCHEMAS, ref
from dashboard.domain.filters import CHOICES, DEFAULTS, MULTIPLE
from dashboard.domain.method import METHOD_VERSION
from data_access.answers.fair import DAYS
from data_access.answers.trends import MOST_SHOWN
from data_access.areas.simplified import MOST_ZOOM
from data_access.queries.requests import SORTS, STANDINGS

Document = dict[str, Any]

DESCRIPTION = """\
Counts, waiting times, on-time rates and single requests of the published cities, as JSON or CSV; no key is needed.
Every answer names its period, the date that the data run to, and the versions of the data and of the definitions.
Values of filters are the published names, in any case, or their slugs, as /options lists them; `category`,
`department`, `district`, `neighbourhood` and `channel` may repeat. Dates outside the data are valid and match nothing.
Unknown keys (and `lang`) are ignored. A query string has at most 4,000 characters and 200 values.
"""
ERRORS = {
    "400": "A value cannot be used; `parameter` names it.",
    "404": "There is no such request or area; `parameter` names it.",
    "414": "The query string is longer than 4,000 characters.",
    "503": "No data have been published yet, or they cannot be read just now.",
}
CITY = "The city's id, as /cities lists it; without it, the city that is shown first."
ROWS = (
    # path, schema, parameters, summary
    ("/cities", "Cities", (), "The published cities"),
    ("/options", "Options", ("city",), "What the filters can be set to: names, slugs and counts"),
    ("/summary", "Summary", ("filters",), "The numbers of a period"),
    *((f"/{path}", "Groups", ("filters",), f"The same numbers for each {field}") for path, field in GROUPS.items()),
    (
        "/series",
        "Series",
        ("filters", "measure", "by", "top"),
        "One measure by day, week, month, quarter or year, broken down or not",
    ),
    ("/distribution", "Distribution", ("filters",), "The share closed by days of waiting (Kaplan-Meier)"),
    ("/ages", "Ages", ("filters",), "How old what is open is: the backlog, and what is past its due time"),
    ("/outcomes", "Outcomes", ("filters",), "How requests end over time, and what the city's rules say of it"),
    (
        "/fair",
        "Fair",
        ("filters", "field", "days"),
        "Areas compared fairly: raw, adjusted for what is asked, funnel limits",
    ),
    ("/requests", "Requests", ("filters", "sort", "standing", "limit", "next"), "Published requests, a page at a time"),
    ("/addresses", "Addresses", ("q", "city"), "The published addresses that a text may mean"),
    ("/spots", "Spots", ("filters",), "Where residents report the same problem again and again"),
    ("/quality", "Quality", ("city",), "Flags, unreadable rows, what is left out, and the last syncs"),
    ("/flags", "FlagEffects", ("filters",), "The headline without the rows of each flag"),
    ("/method", "Method", ("city",), "How each number is computed, and what has changed in that"),
)
SINGLE = (
    ("/requests/{request_id}", "Request", ("request_id", "city"), "One request, with the wait of requests like it"),
    ("/boundaries/{kind}.geojson", "Boundaries", ("kind", "zoom", "city"), "The areas of a kind as GeoJSON"),
)


def build(root: str) -> Document:
    """The document; `root` is the address of /api/v1 (absolute, or a path)."""
    examples: Document = json.loads(files("dashboard.api").joinpath("examples.json").read_text("utf-8"))
    paths: Document = {}
    for path, schema, keys, summary in ROWS:
        paths[path] = {"get": _operation(path, schema, keys, summary, examples)}
        paths[f"{path}.csv"] = {"get": _as_csv(path, keys, summary)}
    for path, schema, keys, summary in SINGLE:
        paths[path] = {"get": _operation(path, schema, keys, summary, examples)}
    paths["/openapi.json"] = {
        "get": {
            "operationId": "openapi",
            "summary": "This document",
            "responses": {
                "200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}
            },
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fixed Yet? API",
            "version": f"1 (method {METHOD_VERSION})",
            "description": DESCRIPTION,
            "license": {"name": "The licence of each city's data is in /cities."},
        },
        "servers": [{"url": root}],
        "security": [],
        "paths": paths,
        "components": {"schemas": SCHEMAS, "parameters": parameters(), "headers": _headers(), "responses": _errors()},
    }


def parameters() -> Document:
    """All parameters by name."""
    repeated = {
        key: _parameter(key, {"type": "array", "items": {"type": "string"}}, "A published name or slug; may repeat.")
        | {"style": "form", "explode": True}
        for key in MULTIPLE
    }
    chosen = {
        key: _parameter(key, {"type": "string", "enum": list(values), "default": DEFAULTS[key]}, _about_choice(key))
        for key, values in CHOICES.items()
    }
    day = {"type": "string", "format": "date"}
    return {
        "city": _parameter("city", {"type": "string"}, CITY),
        "from": _parameter("from", day, "First local day; wins over period."),
        "to": _parameter("to", day, "Last local day, included."),
        "period": chosen["period"],
        **repeated,
        **chosen,
        "measure": _parameter(
            "measure", SCHEMAS["Series"]["properties"]["measure"] | {"default": "requests"}, "What to measure."
        ),
        "by": _parameter(
            "by",
            SCHEMAS["Series"]["properties"]["by"] | {"default": "none"},
            "What to break it down by; origin looks at everybody's, outcome can be had of requests and closed alone.",
        ),
        "top": _parameter(
            "top",
            {"type": "integer", "minimum": 1, "maximum": MOST_VALUES, "default": MOST_SHOWN},
            "With `by`: how many values are given one by one, those with most requests. A filter chooses others.",
        ),
        "field": _parameter(
            "field",
            {"type": "string", "enum": ["district", "neighbourhood"]},
            "The kind of area, one of the city's; the first without it. All areas are compared, whichever are chosen.",
        ),
        "days": _parameter(
            "days", {"type": "integer", "enum": sorted(DAYS), "default": DAYS[0]}, "Closed within so many days."
        ),
        "sort": _parameter(
            "sort",
            {"type": "string", "enum": list(SORTS), "default": SORTS[0]},
            "The order; recently_closed and slowest hold only requests with a closing time or a duration.",
        ),
        "standing": _parameter(
            "standing",
            {"type": "string", "enum": list(STANDINGS), "default": STANDINGS[0]},
            "Only requests that are open (in progress included), or that have ended (cancelled included).",
        ),
        "limit": _parameter(
            "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}, "Rows of a page."
        ),
        "next": _parameter("next", {"type": "string"}, "The `next` of the page before, unchanged."),
        "q": _parameter(
            "q", {"type": "string"}, "A street, a crossing, or a house number and a street; slips are forgiven."
        ),
        "request_id": _parameter(
            "request_id", {"type": "string"}, "The source's own id, percent-encoded.", where="path"
        ),
        "zoom": _parameter(
            "zoom",
            {"type": "integer", "minimum": 0, "maximum": MOST_ZOOM},
            "The zoom of a map of 256 px tiles: outlines are as coarse as it can show. Without it they are whole.",
        ),
        "kind": _parameter("kind", {"type": "string"}, "A kind of area: district or neighbourhood.", where="path"),
    }


def filter_keys() -> tuple[str, ...]:
    """The parameters that every filtered route obeys, in the order of the documentation."""
    return ("city", "from", "to", "period", *MULTIPLE, "origin", "interval", "compare")


def _operation(path: str, schema: str, keys: tuple[str, ...], summary: str, examples: Document) -> Document:
    kind = "application/geo+json" if schema == "Boundaries" else "application/json"
    return {
        "operationId": _name(path),
        "summary": summary,
        "parameters": _references(keys),
        "responses": {
            "200": {
                "description": summary + ".",
                "headers": _header_references(with_data=path != "/cities"),
                "content": {kind: {"schema": ref(schema), "example": examples[path]}},
            },
            **_outcomes(keys),
        },
    }


def _as_csv(path: str, keys: tuple[str, ...], summary: str) -> Document:
    headers = _header_references(with_data=path != "/cities") | {
        "Content-Disposition": {"$ref": "#/components/headers/Content-Disposition"}
    }
    return {
        "operationId": f"{_name(path)}_csv",
        "summary": f"{summary}, as CSV",
        "parameters": _references(keys),
        "responses": {
            "200": {
                "description": "UTF-8 with a header row; nested keys are joined by dots, lists by semicolons, "
                "null is an empty cell. "
                "A text that a spreadsheet would take for a formula begins with an apostrophe.",
                "headers": headers,
                "content": {"text/csv": {"schema": {"type": "string"}}},
            },
            **_outcomes(keys),
        },
    }


def _outcomes(keys: tuple[str, ...]) -> Document:
    statuses = ("304", *(status for status in ERRORS if keys or status in ("400", "414")))
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _references(keys: tuple[str, ...]) -> list[Document]:
    names = [name for key in keys for name in (filter_keys() if key == "filters" else (key,))]
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _header_references(*, with_data: bool) -> Document:
    names = (
        "ETag",
        "Cache-Control",
        *(("X-Data-Through", "X-Data-Version", "X-Method-Version", "Link") if with_data else ()),
    )
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _headers() -> Document:
    texts = {
        "ETag": "Changes with the data, the definitions and the query; send it back as If-None-Match.",
        "Cache-Control": "A minute, then asked again: a sync is seen within a minute.",
        "Content-Disposition": "A file name with city, measure and period.",
        "X-Data-Through": "The data_through of the JSON.",
        "X-Data-Version": "The data_version of the JSON.",
        "X-Method-Version": "The method_version of the JSON.",
        "Link": "rel=license: the licence of the data; rel=next: the next page, where there is one.",
    }
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in texts.items()}


def _errors() -> Document:
    content = {"application/problem+json": {"schema": ref("Problem")}}
    return {
        "304": {"description": "You hold this answer already."},
        **{status: {"description": text, "content": content} for status, text in ERRORS.items()},
    }


def _parameter(name: str, schema: Document, description: str, where: str = "query") -> Document:
    return {
        "name": name,
        "in": where,
        "description": description,
        "schema": schema,
        **({"required": True} if where == "path" else {}),
    }


def _about_choice(key: str) -> str:
    return {
        "origin": "Whose requests: residents', the city's own, questions, or all.",
        "interval": "Buckets of a series; weeks begin on Monday.",
        "compare": "The earlier period of `compare` in the summary: a year earlier, just before, or none.",
        "period": "A preset that ends at the last day of the data and moves with it; fy is the fiscal year.",
    }[key]


def _name(path: str) -> str:
    return {"/requests/{request_id}": "request", "/boundaries/{kind}.geojson": "boundaries"}.get(path, path.strip("/"))
