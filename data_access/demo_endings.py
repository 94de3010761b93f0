"""How the demo city's requests end: the outcomes by kind of request, and the words that its departments use."""

from __future__ import annotations

import numpy as np

from dashboard.domain.request import Outcome
from data_access.demo_catalogue import categories, of_categories
from data_access.demo_places import Bools
from data_access.demo_streets import Ints

OUTCOMES = tuple(Outcome)
"""An outcome number is its position here."""

MIX = {
    "repair": (0.74, 0.04, 0.05, 0, 0.06, 0.015, 0.02, 0.075),
    "collect": (0.80, 0.02, 0.08, 0, 0.01, 0.015, 0.015, 0.06),
    "deliver": (0.87, 0.03, 0.01, 0, 0.01, 0.04, 0.01, 0.03),
    "inspect": (0.46, 0.25, 0.06, 0, 0.07, 0.02, 0.04, 0.10),
    "enforce": (0.38, 0.12, 0.31, 0, 0.04, 0.02, 0.01, 0.12),
    "animal": (0.60, 0.06, 0.22, 0, 0.05, 0.01, 0.01, 0.05),
    "ask": (0.33, 0.39, 0, 0, 0.07, 0.05, 0.06, 0.10),
    "answer": (0, 0.90, 0, 0, 0.05, 0, 0, 0.05),
}
"""Chance of each outcome, in the order of `OUTCOMES`; duplicates are decided before."""
BY_CITY = (0.95, 0.01, 0.01, 0, 0.01, 0, 0, 0.02)
WAITS = (1.0, 0.7, 0.85, 0.25, 0.45, 0.4, 2.2, 1.0)
"""How long each outcome takes, relative to the work itself."""

WORDS = {
    "repair": ("Repaired by crew", "Work completed", "Work completed, site inspected"),
    "collect": ("Picked up", "Picked up, street cleaned", "Removed"),
    "deliver": ("Delivered",),
    "inspect": ("Violation corrected", "Work completed by the owner"),
    "enforce": ("Citation issued", "Removed, citation issued"),
    "animal": ("Picked up by animal care officer",),
    "ask": ("Work completed",),
    "answer": ("Question answered",),
}
"""What is written when the work was done."""
OTHER_WORDS: dict[Outcome, tuple[str, ...]] = {
    Outcome.NO_ACTION_NEEDED: ("Inspected, no violation", "No action needed", "Does not meet the criteria"),
    Outcome.NOT_FOUND: ("Not found at the location", "Gone on arrival", "Unable to locate"),
    Outcome.REFERRED: ("Referred to the utility company", "Referred to the county", "Forwarded to another department"),
    Outcome.CANCELLED: ("Withdrawn by the caller",),
    Outcome.ADMINISTRATIVE: ("Administratively closed", "Closed in backlog review"),
    Outcome.UNKNOWN: ("", "Closed", "See notes"),
}

ANSWERS = ("Question answered", "Noted, no further action")


def make_outcomes(category: Ints, original: Ints, by_city: Bools, rng: np.random.Generator) -> Ints:
    """The outcome number with which each request ends if it ends."""
    until = np.cumsum([MIX[kind.ending] for kind in categories()], axis=1)[category]
    until[by_city] = np.cumsum(BY_CITY)
    outcome = (rng.random(len(category))[:, None] >= until[:, :-1]).sum(axis=1)
    return np.where(original >= 0, OUTCOMES.index(Outcome.DUPLICATE), outcome)


def phrases() -> list[str]:
    """Every text of an ending once."""
    words = (*WORDS.values(), *OTHER_WORDS.values(), ANSWERS)
    return list(dict.fromkeys(text for texts in words for text in texts))


def phrase_numbers(category: Ints, outcome: Ints, rng: np.random.Generator) -> Ints:
    """The position in `phrases()` of each request's text; of duplicates it means nothing."""
    place = {text: number for number, text in enumerate(phrases())}
    choices = [place[text] for kind in categories() for ended in OUTCOMES for text in _three(kind.ending, ended)]
    chosen = np.minimum(rng.integers(0, 4, len(category)), 2)
    return np.array(choices)[(category * len(OUTCOMES) + outcome) * 3 + chosen]


def _three(ending: str, outcome: Outcome) -> tuple[str, str, str]:
    """Three texts for an outcome, with repeats where there are fewer."""
    words = WORDS[ending] if outcome in (Outcome.WORK_DONE, Outcome.DUPLICATE) else OTHER_WORDS[outcome]
    if ending == "answer" and outcome is Outcome.NO_ACTION_NEEDED:
        words = ANSWERS
    elif ending == "ask" and outcome is Outcome.NO_ACTION_NEEDED:
        words = ("Does not meet the criteria",)
    return words[0], words[1 % len(words)], words[2 % len(words)]


def outcome_waits(outcome: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How long each row's outcome takes, relative to the work itself."""
    return np.array(WAITS)[outcome]


def ends_with_answer(category: Ints) -> Bools:
    """Whether a row is a question or a comment."""
    return of_categories(lambda kind: kind.ending == "answer")[category] > 0
