"""What a GeoReport v2 endpoint answers, JSON or XML, as rows of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast
from xml.etree import ElementTree

from data_access.sources.http import Answer
from data_access.sources.json_text import as_text, read_json
from data_access.sources.retries import Unreadable

FIELDS = (
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
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
"""The fields of a request in the order of the specification; endpoints add others of their own."""
ID, REQUESTED = "service_request_id", "requested_datetime"
Request = Mapping[str, str]


class Refusal(Exception):
    """An error that an endpoint tells in an answer which calls itself good."""


def read_requests(answer: Answer, form: Literal["json", "xml"]) -> list[Request]:
    """The requests of an answer. Raises Unreadable if it was cut off, Refusal with what an error answer says."""
    found = _json_requests(answer) if form == "json" else _xml_requests(answer)
    for one in found:
        if ID not in one and "code" in one and "description" in one:
            raise Refusal(f"{one['code']}: {one['description']}")
    return found


def texts(requests: Sequence[Request], extra: Sequence[str]) -> list[list[str]]:
    """The rows of some requests in the order of FIELDS and `extra`."""
    return [[one.get(name, "") for name in (*FIELDS, *extra)] for one in requests]


def further_fields(requests: Sequence[Request], known: Sequence[str]) -> list[str]:
    """`known` and behind it, in the order of the alphabet, what some requests have besides."""
    new = {name for one in requests for name in one} - set(FIELDS) - set(known)
    return [*known, *sorted(new)]


def _json_requests(answer: Answer) -> list[Request]:
    found = read_json(answer)
    if isinstance(found, dict):  # an error, or the list within an object as some endpoints have it
        entries = cast("dict[str, Any]", found)
        found = entries.get("service_requests") or entries.get("errors") or [entries]
    if not isinstance(found, list):
        raise Unreadable("sent JSON of another shape than its protocol says")
    requests: list[Request] = []
    for one in cast("list[Any]", found):
        if not isinstance(one, dict):
            raise Unreadable("sent JSON of another shape than its protocol says")
        requests.append({str(name): as_text(value) for name, value in cast("dict[Any, Any]", one).items()})
    return requests


def _xml_requests(answer: Answer) -> list[Request]:
    if b"<!DOCTYPE" in answer.body or b"<!ENTITY" in answer.body:
        # entities can make a small answer swell beyond any memory; no endpoint needs them
        raise Unreadable("sent XML with declarations of its own, which are not read")
    try:
        root = ElementTree.fromstring(answer.body)
    except ElementTree.ParseError as error:
        raise Unreadable(f"sent XML that was cut off or cannot be read ({error})") from error
    return [{_name(field): _content(field) for field in one} for one in root]


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _content(element: ElementTree.Element) -> str:
    if len(element):
        return as_text([{_name(inner): _content(inner)} for inner in element])
    text = element.text or ""
    return text if text.strip() else ""
