"""The temporary tables that one file's rows pass through, and the count of what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, MetaData, Table, Text, or_

from data_access.store.tables import records

temporary = MetaData()
incoming = Table(
    "incoming",
    temporary,
    Column("row", BigInteger),
    Column("request_id", Text),
    Column("hash", BigInteger),
    Column("raw", Text),
    Column("has_created", Integer),
    prefixes=["TEMPORARY"],
)
fresh = Table(
    "fresh",
    temporary,
    Column("row", BigInteger),
    *(Column(c.name, c.type) for c in records.columns),
    prefixes=["TEMPORARY"],
)
seen = Table("seen", MetaData(), Column("request_id", Text), prefixes=["TEMPORARY"])
"""The request ids of all files of a full load, those of rows in the quarantine included: the source still holds them."""
changed = Table("changed", temporary, Column("row", BigInteger), Column("request_id", Text), prefixes=["TEMPORARY"])


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
    return or_(incoming.c.request_id.is_(None), fresh.c.created_at.is_(None))
