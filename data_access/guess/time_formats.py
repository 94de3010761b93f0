"""The formats in which a file writes its times, found by trying the common ones on its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal

import pandas as pd

from dashboard.domain.errors import SourceError
from data_access.normalise import ZONED
from data_access.store.engines.duckdb_scratch import read_by_format

YEAR_FIRST = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m-%d-%y")
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y", "%d-%m-%y")
OTHERS = (
    *("%d.%m.%Y", "%d.%m.%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y"),
    *("%a, %d %b %Y", "%a %b %d %Y"),
)
TIMES = (
    "",
    " %H:%M:%S",
    " %H:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    " %H:%M:%S.%f",
    " %H:%M:%S.%n",
    ", %I:%M %p",
    ", %H:%M",
)
T_TIMES = ("T%H:%M:%S", "T%H:%M:%S.%f", "T%H:%M:%S.%n", "T%H:%M")
CANDIDATES = tuple(
    date + time
    for dates, times in (
        (YEAR_FIRST, TIMES + T_TIMES),
        (MONTH_FIRST + DAY_FIRST + OTHERS, TIMES),
    )
    for date, time in product(dates, times)
)
CLEAR = 0.99
"""An order of day and month is taken if the other one reads less than this share of what it reads."""
MOST = 4
SHAPES = 200
PARTS = {
    **dict.fromkeys(("%m", "%d", "%H", "%I", "%M", "%S"), r"\d{1,2}"),
    "%Y": r"\d{4}",
    "%y": r"\d\d",
    "%f": r"\d{1,6}",
    "%n": r"\d{1,9}",
    "%p": r"[APap][Mm]",
    "%a": r"[A-Za-z]{3}",
    "%b": r"[A-Za-z]{3}",
    "%B": r"[A-Za-z]+",
    " ": r"\s+",
}


@dataclass(frozen=True, slots=True)
class TimeGuess:
    """The formats that read a file's times, the most frequent first; `unread` are some texts of each column left over."""

    formats: tuple[str, ...]
    time_zone: Literal["in_text"] | None
    unread: Mapping[str, tuple[str, ...]]
    read_share: Mapping[str, float]


def guess_time_formats(columns: Mapping[str, Sequence[str]], given: Sequence[str] = ()) -> TimeGuess:
    """The formats of the texts of some columns, by the column's name. `given` formats are taken instead of guesses.

    Raises SourceError where day and month cannot be told apart: then a person has to say.
    """
    zoned = re.compile(ZONED)
    bare = {name: [zoned.sub(r"\1", text) for text in texts] for name, texts in columns.items()}
    in_text = any(zoned.match(text) for texts in columns.values() for text in texts)
    candidates = given or _worth_trying(bare)
    frames = {name: read_by_format(texts, candidates) for name, texts in bare.items() if texts and candidates}
    formats: list[str] = list(given)
    if not given:
        frames = _one_order(frames, bare, candidates)
        for frame in frames.values():
            formats += [each for each in _fewest(frame) if each not in formats]
    read = {name: frame[[each for each in formats if each in frame]].any(axis=1) for name, frame in frames.items()}
    unread = {
        name: tuple(dict.fromkeys(text for text, good in zip(bare[name], mask, strict=True) if not good))[:3]
        for name, mask in read.items()
    }
    shares = {name: float(mask.mean()) for name, mask in read.items()}
    return TimeGuess(tuple(formats), "in_text" if in_text else None, unread, shares)


def _worth_trying(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """The candidates that look like some of the texts: asking the engine about all of them takes seconds."""
    shown: dict[str, str] = {}
    for text in (text for texts in columns.values() for text in texts):
        shown.setdefault(re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text)), text)
    texts = list(shown.values())[:SHAPES]
    return [each for each in CANDIDATES if any(_looks_like(each).fullmatch(text) for text in texts)]


@cache
def _looks_like(form: str) -> re.Pattern[str]:
    """A pattern of the texts that a format can read, and of some others."""
    return re.compile(re.sub(r"%.|.", lambda part: PARTS.get(part[0]) or re.escape(part[0]), form))


def _one_order(
    frames: dict[str, pd.DataFrame], texts: Mapping[str, Sequence[str]], candidates: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The frames without the formats of the order of day and month that reads less. Raises SourceError if both read all."""
    month = [each for each in candidates if each.startswith(MONTH_FIRST)]
    day = [each for each in candidates if each.startswith(DAY_FIRST)]
    n_month, n_day = (sum(int(frame[order].any(axis=1).sum()) for frame in frames.values()) for order in (month, day))
    if not n_month and not n_day:
        return frames
    if min(n_month, n_day) >= CLEAR * max(n_month, n_day):
        name, frame = max(frames.items(), key=lambda item: int(item[1][month + day].any(axis=1).sum()))
        place = int(frame[month + day].any(axis=1).to_numpy().argmax())
        first, second = (frame[order].sum().idxmax() for order in (month, day))
        raise SourceError(
            f"The dates of '{name}' may be read month first or day first, for example '{texts[name][place]}'; give "
            f"--time-format '{first}' or --time-format '{second}'."
        )
    lost = day if n_month > n_day else month
    return {name: frame.drop(columns=lost) for name, frame in frames.items()}


def _fewest(frame: pd.DataFrame) -> list[str]:
    """The formats that together read what can be read, each taken because it reads most of what is left."""
    found: list[str] = []
    left = frame
    while len(left) and len(found) < MOST:
        counts = left.sum()
        best = str(counts.idxmax())
        if not counts[best]:
            break
        found.append(best)
        left = left[~left[best]]
    return found
