"""What became of a file's columns: which field each is read as, with examples, and in which format times are read."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, func, literal, select

from data_access.check.dry_run import Trial, staged_table
from data_access.check.report import Mapping, Refused, TimeColumn, TimeFormat
from data_access.city import TEXT_FIELDS, TIME_FIELDS, Schema
from data_access.columns import BETWEEN, mapped_headers
from data_access.local_time import utc_to_local
from data_access.normalise import ZONED
from data_access.quarantine import REASONS
from data_access.rules import constant
from data_access.staging import fresh
from data_access.store.tables import SEPARATOR, quarantine

EXAMPLES = 3
LONGEST = 60


def mappings(trial: Trial) -> tuple[Mapping, ...]:
    """Every field that is read, with its column and the first different texts that are left of it after cleaning."""
    schema, checked = trial.match.schema, trial.checked.c
    found = [_mapping(trial, field, _column_of(field, schema), checked[field]) for field in _fields(schema)]
    if schema.id_columns:
        made = f"(made of {', '.join(schema.id_columns)}, and which of the like rows it is)"
        return (_mapping(trial, "request_id", made, fresh.c.request_id), *found)
    return (_mapping(trial, "request_id", schema.columns["request_id"], fresh.c.request_id), *found)


def unused(trial: Trial) -> tuple[str, ...]:
    """The file's columns that the schema does not read."""
    read = {name.casefold() for name in mapped_headers(trial.match.schema)}
    return tuple(name for name in trial.file.header if name.casefold() not in read)


def unmapped(schema: Schema) -> tuple[str, ...]:
    """The fields that the schema has no column for."""
    known = (*TIME_FIELDS, "status", "duplicate_of", *TEXT_FIELDS, *(() if schema.point else ("latitude", "longitude")))
    return tuple(field for field in known if field not in {**schema.columns, **schema.otherwise})


def refused(trial: Trial) -> tuple[Refused, ...]:
    """The rows that would not be stored, by reason."""
    rows = trial.connection.execute(
        select(quarantine.c.reason, quarantine.c.line, quarantine.c.raw).order_by(quarantine.c.line)
    ).all()
    return tuple(
        Refused(
            sentence,
            len(of_reason),
            tuple(
                (int(line), short((raw or "").replace(SEPARATOR, trial.file.delimiter)))
                for line, raw in of_reason[:EXAMPLES]
            ),
        )
        for reason, sentence in REASONS.items()
        if (of_reason := [(line, raw) for kind, line, raw in rows if kind == reason])
    )


def times(trial: Trial) -> tuple[TimeColumn, ...]:
    """Each time column: how many texts each format reads, with one before and after, and what no format reads."""
    return tuple(_time_column(trial, field) for field in TIME_FIELDS if field in trial.match.schema.columns)


def short(text: str) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def time_text(trial: Trial, field: str) -> ColumnElement[str]:
    """A time field's text without the zone that it may carry, as the formats are tried on it."""
    text = trial.checked.c[field]
    if trial.match.schema.time_zone != "in_text":
        return text
    return func.regexp_replace(text, constant(ZONED), constant(r"\1"))


def read_by_any(text: ColumnElement[str], formats: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether some format reads a text."""
    return func.try_strptime(text, func.list_value(*(constant(each) for each in formats))).is_not(None)


def _fields(schema: Schema) -> list[str]:
    named = {**schema.columns, **schema.otherwise}
    points = ("latitude", "longitude") if schema.point else ()
    return [field for field in dict.fromkeys((*named, *points)) if field != "request_id"]


def _column_of(field: str, schema: Schema) -> str:
    parts = [schema.columns[field]] if field in schema.columns else []
    if field in schema.otherwise:
        parts.append(BETWEEN.join(schema.otherwise[field]))
    if field in ("latitude", "longitude") and schema.point:
        parts.append(schema.point)
    return ", else ".join(parts)


def _mapping(trial: Trial, field: str, column: str, text: ColumnElement[str]) -> Mapping:
    place = fresh.c.row if field == "request_id" else trial.checked.c.row
    filled = trial.connection.scalar(select(func.count(text)))
    first = func.min(place)
    rows = trial.connection.execute(
        select(text, first).where(text.is_not(None)).group_by(text).order_by(first).limit(EXAMPLES)
    )
    return Mapping(field, column, int(filled or 0), tuple(short(str(row[0])) for row in rows))


def _time_column(trial: Trial, field: str) -> TimeColumn:
    schema, row = trial.match.schema, trial.checked.c.row
    text = time_text(trial, field)
    forms = schema.time_formats
    which = case(*((read_by_any(text, (form,)), place) for place, form in enumerate(forms)), else_=literal(-1))
    value = fresh.c[field]
    rows = trial.connection.execute(
        select(
            which.label("which"),
            func.count(),
            func.min(case((value.is_not(None), row))).label("row"),
            func.min(row).label("any_row"),
        )
        .select_from(trial.checked.outerjoin(fresh, fresh.c.row == row))
        .where(text.is_not(None))
        .group_by(which)
    ).all()
    found = {int(which): (int(n), int(first or other)) for which, n, first, other in rows}
    read = tuple(
        TimeFormat(form, found[place][0], *_before_after(trial, field, found[place][1]))
        for place, form in enumerate(forms)
        if place in found
    )
    left = trial.connection.execute(
        select(trial.checked.c[field]).where(text.is_not(None), which == -1).distinct().limit(EXAMPLES)
    )
    unread = tuple(short(str(each[0])) for each in left)
    return TimeColumn(field, schema.columns[field], read, found.get(-1, (0, 0))[0], unread)


def _before_after(trial: Trial, field: str, row: int) -> tuple[str, str]:
    staged = staged_table(trial.file)
    header = [name.casefold() for name in trial.file.header]
    given = staged.c[f"c{header.index(trial.match.schema.columns[field].casefold())}"]
    before, after = trial.connection.execute(
        select(given, fresh.c[field])
        .select_from(staged.outerjoin(fresh, fresh.c.row == staged.c.row))
        .where(staged.c.row == row)
    ).one()
    return str(before), f"{utc_to_local(int(after), trial.city.zone):%Y-%m-%d %H:%M:%S %z}" if after is not None else ""
