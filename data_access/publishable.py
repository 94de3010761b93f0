"""The published request: what of a prepared record readers may see, and what the next version has to know of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    MetaData,
    Select,
    SmallInteger,
    Table,
    Text,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    or_,
    select,
)

from dashboard.domain.request import DIMENSIONS, NONE_NAME, Flag
from data_access.addresses import to_the_block
from data_access.city import City
from data_access.extent import source
from data_access.preparing import prepared
from data_access.store.engines.duckdb import create_anew
from data_access.store.tables import block_counts, requests

told = requests.to_metadata(MetaData(), schema="public")
"""The requests of the version that is being built, whose file is attached as `public`."""
told_blocks = block_counts.to_metadata(MetaData(), schema="public")
FINENESS = 10_000
"""Published points have four decimals at most."""

blocks = Table("blocks", MetaData(), Column("address", Text), Column("block", Text), prefixes=["TEMPORARY"])
"""What each address is published as: patterns are slow, and most addresses come many times."""


def load_blocks(connection: Connection, city: City) -> None:
    """Fill `blocks` with the addresses in `prepared`."""
    create_anew(connection, blocks)
    distinct = select(prepared.c.address).where(prepared.c.address.is_not(None)).distinct().subquery()
    published = distinct.c.address if city.exact_addresses_because else to_the_block(distinct.c.address)
    connection.execute(insert(blocks).from_select(["address", "block"], select(distinct.c.address, published)))


def as_published(city: City, rows: FromClause, repeat: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    """The columns of `requests` for `rows`, a join with `prepared` that also tells `repeat`; `blocks` has to be there.

    Addresses go out to the block, points rounded, placeholders blanked; there is no free text.
    """
    c = prepared.c
    hidden = c.all_flags.op("&")(Flag.DEFAULT_LOCATION.bit) != 0
    blank = or_(hidden, c.all_flags.op("&")(Flag.OUTSIDE_CITY.bit) != 0)
    digits = case((c.category.in_(city.sensitive_categories), 3), else_=4) if city.sensitive_categories else literal(4)
    known = _named_as_others()
    replaced: dict[str, ColumnElement[Any]] = {
        "latitude": case((~blank, func.round(c.latitude, digits))),
        "longitude": case((~blank, func.round(c.longitude, digits))),
        "address": case((~hidden, blocks.c.block)),
        "flags": c.all_flags,
        # an id that readers cannot look up here says nothing to them
        "duplicate_of": case((known.c.request_id != c.request_id, known.c.request_id)),
        "late": _late(),
        "repeat": repeat,
        **{field: func.coalesce(c[field], NONE_NAME) for field in DIMENSIONS},
    }
    columns = [replaced[each.name] if each.name in replaced else c[each.name] for each in requests.columns]
    joined = rows.outerjoin(blocks, blocks.c.address == c.address)
    return select(*columns).select_from(joined.outerjoin(known, known.c.request_id == c.duplicate_of))


def _late() -> ColumnElement[int]:
    c = prepared.c
    return case(
        (or_(c.due_at.is_(None), c.closed_at.is_(None)), null()),
        (c.flags.op("&")(Flag.DATE_ONLY_CLOSE.bit) != 0, cast(c.closed_day > c.due_day, SmallInteger)),
        else_=cast(c.closed_at > c.due_at, SmallInteger),
    )


def _named_as_others() -> FromClause:
    """The stored requests that duplicates name: few, so that the join behind costs little."""
    other, named = source.alias("other").c, prepared.alias("named").c
    names = select(named.duplicate_of).where(named.duplicate_of.is_not(None))
    return select(other.request_id).where(other.request_id.in_(names)).subquery("known")


def counted_blocks(rows: FromClause, sign: int = 1) -> Select[*tuple[Any, ...]]:
    """The columns of `block_counts` from published requests: sums of whole numbers, which can be taken out again exactly."""
    c = rows.c

    def total(column: ColumnElement[float]) -> ColumnElement[int]:
        return sign * func.coalesce(func.sum(cast(func.round(column * FINENESS), BigInteger)), 0)

    key = (c.address, c.district, c.neighbourhood)
    return (
        select(*key, sign * func.count(), sign * func.count(c.latitude), total(c.latitude), total(c.longitude))
        .where(c.address.is_not(None), c.address != "")
        .group_by(*key)
    )
