"""A city's rule tables as SQL expressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)

from dashboard.domain.request import DIMENSIONS, NONE_NAME
from data_access.city import City, Rule, Rules


class Columns(Protocol):
    """Columns by name, as a subquery or a mapping gives them."""

    def __getitem__(self, name: str, /) -> ColumnElement[Any]:
        """The column of that name."""
        ...


BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
"""Tabs and newlines too, which an engine's own trim may leave: a name is compared without what nobody sees around it."""


def constant(value: str) -> ColumnElement[str]:
    """A text of the city file or of this program, quoted into the statement by the dialect: an engine compiles a pattern
    once if it is a constant, but once a row if it is a parameter (50 times slower)."""
    return bindparam(None, value, Text, literal_execute=True)


OUTSIDE_ASCII = r"^[^!-~]|[^!-~]$"
"""Finds a text that has something around it which may be blank: most texts have not, and taking blanks off is slow."""


def trimmed(field: str, raw: ColumnElement[str]) -> ColumnElement[str]:
    """A text without the blanks around it."""
    if field not in DIMENSIONS:
        return func.trim(raw)
    return case((func.regexp_matches(raw, constant(OUTSIDE_ASCII)), func.trim(raw, constant(BLANKS))), else_=raw)


def stripped(field: str, text: ColumnElement[str], city: City) -> ColumnElement[str]:
    """What the city file picks out of a trimmed text, without what it says to strip; NULL where that says nothing."""
    if field in city.pick:
        text = func.regexp_extract(text, constant(city.pick[field]), 1)
    if field in city.strip:
        text = trimmed(field, func.regexp_replace(text, constant(city.strip[field]), constant("")))
    # an engine makes a join of a longer list of constants, for each field one
    return case((and_(*(text != constant(empty) for empty in ("", *city.empty_texts))), text))


def mapped(field: str, text: ColumnElement[str], city: City) -> ColumnElement[str]:
    """A stripped text with the city file's meaning in place of its own; NULL where that is none."""
    meanings = city.values.get(field)
    if meanings:
        text = case(*((text == constant(given), constant(meant)) for given, meant in meanings.items()), else_=text)
        text = func.nullif(text, "")
    if field in DIMENSIONS:  # the word that stands for no value is not a value
        text = func.nullif(text, NONE_NAME)
    return cast(text, Text)


def rule_tables(rules: Rules) -> tuple[tuple[Rule, ...], ...]:
    """All rule tables of a city."""
    return (rules.status, rules.department, rules.origin, rules.channel_group, rules.duplicate, rules.outcome)


def searched(rules: Rules) -> set[str]:
    """The fields in which some rule looks for a part of the text; they need a lower-case column (see lowered_name)."""
    return {rule.column for table in rule_tables(rules) for rule in table if rule.starts or rule.has}


def lowered_name(field: str) -> str:
    """The name of the column that holds a field's text in lower case, made once a row and not once a rule."""
    return f"{field}_lower"


def matches(rule: Rule, columns: Columns) -> ColumnElement[bool]:
    """Whether a row's text matches a rule; a missing text matches nothing."""
    text = columns[rule.column]
    tests: list[ColumnElement[bool]] = []
    if rule.is_:
        tests.append(or_(*(text == constant(value) for value in rule.is_)))  # see stripped
    if rule.starts or rule.has:
        lowered = columns[lowered_name(rule.column)]
        tests += [func.starts_with(lowered, constant(start.lower())) for start in rule.starts]
        tests += [func.contains(lowered, constant(part.lower())) for part in rule.has]
    return and_(text.is_not(None), or_(*tests))


SEARCHED_ONCE = ("duplicate", "outcome")
"""The rule tables that look for many parts in long texts."""


def place_name(table: str) -> str:
    """The name of the column that `by_text` gives for a rule table."""
    return f"{table}_place"


def by_text(text: FromClause, rules: Rules) -> FromClause:
    """Texts and, beside them, where they are searched, the place of the first rule of SEARCHED_ONCE that matches, or NULL.
    Each different text is searched once, for most come many times."""
    joined, found = text, dict[str, list[ColumnElement[int]]]()
    listed = {name: getattr(rules, name) for name in SEARCHED_ONCE}
    tables = {name: table for name, table in listed.items() if any(rule.starts or rule.has for rule in table)}
    for field in sorted({rule.column for table in tables.values() for rule in table}):
        columns = [text.c[name] for name in (field, lowered_name(field)) if name in text.c]
        different = select(*columns).where(text.c[field].is_not(None)).distinct().subquery(f"different_{field}")
        places = {
            name: _first_of(table, field, different.c)
            for name, table in tables.items()
            if any(rule.column == field for rule in table)
        }
        meant = select(
            different.c[field].label("given"), *(place.label(name) for name, place in places.items())
        ).subquery(f"meant_{field}")
        joined = joined.outerjoin(meant, meant.c.given == text.c[field])
        for name in places:
            found.setdefault(name, []).append(meant.c[name])
    first = {name: func.least(*places) if len(places) > 1 else places[0] for name, places in found.items()}
    return (
        select(*text.c, *(place.label(place_name(name)) for name, place in first.items()))
        .select_from(joined)
        .subquery("ruled")
    )


def _first_of(rules: Sequence[Rule], field: str, columns: Columns) -> ColumnElement[int]:
    """The place of the first rule about a field that matches, or NULL."""
    tests = ((matches(rule, columns), index) for index, rule in enumerate(rules) if rule.column == field)
    return case(*tests, else_=null())


def first_match(rules: Sequence[Rule], columns: Columns, otherwise: ColumnElement[str]) -> ColumnElement[str]:
    """The value of the first rule that matches."""
    if not rules:
        return otherwise
    return case(*((matches(rule, columns), constant(str(rule.then))) for rule in rules), else_=otherwise)


def first_index(rules: Sequence[Rule], columns: Columns) -> ColumnElement[int]:
    """The place of the first rule that matches, from 0, or NULL."""
    if not rules:
        return cast(null(), Integer)
    return case(*((matches(rule, columns), index) for index, rule in enumerate(rules)), else_=null())


def by_index(
    rules: Sequence[Rule], index: ColumnElement[int], attribute: Literal["then", "words"]
) -> ColumnElement[str]:
    """What the rule at a place says, or NULL."""
    if not rules:
        return cast(null(), Text)
    return case(
        *((index == place, constant(str(getattr(rule, attribute)))) for place, rule in enumerate(rules)), else_=null()
    )


def any_match(rules: Sequence[Rule], columns: Columns) -> ColumnElement[bool]:
    """Whether any rule matches."""
    return or_(literal(False), *(matches(rule, columns) for rule in rules))
