"""What is open in a place or near a block: a list first, the same requests on a map second."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.content import Block, Choice, Column, Link, PageData, Point, PointMap, Prose, Table

MARGIN = 0.001
"""Degrees left round the points of a block, about 100 metres."""


def open_nearby(data: PageData, tr: Translator) -> tuple[Block, ...]:
    """The order to choose, the list, and the map or why there is none."""
    found = data.answer["open"]
    if not found["rows"]:
        return (*_scope(data, tr), _list(data, tr))
    orders = tuple(
        (Link(text, _href(data, order=order)), order == found["order"])
        for order, text in (("newest", tr("Newest first")), ("longest", tr("Open longest first")))
    )
    return (*_scope(data, tr), Choice(tr("Order of the list"), orders), _list(data, tr), *_map(data, tr))


def request_href(data: PageData, request_id: str) -> str:
    """The page of one request."""
    return data.href(f"/request/{quote(request_id, safe='')}")


def _list(data: PageData, tr: Translator) -> Table:
    rows = data.answer["open"]["rows"]
    return Table(
        "open",
        _heading(data, tr),
        (
            Column(tr("Request"), numeric=False),
            Column(tr("Address"), numeric=False),
            Column(tr("Made")),
            Column(tr("Open for")),
        ),
        tuple(
            (
                Link(
                    words.value_name("category", row["category"], data.city, tr), request_href(data, row["request_id"])
                ),
                row["address"] or "–",
                tr.date(datetime.fromisoformat(row["created_at"]).date()) if row["created_at"] else "–",
                tr.days(row["days"]),
            )
            for row in rows
        ),
        _note(data, tr),
        empty=tr("No request of this selection is open here."),
    )


def _scope(data: PageData, tr: Translator) -> tuple[Choice, ...]:
    """The block that is chosen, and the way back to the whole place."""
    near = data.answer["near"]
    if near is None:
        return ()
    whole = tr("All of {area}", area=words.value_name(data.kind, data.name, data.city, tr))
    here = data.href(data.answer["path"])
    order = data.answer["open"]["order"]
    return (
        Choice(
            tr("What is open"),
            (
                (Link(tr("Near {address}", address=near["address"]), _href(data, order)), True),
                (Link(whole, here), False),
            ),
        ),
    )


def _heading(data: PageData, tr: Translator) -> str:
    near = data.answer["near"]
    if near is None:
        return tr("What is open here")
    if near["metres"] is None:
        return tr("What is open at {address}", address=near["address"])
    return tr("What is open within {n} metres of {address}", n=tr.number(near["metres"]), address=near["address"])


def _note(data: PageData, tr: Translator) -> str:
    found = data.answer["open"]
    day = tr.date(data.city.data_through.date())
    if data.city.sample:
        return tr("Open on {day}, as far as they are in this sample.", day=day)
    shown = len(found["rows"])
    if found["n"] > shown:
        return tr.n(
            "{shown} of {n} request that was open on {day}, whenever it was made.",
            "{shown} of {n} requests that were open on {day}, whenever they were made.",
            found["n"],
            shown=tr.number(shown),
            day=day,
        )
    return tr("All that were open on {day}, whenever they were made.", day=day)


def _map(data: PageData, tr: Translator) -> tuple[Block, ...]:
    points = tuple(_point(data, row, tr) for row in data.answer["open"]["rows"] if row["latitude"] is not None)
    if not points:
        why = data.city.missing.get("location") or tr("None of these requests has a published point.")
        return (Prose(tr("No map"), (why,), id="no-points"),)
    drawn = data.kind in data.boundaries
    return (
        PointMap(
            points,
            _bounds(points) if data.answer["near"] or not drawn else data.answer["bounds"] or _bounds(points),
            tr("Map of the requests in the list above."),
            "open",
            f"/api/v1/boundaries/{data.kind}.geojson?" + urlencode({"city": data.city.id, "v": data.city.data_version})
            if drawn
            else "",
            data.name,
            data.tiles,
            data.scheme,
        ),
    )


def _point(data: PageData, row: dict[str, Any], tr: Translator) -> Point:
    label = tr(
        "{problem}, open for {time}",
        problem=words.value_name("category", row["category"], data.city, tr),
        time=tr.days(row["days"]),
    )
    return Point(row["latitude"], row["longitude"], label, request_href(data, row["request_id"]))


def _bounds(points: tuple[Point, ...]) -> tuple[tuple[float, float], tuple[float, float]]:
    latitudes, longitudes = [p.latitude for p in points], [p.longitude for p in points]
    return (
        (min(latitudes) - MARGIN, min(longitudes) - MARGIN),
        (max(latitudes) + MARGIN, max(longitudes) + MARGIN),
    )


def _href(data: PageData, order: str) -> str:
    own = {"order": order} | ({"near": data.chosen["near"]} if "near" in data.chosen else {})
    path = data.answer["path"]
    return f"{path}?{data.query}&{urlencode(own)}" if data.query else f"{path}?{urlencode(own)}"
