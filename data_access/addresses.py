"""Addresses as they may be published: to the block or the intersection, never to the door."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, String, case, cast, func, literal, literal_column

from data_access.rules import constant

# A house number, maybe a range ("145-151") or with a letter ("12B", "12 1/2"), then the street.
NUMBER = r"^\s*(\d+)\s*[A-Za-z]?(\s*-\s*\d+\s*[A-Za-z]?)?(\s+\d/\d)?\s+(\D.*)$"
STREET_WITH_NUMBER = r"(?i)^\s*(\d+)\s*[A-Za-z]?(\s*-\s*\d+\s*[A-Za-z]?)?\s+(\d+(st|nd|rd|th)\b.*)$"
UNIT = r"(?i)[,\s]+(apt|apartment|unit|suite|ste|fl|floor|rm|room|#)\b?\.?\s*[\w-]*\s*$"
CROSSING = r"(?i)^\s*intersection\s+of\s+"


def to_the_block(address: ColumnElement[str]) -> ColumnElement[str]:
    """ "33 Beacon St" as "1-99 block of Beacon St", "145-151 Ipswich St" as "100 block of Ipswich St"; a crossing as
    "Beacon St & Park St"; a place without a number as it is, without flat or unit."""
    unit, crossing, numbered, plain = (constant(pattern) for pattern in (UNIT, CROSSING, STREET_WITH_NUMBER, NUMBER))
    text = func.regexp_replace(address, unit, constant(""))
    return case(
        (func.regexp_matches(text, crossing), func.regexp_replace(text, crossing, constant(""))),
        (func.regexp_matches(text, numbered), _block(_part(text, numbered, 1), _part(text, numbered, 3))),
        (func.regexp_matches(text, plain), _block(_part(text, plain, 1), _part(text, plain, 4))),
        else_=text,
    )


def _part(text: ColumnElement[str], pattern: ColumnElement[str], group: int) -> ColumnElement[str]:
    return func.regexp_extract(text, pattern, literal_column(str(group)))


def _block(number: ColumnElement[str], street: ColumnElement[str]) -> ColumnElement[str]:
    hundred = cast(func.floor(cast(func.left(number, 9), BigInteger) / 100) * 100, BigInteger)
    block = case((hundred == 0, literal("1-99")), else_=cast(hundred, String))
    return func.concat(block, literal(" block of "), street)
