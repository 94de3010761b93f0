"""The readable page of the API at /api, made from the OpenAPI document alone: no script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dashboard.api.openapi import Document


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: a parameter, or a key of an answer."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A route as the page shows it."""

    anchor: str
    path: str
    summary: str
    parameters: list[Line]
    answer: list[Line]
    example: str
    csv: str | None


def render(document: Document, links: dict[str, str]) -> str:
    """The page as HTML; `links` are the addresses of the pages that it points to."""
    environment = Environment(
        loader=PackageLoader("dashboard.api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("docs.html").render(
        document=document, operations=operations(document), schemas=named_schemas(document), links=links, style=style()
    )


def style() -> str:
    """The page's style sheet, which stands in the page itself."""
    return files("dashboard.api").joinpath("templates/docs.css").read_text("utf-8")


def content_security_policy() -> str:
    """What the page needs: its own style sheet, by its hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def operations(document: Document) -> list[Operation]:
    """The routes with their parameters looked up; a route and its CSV twin are one."""
    found: list[Operation] = []
    for path, item in document["paths"].items():
        if path.endswith(".csv"):
            continue
        operation = item["get"]
        content: Any = next(iter(operation["responses"]["200"]["content"].values()))
        found.append(
            Operation(
                anchor=operation["operationId"],
                path=path,
                summary=operation["summary"],
                parameters=[_parameter(resolved(document, each)) for each in operation.get("parameters", [])],
                answer=lines(resolved(document, content["schema"])),
                example=json.dumps(content["example"], indent=1, ensure_ascii=False) if "example" in content else "",
                csv=f"{path}.csv" if f"{path}.csv" in document["paths"] else None,
            )
        )
    return found


def named_schemas(document: Document) -> dict[str, list[Line]]:
    """The schemas that others refer to, by name."""
    named = ("Filters", "Wait", "OnTime", "Compared", "StillWaiting", "Record", "City", "Problem")
    return {name: lines(document["components"]["schemas"][name]) for name in named}


def lines(schema: Document) -> list[Line]:
    """The keys of an object, or of the objects of a list, with those of its rows after it."""
    if schema.get("type") == "array":
        return [Line("[ ]", _kind(schema), schema["description"])]
    found: list[Line] = []
    for name, inner in schema.get("properties", {}).items():
        found.append(Line(name, _kind(inner), inner.get("description", "")))
        nested = inner.get("items", {}) if inner.get("type") == "array" else inner
        found += [
            Line(f"{name}.{line.name}", line.kind, line.description)
            for line in lines(nested)
            if nested.get("type") == "object"
        ]
    return found


def resolved(document: Document, schema: Document) -> Document:
    """What a reference points to; other schemas as they are."""
    for part in schema["$ref"].removeprefix("#/").split("/") if "$ref" in schema else ():
        document = document[part]
    return document if "$ref" in schema else schema


def _parameter(parameter: Document) -> Line:
    schema = parameter["schema"]
    default = f", default {schema['default']}" if "default" in schema else ""
    return Line(parameter["name"], _kind(schema) + default, parameter["description"])


def _kind(schema: Document) -> str:
    """The type of a value in words."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(_kind(inner) for inner in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join("null" if choice is None else str(choice) for choice in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(
        {"date": "date", "date-time": "time"}.get(schema.get("format", ""), kind) if kind == "string" else kind
        for kind in kinds
    )
