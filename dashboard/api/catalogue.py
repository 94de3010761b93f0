"""What there is: the cities, what their filters can be set to, the quality of their data, and their boundaries."""

from __future__ import annotations

import json
from typing import Any

from dashboard.api.asking import Asked, whole_number
from dashboard.api.rendering import Content, Row
from dashboard.domain.errors import BadQuery
from dashboard.domain.filters import CHOICES, DEFAULTS
from dashboard.domain.ids import slugify
from dashboard.domain.method import METHOD_VERSION
from data_access.answers.quality import LAST_RUNS, quality
from data_access.areas.simplified import MOST_ZOOM, simplified
from data_access.store.published import Snapshot

WHOLE = -1
"""In place of a zoom: the outlines as they were published."""

CITY = (
    "id",
    "name",
    "time_zone",
    "data_from",
    "data_to",
    "data_through",
    "data_version",
    "rows",
    "source",
    "source_url",
    "licence",
    "licence_url",
    "attribution",
    "sample",
    "invented",
)
OPTION = ("field", "name", "slug", "count")
QUALITY = ("part", "name", "department", "n")


def city_row(snapshot: Snapshot) -> Row:
    """One row of the list of cities."""
    city, source = snapshot.city, snapshot.city.source
    return {
        "id": city.id,
        "name": city.name,
        "time_zone": city.time_zone,
        **_dates(snapshot),
        "data_version": snapshot.version,
        "rows": snapshot.rows,
        "source": source.name,
        "source_url": source.url,
        "licence": source.licence,
        "licence_url": source.licence_url,
        "attribution": source.attribution,
        "sample": city.sample,
        "invented": city.invented,
        "missing": dict(city.missing),
        "breaks": [{"on": each.on.isoformat(), "why": each.why} for each in city.breaks],
    }


def cities(snapshots: list[Row]) -> Content:
    """The list of cities, from their rows."""
    return Content(snapshots, CITY, snapshots, ("cities",))


def options(asked: Asked) -> Content:
    """Names, slugs and counts (all published rows, whatever their origin) of each field, and the other choices."""
    snapshot = asked.snapshot
    fields = {
        name: [{"name": value, "slug": field.slugs[value], "count": field.counts[value]} for value in field.names]
        for name, field in snapshot.options.fields.items()
    }
    document = {
        **about(snapshot),
        "fields": fields,
        "choices": {key: list(values) for key, values in CHOICES.items()},
        "defaults": DEFAULTS,
    }
    rows = [{"field": field, **value} for field, values in fields.items() for value in values]
    return Content(
        document,
        OPTION,
        rows,
        (snapshot.city.id, "options", snapshot.data_from.isoformat(), "to", snapshot.data_to.isoformat()),
    )


def data_quality(asked: Asked) -> Content:
    """What is wrong with the rows, what could not be read, what the default view leaves out, and the last syncs."""
    snapshot = asked.snapshot
    found = quality(snapshot, LAST_RUNS)
    rows: list[Row] = [{"part": "rows", "name": "published", "n": snapshot.rows}]
    rows += [
        {"part": "flag", "name": row["flag"], "department": row["department"], "n": row["n"]}
        for row in found["flags_by_department"]
    ]
    rows += [{"part": "quarantine", "name": row["reason"], "n": row["n"]} for row in found["quarantine"]]
    rows += [{"part": "left_out", "name": name, "n": n} for name, n in found["left_out"].items()]
    name = (snapshot.city.id, "quality", snapshot.data_from.isoformat(), "to", snapshot.data_to.isoformat())
    return Content({**about(snapshot), **found}, QUALITY, rows, name)


def boundaries(asked: Asked, kind: str) -> Content:
    """The published areas of a kind; each has the properties name and slug. With `zoom` the outlines are as coarse as a map
    of it can show. Raises BadQuery (404) for another kind."""
    known = asked.snapshot.boundaries()
    if kind not in known:
        there = ", ".join(known) or "none"
        raise BadQuery(f"{asked.snapshot.city.name} has no such boundaries; there are: {there}.", "kind", 404)
    zoom = whole_number(asked.value("zoom"), "zoom", 0, MOST_ZOOM, WHOLE)
    text = known[kind].read_text("utf-8") if zoom == WHOLE else simplified(known[kind], zoom)
    collection: dict[str, Any] = json.loads(text)
    field = asked.snapshot.options.fields.get(kind)
    for feature in collection["features"]:
        name = str(feature["properties"].get("name", ""))
        published = field.find(name) if field else None
        feature["properties"].setdefault("slug", field.slugs[published] if field and published else slugify(name))
    return Content(collection)


def about(snapshot: Snapshot) -> dict[str, Any]:
    """What an answer about a city, not a period, says of itself."""
    return {
        "city": snapshot.city.id,
        **_dates(snapshot),
        "data_version": snapshot.version,
        "method_version": METHOD_VERSION,
        "missing": dict(snapshot.city.missing),
    }


def _dates(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "data_from": snapshot.data_from.isoformat(),
        "data_to": snapshot.data_to.isoformat(),
        "data_through": snapshot.data_through_local.isoformat(timespec="seconds"),
    }
