"""What a city's file may want to say and does not: found in the rows, written as TOML that can be pasted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sqlalchemy import func, or_, select

from dashboard.domain.errors import SourceError
from dashboard.domain.request import DIMENSIONS, Status
from data_access.check.columns_seen import EXAMPLES, read_by_any, short, time_text, unmapped, unused
from data_access.check.dry_run import Trial, staged_table
from data_access.check.proposed_places import date_only, default_addresses, default_points
from data_access.check.report import Proposal, at_the_top, listed, quoted
from data_access.check.rule_matches import unmatched_texts
from data_access.city import TIME_FIELDS
from data_access.guess.headers import guessed_columns
from data_access.guess.time_formats import guess_time_formats
from data_access.guess.words import SIGNS, grouped, says_duplicate, says_nothing, status_of
from data_access.rules import any_match

MOST_NAMES = 40
WORTH = 0.01
"""A column that holds a text in a smaller share of the rows tells nothing."""
MOST_WORDS, LONGEST_WORD = 6, 40
NEVER_A_NOTE = ("request_id", *TIME_FIELDS, "latitude", "longitude", "address", "district", "neighbourhood")


def proposals(trial: Trial) -> tuple[Proposal, ...]:
    """Everything that is proposed, what matters most first."""
    finders: tuple[Callable[[Trial], list[Proposal]], ...] = (
        *(_columns, _time_formats, _statuses, _duplicates, date_only, default_points, default_addresses, _empties),
    )
    return tuple(proposal for finder in finders for proposal in finder(trial))


def _columns(trial: Trial) -> list[Proposal]:
    schema = trial.match.schema
    free = guessed_columns(unused(trial))
    found = {
        field: column for field, column in free.items() if field in unmapped(schema) and _filled(trial, column) >= WORTH
    }
    if not found:
        return []
    lines = (
        f"# below [schemas.{trial.match.name}.columns]:",
        *(f"{field} = {quoted(name)}" for field, name in found.items()),
    )
    return [Proposal("Columns that look like fields which have none", lines)]


def _filled(trial: Trial, column: str) -> float:
    """The share of rows that have a text in a column as read."""
    staged = staged_table(trial.file)
    text = func.nullif(func.trim(staged.c[f"c{trial.file.header.index(column)}"]), "")
    return float(trial.connection.scalar(select(func.count(text) * 1.0 / func.count()).select_from(staged)) or 0)


def _time_formats(trial: Trial) -> list[Proposal]:
    schema = trial.match.schema
    unread: dict[str, list[str]] = {}
    for field in TIME_FIELDS:
        text = time_text(trial, field)
        query = (
            select(trial.checked.c[field]).where(text.is_not(None), ~read_by_any(text, schema.time_formats)).limit(500)
        )
        unread[field] = [str(row[0]) for row in trial.connection.execute(query)]
    if not any(unread.values()):
        return []
    try:
        guess = guess_time_formats({field: texts for field, texts in unread.items() if texts})
    except SourceError as error:
        return [Proposal(f"Times that no format reads: {error}", ())]
    new = [each for each in guess.formats if each not in schema.time_formats]
    table, lines = f"below [schemas.{trial.match.name}]", list[str]()
    if new:
        lines += [f"# in place of 'time_formats' {table}:", f"time_formats = {listed((*schema.time_formats, *new))}"]
    if guess.time_zone and schema.time_zone is None:
        lines += [f"# {table}:", 'time_zone = "in_text"']
    return [Proposal("Times that no format reads", tuple(lines))] if lines else []


def _statuses(trial: Trial) -> list[Proposal]:
    unknown = dict(unmatched_texts(trial, "status", "status", MOST_NAMES))
    if not unknown:
        return []
    meaning = {text: status.value for text in unknown if (status := status_of(text)) is not None}
    lines = [
        f'{{ then = "{status}", column = "status", is = {listed(texts)} }},'
        for status, texts in grouped(unknown, meaning).items()
    ]
    lines += [
        f'# {{ then = "{Status.OPEN.value}", column = "status", is = [{quoted(text)}] }},  # {n:,} rows: say what it means'
        for text, n in unknown.items()
        if text not in meaning
    ]
    return [Proposal("Statuses that no rule knows", _in_table(trial, "status", lines))]


def _in_table(trial: Trial, name: str, lines: Sequence[str]) -> tuple[str, ...]:
    """Lines of a rule table: a whole one, or what is to be added to the one that there is."""
    indented = [f"  {line}" for line in lines]
    if getattr(trial.city.rules, name):
        return (f"# among the lines of '{name}' in [rules]:", *indented)
    return ("# below [rules]:", f"{name} = [", *indented, "]")


def _duplicates(trial: Trial) -> list[Proposal]:
    """Rules for the columns that speak of duplicates; a column that is not read is named first."""
    known = any_match(trial.city.rules.duplicate, trial.checked.c)
    staged = staged_table(trial.file)
    both = trial.checked.join(staged, staged.c.row == trial.checked.c.row)
    mapped = {
        field: (column, trial.checked.c[field])
        for field, column in trial.match.schema.columns.items()
        if field not in NEVER_A_NOTE
    }
    spare = [name for name in trial.file.header if name in unused(trial)]
    free = {
        _field_name(name, place): (name, staged.c[f"c{trial.file.header.index(name)}"])
        for place, name in enumerate(spare)
    }
    rules: list[str] = []
    columns: list[str] = []
    told: list[str] = []
    for field, (column, text) in {**free, **mapped}.items():
        query = select(text, func.count()).select_from(both).where(func.contains(func.lower(text), "dup"), ~known)
        rows = trial.connection.execute(query.group_by(text).order_by(func.count().desc(), text)).all()
        found = {str(each): int(n) for each, n in rows if says_duplicate(str(each))}
        if found:
            rules.append(f'{{ then = true, column = "{field}", {_test(list(found))} }},')
            examples = ", ".join(f"'{short(each)}'" for each in list(found)[:EXAMPLES])
            told.append(f"{sum(found.values()):,} in '{column}' ({examples})")
            columns += [f"{field} = {quoted(column)}"] if field in free else []
    if not rules:
        return []
    lines = (f"# below [schemas.{trial.match.name}.columns]:", *columns) if columns else ()
    why = f"Rows that speak of duplicates and are not taken for any: {'; '.join(told)}"
    return [Proposal(why, (*lines, *_in_table(trial, "duplicate", rules)))]


def _test(texts: Sequence[str]) -> str:
    """A few words are named; of free text, a part."""
    if len(texts) <= MOST_WORDS and max(map(len, texts)) < LONGEST_WORD:
        return f"is = {listed(texts)}"
    return 'has = ["duplicate"]'


def _field_name(column: str, place: int) -> str:
    """A name for a column that only rules read."""
    return "_".join(re.findall(r"[a-z0-9]+", column.lower())) or f"column_{place}"


def _empties(trial: Trial) -> list[Proposal]:
    words: dict[str, int] = {}
    of_field: dict[str, list[str]] = {}
    for field in (*DIMENSIONS, "address"):
        if field not in trial.match.schema.columns:
            continue
        text, n = trial.checked.c[field], func.count()
        short_text = or_(
            func.length(text) <= 3, func.regexp_matches(func.lower(text), "^(un|n/?a|no[nt]|null)|unspecified")
        )
        rows = trial.connection.execute(select(text, n).where(short_text).group_by(text).order_by(n.desc())).all()
        for given, count in rows:
            if not says_nothing(given):
                continue
            if given in SIGNS:
                of_field.setdefault(field, []).append(given)
            else:
                words[given] = words.get(given, 0) + int(count)
    lines: list[str] = []
    if words:
        known = trial.city.empty_texts
        lines += at_the_top("empty_texts", listed((*known, *words)), there=bool(known))
    for field, texts in of_field.items():
        table = f"[values.{field}]"
        lines += [f"# below {table}:"] if field in trial.city.values else ["# at the end of the file:", table]
        lines += [f'{quoted(each)} = ""' for each in texts]
    if not lines:
        return []
    told = ", ".join(f"'{word}' {n:,} times" for word, n in words.items())
    return [Proposal(f"Texts that stand for nothing{': ' if told else ''}{told}", tuple(lines))]
