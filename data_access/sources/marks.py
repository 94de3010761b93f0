"""Marks of sources that tell changes by column: the newest time of each column, and what is wanted since then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet
from data_access.sources.base import Ask

OVERLAP = timedelta(hours=1)
"""Rows changed so long before the mark are read again: a portal may show a change later than its time says."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The rows that an ask wants, by column: of `created` those from `first` until `last`, days inclusive; and of these,
    where `news` holds anything, those with a column newer than its text or created from `reread_from` on.

    The text of a column that was empty in all rows is '': whatever it holds is newer.
    """

    created: str
    first: date | None
    last: date | None
    news: Mapping[str, str]
    reread_from: date | None


def watched(data_set: DataSet) -> tuple[str, ...]:
    """The columns whose newest times make the mark; where none tells changes, new rows at least are seen by creation."""
    return data_set.changed or ((data_set.created,) if data_set.created else ())


def write_mark(newest: Mapping[str, str], now: datetime, city: City) -> str | None:
    """The mark of the newest text of each column ('' where there is none); None without any column.

    Times later than now are mistakes in a row: a mark in the future would hide every change until then.
    """
    if not newest:
        return None
    return json.dumps({name: _not_later(text, now, city) for name, text in newest.items()}, sort_keys=True)


def wanted(data_set: DataSet, ask: Ask, city: City) -> Wanted:
    """What an ask means for a source that can be asked by column. Raises SourceError where the city's file lacks a column."""
    need_created(data_set, ask, city)
    known = _read_mark(ask.mark)
    columns = watched(data_set)
    if not known.keys() >= set(columns) or not any(known[name] for name in columns):
        # a column that the mark does not know cannot tell what is new, nor can columns that are all empty
        return Wanted(data_set.created, ask.since, ask.until, {}, None)
    news = {name: _earlier(known[name]) for name in columns}
    return Wanted(data_set.created, ask.since, ask.until, news, ask.reread_from if data_set.created else None)


def need_created(data_set: DataSet, ask: Ask, city: City) -> None:
    """Raise SourceError if days are asked for and the city's file does not name the column that tells them."""
    if (ask.since or ask.until) and not data_set.created:
        raise SourceError(
            f"Days cannot be asked for from data set '{data_set.id}': name its column of creation (created) in {city.id}.toml."
        )


def is_within(text: str, ask: Ask, city: City) -> bool:
    """Whether a row created at a time belongs to the days asked for; one that cannot be read does, to be judged later."""
    moment = parse_time(text)
    if moment is None:
        return True
    day: date = (moment.astimezone(city.zone) if moment.tzinfo else moment).date()
    return (ask.since or day) <= day <= (ask.until or day)


def parse_time(text: str) -> datetime | None:
    """A time as portals write it ('2021-01-01T00:00:09.000', with or without zone); None if it is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _not_later(text: str, now: datetime, city: City) -> str:
    moment = parse_time(text)
    if moment is None:
        return text
    if moment.tzinfo is None:
        latest = now.astimezone(city.zone).replace(tzinfo=None)
        return text if moment <= latest else latest.isoformat(timespec="milliseconds")
    return text if moment <= now else _utc(now)


def _earlier(text: str) -> str:
    moment = parse_time(text)
    if moment is None:
        return text
    if moment.tzinfo is None:
        return (moment - OVERLAP).isoformat(timespec="milliseconds")
    return _utc(moment - OVERLAP)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _read_mark(mark: str | None) -> dict[str, str]:
    try:
        found: Any = json.loads(mark or "{}")
    except ValueError:
        return {}
    entries = cast("dict[Any, Any]", found) if isinstance(found, dict) else {}
    return {str(name): text for name, text in entries.items() if isinstance(text, str)}
