"""Answers in JSON, and their values as the plain text that a CSV file of the same rows would have."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, cast

from data_access.sources.http import Answer
from data_access.sources.retries import Unreadable


def read_json(answer: Answer) -> Any:
    """What an answer holds. Raises Unreadable if it was cut off or is not JSON."""
    try:
        return json.loads(answer.body)
    except ValueError as error:  # bytes that are not UTF-8 are one too
        raise Unreadable("sent JSON that was cut off or cannot be read") from error


def read_object(answer: Answer) -> dict[str, Any]:
    """The object that an answer holds. Raises Unreadable if it is none."""
    found = read_json(answer)
    if not isinstance(found, dict):
        raise Unreadable("sent JSON of another shape than its protocol says")
    return cast("dict[str, Any]", found)


def as_text(value: Any) -> str:
    """A JSON value as text: '' for null, numbers in plain digits, objects and lists as JSON with sorted keys."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
