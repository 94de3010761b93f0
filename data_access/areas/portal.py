"""Boundary files from the portals that have them: Socrata, CKAN, ArcGIS, or any address."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from dashboard.domain.errors import SourceError
from data_access.city import AreaKind, BoundarySource, City, DataSet
from data_access.sources.http import Answer, Door, Read
from data_access.sources.json_text import as_text, read_object
from data_access.sources.refusals import given_up, in_its_words, named
from data_access.sources.retries import ATTEMPTS, AskAgain, Unreadable

MOST_AREAS = 50_000
PASSING = range(500, 600)
Features = list[Mapping[str, Any]]


def asking(city: City, kind: AreaKind) -> City:
    """The city as a door has to see it to ask the portal of its boundaries, which may be another one than the rows'."""
    where = _source(city, kind)
    portal = where.id if where.kind == "url" else where.portal or city.source.portal
    # a whole address has no protocol whose token it might be given
    protocol = "files" if where.kind == "url" else where.kind
    return city.model_copy(update={"source": city.source.model_copy(update={"portal": portal, "kind": protocol})})


def fetch_boundaries(city: City, kind: AreaKind, door: Door, folder: Path) -> Path:
    """Write the areas of a kind, as the city file's source has them, into a GeoJSON file of `folder`.

    `door` is one of the city that `asking` gives. Raises SourceError with one sentence for people.
    """
    where = _source(city, kind)
    data_set = DataSet(id="" if where.kind == "url" else where.id, name=f"boundaries in areas.{kind}")
    match where.kind:
        case "url":
            features = door.ask(data_set, where.id, {}, _read)
        case "socrata":
            features = door.ask(data_set, f"resource/{where.id}.geojson", {"$limit": str(MOST_AREAS)}, _read)
        case "ckan":
            features = door.ask(data_set, _ckan_address(door, data_set), {}, _read)
        case "arcgis":
            features = _layer_features(door, data_set)
    path = folder / f"{city.id}-{kind}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _source(city: City, kind: AreaKind) -> BoundarySource:
    where = city.areas[kind].boundaries
    if where is None:
        raise SourceError(
            f"{city.name}'s file does not say where the boundaries of its {city.areas[kind].plural} are; give a GeoJSON "
            "file with --from."
        )
    return where


def _read(answer: Answer) -> Features:
    """The features of a whole answer, which may be gzipped."""
    body = answer.body
    if body[:2] == b"\x1f\x8b":
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error) as error:
            raise Unreadable("sent a gzip file that is cut off or damaged") from error
    return _features(read_object(Answer(body, answer.headers)))


def _features(found: Mapping[str, Any]) -> Features:
    features = found.get("features")
    if not isinstance(features, list):
        raise Unreadable("sent JSON that is no GeoJSON of areas")
    return cast("Features", features)


def _ckan_address(door: Door, data_set: DataSet) -> str:
    def read(answer: Answer) -> str:
        found = read_object(answer)
        if found.get("success") is False:
            raise SourceError(f"{named(door.city, data_set)} refused the question{in_its_words(answer.body)}.")
        result = found.get("result")
        return as_text(cast("Mapping[str, Any]", result).get("url")) if isinstance(result, dict) else ""

    address = door.ask(data_set, "api/3/action/resource_show", {"id": data_set.id}, read)
    if not address.startswith(("https://", "http://")):
        raise SourceError(f"{named(door.city, data_set)} has no file to download; mend it in {door.city.id}.toml.")
    return address


def _layer_features(door: Door, data_set: DataSet) -> Features:
    """All areas of a layer, page by page for as long as it says that there are more; then counted."""
    object_id = str(_ask_layer(door, data_set, data_set.id, {"f": "json"}, dict).get("objectIdField") or "OBJECTID")
    query, every = f"{data_set.id}/query", {"where": "1=1", "outFields": "*"}
    counted = _ask_layer(door, data_set, query, {**every, "returnCountOnly": "true", "f": "json"}, dict)
    wanted = int(counted.get("count") or 0)
    found: Features = []
    idle = 0

    def read(page: Mapping[str, Any]) -> tuple[Features, bool]:
        features = _features(page)
        seen = {one["id"] for one in found if "id" in one}
        if seen & {one["id"] for one in features if "id" in one}:
            raise Unreadable("gave areas that were not asked for")
        return features, _has_more(page)

    while idle < ATTEMPTS and len(found) <= wanted:
        asked = {"f": "geojson", "outSR": "4326", "orderByFields": object_id, "resultOffset": str(len(found))}
        features, more = _ask_layer(door, data_set, query, every | asked, read)
        found += features
        idle = 0 if features else idle + 1
        if not more and len(found) == wanted:
            return found
    raise given_up(door.city, data_set, max(idle, 1), f"gave {len(found)} areas and counts {wanted}", kept=False)


def _has_more(page: Mapping[str, Any]) -> bool:
    """What a page says of itself; in GeoJSON some servers say it beside the features, some among the properties."""
    inner = page.get("properties")
    beside = cast("Mapping[str, Any]", inner) if isinstance(inner, dict) else {}
    return bool(page.get("exceededTransferLimit") or beside.get("exceededTransferLimit"))


def _ask_layer(
    door: Door, data_set: DataSet, path: str, asked: Mapping[str, str], read: Callable[[Mapping[str, Any]], Read]
) -> Read:
    def read_checked(answer: Answer) -> Read:
        found = read_object(answer)
        error = found.get("error")
        if isinstance(error, dict):  # in an answer of status 200
            told = cast("Mapping[str, Any]", error)
            said = " ".join([as_text(told.get("message")), *map(as_text, _listed(told.get("details")))]).strip()
            if told.get("code") in PASSING:
                raise AskAgain(f"has a fault of its own ({told.get('code')}: {said})")
            raise SourceError(
                f"{named(door.city, data_set)} refused the question ({told.get('code')}: {said}); compare the id in "
                f"{door.city.id}.toml."
            )
        return read(found)

    return door.ask(data_set, path, asked, read_checked)


def _listed(value: Any) -> Sequence[Any]:
    return cast("Sequence[Any]", value) if isinstance(value, list) else ()
