"""What a dry run finds out about a city's file and some of its rows: plain values, to be printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from data_access.staging import Counts


@dataclass(frozen=True, slots=True)
class Mapping:
    """A field and the column (or columns) it is read from: how many rows have a text in it, and the first few texts."""

    field: str
    column: str
    filled: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A reason for which rows would not be stored: how many different ones, and the first few with their lines."""

    reason: str
    n: int
    examples: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """A rule in words, how many rows it decides, and the text of one."""

    rule: str
    n: int
    example: str


@dataclass(frozen=True, slots=True)
class RuleTable:
    """What the rules of a table match; `unmatched` are the most frequent texts that none does, `otherwise` what then holds."""

    name: str
    matched: tuple[Matched, ...]
    unmatched: tuple[tuple[str, int], ...]
    n_unmatched: int
    otherwise: str


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """A format, how many texts it reads, and one of them before and after, in the city's local time."""

    form: str
    n: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A time field: the formats that read its texts, and those that none reads."""

    field: str
    column: str
    formats: tuple[TimeFormat, ...]
    n_unread: int
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that a city file may want to say: why, and the lines as TOML, each few below a comment that says where."""

    why: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A dry run; `problem` is the sentence for which a sync would refuse the file, '' where it would not."""

    file: str
    rows: int
    whole: bool
    schema: str
    other_schemas: tuple[tuple[str, tuple[str, ...]], ...]
    counts: Counts
    repaired: int
    problem: str = ""
    mappings: tuple[Mapping, ...] = ()
    vanished: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    rules: tuple[RuleTable, ...] = ()
    times: tuple[TimeColumn, ...] = ()
    flags: tuple[tuple[str, int], ...] = ()
    proposals: tuple[Proposal, ...] = field(default=())


def quoted(text: str) -> str:
    """A text as a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def listed(texts: Sequence[str]) -> str:
    """Texts as a TOML array."""
    return f"[{', '.join(quoted(text) for text in texts)}]"


def at_the_top(key: str, value: str, *, there: bool) -> tuple[str, str]:
    """A key of the city itself: it has to stand before all tables; `there` says that the file has it already."""
    where = f"in place of '{key}'" if there else "at the top of the file, before the first [...]"
    return f"# {where}:", f"{key} = {value}"
