"""What the pages of places ask of the store: the place's problems beside the city's, what is open there, where a point lies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np

from dashboard.domain.durations import DAY
from dashboard.domain.filters import MULTIPLE, Filters
from dashboard.domain.places import KINDS, page_of, place_path
from data_access.address_index import Block
from data_access.answers.addresses import block_at, is_searchable, search
from data_access.answers.outcomes import rule_words
from data_access.answers.quality import misfits
from data_access.answers.requests import record
from data_access.answers.spots import recurring
from data_access.answers.summary import grouped
from data_access.areas.geojson import outlines
from data_access.areas.placing import NOWHERE, places
from data_access.queries.places import Around, Order, count_open, open_requests
from data_access.store.published import Snapshot

Numbers = dict[str, Any]
PROBLEMS = 8
"""So many problems of a place get a sentence."""
LISTED = 25
"""So many open requests are listed, and shown on the map."""
NEAR_METRES = 300
DIGITS = 3
"""Decimals of a reader's position that are used: about 100 metres."""


def of_place(kind: str, name: str, snapshot: Snapshot, filters: Filters, chosen: Mapping[str, str]) -> Numbers:
    """What the page of one area needs besides its own numbers.

    Keys: `problems` (numbers by category, the most frequent first), `city` (numbers of the first of them in the whole
    city, by name), `open` (n, rows: records with `days` open, order), `near` (address, metres or None where the block has
    no point; None where no block is chosen), `unknown` (a block that was asked for and is not there), `slug`, `path`,
    `spots` (all recurring ones of the selection, see answers.spots), `bounds` (south-west and north-east corner of the
    area; None without boundaries that fit), and `outcome_words` (the words of the city's rules by outcome).
    """
    problems = sorted(grouped(snapshot, filters, "category"), key=lambda row: (-row["requests"], row["name"]))
    problems = [row for row in problems if row["requests"]]
    everywhere = replace(
        filters, **{MULTIPLE[kind]: ()}, categories=tuple(sorted(row["name"] for row in problems[:PROBLEMS]))
    )
    block = block_at(snapshot, chosen["near"], kind, name) if "near" in chosen else None
    around = _around(block) if block else None
    slug = snapshot.options.fields[kind].slugs[name]
    order: Order = "longest" if chosen.get("order") == "longest" else "newest"
    return {
        "problems": problems,
        "city": {row["name"]: row for row in grouped(snapshot, everywhere, "category")} if problems else {},
        "open": {
            "n": count_open(snapshot, filters, around),
            "order": order,
            "rows": [
                record(snapshot, row) | {"days": max(0.0, (snapshot.data_through - row["created_at"]) / DAY)}
                for row in open_requests(snapshot, filters, order, LISTED, around).to_dict("records")
            ],
        },
        "near": {"address": block.address, "metres": NEAR_METRES if block.latitude is not None else None}
        if block
        else None,
        "unknown": chosen.get("near", "") if block is None else "",
        "spots": recurring(snapshot, filters),
        "slug": slug,
        "path": place_path(kind, slug),
        "bounds": _bounds(snapshot, kind, name),
        "outcome_words": rule_words(snapshot),
    }


def of_choice(snapshot: Snapshot, filters: Filters, chosen: Mapping[str, str]) -> Numbers:
    """What the page on which a place is chosen needs.

    Keys: `searchable`, `locatable`, `map` (the kind of area that is drawn, or ''), `matches` (address, district,
    neighbourhood, n, page), `areas` (name and path, by kind).
    """
    del filters
    found = search(snapshot, chosen["q"]) if "q" in chosen else []
    kinds = tuple(snapshot.city.areas)
    return {
        "searchable": is_searchable(snapshot),
        "locatable": bool(usable_kinds(snapshot)),
        "map": next(iter(usable_kinds(snapshot)), ""),
        "matches": [
            {
                "address": match.block.address,
                "district": match.block.district,
                "neighbourhood": match.block.neighbourhood,
                "n": match.block.n,
                "page": page_of(
                    {kind: getattr(match.block, kind) for kind in KINDS}, kinds, snapshot.options, match.block.address
                ),
            }
            for match in found
        ],
        "areas": {kind: _paths(snapshot, kind) for kind in KINDS if kind in kinds},
    }


def usable_kinds(snapshot: Snapshot) -> list[str]:
    """The kinds of area whose boundaries are there and fit the requests, districts first."""
    wrong = misfits(snapshot)
    there = snapshot.boundaries()
    return [kind for kind in KINDS if kind in snapshot.city.areas and kind in there and kind not in wrong]


def place_at(snapshot: Snapshot, latitude: float, longitude: float) -> str | None:
    """The path of the place in which a point lies, rounded first; None where it lies in none that has requests."""
    x, y = (np.array([round(value, DIGITS)], dtype=np.float64) for value in (longitude, latitude))
    for kind in usable_kinds(snapshot):
        names, shapes = _shapes(snapshot.boundaries()[kind])
        place = int(places(shapes, x, y)[0])
        options = snapshot.options.fields[kind]
        if place != NOWHERE and (name := options.find(names[place])) is not None:
            return place_path(kind, options.slugs[name])
    return None


@lru_cache(maxsize=8)
def _shapes(path: Path) -> tuple[list[str], list[Any]]:
    """Names and outlines of a boundary file; a version's file never changes."""
    features = cast("list[dict[str, Any]]", json.loads(path.read_bytes())["features"])
    return [feature["properties"]["name"] for feature in features], outlines(features)


def _paths(snapshot: Snapshot, kind: str) -> list[tuple[str, str]]:
    options = snapshot.options.fields[kind]
    return [(name, place_path(kind, options.slugs[name])) for name in options.names]


def _bounds(snapshot: Snapshot, kind: str, name: str) -> tuple[tuple[float, float], tuple[float, float]] | None:
    if kind not in usable_kinds(snapshot):
        return None
    names, shapes = _shapes(snapshot.boundaries()[kind])
    if name not in names:
        return None
    west, south, east, north = shapes[names.index(name)].bounds
    return (south, west), (north, east)


def _around(block: Block) -> Around:
    return Around(block.address, block.latitude, block.longitude, NEAR_METRES)
