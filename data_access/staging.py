"""The temporary tables that one file's rows pass through, and the count of what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    or_,
    select,
)

from data_access.store.tables import records

incoming = Table(
    "incoming",
    MetaData(),
    Column("rowid", BigInteger, system=True),
    Column("request_id", Text),
    Column("hash", BigInteger),
    Column("raw", Text),
    Column("has_created", Integer),
    prefixes=["TEMPORARY"],
)
"""A file's rows in its order, which the engine's own rowid tells; beside these, columns text_<field> (see text_of)."""
temporary = MetaData()
fresh = Table(
    "fresh",
    temporary,
    Column("row", BigInteger),
    *(Column(c.name, c.type) for c in records.columns),
    prefixes=["TEMPORARY"],
)
"""The same rows as records; `row` is the rowid of `incoming`."""
seen = Table("seen", MetaData(), Column("request_id", Text), prefixes=["TEMPORARY"])
"""The request ids of all files of a full load, those of rows in the quarantine included: the source still holds them."""
changed = Table("changed", temporary, Column("row", BigInteger), Column("request_id", Text), prefixes=["TEMPORARY"])


def numbered() -> FromClause:
    """The rows of `incoming` with their place in the file: columns rowid and row, from 1."""
    place = func.row_number().over(order_by=incoming.c.rowid)
    return select(incoming.c.rowid, place.label("row")).subquery("numbered")


def text_of(field: str) -> str:
    """The name of the column of `incoming` that holds a field's cleaned text."""
    return f"text_{field}"


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
