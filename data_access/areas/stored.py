"""The boundaries that a city's folder holds, each file read once for everything that a version needs of it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from data_access.city import Area, AreaKind, City

MARGIN_KM = 5.0
KM_PER_DEGREE = 111.32


@dataclass(frozen=True, slots=True)
class StoredAreas:
    """The boundaries of one kind: features as GeoJSON has them, each with its published name, and a mark of the content.

    `since` is the local day from which requests are given an area of these boundaries, None where all are.
    """

    features: Sequence[Mapping[str, Any]]
    bounds: tuple[float, float, float, float]
    """West, south, east, north."""
    vintage: str
    mark: str
    since: date | None = None

    @property
    def names(self) -> list[str]:
        """The published name of each feature."""
        return [feature["properties"]["name"] for feature in self.features]

    def as_text(self, names: Sequence[str]) -> str:
        """GeoJSON in which each feature has the name given for it."""
        features = [
            {**feature, "properties": {**feature["properties"], "name": name}}
            for feature, name in zip(self.features, names, strict=True)
        ]
        content = {"type": "FeatureCollection", "vintage": self.vintage, "bbox": self.bounds, "features": features}
        return json.dumps(content, separators=(",", ":"))


def path_of(folder: Path, kind: str) -> Path:
    """Where the boundaries of a kind lie in a city's folder."""
    return folder / "boundaries" / f"{kind}.geojson"


def stored_areas(city: City, folder: Path) -> dict[AreaKind, StoredAreas]:
    """The stored boundaries of the kinds of area that the city has. The caller holds the city's lock."""
    return {
        kind: _read(path_of(folder, kind), area) for kind, area in city.areas.items() if path_of(folder, kind).is_file()
    }


def _read(path: Path, area: Area) -> StoredAreas:
    content = path.read_bytes()
    found = json.loads(content)
    vintage = found.get("vintage", "")
    # boundaries that were loaded as those of another time are not the ones that the city file dates
    since = area.boundaries_since if vintage in ("", area.vintage) else None
    return StoredAreas(found["features"], tuple(found["bbox"]), vintage, hashlib.sha256(content).hexdigest(), since)


def box(areas: Iterable[StoredAreas]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of all areas, MARGIN_KM wider on each side; None without boundaries."""
    bounds = [each.bounds for each in areas]
    if not bounds:
        return None
    west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
    east, north = max(b[2] for b in bounds), max(b[3] for b in bounds)
    up = MARGIN_KM / KM_PER_DEGREE
    aside = up / max(math.cos(math.radians((south + north) / 2)), 0.1)
    return west - aside, south - up, east + aside, north + up
