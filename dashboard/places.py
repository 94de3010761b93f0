"""The browser's position, posted, becomes the address of a place; it is rounded, used once, and neither kept nor logged."""

from __future__ import annotations

from math import isfinite
from urllib.parse import parse_qsl, urlencode

from flask import Flask, Response, redirect, request

from callbacks.page_data import city_of, kept_query
from dashboard.domain.filters import MAX_QUERY_LENGTH, Filters
from dashboard.settings import Settings
from data_access.answers.place import place_at
from data_access.store.published import Published
from layouts.pages.place_choose import HERE

LONGEST = MAX_QUERY_LENGTH + 2000
"""Bytes of a posted position with the selection that goes along."""


def register(server: Flask, published: Published, settings: Settings) -> None:
    """Answer a position posted to /place/here with 303 to the page of its area, or back to the choice."""

    def here() -> Response:
        if (request.content_length or 0) > LONGEST:
            return Response("This is longer than a position.\n", 413, mimetype="text/plain")
        position = _position(request.form.get("latitude", ""), request.form.get("longitude", ""))
        if position is None:
            return Response("A latitude and a longitude in degrees were expected.\n", 400, mimetype="text/plain")
        # of the selection only what it consists of: the answer leads to pages of this site alone
        query = urlencode([pair for pair in parse_qsl(request.form.get("query", "")) if pair[0] != "city"])
        query = f"{urlencode({'city': request.form.get('city', '')})}&{query}"
        with published.open(city_of(query, published, settings)) as snapshot:
            path = place_at(snapshot, *position)
            kept = kept_query(query, Filters.parse(query, snapshot.options)[0])
        target = f"{path}?{kept}" if path else f"/place?{kept}&{urlencode({'here': 'outside'})}"
        answer = redirect(request.script_root + target, 303)
        answer.headers["Cache-Control"] = "no-store"
        return Response(status=303, headers=answer.headers)

    server.add_url_rule(HERE, "place_here", here, methods=["POST"])


def _position(latitude: str, longitude: str) -> tuple[float, float] | None:
    """Degrees of latitude and longitude, or None for what is no place on earth."""
    try:
        found = float(latitude), float(longitude)
    except ValueError:
        return None
    north, east = found
    return found if isfinite(north) and isfinite(east) and abs(north) <= 90 and abs(east) <= 180 else None
