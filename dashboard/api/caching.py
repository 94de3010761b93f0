"""Validators: path, canonical query and data version tell one answer of the API from any other."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from flask import Response

from dashboard.domain.method import METHOD_VERSION
from dashboard.serving.kept import Answers, Finished
from dashboard.serving.sending import PUBLIC, known_tag, not_modified, send
from data_access.store.published import Snapshot
from data_access.store.run_log import log_stamp

FORMAT = "1"
"""Raise this when an answer looks different although data and method are the same."""


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


def respond(tag: str, make: Callable[[], Finished], answers: Answers, vary: tuple[str, ...] = ()) -> Response:
    """304 without any work if the caller holds the answer, else the answer."""
    held = known_tag(tag)
    if held is not None:
        return not_modified(held, PUBLIC, vary)
    return send(answers.get(tag, make), tag, PUBLIC, vary)
