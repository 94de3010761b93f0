"""The search over a version's published addresses: one small file beside the counts and the records."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, String, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from data_access.address_words import core_of, street_of, trigrams, words_of
from data_access.publishable import FINENESS, told_blocks
from data_access.rules import constant
from data_access.store.tables import SEPARATOR

ADDRESSES = "addresses.sqlite"
MOST_STREETS = 200
"""Streets with most letters in common that are looked at one by one."""
SHORT_NAME = 6
"""In so short a name a slip leaves no three letters in common: names of its length and first letter are looked at too."""

_TABLES = (
    "CREATE TABLE streets (street INTEGER PRIMARY KEY, words TEXT NOT NULL UNIQUE, core TEXT NOT NULL, "
    "n INTEGER NOT NULL, blocks TEXT NOT NULL)",
    "CREATE VIRTUAL TABLE street_words USING fts5 (words, content='', tokenize='trigram')",
)
"""A street in one form of its words, and its addresses packed: a row an address would cost more than the rest of it."""
_BLOCK = r"^\d+(-\d+)? block of "
_NEXT = "\x1e"
"""Stands between two packed addresses; SEPARATOR between the parts of one."""


@dataclass(frozen=True, slots=True)
class Block:
    """A published address: a block, a crossing or a named place, with its areas, its requests and their middle.

    `number` is the first of a block (0 for "1-99"), None without one; the point is None where no request has one.
    """

    number: int | None
    address: str
    district: str
    neighbourhood: str
    n: int
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Street:
    """A street or crossing of the index: its number there, its words in one form, and the requests on it."""

    street: int
    words: tuple[str, ...]
    n: int


def build_address_index(connection: Connection, path: Path) -> None:
    """Write the index of the published addresses (block_counts, attached as `public`) to a new file."""
    streets: dict[str, list[tuple[int, str]]] = {}
    for written, n, packed in connection.execute(_streets_as_written()):
        words = " ".join(words_of(street_of(written)[1]))
        streets.setdefault(words, []).append((int(n), packed))
    rows = [
        (
            place,
            words,
            " ".join(core_of(tuple(words.split()))),
            sum(n for n, _ in parts),
            _NEXT.join(p for _, p in parts),
        )
        for place, (words, parts) in enumerate(sorted(streets.items()), start=1)
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as index:
        index.execute("PRAGMA journal_mode = OFF")
        index.execute("PRAGMA synchronous = OFF")  # the publisher brings the whole folder to the disk
        index.execute("BEGIN")
        for table in _TABLES:
            index.execute(table)
        index.executemany("INSERT INTO streets VALUES (?, ?, ?, ?, ?)", rows)
        index.executemany(
            "INSERT INTO street_words (rowid, words) VALUES (?, ?)",
            ((place, f" {words} ") for place, words, *_ in rows),
        )
        index.execute("COMMIT")


def _streets_as_written() -> Select[*tuple[Any, ...]]:
    """Each street as published addresses write it, its requests, and its addresses packed, in the same order each time."""
    c = told_blocks.c
    e = (
        select(
            c.address,
            c.district,
            c.neighbourhood,
            c.n,
            *(
                func.round(each / func.nullif(c.points, 0) / float(FINENESS), 4).label(each.name)
                for each in (c.latitude, c.longitude)
            ),
        )
        .subquery()
        .c
    )
    parts = (e.address, e.district, e.neighbourhood, e.n, e.latitude, e.longitude)
    packed = func.concat_ws(SEPARATOR, *(func.coalesce(cast(part, String), "") for part in parts))
    street = func.regexp_replace(e.address, constant(_BLOCK), constant("")).label("street")
    together = func.string_agg(packed, aggregate_order_by(constant(_NEXT), packed))
    return select(street, func.sum(e.n), together).group_by(street).order_by(street)


def layout() -> tuple[str, ...]:
    """What the file looks like in this program."""
    return _TABLES


@contextmanager
def open_index(folder: Path) -> Generator[sqlite3.Connection]:
    """The index of a published version, read-only.

    Opened for each question: that costs less than to share a connection between threads.
    """
    path = (folder / ADDRESSES).resolve()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as index:
        yield index


def has_addresses(index: sqlite3.Connection) -> bool:
    """Whether any address is published."""
    return index.execute("SELECT 1 FROM streets LIMIT 1").fetchone() is not None


def likely_streets(index: sqlite3.Connection, words: tuple[str, ...]) -> list[Street]:
    """The streets that have letters in common with some words, in no order."""
    core = core_of(words)
    asked = " OR ".join(f'"{part}"' for part in sorted(trigrams(core)))
    if not asked:
        return []
    found: dict[int, Street] = {}
    statement = (
        "SELECT s.street, s.words, s.n FROM (SELECT rowid AS place FROM street_words WHERE street_words MATCH ? "
        "ORDER BY rank LIMIT ?) JOIN streets s ON s.street = place"
    )
    rows = index.execute(statement, (asked, MOST_STREETS)).fetchall()
    name = " ".join(core)
    if len(name) <= SHORT_NAME:
        similar = "SELECT street, words, n FROM streets WHERE length(core) BETWEEN ? AND ? AND substr(core, 1, 1) = ?"
        rows += index.execute(similar, (len(name) - 1, len(name) + 1, name[0])).fetchall()
    for street, text, n in rows:
        found[street] = Street(street, tuple(text.split()), n)
    return list(found.values())


def blocks_of(index: sqlite3.Connection, street: Street) -> list[Block]:
    """The published addresses of a street."""
    (packed,) = index.execute("SELECT blocks FROM streets WHERE street = ?", (street.street,)).fetchone()
    return _unpacked(packed)


def blocks_at(index: sqlite3.Connection, address: str) -> list[Block]:
    """What is published of an address as it is written, in each area that has it, those with most requests first."""
    words = " ".join(words_of(street_of(address)[1]))
    row = index.execute("SELECT blocks FROM streets WHERE words = ?", (words,)).fetchone()
    found = [block for block in _unpacked(row[0]) if block.address.casefold() == address.casefold()] if row else []
    return sorted(found, key=lambda block: -block.n)


def _unpacked(text: str) -> list[Block]:
    found: list[Block] = []
    for packed in text.split(_NEXT):
        address, district, neighbourhood, n, *point = packed.split(SEPARATOR)
        latitude, longitude = (float(part) if part else None for part in point)
        found.append(Block(street_of(address)[0], address, district, neighbourhood, int(n), latitude, longitude))
    return found
