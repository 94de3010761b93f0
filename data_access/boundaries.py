"""Boundaries of a city's areas: mended, named as the rows name them, and published with each version."""

from __future__ import annotations

import gzip
import json
import math
import shutil
import zlib
from pathlib import Path
from typing import Any, cast

from shapely import make_valid
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.ops import unary_union

from dashboard.domain.errors import SourceError
from data_access.city import City

MARGIN_KM = 5.0
KM_PER_DEGREE = 111.32
DIGITS = 5


def import_boundaries(city: City, kind: str, given: Path, folder: Path, property_name: str | None = None) -> set[str]:
    """Store the areas of a GeoJSON file (plain or gzipped) for a kind of area; returns their published names.

    Invalid polygons are mended, areas of one name joined. Raises SourceError with one sentence if the file cannot serve.
    """
    if kind not in city.areas:
        raise SourceError(f"{city.name} has no kind of area '{kind}'; its kinds are {', '.join(city.areas) or 'none'}.")
    prop = property_name or city.areas[kind].boundary_property  # type: ignore[index]
    features = _features(given)
    if not prop or any(prop not in feature["properties"] for feature in features):
        known = ", ".join(sorted(features[0]["properties"])) if features else "none"
        raise SourceError(f"Say which property of {given.name} holds the area's name; its properties are {known}.")
    by_name: dict[str, list[Any]] = {}
    for feature in features:
        by_name.setdefault(_published_name(city, kind, feature["properties"][prop]), []).append(feature["geometry"])
    shapes = {name: unary_union(parts) for name, parts in sorted(by_name.items()) if name}
    collection = {
        "type": "FeatureCollection",
        "bbox": [round(limit, DIGITS) for limit in unary_union(list(shapes.values())).bounds],
        "features": [
            {"type": "Feature", "properties": {"name": name}, "geometry": _rounded(polygons)}
            for name, polygons in shapes.items()
        ],
    }
    target = folder / "boundaries" / f"{kind}.geojson"
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".new")
    partial.write_text(json.dumps(collection, separators=(",", ":")))
    partial.replace(target)
    return set(shapes)


def copy_published(folder: Path, building: Path) -> list[Path]:
    """Copy a city's stored boundaries into a version that is being built."""
    copied: list[Path] = []
    for path in sorted((folder / "boundaries").glob("*.geojson")):
        copied.append(Path(shutil.copy(path, building / path.name)))
    return copied


def box(paths: list[Path]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of all areas, MARGIN_KM wider on each side; None without boundaries."""
    bounds = [json.loads(path.read_text())["bbox"] for path in paths]
    if not bounds:
        return None
    west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
    east, north = max(b[2] for b in bounds), max(b[3] for b in bounds)
    up = MARGIN_KM / KM_PER_DEGREE
    aside = up / max(math.cos(math.radians((south + north) / 2)), 0.1)
    return west - aside, south - up, east + aside, north + up


def _features(given: Path) -> list[dict[str, Any]]:
    """The areas of a file, their geometry as polygons; those without any are left out."""
    try:
        data = given.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        features = [
            {"properties": dict(feature["properties"]), "geometry": _polygons(feature["geometry"])}
            for feature in json.loads(data)["features"]
            if feature["geometry"]
        ]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError, ShapelyError) as error:
        raise SourceError(f"{given} is not a GeoJSON file of areas ({type(error).__name__}: {error}).") from error
    if not features:
        raise SourceError(f"{given} holds no areas.")
    return features


def _published_name(city: City, kind: str, value: Any) -> str:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    text = city.areas[kind].boundary_names.get(text, text)  # type: ignore[index]
    return city.values.get(kind, {}).get(text, text)


def _polygons(geometry: dict[str, Any]) -> Any:
    mended = make_valid(shape(geometry))
    if mended.geom_type == "GeometryCollection":  # what is left of a mended outline may hold stray lines
        return unary_union([part for part in cast(Any, mended).geoms if part.area > 0])
    return mended


def _rounded(polygons: Any) -> dict[str, Any]:
    def cut(value: Any) -> Any:
        return [cut(part) for part in value] if isinstance(value, (list, tuple)) else round(value, DIGITS)

    plain = mapping(polygons)
    return {"type": plain["type"], "coordinates": cut(plain["coordinates"])}
