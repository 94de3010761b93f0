"""The OpenAPI document: valid, complete, and true of every answer."""

import copy
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from dashboard.api.openapi import build, filter_keys
from dashboard.api.schemas import SCHEMAS
from dashboard.domain.filters import KEYS

V1 = "/api/v1"
QUERIES = (
    "",
    "city=plainville",
    "from=0001-01-01&to=0001-01-01",
    "category=sign-repair&district=4&origin=all&compare=previous",
    "from=2015-02-03&to=2015-03-04&interval=week",
    "district=none&interval=quarter&compare=none&period=all",
)
FILLED = {"{request_id}": ("late", "end", "bare", "dup", "backwards"), "{kind}": ("district",)}


def closed(schema: Any) -> Any:
    """A schema in which no key may occur that it does not name: answers and document cannot drift apart."""
    if isinstance(schema, list):
        return [closed(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return inner | {"additionalProperties": False} if "properties" in inner and inner.get("type") == "object" else inner


def validator(name: str) -> Draft202012Validator:
    schemas = closed(copy.deepcopy(SCHEMAS))
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def documented() -> list[tuple[str, str]]:
    """Each path with the name of its schema."""
    found = []
    for path, item in build(V1)["paths"].items():
        content = next(iter(item["get"]["responses"]["200"]["content"].values()))
        if "$ref" in content["schema"]:
            found.append((path, content["schema"]["$ref"].rsplit("/", 1)[-1]))
    return found


def test_the_document_is_valid(client: FlaskClient):
    document = client.get(f"{V1}/openapi.json").json
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": V1}]


def test_every_route_is_documented_and_the_other_way_round(server: Flask):
    served = {
        re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule.removeprefix(V1))
        for rule in server.url_map.iter_rules()
        if rule.rule.startswith(f"{V1}/")
    }
    assert served == set(build(V1)["paths"])


def test_every_filter_is_documented():
    assert set(filter_keys()) == set(KEYS) - {"lang"}


@pytest.mark.parametrize(("path", "schema"), documented())
def test_answers_are_as_documented(client: FlaskClient, path: str, schema: str):
    paths = [path]
    for part, values in FILLED.items():
        paths = [path.replace(part, value) for path in paths for value in values] if part in path else paths
    asked = [
        f"{V1}{path}?{query}" for path in paths for query in (QUERIES if not path.startswith("/boundaries") else ("",))
    ]
    if path == "/series":
        asked += [
            f"{V1}/series?measure={measure}&{query}"
            for measure in ("closed", "backlog", "wait", "on_time")
            for query in QUERIES
        ]
        asked += [f"{V1}/series?by={by}&{query}" for by in ("category", "outcome") for query in QUERIES]
    for url in asked:
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.text)
        validator(schema).validate(answer.json)


def test_errors_are_as_documented(client: FlaskClient):
    for path in ("/summary?from=x", "/summary?city=x", "/nowhere", f"/summary?{'x' * 4001}"):
        validator("Problem").validate(client.get(V1 + path).json)


@pytest.mark.parametrize(("path", "schema"), documented())
def test_the_examples_are_as_documented(path: str, schema: str):
    content = build(V1)["paths"][path]["get"]["responses"]["200"]["content"]
    validator(schema).validate(next(iter(content.values()))["example"])


class Outline(HTMLParser):
    """What a page consists of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_tells_every_route_and_needs_nothing_else(client: FlaskClient):
    answer = client.get("/api")
    outline = Outline()
    outline.feed(answer.text)
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(f"GET {path}<" in answer.text for path in build(V1)["paths"] if not path.endswith(".csv"))
    assert not {tag for tag, _ in outline.tags} & {"script", "link", "img", "iframe", "form"}
    assert not [
        attributes
        for _, attributes in outline.tags
        if any(name.startswith("on") or name in ("style", "src") for name in attributes)
    ]
    targets = {attributes.get("href") or "" for tag, attributes in outline.tags if tag == "a"}
    assert {target[1:] for target in targets if target.startswith("#")} <= set(ids)
    assert [tag for tag, _ in outline.tags].count("h1") == 1
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_path_prefix_is_kept(server: Flask):
    client = server.test_client()
    answer = client.get(f"{V1}/openapi.json", environ_overrides={"SCRIPT_NAME": "/311"})
    assert answer.json["servers"] == [{"url": f"/311{V1}"}]
    assert f'href="/311{V1}/openapi.json"' in client.get("/api", environ_overrides={"SCRIPT_NAME": "/311"}).text
