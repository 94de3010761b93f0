"""A place in a list of requests as text: callers hand it back unread to go on from there."""

from __future__ import annotations

import base64
import binascii
import json
import zlib

Position = tuple[int, str]
"""Where a page ended: the value that the list is sorted by, and the request id."""

LARGEST = 2**53


def written(position: Position, of: str = "") -> str:
    """A position as text. `of` names the list that it is a place of: a cursor of another list is not read."""
    body = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(body, of) + body).decode().rstrip("=")


def read(text: str, of: str = "") -> Position | None:
    """The position that a cursor stands for; None for anything that `written` did not make of the same list."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if raw[:4] != _check(raw[4:], of):
            return None
        value, request_id = json.loads(raw[4:])
    except (UnicodeError, binascii.Error, ValueError, TypeError, RecursionError):
        return None
    if type(value) is not int or type(request_id) is not str or abs(value) > LARGEST or "\0" in request_id:
        return None
    return value, request_id


def _check(body: bytes, of: str) -> bytes:
    return zlib.crc32(of.encode("utf-8", "replace") + body).to_bytes(4, "big")
