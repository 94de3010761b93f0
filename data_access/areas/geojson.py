"""GeoJSON files of areas: read with whatever is wrong in them mended, written so that a browser loads them fast."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape

from dashboard.domain.errors import SourceError

DIGITS = 5
"""Decimals of a published coordinate: about a metre."""
GRID = 10**-DIGITS


@dataclass(frozen=True, slots=True)
class Feature:
    """One area of a file: its properties, and its outline in degrees as a valid polygon or several."""

    properties: Mapping[str, Any]
    outline: Any


def read_features(given: Path) -> list[Feature]:
    """The areas of a GeoJSON file, plain or gzipped; those without an outline are left out, invalid ones mended.

    Raises SourceError with one sentence if the file holds no areas in longitude and latitude.
    """
    try:
        data = given.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        found = [
            Feature(dict(feature["properties"]), _polygons(feature["geometry"]))
            for feature in json.loads(data)["features"]
            if feature["geometry"]
        ]
    except OSError as error:
        raise SourceError(f"{given} cannot be read: {error.strerror or 'it is damaged'}.") from error
    except (EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError, ShapelyError) as error:
        raise SourceError(
            f"{given} is not a GeoJSON file of areas; export the boundaries again as GeoJSON in WGS 84 (EPSG:4326)."
        ) from error
    features = [feature for feature in found if feature.outline.area > 0]
    if not features:
        raise SourceError(f"{given} holds no areas.")
    west, south, east, north = shapely.total_bounds([feature.outline for feature in features])
    if west < -180 or south < -90 or east > 180 or north > 90:
        raise SourceError(
            f"{given} is not in degrees of longitude and latitude; export it again in WGS 84 (EPSG:4326)."
        )
    return features


def as_text(shapes: Mapping[str, Any], vintage: str = "") -> str:
    """Outlines by published name as GeoJSON, in the order given; each has the one property `name`.

    `vintage` says when they were drawn, '' where that is not known.
    """
    rounded = {name: _on_grid(outline) for name, outline in shapes.items()}
    collection = {
        "type": "FeatureCollection",
        "vintage": vintage,
        "bbox": [round(float(limit), DIGITS) for limit in shapely.total_bounds(list(rounded.values()))],
        "features": [
            {"type": "Feature", "properties": {"name": name}, "geometry": _plain(outline)}
            for name, outline in rounded.items()
        ],
    }
    return json.dumps(collection, separators=(",", ":"))


def outlines(features: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The outlines of a file that this module has written."""
    return [shape(feature["geometry"]) for feature in features]


def _polygons(geometry: dict[str, Any]) -> Any:
    mended: Any = shapely.make_valid(shape(geometry))
    if mended.geom_type == "GeometryCollection":  # what is left of a mended outline may hold stray lines
        return shapely.union_all([part for part in mended.geoms if part.area > 0])
    return mended


def _on_grid(outline: Any) -> Any:
    """Rounded so that it stays valid, which cutting the digits of each corner would not do."""
    rounded = shapely.set_precision(outline, GRID)
    return outline if rounded.is_empty else rounded


def _plain(outline: Any) -> dict[str, Any]:
    def cut(value: Any) -> Any:
        return [cut(part) for part in value] if isinstance(value, (list, tuple)) else round(value, DIGITS)

    plain = mapping(outline)
    return {"type": plain["type"], "coordinates": cut(plain["coordinates"])}
