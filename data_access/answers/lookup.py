"""Which request a number means, however it was typed, and which requests stand at its spot."""

from __future__ import annotations

import re
from math import cos, radians

from dashboard.domain.request import NONE_NAME
from data_access.answers.requests import Record, record
from data_access.queries import requests as queries
from data_access.store.published import Snapshot

SPOT_METRES = 50
MOST_AT_SPOT = 10
LONGEST_NUMBER = 200
PREFIX = "SR"


def find_number(snapshot: Snapshot, typed: str) -> str | None:
    """The id that a reader means: '#', spaces, case, leading zeros and the prefix SR may be there or not; None if unknown."""
    text = typed.strip()
    if not text or len(text) > LONGEST_NUMBER or "\0" in text:
        return None
    known = spellings(text)
    return queries.known_id(snapshot, known, [each.upper().lstrip("0") or "0" for each in known])


def spellings(text: str) -> list[str]:
    """How the number that was typed may be written in the data, likeliest first."""
    plain = text.strip().lstrip("#").strip()
    dense = re.sub(r"\s+", "", plain)
    bare = re.sub(rf"^{PREFIX}[\s#:-]*", "", dense, flags=re.IGNORECASE)
    found = [text.strip(), plain, dense, dense.upper(), dense.lower(), bare, f"{PREFIX}{bare}", f"{PREFIX}-{bare}"]
    return [each for each in dict.fromkeys(found) if each]


def at_spot(snapshot: Snapshot, found: Record) -> Record | None:
    """Other requests of its problem within 50 m of a request: n, and the newest of them; None where that cannot be said.

    It cannot without a point or a problem, nor where points go out too rough for 50 m.
    """
    category = str(found["category"])
    if found["latitude"] is None or category == NONE_NAME or category in snapshot.city.sensitive_categories:
        return None
    point = (float(found["latitude"]), float(found["longitude"]))
    frame = queries.near(snapshot, category, point, SPOT_METRES, cos(radians(point[0])))
    others = frame[frame["request_id"] != found["request_id"]]
    shown = [record(snapshot, row) for row in others.head(MOST_AT_SPOT).to_dict("records")]
    return {"n": len(others), "records": shown}
