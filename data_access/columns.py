"""A schema's columns as the texts of our fields: found by header, with stand-ins, points taken apart, ids made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import ColumnElement, Text, cast, func, null

from data_access.city import TEXT_FIELDS, TIME_FIELDS, City, Schema
from data_access.rules import cleaned, constant, rule_tables
from data_access.store.tables import SEPARATOR

BETWEEN = " & "
"""Stands between two columns that together say where something is: 'Leslie St & Finch Ave E'."""

NUMBER = r"([-+]?\d+(?:\.\d*)?)"
# "(lat, lon)"; "POINT (lon lat)" and GeoJSON's "coordinates": [lon, lat]; a mapping with the two names.
PAIR = rf"^\s*\(\s*{NUMBER}[°,\s]+{NUMBER}\s*\)\s*$"
LON_LAT = rf"(?i)(?:point\s*\(|coordinates[^\w+-]+){NUMBER}[,\s]+{NUMBER}"
NAMED = {name: rf"(?i){name}[^\w+-]+{NUMBER}" for name in ("latitude", "longitude")}

Columns = Mapping[str, ColumnElement[str]]


class ByHeader(dict[str, ColumnElement[str]]):
    """Columns found by header in any case: portals change the case of their names. A header that is not there is NULL."""

    def __init__(self, columns: Columns) -> None:
        super().__init__({name.casefold(): value for name, value in columns.items()})

    def __missing__(self, header: str) -> ColumnElement[str]:
        return dict.get(self, header.casefold(), cast(null(), Text))


def mapped_headers(schema: Schema) -> Iterator[str]:
    """Every header that a schema reads, each once, the needed ones first."""
    stand_ins = (header for headers in schema.otherwise.values() for header in headers)
    point = (schema.point,) if schema.point else ()
    yield from dict.fromkeys((*schema.id_columns, *schema.columns.values(), *stand_ins, *point))


def needed_headers(schema: Schema) -> list[str]:
    """The headers without which rows cannot be read: the id, when, what, how it stands, and when it ended."""
    fields = ("request_id", "created_at", "closed_at", "status", "category")
    return [*schema.id_columns, *(schema.columns[field] for field in fields if field in schema.columns)]


def id_text(raw: Columns, schema: Schema, row: ColumnElement[int]) -> ColumnElement[str]:
    """The request's id; where the source has none, a hash of the columns that never change, and which of the rows that are
    alike in them it is."""
    if not schema.id_columns:
        return func.nullif(func.trim(raw[schema.columns["request_id"]]), "")
    alike = func.left(
        func.md5(func.concat_ws(SEPARATOR, *(func.coalesce(func.trim(raw[name]), "") for name in schema.id_columns))),
        20,
    )
    ordinal = func.row_number().over(partition_by=alike, order_by=row)
    return func.concat(alike, constant("-"), cast(ordinal, Text))


def field_texts(raw: Columns, schema: Schema, city: City) -> dict[str, ColumnElement[str]]:
    """The cleaned text of every field that a record or a rule can ask for, NULL where the schema has none."""
    fields = {field: _field_text(field, raw, schema, city) for field in {**schema.columns, **schema.otherwise}}
    fields.pop("request_id", None)
    if schema.point:
        fields |= {
            name: func.coalesce(fields.get(name, cast(null(), Text)), _of_point(raw[schema.point], name))
            for name in ("latitude", "longitude")
        }
    asked = {rule.column for table in rule_tables(city.rules) for rule in table}
    for field in (*TIME_FIELDS, *TEXT_FIELDS, "latitude", "longitude", "status", *sorted(asked)):
        fields.setdefault(field, cast(null(), Text))
    return fields


def given_text(field: str, raw: Columns, schema: Schema) -> ColumnElement[str]:
    """What the source itself writes in a field's column."""
    header = schema.columns.get(field)
    return cast(func.nullif(func.trim(raw[header]), ""), Text) if header else cast(null(), Text)


def _field_text(field: str, raw: Columns, schema: Schema, city: City) -> ColumnElement[str]:
    own = cleaned(field, raw[schema.columns[field]], city) if field in schema.columns else None
    if field not in schema.otherwise:
        assert own is not None
        return own
    parts = (func.nullif(func.trim(raw[header]), "") for header in schema.otherwise[field])
    stand_in = cleaned(field, func.concat_ws(BETWEEN, *parts), city)
    return stand_in if own is None else func.coalesce(own, stand_in)


def _of_point(point: ColumnElement[str], name: str) -> ColumnElement[str]:
    """One coordinate of a point's text, in whatever way it is written; NULL where there is none."""
    in_pair, in_lon_lat = (1, 2) if name == "latitude" else (2, 1)
    forms = ((PAIR, in_pair), (LON_LAT, in_lon_lat), (NAMED[name], 1))
    return func.coalesce(
        *(func.nullif(func.regexp_extract(point, constant(pattern), group), "") for pattern, group in forms)
    )
