"""A layer's fields in ArcGIS' words: their types, how conditions speak of them, and how features show them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.portals.conditions import Literal, Refused
from tests.portals.table import Line, Table

OBJECT_ID = "OBJECTID"
EDITED = "EditDate"
OID, TEXT, DATE, DOUBLE = (f"esriFieldType{name}" for name in ("OID", "String", "Date", "Double"))
MERCATOR, WGS84 = 102100, 4326
EARTH = 6378137.0


class Fields:
    """A layer's fields, and the dialect of its conditions: moments in UTC, written with `timestamp` or `date`."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.kinds = kinds(table)

    def kind(self, name: str) -> tuple[str, str]:
        """A field's own spelling and its type."""
        for own, kind in self.kinds.items():
            if own.lower() == name.lower():
                return own, kind
        raise Refused("field", f"'Invalid field: {name}' parameter is invalid")

    def value(self, literal: Literal, kind: str) -> Any:
        """A constant's worth beside a field."""
        if literal.kind == "string" and kind in (TEXT, "string"):
            return literal.text
        if literal.kind == "number" and kind in (OID, DOUBLE, "number"):
            return float(literal.text)
        form = {"timestamp": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", "date": r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?"}
        if kind == DATE and literal.kind in form and re.fullmatch(form[literal.kind], literal.text):
            try:
                return datetime.fromisoformat(literal.text).replace(tzinfo=UTC)
            except ValueError as unreadable:
                raise Refused("parameters", f"'where' clause: {literal.text} is no time") from unreadable
        raise Refused("parameters", f"'where' clause: {literal.text} is {literal.kind}, not {kind}")

    def values(self, line: Line) -> dict[str, Any]:
        """A row as what can be compared."""
        row: dict[str, Any] = {OBJECT_ID: line.number, EDITED: line.changed_at}
        for name, text in line.row.items():
            kind = self.kinds[name]
            row[name] = (
                self.table.instant(text) if kind == DATE else float(text) if kind == DOUBLE and text else text or None
            )
        return row

    def named(self, names: str) -> list[str]:
        """What `outFields` asks for."""
        return list(self.kinds) if names.strip() == "*" else [self.kind(name.strip())[0] for name in names.split(",")]

    def order(self, text: str) -> list[tuple[str, bool]]:
        """What `orderByFields` asks for."""
        found: list[tuple[str, bool]] = []
        for part in text.split(","):
            name, _, way = part.strip().partition(" ")
            if way.strip().upper() not in ("", "ASC", "DESC"):
                raise Refused("parameters", f"'orderByFields' {part!r} is invalid")
            found.append((self.kind(name)[0], way.strip().upper() == "DESC"))
        return found


def described(names: Sequence[str], table: Table) -> list[dict[str, Any]]:
    """The fields of an answer."""
    types = kinds(table)
    lengths = {TEXT: {"length": 255}, DATE: {"length": 8}}
    return [{"name": name, "type": types[name], "alias": name, **lengths.get(types[name], {})} for name in names]


def kinds(table: Table) -> dict[str, str]:
    """A layer's fields and their types."""
    own = {name: DATE if name in table.times else DOUBLE if name in table.numbers else TEXT for name in table.columns}
    return {OBJECT_ID: OID, **own, EDITED: DATE}


def feature(row: Mapping[str, Any], names: Sequence[str], reference: int, with_points: bool) -> dict[str, Any]:
    """A row in Esri's JSON."""
    point = _point(row, reference) if with_points else None
    geometry = {"geometry": {"x": point[0], "y": point[1]}} if point else {}
    return {"attributes": _attributes(row, names), **geometry}


def geojson(row: Mapping[str, Any], names: Sequence[str], reference: int, with_points: bool) -> dict[str, Any]:
    """A row as GeoJSON."""
    point = _point(row, reference) if with_points else None
    shape = {"type": "Point", "coordinates": list(point)} if point else None
    return {"type": "Feature", "id": row[OBJECT_ID], "geometry": shape, "properties": _attributes(row, names)}


def feature_set(
    features: Sequence[Any], names: Sequence[str], table: Table, more: bool, reference: int
) -> dict[str, Any]:
    """A page in Esri's JSON."""
    fields = {"fields": described(names, table)} if features else {}
    about = {
        "objectIdFieldName": OBJECT_ID,
        "geometryType": "esriGeometryPoint",
        "spatialReference": {"wkid": reference},
    }
    return {**about, **fields, "features": list(features), **({"exceededTransferLimit": True} if more else {})}


def collection(features: Sequence[Any], _names: Sequence[str], _table: Table, more: bool, _: int) -> dict[str, Any]:
    """A page as GeoJSON."""
    rest = {"properties": {"exceededTransferLimit": True}} if more else {}
    return {"type": "FeatureCollection", "features": list(features), **rest}


def _attributes(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: milliseconds(row[name]) if isinstance(row[name], datetime) else row[name] for name in names}


def _point(row: Mapping[str, Any], reference: int) -> tuple[float, float] | None:
    lat, lon = row.get("Lat"), row.get("Lon")
    if lat is None or lon is None or reference == WGS84:
        return None if lat is None or lon is None else (lon, lat)
    return EARTH * math.radians(lon), EARTH * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def milliseconds(moment: datetime) -> int:
    """A moment as ArcGIS writes it."""
    return round(moment.timestamp() * 1000)
