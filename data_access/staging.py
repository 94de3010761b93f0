"""The temporary tables that one file's rows pass through, and the count of what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, MetaData, Select, Table, TableClause, Text, or_

from data_access.store.tables import records

temporary = MetaData()
fresh = Table(
    "fresh",
    temporary,
    Column("row", BigInteger),
    Column("hash", BigInteger),
    Column("has_created", Integer),
    *(Column(c.name, c.type) for c in records.columns),
    prefixes=["TEMPORARY"],
)
"""A file's rows as records, those that cannot be stored included; `row` is the place among its rows, from 0.

Where all rows of a file are new they go into the store at once, and only those that cannot be stored are here.
"""
seen = Table("seen", MetaData(), Column("request_id", Text), prefixes=["TEMPORARY"])
"""The request ids of all files of a full load, those of rows in the quarantine included: the source still holds them."""
changed = Table("changed", temporary, Column("row", BigInteger), Column("request_id", Text), prefixes=["TEMPORARY"])


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file's rows on their way into the store: written as a raw file of the header's number, readable as `rows` (row, hash,
    c0, c1, ...); `ids` selects row, hash and request_id, `records` the columns of `fresh`. Where it is not `regular`, the
    engine may have refused some of its lines."""

    path: Path
    header: int
    regular: bool
    n_rows: int
    rows: TableClause
    ids: Select[*tuple[Any, ...]]
    records: Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows that were read: read = stored + updated + unchanged + quarantined."""

    read: int = 0
    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    removed: int = 0
    new_in_quarantine: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def changed(self) -> bool:
        """Whether anything that is kept has changed."""
        return bool(self.stored or self.updated or self.removed or self.new_in_quarantine)


def is_bad() -> ColumnElement[bool]:
    """Whether a staged row cannot be stored: it has no request id, or no created date that can be read."""
    return or_(fresh.c.request_id.is_(None), fresh.c.created_at.is_(None))
