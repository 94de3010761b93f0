"""The search over published addresses."""

from __future__ import annotations

from dashboard.api.asking import Asked
from dashboard.api.catalogue import about
from dashboard.api.rendering import Content, Row
from dashboard.domain.places import page_of
from data_access.answers.addresses import Match, search
from data_access.store.published import Snapshot

OWN = ("q",)
ADDRESS = ("address", "district", "neighbourhood", "requests", "latitude", "longitude", "score", "page")


def found(asked: Asked) -> Content:
    """The published addresses that `q` may mean, the likeliest first; none without `q`."""
    text = asked.value("q") or ""
    rows = [_row(asked.snapshot, match) for match in search(asked.snapshot, text)] if text else []
    return Content(
        {**about(asked.snapshot), "q": text, "rows": rows}, ADDRESS, rows, (asked.snapshot.city.id, "addresses")
    )


def _row(snapshot: Snapshot, match: Match) -> Row:
    block = match.block
    areas = {"district": block.district, "neighbourhood": block.neighbourhood}
    return {
        "address": block.address,
        **areas,
        "requests": block.n,
        "latitude": block.latitude,
        "longitude": block.longitude,
        "score": round(match.score, 3),
        "page": page_of(areas, tuple(snapshot.city.areas), snapshot.options, block.address),
    }
