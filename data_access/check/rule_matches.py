"""What each rule of a city matches among some rows, and what no rule does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Join, func, select

from dashboard.domain.request import Status
from data_access.check.columns_seen import short
from data_access.check.dry_run import Trial
from data_access.check.report import Matched, RuleTable
from data_access.city import Rule
from data_access.rules import first_index
from data_access.staging import fresh

SHOWN = 12
OTHERWISE = {
    "status": "closed where there is a closing time, else open",
    "department": "keeps its own name",
    "origin": "resident",
    "channel_group": "other",
    "duplicate": "no duplicate",
    "outcome": "cancelled where the status is, else unknown",
}
LISTED = ("status", "department", "channel_group", "outcome")
"""The tables of which the texts without a rule are listed; of the others most rows need no rule."""
FINISHED = (Status.CLOSED.value, Status.CANCELLED.value)


def rule_tables(trial: Trial) -> tuple[RuleTable, ...]:
    """All rule tables, the ones without rules too: what then holds is worth knowing."""
    return tuple(_table(trial, name) for name in OTHERWISE)


def unmatched_texts(trial: Trial, name: str, column: str, most: int) -> list[tuple[str, int]]:
    """The most frequent texts of a column that decide nothing in a rule table."""
    text = trial.checked.c[column]
    index = first_index(getattr(trial.city.rules, name), trial.checked.c)
    n = func.count()
    query = select(text, n).select_from(_rows(trial)).where(text.is_not(None), index.is_(None), *_asked(name))
    found = trial.connection.execute(query.group_by(text).order_by(n.desc(), text).limit(most))
    return [(str(text), int(n)) for text, n in found]


def _table(trial: Trial, name: str) -> RuleTable:
    rules: Sequence[Rule] = getattr(trial.city.rules, name)
    index = first_index(rules, trial.checked.c)
    columns = list(dict.fromkeys(rule.column for rule in rules))
    examples = [func.any_value(trial.checked.c[column]) for column in columns]
    rows = trial.connection.execute(
        select(index, func.count(), *examples).select_from(_rows(trial)).where(*_asked(name)).group_by(index)
    ).all()
    found: dict[int | None, Sequence[Any]] = {row[0]: tuple(row) for row in rows}
    matched = tuple(
        Matched(_in_words(rule), int(found[place][1]), short(str(found[place][2 + columns.index(rule.column)])))
        if place in found
        else Matched(_in_words(rule), 0, "")
        for place, rule in enumerate(rules)
    )
    listed = (
        [(text, n) for column in columns for text, n in unmatched_texts(trial, name, column, SHOWN)]
        if name in LISTED
        else []
    )
    listed.sort(key=lambda item: -item[1])
    n_unmatched = int(found[None][1]) if None in found else 0
    shown = tuple((short(text), n) for text, n in listed[:SHOWN])
    return RuleTable(name, matched, shown, n_unmatched, _otherwise(trial, name))


def _otherwise(trial: Trial, name: str) -> str:
    """What becomes of a text that no rule of a table matches."""
    return (trial.city.rules.department_otherwise if name == "department" else "") or OTHERWISE[name]


def _rows(trial: Trial) -> Join:
    return trial.checked.join(fresh, fresh.c.row == trial.checked.c.row)


def _asked(name: str) -> tuple[ColumnElement[bool], ...]:
    """The rows that a table is asked about: an open request has no outcome yet."""
    return (fresh.c.status.in_(FINISHED),) if name == "outcome" else ()


def _in_words(rule: Rule) -> str:
    tests = [
        f"{word} {', '.join(repr(text) for text in texts[:4])}{', ...' if len(texts) > 4 else ''}"
        for word, texts in (("is", rule.is_), ("starts with", rule.starts), ("has", rule.has))
        if texts
    ]
    return f"{str(rule.then).lower()}: {rule.column} {' or '.join(tests)}"
