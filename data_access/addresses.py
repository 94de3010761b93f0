"""Addresses as they may be published: to the block or the intersection, never to the door."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, String, case, cast, func, literal, literal_column

from data_access.rules import constant

# A number that names a street or a place and not a house: "5th Ave", "EAST 9 STREET", "Route 1A", "Public Alley No. 441".
STREET_NUMBER = (
    r"\b\d+(?:st|nd|rd|th)\b"
    r"|\b\d+\s+(?:street|st|avenue|ave|av|place|pl|road|rd|drive|dr|court|ct|terrace|lane|ln|boulevard|blvd)\b"
    r"|\b(?:route|rte?|highway|hwy|interstate|i|us|sr|alley(?:\s+no)?|pier|exit|avenue)[\s.-]+\d+[a-z]?\b"
)
AFTER_NUMBER = r"(?:hf|[a-z])?(?:\s+hf\b)?(?:\s+\d+/\d+|\s*½)?"
AND_SO_ON = rf"(?:\s*(?:-|–|/|&|to|and)\s*(?:\d+{AFTER_NUMBER}|[a-z]\b))*"
# A house number at the start, maybe "No. 33" or "#33", maybe a range ("145-151", "32R-32", "6 -24", "33 & 35"); then the street.
HOUSE = rf"(?i)^[\s(]*(?:no\.?\s*|#\s*)?(\d+){AFTER_NUMBER}{AND_SO_ON}[\s,]+"
NUMBERED = rf"{HOUSE}([^\d\s,].*)$"
# The same before a street whose own name is a number: "33 5th Ave", "120 9 STREET".
BEFORE_NUMBER = rf"{HOUSE}((?:{STREET_NUMBER}).*)$"
UNIT = r"(?i)[,\s]+(?:(?:apt|apartment|unit|suite|ste|fl|floor|rm|room)\b[.\s#]*|#\s*)[\w-]*(?:[,\s].*)?$"
LEADING_UNIT = r"(?i)^\s*(?:(?:apt|apartment|unit|suite|rm|room)\b[.\s#]*|#\s*)[\w-]*\s*,\s*"
CROSSING = r"(?i)^\s*intersection\s+of\s+"
# The part of a street's name before any number that could be a door.
HARMLESS = rf"(?i)^((?:{STREET_NUMBER}|\D)*)"
LOOSE_END = r"[\s,#(–-]+$"


def to_the_block(address: ColumnElement[str]) -> ColumnElement[str]:
    """ "33 Beacon St" as "1-99 block of Beacon St", "145-151 Ipswich St" as "100 block of Ipswich St"; a crossing as
    "Beacon St & Park St"; a place without a number as it is, without flat or unit.

    What follows a further number is left out ("Beacon St 33" is "Beacon St"); NULL where nothing is left.
    """
    unit, leading, crossing, numbered, before = (
        constant(pattern) for pattern in (UNIT, LEADING_UNIT, CROSSING, NUMBERED, BEFORE_NUMBER)
    )
    text = func.regexp_replace(func.regexp_replace(address, leading, constant("")), unit, constant(""))
    street = case(
        (func.regexp_matches(text, crossing), _harmless(func.regexp_replace(text, crossing, constant("")))),
        (func.regexp_matches(text, before), _block(_part(text, before, 1), _part(text, before, 2))),
        (func.regexp_matches(text, numbered), _block(_part(text, numbered, 1), _part(text, numbered, 2))),
        else_=_harmless(text),
    )
    return func.nullif(street, "")


def _part(text: ColumnElement[str], pattern: ColumnElement[str], group: int) -> ColumnElement[str]:
    return func.regexp_extract(text, pattern, literal_column(str(group)))


def _harmless(text: ColumnElement[str]) -> ColumnElement[str]:
    return func.regexp_replace(_part(text, constant(HARMLESS), 1), constant(LOOSE_END), constant(""))


def _block(number: ColumnElement[str], street: ColumnElement[str]) -> ColumnElement[str]:
    hundred = cast(func.floor(cast(func.left(number, 9), BigInteger) / 100) * 100, BigInteger)
    block = case((hundred == 0, literal("1-99")), else_=cast(hundred, String))
    named = _harmless(street)
    return case((named != "", func.concat(block, literal(" block of "), named)), else_="")
