"""A city for a quick look at an unknown file: made from some columns that a person names, and guesses that are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from dashboard.domain.errors import SourceError
from dashboard.domain.request import DIMENSIONS
from data_access.city import TIME_FIELDS
from data_access.guess.sample import Sample, sampled
from data_access.guess.time_formats import TimeGuess, guess_time_formats
from data_access.guess.words import SIGNS, channel_group_of, says_duplicate, says_nothing, status_of
from data_access.quick.columns import ReadAs, read_as
from data_access.sources.files import PlainFile
from data_access.store.engines.duckdb_scratch import read_by_format

READABLE = 0.5
"""A column of which less can be read as times holds none."""
MOST_WORDS, FEW = 60, 200
NEVER_CHANGE = ("created_at", "category", "subcategory", "address", "latitude", "longitude", "channel")
"""The fields that tell one request from another where there is no id: they stay as they were."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says about a file: columns by field, formats of times, the zone, the place's name; '' is unsaid."""

    columns: Mapping[str, str]
    time_formats: Sequence[str] = ()
    time_zone: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What is made of a file: everything that its city file will say, and which of it is a guess."""

    name: str
    time_zone: str
    read: ReadAs
    times: TimeGuess
    wish: Wish
    unread: tuple[str, ...]
    unread_times: tuple[str, ...]
    """Those of the unread columns that hold times."""
    dropped: Mapping[str, str]
    """Time fields whose guessed column holds no times."""
    statuses: Mapping[str, str]
    """Status words and what they mean; those that are not known have ''."""
    channels: Mapping[str, str]
    duplicates: tuple[str, ...]
    """Status words that speak of duplicates."""
    empties: tuple[str, ...]

    @property
    def id_columns(self) -> tuple[str, ...]:
        """The columns that an id is made of where there is none; nothing where there is one."""
        columns = self.read.columns
        if "request_id" in columns:
            return ()
        point = (self.read.point,) if self.read.point else ()
        return (*(columns[field] for field in NEVER_CHANGE if field in columns), *point)


def look_at(file: PlainFile, wish: Wish) -> Look:
    """Look at a file. Raises SourceError with one sentence that says which option has to be given."""
    if wish.time_zone and wish.time_zone not in available_timezones():
        raise SourceError(f"'{wish.time_zone}' is not a time zone; give a name such as --time-zone America/New_York.")
    sample = sampled(file)
    read = read_as(sample, wish.columns, file.name)
    times = guess_time_formats(_time_texts(sample, read), wish.time_formats)
    created = read.columns["created_at"]
    if times.read_share.get(created, 0.0) < READABLE:
        raise SourceError(_no_times(created, times, sample))
    dropped = {
        field: column
        for field, column in read.columns.items()
        if field in read.guessed and field in TIME_FIELDS and times.read_share.get(column, 1.0) < READABLE
    }
    if dropped:
        read = read.without(list(dropped))
        times = guess_time_formats(_time_texts(sample, read), wish.time_formats)
    words = _words(sample, read, "status")
    unread = tuple(name for name in file.header if name not in (*read.columns.values(), read.point))
    return Look(
        name=wish.name or file.name.partition(".")[0] or "A city",
        time_zone=wish.time_zone or "UTC",
        read=read,
        times=times,
        wish=wish,
        unread=unread,
        unread_times=tuple(name for name in unread if _holds_times(sample.column(name), times.formats)),
        dropped=dropped,
        statuses={word: (found.value if (found := status_of(word)) else "") for word in words},
        channels={word: found.value for word in _words(sample, read, "channel") if (found := channel_group_of(word))},
        duplicates=tuple(word for word in words if says_duplicate(word)),
        empties=_empties(sample, read),
    )


def _time_texts(sample: Sample, read: ReadAs) -> dict[str, list[str]]:
    return {column: sample.column(column) for field, column in read.columns.items() if field in TIME_FIELDS}


def _holds_times(texts: Sequence[str], formats: Sequence[str]) -> bool:
    """Whether most of a column's first texts are times in formats that the file uses."""
    first = texts[:FEW]
    return bool(first) and float(read_by_format(first, formats).any(axis=1).mean()) >= READABLE


def _no_times(column: str, times: TimeGuess, sample: Sample) -> str:
    texts = times.unread.get(column) or tuple(sample.column(column)[:2])
    if not texts:
        return f"The column '{column}' is empty; give another with --column created_at=COLUMN."
    shown = ", ".join(f"'{text[:40]}'" for text in texts[:2])
    return (
        f"The times of '{column}' ({shown}) cannot be read; give their format as in --time-format '%Y-%m-%d %H:%M:%S', "
        "or another column."
    )


def _words(sample: Sample, read: ReadAs, field: str) -> list[str]:
    """The most frequent words of a column, by the alphabet: a few rows more make no other city."""
    column = read.columns.get(field)
    return sorted(sample.common(column, MOST_WORDS)) if column else []


def _empties(sample: Sample, read: ReadAs) -> tuple[str, ...]:
    found: Counter[str] = Counter()
    for field in DIMENSIONS:
        if column := read.columns.get(field):
            found.update(text for text in set(sample.column(column)) if says_nothing(text) and text not in SIGNS)
    return tuple(sorted(found))
