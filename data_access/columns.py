"""A schema's columns as the texts of our fields: found by header, with stand-ins, points taken apart, ids made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, Text, cast, func, null, select

from data_access.city import TEXT_FIELDS, TIME_FIELDS, City, Schema
from data_access.rules import constant, mapped, rule_tables, stripped, trimmed
from data_access.store.tables import SEPARATOR

BETWEEN = " & "
"""Stands between two columns that together say where something is: 'Leslie St & Finch Ave E'."""

NUMBER = r"([-+]?\d+(?:\.\d*)?)"
# "(lat, lon)"; "POINT (lon lat)" and GeoJSON's "coordinates": [lon, lat]; a mapping with the two names.
PAIR = rf"^\s*\(\s*{NUMBER}[°,\s]+{NUMBER}\s*\)\s*$"
LON_LAT = rf"(?i)(?:point\s*\(|coordinates[^\w+-]+){NUMBER}[,\s]+{NUMBER}"
NAMED = {name: rf"(?i){name}[^\w+-]+{NUMBER}" for name in ("latitude", "longitude")}

STAND_IN, AS_GIVEN, POINT = "_stand_in", "_given", "point_text"
NOTHING = cast(null(), Text)

GIVEN = ("category", "department", "status")
"""The fields of which a record keeps what the source wrote where readers are shown something else."""

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


def field_texts(
    source: FromClause, raw: Columns, schema: Schema, city: City, keep: Sequence[ColumnElement[Any]]
) -> Select[*tuple[Any, ...]]:
    """The cleaned text of every field that a record or a rule can ask for, NULL where the schema has none, beside `keep`.

    What the source itself writes for the fields in GIVEN stands beside as `<field>_given`. One select within another for
    each step of the cleaning: an engine computes an expression that stands in several branches once for each of them.
    """
    texts = {field: trimmed(field, raw[header]) for field, header in schema.columns.items() if field != "request_id"}
    texts |= {f"{field}{STAND_IN}": _joined(raw, headers) for field, headers in schema.otherwise.items()}
    point = {POINT: raw[schema.point]} if schema.point else {}
    given = {f"{field}{AS_GIVEN}": texts.get(field, NOTHING) for field in GIVEN}
    step = _step(source, texts | point | given, keep, "trimmed")
    kept: list[ColumnElement[Any]] = [step.c[column.name] for column in keep]
    texts = {name: stripped(name.removesuffix(STAND_IN), step.c[name], city) for name in texts}
    given = {name: func.nullif(step.c[name], "") for name in given}
    step = _step(step, texts | {name: step.c[name] for name in point} | given, kept, "stripped")
    kept = [step.c[column.name] for column in keep]
    texts = {name: mapped(name.removesuffix(STAND_IN), step.c[name], city) for name in texts}
    for field in schema.otherwise:
        stand_in = texts.pop(f"{field}{STAND_IN}")
        texts[field] = func.coalesce(texts.get(field, NOTHING), stand_in)
    if schema.point:
        texts |= {
            name: func.coalesce(texts.get(name, NOTHING), _of_point(step.c[POINT], name))
            for name in ("latitude", "longitude")
        }
    texts = dict.fromkeys(_asked_for(city), NOTHING) | texts | {name: step.c[name] for name in given}
    return select(*kept, *(text.label(name) for name, text in texts.items()))


def _step(source: FromClause, texts: Columns, keep: Sequence[ColumnElement[Any]], name: str) -> Subquery:
    return select(*keep, *(text.label(field) for field, text in texts.items())).select_from(source).subquery(name)


def _asked_for(city: City) -> list[str]:
    """The fields that every record has or a rule looks at."""
    ruled = {rule.column for table in rule_tables(city.rules) for rule in table}
    return [*TIME_FIELDS, *TEXT_FIELDS, "latitude", "longitude", "status", "duplicate_of", *sorted(ruled)]


def _joined(raw: Columns, headers: Sequence[str]) -> ColumnElement[str]:
    return func.concat_ws(BETWEEN, *(func.nullif(func.trim(raw[header]), "") for header in headers))


def _of_point(point: ColumnElement[str], name: str) -> ColumnElement[str]:
    """One coordinate of a point's text, in whatever way it is written; NULL where there is none."""
    in_pair, in_lon_lat = (1, 2) if name == "latitude" else (2, 1)
    forms = ((PAIR, in_pair), (LON_LAT, in_lon_lat), (NAMED[name], 1))
    return func.coalesce(
        *(func.nullif(func.regexp_extract(point, constant(pattern), group), "") for pattern, group in forms)
    )
