"""A quick look's city as the text of a city file, and what was guessed in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from data_access.check.report import listed, quoted
from data_access.city import Area, AreaKind
from data_access.guess.words import grouped
from data_access.quick.look import Look

SCHEMA = "rows"
AREAS: tuple[AreaKind, ...] = ("district", "neighbourhood")
FIRST_YEAR = 1990
"""Times before it are impossible: placeholders such as 1900-01-01."""


def city_id(name: str) -> str:
    """A name as the id of a city."""
    words = "_".join(re.findall(r"[a-z0-9]+", name.lower()))
    return words if words[:1].isalpha() else f"city_{words}".rstrip("_")


def city_text(look: Look, identity: str, file_name: str, today: date) -> str:
    """The city file. Its one line that changes by the day begins with 'checked'."""
    return "\n".join((*_head(look, identity, file_name, today), *_schema(look), *_rules(look), *_areas(look), ""))


def guesses_in_words(look: Look) -> Iterator[str]:
    """What is read as what, line by line, and which of it was guessed."""
    yield "Read as ('guessed': by the names and texts of columns; --column FIELD=COLUMN says otherwise, FIELD= leaves it out)"
    for field, column in look.read.columns.items():
        yield f"  {field:<14} <- {column}" + (" (guessed)" if field in look.read.guessed else "")
    if look.read.point:
        yield f"  {'a point':<14} <- {look.read.point} (guessed)"
    if look.id_columns:
        yield f"  {'request_id':<14} <- none: made of {', '.join(look.id_columns)}, which must not change"
    for field, column in look.dropped.items():
        yield f"  {field:<14}    not {column}: it holds no times that can be read"
    if look.unread:
        yield f"  not read: {', '.join(look.unread)}"
    if look.unread_times:
        yield f"  not read, though they hold times: {', '.join(look.unread_times)}"
    if "closed_at" not in look.read.columns:
        yield "  no closing time, so nothing can be said about how long things take: --column closed_at=COLUMN"
    formats = ", ".join(look.times.formats)
    zone = " and the zone in their texts" if look.times.time_zone else ""
    yield f"Times: {formats}{zone}{'' if look.wish.time_formats else ' (guessed)'}"
    for column, texts in look.times.unread.items():
        if texts:
            yield f"  in '{column}' not all: {', '.join(repr(text) for text in texts)}"
    yield f"Time zone: {look.time_zone}" + ("" if look.wish.time_zone else " (not given: --time-zone America/New_York)")
    yield f"Name: {look.name}" + ("" if look.wish.name else " (the file's; --name gives another)")
    if "status" in look.read.columns:
        known = grouped(look.statuses, {word: meaning for word, meaning in look.statuses.items() if meaning})
        told = "; ".join(f"{meaning}: {', '.join(words)}" for meaning, words in known.items())
        yield f"Status words (guessed): {told or 'none is known'}"
        if strange := [word for word, meaning in look.statuses.items() if not meaning]:
            yield f"  not known, so closed where there is a closing time, else open: {', '.join(strange)}"
    else:
        yield "Status: closed where there is a closing time, else open"
    if look.duplicates:
        yield f"Taken as duplicates (guessed): {', '.join(look.duplicates)}"
    if look.empties:
        yield f"Taken as nothing (guessed): {', '.join(look.empties)}"
    yield "Every request counts as made by a resident; how one ended is not known."


def _head(look: Look, identity: str, file_name: str, today: date) -> Iterator[str]:
    shown = re.sub(r"[\x00-\x1f\x7f]", " ", file_name)
    yield f"# Made for a quick look at {shown}: what is marked as a guess has to be looked at."
    yield f"id = {quoted(identity)}"
    yield f"name = {quoted(look.name)}"
    yield f"time_zone = {quoted(look.time_zone)}" + ("" if look.wish.time_zone else "  # a guess")
    yield f"checked = {today.isoformat()}"
    yield f"service_began = {FIRST_YEAR}-01-01  # a guess: times before it are impossible"
    if look.empties:
        yield f"empty_texts = {listed(look.empties)}  # a guess"
    yield ""
    yield "[source]"
    yield f"name = {quoted(file_name)}"
    yield 'licence = "unknown"'
    yield 'attribution = "unknown"'


def _schema(look: Look) -> Iterator[str]:
    columns = look.read.columns
    yield ""
    yield f"[schemas.{SCHEMA}]"
    yield f"time_formats = {listed(look.times.formats)}" + ("" if look.wish.time_formats else "  # a guess")
    if look.times.time_zone:
        yield f"time_zone = {quoted(look.times.time_zone)}"
    if look.id_columns:
        yield f"id_columns = {listed(look.id_columns)}  # there is no id: these tell one request from another"
    if look.read.point:
        yield f"point = {quoted(look.read.point)}  # a guess"
    yield f"optional = {listed([column for field, column in columns.items() if field in look.read.guessed])}"
    yield ""
    yield f"[schemas.{SCHEMA}.columns]"
    for field, column in columns.items():
        yield f"{field} = {quoted(column)}" + ("  # a guess" if field in look.read.guessed else "")


def _rules(look: Look) -> Iterator[str]:
    yield ""
    yield "[rules]"
    yield from _table("status", look.statuses)
    if look.channels:
        yield from _table("channel_group", look.channels, "channel")
    if look.duplicates:
        yield f'duplicate = [{{ then = true, column = "status", is = {listed(look.duplicates)} }}]  # a guess'


def _table(name: str, meanings: Mapping[str, str], column: str = "") -> Iterator[str]:
    known = grouped(meanings, {word: meaning for word, meaning in meanings.items() if meaning})
    yield f"{name} = ["
    for meaning, words in known.items():
        yield f'  {{ then = "{meaning}", column = "{column or name}", is = {listed(words)} }},  # a guess'
    yield "]"


def _areas(look: Look) -> Iterator[str]:
    for kind in AREAS:
        if kind in look.read.columns:
            column = look.read.columns[kind]
            area = Area(name=column, plural=column)
            yield from ("", f"[areas.{kind}]", f"name = {quoted(area.name)}", f"plural = {quoted(area.plural)}")
            yield f"label = {quoted(re.sub('[{}]', '', column) + ' {name}')}"
