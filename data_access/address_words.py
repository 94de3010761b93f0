"""Addresses as people write them, brought to one form: how a search and the published addresses find each other."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

KINDS = {
    "street": "st", "str": "st", "saint": "st", "avenue": "ave", "av": "ave", "aven": "ave", "avn": "ave", "road": "rd",
    "boulevard": "blvd", "boul": "blvd", "blv": "blvd", "drive": "dr", "drv": "dr", "place": "pl", "court": "ct",
    "crt": "ct", "lane": "ln", "terrace": "ter", "terr": "ter", "square": "sq", "parkway": "pkwy", "pky": "pkwy",
    "highway": "hwy", "expressway": "expy", "expwy": "expy", "circle": "cir", "crescent": "cres", "circuit": "crct",
    "alley": "aly", "plaza": "plz", "bridge": "brg", "turnpike": "tpke", "trail": "trl", "wharf": "whf", "way": "way",
}  # fmt: skip
DIRECTIONS = {
    "north": "n", "south": "s", "east": "e", "west": "w",
    "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
}  # fmt: skip
NAMES = {
    "fort": "ft", "mount": "mt", "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6",
    "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10",
}  # fmt: skip
SHORT = {**KINDS, **DIRECTIONS, **NAMES}
GENERAL = frozenset({*KINDS.values(), *DIRECTIONS.values()})
"""Words that many streets share: they tell two streets of one name apart, and find none by themselves."""
JOINING = frozenset({"and", "at", "of", "the", "block", "intersection", "near"})

_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_WORD = re.compile(r"[^\W_]+")
_NUMBERED = re.compile(
    r"\s*(?:no\.?\s*|#\s*)?(\d{1,6})[a-z]?(?:\s*[-–]\s*\d+[a-z]?)?\s+(?:block\s+of\s+)?(.+)", re.IGNORECASE
)
_UNIT = re.compile(r"\s(?:apt|apartment|unit|suite|ste|floor|room)\b.*|\s#.*", re.IGNORECASE)
_POSTCODE = re.compile(r"\s\d{5}(?:-\d{4})?\s*$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: the words of a street or a crossing, and the house number where one was given."""

    words: tuple[str, ...]
    house: int | None = None


def words_of(text: str) -> tuple[str, ...]:
    """The words of a street in one form: no case, no accents, "Avenue" as "ave", "5th" as "5", without what only joins."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    found = (_short(word) for word in _WORD.findall(letters.replace("'", "").replace("’", "")))
    return tuple(word for word in found if word not in JOINING)


def street_of(address: str) -> tuple[int | None, str]:
    """The number of a published address (of a block the first, 0 for "1-99") and its street as it is written."""
    found = _NUMBERED.fullmatch(address)
    if found is None or not _is_street(found[2]):
        return None, _first_part(address)
    number = int(found[1])
    return (0 if number == 1 and " block of " in address else number), _first_part(found[2])


def wanted(text: str) -> Wanted:
    """What a text asks for: "312 Comm. Ave, Apt 4, Boston 02116" is house 312 of "comm ave"."""
    cut = _UNIT.sub("", _POSTCODE.sub("", _first_part(text)))
    number, street = street_of(cut)
    words = words_of(street)
    if number is None and len(words) > 2 and words[-1].isdigit() and words[-2] in KINDS.values():
        return Wanted(words[:-1], int(words[-1]))  # "Beacon Street 33"
    return Wanted(words, number)


def core_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that a street has for itself; all where it has none."""
    return tuple(word for word in words if word not in GENERAL) or words


def trigrams(words: tuple[str, ...]) -> frozenset[str]:
    """The groups of three letters of each word, its ends marked by a space."""
    return frozenset(text[i : i + 3] for word in words for text in (f" {word} ",) for i in range(len(text) - 2))


def _short(word: str) -> str:
    ordinal = _ORDINAL.fullmatch(word)
    return ordinal[1] if ordinal else SHORT.get(word, word)


def _first_part(text: str) -> str:
    """What stands before the first comma: the rest is the town."""
    return text.split(",", 1)[0] or text.strip(", ")


def _is_street(text: str) -> bool:
    """Whether a street's name is left after a number: "9 Avenue" is a street, not house 9 of an avenue."""
    return any(word not in GENERAL for word in words_of(text))
