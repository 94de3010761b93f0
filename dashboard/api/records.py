"""Published requests, one page after the other, and one alone."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from urllib.parse import urlencode

from dashboard.api.asking import Asked, whole_number
from dashboard.api.catalogue import about
from dashboard.api.problems import shortened
from dashboard.api.rendering import Content
from dashboard.domain.errors import BadQuery
from data_access.answers import requests as answers
from data_access.answers.summary import header
from data_access.queries.requests import Position

DEFAULT_LIMIT, MOST = 100, 1000
OWN = ("limit", "next")
LATEST = 2**53


def listed(asked: Asked) -> Content:
    """One page of the chosen requests, newest first; `next` is the cursor of the page after it, null on the last."""
    limit = whole_number(asked.value("limit"), "limit", 1, MOST, DEFAULT_LIMIT)
    given = asked.value("next")
    found = answers.page(asked.snapshot, asked.filters, limit, read_cursor(given) if given else None)
    cursor = write_cursor(found.after) if found.after else None
    document = {**header(asked.snapshot, asked.filters), "limit": limit, "rows": found.records, "next": cursor}
    filters = asked.filters
    return Content(
        document,
        answers.COLUMNS,
        found.records,
        (filters.city, "requests", filters.start.isoformat(), "to", filters.end.isoformat()),
        f"{filters.to_query()}&{urlencode({'limit': limit, 'next': cursor})}" if cursor else None,
    )


def single(asked: Asked, request_id: str) -> Content:
    """One record with its expected wait. Raises BadQuery (404) if it is not published."""
    found = None if "\0" in request_id else answers.one(asked.snapshot, request_id)
    if found is None:
        raise BadQuery(
            f"{asked.snapshot.city.name} has published no request '{shortened(request_id)}'.", "request_id", 404
        )
    return Content({**about(asked.snapshot), **found})


def write_cursor(position: Position) -> str:
    """A position as text that callers hand back unread."""
    body = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode().rstrip("=")


def read_cursor(text: str) -> Position:
    """The position that a cursor stands for. Raises BadQuery for anything that was not made by `write_cursor`."""
    wrong = BadQuery(f"next: '{shortened(text)}' cannot be used; expected the 'next' of an earlier answer.", "next")
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if zlib.crc32(raw[4:]) != int.from_bytes(raw[:4], "big"):
            raise wrong
        created_at, request_id = json.loads(raw[4:])
    except (UnicodeError, binascii.Error, ValueError, TypeError, RecursionError):
        raise wrong from None
    if type(created_at) is not int or type(request_id) is not str or abs(created_at) > LATEST or "\0" in request_id:
        raise wrong
    return created_at, request_id
