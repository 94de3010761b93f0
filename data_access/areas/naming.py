"""How a boundary file's areas are named as the rows name them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data_access.city import AreaKind, City

WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the areas of a file and the rows' own names meet.

    `published` is the name of each area in the file's order; `area_of` the place of the area that a row's name means.
    """

    published: tuple[str, ...]
    area_of: Mapping[str, int]


def name_in_file(city: City, kind: AreaKind, value: Any) -> str:
    """The published name for what a boundary file writes, by the city file's rules; '' for what is none."""
    area = city.areas[kind]
    if value is None:
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    for pattern, replacement in area.boundary_patterns.items():
        found = re.fullmatch(pattern, text)
        if found:
            text = found.expand(replacement)
            break
    text = area.boundary_names.get(text, text)
    return city.values.get(kind, {}).get(text, text)


def spell(areas: Sequence[str], rows: Mapping[str, int]) -> Spelling:
    """Join areas with the names that rows write, `rows` giving how many requests have each.

    The same text meets first. What is left meets where only case, punctuation and leading zeros differ ('7' and '07',
    'Mill Hill (7)' and 'MILL HILL (07)'), unless several areas would be meant; such an area takes the spelling that most
    requests have.
    """
    exact = {name: place for place, name in enumerate(areas)}
    by_key: dict[tuple[str, ...], list[int]] = {}
    for place, name in enumerate(areas):
        by_key.setdefault(_key(name), []).append(place)
    published, weight = list(areas), [0] * len(areas)
    area_of: dict[str, int] = {}
    for name, requests in rows.items():
        candidates = [exact[name]] if name in exact else by_key.get(_key(name), [])
        if len(candidates) != 1:
            continue
        place = area_of[name] = candidates[0]
        if areas[place] not in rows and requests > weight[place]:
            published[place], weight[place] = name, requests
    return Spelling(tuple(published), area_of)


def plain(name: str) -> str:
    """A name without case and punctuation: 'BoroCD' and 'boro_cd' are one."""
    return "".join(WORD.findall(name.casefold()))


def _key(name: str) -> tuple[str, ...]:
    return tuple(word.lstrip("0") or "0" for word in WORD.findall(name.casefold()))
