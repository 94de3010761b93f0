"""Boundaries of a city's areas: mended, named by the city file's rules, and stored beside its work file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Select, select

from dashboard.domain.errors import SourceError
from data_access.areas.geojson import Feature, as_text, read_features
from data_access.areas.lookup import MICRO, point_of
from data_access.areas.naming import name_in_file, plain
from data_access.areas.placing import NOWHERE, places
from data_access.areas.portal import asking, fetch_boundaries
from data_access.areas.stored import path_of
from data_access.city import AreaKind, City
from data_access.sources.http import Door
from data_access.store.engines import duckdb
from data_access.store.lock import city_lock
from data_access.store.tables import records
from data_access.store.work import WORK_FILE, work_file
from data_access.sync import republish

NEARLY_NONE = 0.05
"""If a smaller share of the stored points lies in any of the areas, the file is taken for another city's."""
ENOUGH_POINTS = 50_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A boundary file that can be stored: the outline of each published name."""

    kind: AreaKind
    shapes: dict[str, Any]


def import_boundaries(
    city: City,
    kind: str,
    given: Path,
    folder: Path,
    property_name: str | None = None,
    *,
    vintage: str = "",
    publish: bool = False,
) -> set[str]:
    """Store the areas of a GeoJSON file (plain or gzipped) for a kind of area; returns their published names.

    `vintage` says when they were drawn: the file may be of another time than the one of the city's portal. `publish`
    makes a version with them at once; else the next sync that publishes does.

    Invalid polygons are mended, areas of one name joined. Raises SourceError with one sentence if the file cannot serve,
    SyncLocked during a sync; then nothing is changed.
    """
    with city_lock(folder):
        prepared = prepare(city, kind, given, folder, property_name)
        _keep(city, [(prepared, vintage)], folder, publish=publish)
    return set(prepared.shapes)


def import_from_portal(
    city: City,
    kinds: Sequence[AreaKind],
    folder: Path,
    property_name: str | None = None,
    *,
    token: str = "",
    sleep: Callable[[float], object] | None = None,
    publish: bool = False,
) -> int:
    """Store the areas of some kinds as the portals of the city file have them, all of them or, where one fails, none.

    Returns how many areas there are. Raises as `import_boundaries`, and SourceError where a portal does not answer.
    `sleep` waits between two attempts; a sync may go on while the portals are asked.
    """
    with tempfile.TemporaryDirectory(prefix="fixedyet-") as place:
        files: dict[AreaKind, Path] = {}
        for kind in kinds:
            with Door(asking(city, kind), Path(place), token=token, sleep=sleep, keeps=False) as door:
                files[kind] = fetch_boundaries(city, kind, door, Path(place))
        with city_lock(folder):
            prepared = [prepare(city, kind, given, folder, property_name) for kind, given in files.items()]
            drawn = [(each, city.areas[each.kind].vintage) for each in prepared]
            _keep(city, drawn, folder, publish=publish)
    return sum(len(each.shapes) for each in prepared)


def known_kind(city: City, kind: str) -> AreaKind:
    """The kind of area of that name. Raises SourceError if the city has none such."""
    if kind not in city.areas:
        raise SourceError(f"{city.name} has no kind of area '{kind}'; its kinds are {', '.join(city.areas) or 'none'}.")
    return kind


def with_portal(city: City) -> tuple[AreaKind, ...]:
    """The kinds of area whose boundaries a portal has. Raises SourceError if there is none."""
    kinds: tuple[AreaKind, ...] = tuple(kind for kind in city.areas if city.areas[kind].boundaries)
    if not kinds:
        raise SourceError(
            f"{city.name}'s file names no portal with boundaries; give a GeoJSON file: fixedyet boundaries {city.id} KIND --from FILE."
        )
    return kinds


def prepare(city: City, kind: str, given: Path, folder: Path, property_name: str | None = None) -> Prepared:
    """Read and check a boundary file as `import_boundaries` does, without storing it. The caller holds the city's lock."""
    kind = known_kind(city, kind)
    features = read_features(given)
    prop = _property(features, property_name or city.areas[kind].boundary_property)
    if prop is None:
        there = ", ".join(sorted(features[0].properties))
        raise SourceError(
            f"Say with --property which property of {given.name} holds the area's name; its properties are {there}."
        )
    shapes = _by_name(city, kind, features, prop)
    if not shapes:
        raise SourceError(f"No area of {given.name} has a name in its property '{prop}'; say another with --property.")
    _refuse_another_city(city, given, list(shapes.values()), folder)
    return Prepared(kind, shapes)


def _keep(city: City, prepared: Sequence[tuple[Prepared, str]], folder: Path, *, publish: bool) -> None:
    """Store files, each with its vintage, and publish them if wanted: under one lock, so that no sync comes between."""
    for each, vintage in prepared:
        _store(each, folder, vintage)
    if publish:
        republish(city, folder)


def _store(prepared: Prepared, folder: Path, vintage: str) -> None:
    """Keep a prepared file in the city's folder: the next version is published with it."""
    target = path_of(folder, prepared.kind)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".new")
    partial.write_text(as_text(prepared.shapes, vintage))
    partial.replace(target)


def _property(features: Sequence[Feature], wanted: str | tuple[str, ...]) -> str | None:
    """The first of the wanted properties that every area has; portals and exports write one in different ways."""
    shared = set(features[0].properties).intersection(*(feature.properties for feature in features))
    for name in (wanted,) if isinstance(wanted, str) else wanted:
        alike = [there for there in sorted(shared) if plain(there) == plain(name)]
        if name in shared or len(alike) == 1:
            return name if name in shared else alike[0]
    return None


def _by_name(city: City, kind: AreaKind, features: Sequence[Feature], prop: str) -> dict[str, Any]:
    outlines: dict[str, list[Any]] = {}
    for feature in features:
        outlines.setdefault(name_in_file(city, kind, feature.properties[prop]), []).append(feature.outline)
    return {name: shapely.union_all(parts) for name, parts in sorted(outlines.items()) if name}


def _refuse_another_city(city: City, given: Path, outlines: list[Any], folder: Path) -> None:
    degrees = _stored_points(folder)
    inside = int(np.count_nonzero(places(outlines, degrees[:, 1], degrees[:, 0]) != NOWHERE))
    if inside < NEARLY_NONE * len(degrees):
        raise SourceError(
            f"Only {inside:,} of {len(degrees):,} places of {city.name}'s requests lie in the areas of {given.name}, which "
            "seem to be another city's; nothing was changed."
        )


def _stored_points(folder: Path) -> Any:
    """Latitude and longitude of the first distinct points of a work file; none where there is no such file."""
    if not (folder / WORK_FILE).is_file():
        return np.empty((0, 2))
    latitude, longitude = (
        part.label(name) for part, name in zip(point_of(records), ("latitude", "longitude"), strict=True)
    )
    distinct: Select[*tuple[Any, ...]] = (
        select(latitude, longitude).where(latitude.is_not(None)).distinct().limit(ENOUGH_POINTS)
    )
    with work_file(folder) as connection:
        return duckdb.fetch_columns(connection.execute(distinct)).to_numpy(dtype=np.float64) / MICRO
