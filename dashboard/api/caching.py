"""Validators and finished answers: what was answered once for a data version is not computed again."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache
from flask import Response, request

from dashboard.domain.method import METHOD_VERSION
from data_access.store.published import Snapshot
from data_access.store.run_log import log_stamp

FORMAT = "1"
"""Raise this when an answer looks different although data and method are the same."""
PUBLIC = "public, max-age=60, must-revalidate"
"""A minute from any cache, then asked again: a sync is seen within a minute, and an unchanged answer is a 304."""
KEPT_BYTES = 32 * 2**20
LARGEST_KEPT = KEPT_BYTES // 8
OVERHEAD = 1024


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer ready to send; never changed once made."""

    body: bytes
    mimetype: str
    headers: tuple[tuple[str, str], ...] = ()


class Answers:
    """The answers given last, up to a number of bytes; threads that ask for the same wait for the first of them."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept: LRUCache[str, Finished] = LRUCache(kept_bytes, getsizeof=lambda answer: len(answer.body) + OVERHEAD)
        self._largest = min(LARGEST_KEPT, kept_bytes - OVERHEAD)
        self._turns: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, tag: str, make: Callable[[], Finished]) -> Finished:
        """The answer with this validator; made if it is not kept. Raises what `make` raises."""
        with self._lock:
            found = self._kept.get(tag)
            if found is not None:
                return found
            turn = self._turns.setdefault(tag, threading.Lock())
        with turn:
            with self._lock:
                found = self._kept.get(tag)
            if found is not None:
                return found
            try:
                found = make()
            finally:
                with self._lock:
                    self._turns.pop(tag, None)
            if len(found.body) <= self._largest:
                with self._lock:
                    self._kept[tag] = found
        return found


def version_of(snapshot: Snapshot) -> str:
    """What tells one city's published data from any other, also from those of a folder that was filled anew."""
    return "|".join(
        map(
            str,
            (
                snapshot.city.id,
                snapshot.version,
                snapshot.rows,
                snapshot.data_from,
                snapshot.data_to,
                snapshot.data_through,
                snapshot.city.fingerprint,
                log_stamp(snapshot.folder.parent),
            ),
        )
    )


def validator(*parts: str) -> str:
    """A strong ETag's text: path, canonical query and data versions, with the versions of method and format."""
    digest = hashlib.sha256("\n".join((FORMAT, METHOD_VERSION, *parts)).encode()).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()


def known_tag(tag: str) -> str | None:
    """The caller's own spelling of the validator if they hold this answer already, else None.

    Compression appends ":gzip" and the like to a tag; it is the same answer.
    """
    for held in request.if_none_match.as_set(include_weak=True):
        own, _, compression = held.partition(":")
        if own == tag and (compression.isalnum() or not compression):
            return held
    return None


def respond(tag: str, make: Callable[[], Finished], answers: Answers) -> Response:
    """304 without any work if the caller holds the answer, else the answer."""
    held = known_tag(tag)
    if held is not None:
        response = Response(status=304)
        response.set_etag(held)
    else:
        finished = answers.get(tag, make)
        response = Response(finished.body, content_type=finished.mimetype)
        response.headers.extend(list(finished.headers))
        response.set_etag(tag)
        if request.if_none_match.star_tag:  # "any answer at all": only known once there is one
            response.make_conditional(request)
    response.headers["Cache-Control"] = PUBLIC
    return response
