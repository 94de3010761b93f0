"""The search over a version's published addresses: what a text, with slips and abbreviations, probably means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import log1p

from data_access.address_index import Block, Street, blocks_at, blocks_of, has_addresses, likely_streets, open_index
from data_access.address_words import GENERAL, Wanted, core_of, trigrams, wanted, words_of
from data_access.store.published import Snapshot

MOST = 10
"""So many matches are given at most."""
LONGEST = 200
"""Letters of a text that are read."""
LEAST = 0.55
"""How much of its own name a street must share with the text, from 0 to 1, to be offered at all."""
MOST_STREETS = 12
CLEARLY_WORSE = 0.2
"""A street so much less like the text than the best one is not offered."""
AREA_KINDS = ("district", "neighbourhood")


@dataclass(frozen=True, slots=True)
class Match:
    """A published address that a text may mean, and how well it fits, from 0 to 1."""

    block: Block
    score: float


def is_searchable(snapshot: Snapshot) -> bool:
    """Whether the city's published requests have addresses."""
    with open_index(snapshot.folder) as index:
        return has_addresses(index)


def search(snapshot: Snapshot, text: str, limit: int = MOST) -> list[Match]:
    """The published addresses that a text may mean, the likeliest first; none where nothing is like it.

    A house number leads to its block, else to the one nearest to it; the name of an area at the end is a hint.
    """
    asked = wanted(text[:LONGEST])
    readings, areas = _readings(asked.words, words_of(text[:LONGEST].partition(",")[2]), snapshot)
    with open_index(snapshot.folder) as index:
        likely = {street for words in readings for street in likely_streets(index, words)}
        scored = [(street, score) for street in likely if (score := _likeness(readings, street)) is not None]
        scored.sort(key=lambda each: (-each[1], each[0].words))
        found = [
            Match(block, max(0.0, min(1.0, score + _of_block(block, asked, areas))))
            for street, score in scored[:MOST_STREETS]
            if score >= scored[0][1] - CLEARLY_WORSE
            for block in blocks_of(index, street)
        ]
    return _first(found, limit)


def block_at(snapshot: Snapshot, address: str, kind: str = "", name: str = "") -> Block | None:
    """A published address as it is written, in the area `name` of a kind where that is given; None if there is none."""
    with open_index(snapshot.folder) as index:
        found = blocks_at(index, address[:LONGEST])
    return next((block for block in found if not kind or getattr(block, kind) == name), None)


def _likeness(readings: Sequence[tuple[str, ...]], street: Street) -> float | None:
    """How well a street fits the best of the readings, from 0 to about 0.95, or None where it does not.

    Kind and direction of the street, and how often it is named, decide between those whose own names are equally like.
    """
    best: float | None = None
    for place, words in enumerate(readings):
        if GENERAL.issuperset(words):  # "E Street": like none but itself
            core = float(set(words) == set(street.words))
        else:
            core = _core_likeness(core_of(words), core_of(street.words))
        if core < LEAST:
            continue
        given, known = (frozenset(each) & GENERAL for each in (words, street.words))
        general = len(given & known) / len(given | known) if given and known else 0.5
        score = 0.75 * core + 0.1 * general + 0.01 * min(log1p(street.n), 10) - 0.03 * place
        best = score if best is None else max(best, score)
    return best


def _core_likeness(asked: tuple[str, ...], known: tuple[str, ...]) -> float:
    """By the groups of three letters in common or, for a slip in a short name, the letters in their order; 0 to 1."""
    if {word for word in asked if word.isdigit()} - set(known):  # another number is another street, not a slip
        return 0.0
    here, there = trigrams(asked), trigrams(known)
    common = len(here & there)
    by_groups = common / (len(here) + len(there)) + 0.5 * common / len(here)
    in_order = 0.9 * SequenceMatcher(None, " ".join(asked), " ".join(known), autojunk=False).ratio()
    return max(by_groups, in_order)


def _of_block(block: Block, asked: Wanted, areas: frozenset[tuple[str, str]]) -> float:
    """What the house number and a named area add to a match, or take from it."""
    added = 0.1 if any(getattr(block, kind) == name for kind, name in areas) else 0.0
    if asked.house is None:
        return added
    if block.number is None:
        return added - 0.1
    hundreds = abs(asked.house // 100 - block.number // 100)
    return (
        added
        + (0.1 if hundreds == 0 else -0.02 * min(hundreds, 10))
        - 0.0001 * min(abs(asked.house - block.number), 99)
    )


def _readings(
    words: tuple[str, ...], tail: tuple[str, ...], snapshot: Snapshot
) -> tuple[list[tuple[str, ...]], frozenset[tuple[str, str]]]:
    """What the words may mean: all of them the street or, behind it, the name of an area; and the areas (kind, name) named.

    `tail` are the words after a comma.
    """
    if not words:
        return [], frozenset()
    hinted: set[tuple[str, str]] = set()
    shorter: set[tuple[str, ...]] = set()
    for kind in snapshot.city.areas:
        for name in snapshot.options.fields[kind].names:
            for part in name.split(" / "):
                spoken = words_of(part)
                if not spoken or all(word.isdigit() for word in spoken):
                    continue
                if tail[: len(spoken)] == spoken:
                    hinted.add((kind, name))
                elif len(words) > len(spoken) and words[-len(spoken) :] == spoken:
                    hinted.add((kind, name))
                    shorter.add(words[: -len(spoken)])
    return [words, *sorted(shorter, key=len)], frozenset(hinted)


def _first(found: Iterable[Match], limit: int) -> list[Match]:
    """The best matches; of equals, one of each area and the one with most requests first."""
    ordered = sorted(found, key=lambda match: (-round(match.score, 4), -match.block.n, match.block.address))
    seen: dict[tuple[str, str], int] = {}
    ranked: list[tuple[float, int, int, Match]] = []
    for place, match in enumerate(ordered):
        area = (match.block.district, match.block.neighbourhood)
        seen[area] = seen.get(area, 0) + 1
        ranked.append((-round(match.score, 4), seen[area], place, match))
    return [match for *_, match in sorted(ranked, key=lambda each: each[:3])[:limit]]
