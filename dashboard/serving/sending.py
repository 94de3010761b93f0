"""How a finished answer goes out: the encoding that the caller takes, a validator, and 304 where they hold it already."""

from __future__ import annotations

from flask import Response, request

from dashboard.serving.kept import BROTLI, GZIP, Packed

PUBLIC = "public, max-age=60, must-revalidate"
"""A minute from any cache, then asked again: a sync is seen within a minute, and an unchanged answer is a 304."""
PRIVATE = "private, no-cache"
"""For this reader alone, and asked again each time."""


def encodings() -> tuple[str, ...]:
    """The encodings that the caller takes, best first; "" is the plain body."""
    accepted = request.accept_encodings
    offered = [(accepted.quality(name), name) for name in (BROTLI, GZIP)]
    plain = dict(accepted).get("identity", 0)
    return tuple(
        name for quality, name in sorted(offered, key=lambda each: -each[0]) if quality > 0 and quality >= plain
    )


def known_tag(tag: str) -> str | None:
    """The caller's own spelling of the validator if they hold this answer already, else None.

    A tag is followed by the encoding (":gzip") of the answer that it stands for; it is the same answer.
    """
    for held in request.if_none_match.as_set(include_weak=True):
        own, _, compression = held.partition(":")
        if own == tag and (compression.isalnum() or not compression):
            return held
    return None


def not_modified(held: str, cache_control: str, vary: tuple[str, ...] = ()) -> Response:
    """304: the caller holds it."""
    response = Response(status=304)
    response.set_etag(held)
    return _cached(response, cache_control, vary)


def send(packed: Packed, tag: str, cache_control: str, vary: tuple[str, ...] = ()) -> Response:
    """The answer under this validator; 304 where the caller holds it. `vary` are the headers that it depends on besides
    the encoding."""
    held = known_tag(tag) if packed.status == 200 else None
    if held is not None:
        return not_modified(held, cache_control, vary)
    encoding, body = packed.form(encodings())
    response = Response(body, packed.status, content_type=packed.mimetype)
    response.headers.extend(list(packed.headers))
    if encoding:
        response.headers["Content-Encoding"] = encoding
    if packed.status == 200:
        response.set_etag(f"{tag}:{encoding}" if encoding else tag)
        if request.if_none_match.star_tag:  # "any answer at all": only known once there is one
            response.make_conditional(request)
    return _cached(response, cache_control, vary)


def _cached(response: Response, cache_control: str, vary: tuple[str, ...]) -> Response:
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = ", ".join((*vary, "Accept-Encoding"))
    return response
