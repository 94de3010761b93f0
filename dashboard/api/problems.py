"""Errors as RFC 9457 problem documents: one sentence for the caller, details for the log only."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

from dashboard.domain.errors import BadQuery, FixedYetError, NothingPublished, TooBusy

log = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
RETRY_SECONDS = 60
SHOWN = 100
"""So many characters of a bad value are repeated in the answer."""

OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Disposition, ETag, Link, Retry-After, "
    "X-Data-Through, X-Data-Version, X-Method-Version, X-Period",
    "X-Content-Type-Options": "nosniff",
}
"""Every answer may be read from any site; none depends on who asks, so credentials are never asked for."""
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def problem(
    status: int, detail: str, parameter: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """An error answer; `parameter` is the key of the query string (or the part of the path) that is wrong."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if parameter is not None:
        document["parameter"] = parameter
    response = Response(json.dumps(document, ensure_ascii=False), status, mimetype=PROBLEM)
    response.headers.update({"Cache-Control": "no-store", **OPEN_TO_ALL, **(headers or {})})
    return response


def from_exception(error: Exception) -> Response:
    """The answer to anything raised while a request was handled; what nobody expected is logged and not told."""
    if isinstance(error, BadQuery):
        return problem(error.status, str(error), error.parameter)
    if isinstance(error, NothingPublished):
        return problem(503, str(error), headers={"Retry-After": str(RETRY_SECONDS)})
    if isinstance(error, TooBusy):
        return problem(503, str(error), headers={"Retry-After": str(error.retry_seconds)})
    if isinstance(error, HTTPException) and error.code is not None and 400 <= error.code < 500:
        return problem(error.code, error.description or HTTPStatus(error.code).phrase)
    log.error("The API could not answer", exc_info=error)
    if isinstance(error, FixedYetError):
        return problem(503, "The data cannot be read just now.", headers={"Retry-After": str(RETRY_SECONDS)})
    return problem(500, "Something went wrong here. It has been logged; the query is not to blame.")


def shortened(value: str) -> str:
    """A value of the caller's, fit to be repeated in a sentence."""
    printable = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in value)
    return printable if len(printable) <= SHOWN else printable[:SHOWN] + "..."
