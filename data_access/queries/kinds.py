"""Which kinds of row each published count is made of."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.request import Outcome
from data_access.queries.cohort import outcome_column
from data_access.queries.conditions import ENDED_CODES
from data_access.queries.tally import Test
from data_access.rollup import ORIGIN_CODES, OUTCOME_CODES, STATUS_CODES
from data_access.store.packed import DUE, DUE_LATER, NONE, NOT_DUE

Kinds = dict[str, NDArray[np.int64]]
Mask = NDArray[np.bool_]


def of_origin(origin: str, test: Test) -> Test:
    """The kinds of a test that are of the chosen origin, or of any."""
    if origin == "all":
        return test
    return lambda kinds: test(kinds) & (kinds["origin"] == ORIGIN_CODES[origin])


def distinct(kinds: Kinds) -> Mask:
    """No duplicates."""
    return kinds["duplicate"] == 0


def ended(kinds: Kinds) -> Mask:
    """Closed or cancelled."""
    return np.isin(kinds["status"], ENDED_CODES)


def followed_end(kinds: Kinds) -> Mask:
    """Distinct and closed after a time that is known."""
    return distinct(kinds) & (kinds["event"] == 1)


def waits_on(kinds: Kinds) -> Mask:
    """Distinct and open, for a time that is known."""
    return distinct(kinds) & (kinds["event"] == 0)


def instant(kinds: Kinds) -> Mask:
    """Closed within a minute."""
    return followed_end(kinds) & (kinds["instant"] == 1)


def ended_as(outcome: Outcome) -> Test:
    """Closed after a known time, with an outcome."""
    return lambda kinds: followed_end(kinds) & (kinds["outcome"] == OUTCOME_CODES[outcome])


def counted(origin: str) -> dict[str, Test]:
    """A test for each of cohort.COUNTED and each outcome (by outcome_column)."""
    tests: dict[str, Test] = {
        "requests": lambda kinds: np.ones_like(distinct(kinds)),
        "duplicates": lambda kinds: ~distinct(kinds),
        **{name: _distinct(test) for name, test in _standing().items()},
        "no_duration": lambda kinds: distinct(kinds) & (kinds["event"] == NONE),
        **{name: _distinct(test) for name, test in _on_time().items()},
        **{outcome_column(outcome): _distinct(_outcome(OUTCOME_CODES[outcome])) for outcome in Outcome},
    }
    return {name: of_origin(origin, test) for name, test in tests.items()}


def left_out(origin: str) -> dict[str, Test]:
    """What only the default origin leaves out."""
    chosen = ("city", "information")
    if origin != "resident":
        return {name: lambda kinds: np.zeros_like(distinct(kinds)) for name in chosen}
    return {name: _of(ORIGIN_CODES[name]) for name in chosen}


def repeats(origin: str) -> dict[str, Test]:
    """Closings that could be watched, and those that came back."""
    tests: dict[str, Test] = {
        "eligible": lambda kinds: distinct(kinds) & (kinds["repeat"] != NONE),
        "followed": lambda kinds: distinct(kinds) & (kinds["repeat"] == 1),
    }
    return {name: of_origin(origin, test) for name, test in tests.items()}


def joins_backlog(kinds: Kinds) -> Mask:
    """Distinct, and either open or ended at a known time."""
    return distinct(kinds) & (~ended(kinds) | (kinds["timed"] == 1))


def _distinct(test: Test) -> Test:
    return lambda kinds: distinct(kinds) & test(kinds)


def _outcome(code: int) -> Test:
    return lambda kinds: ended(kinds) & (kinds["outcome"] == code)


def _of(code: int) -> Test:
    return lambda kinds: kinds["origin"] == code


def _standing() -> Mapping[str, Test]:
    def cancelled(kinds: Kinds) -> Mask:
        return ended(kinds) & (kinds["status"] == STATUS_CODES["cancelled"])

    return {
        "open": lambda kinds: ~ended(kinds),
        "in_progress": lambda kinds: kinds["status"] == STATUS_CODES["in_progress"],
        "closed_of_these": lambda kinds: ended(kinds) & ~cancelled(kinds),
        "cancelled": cancelled,
    }


def _on_time() -> Mapping[str, Test]:
    """The six parts by the due time; every kind is in exactly one."""

    def unusable(kinds: Kinds) -> Mask:
        return ended(kinds) & ((kinds["event"] == NONE) | (kinds["timed"] == 0))

    def closed(kinds: Kinds, late: int) -> Mask:
        return (kinds["due"] == DUE) & ended(kinds) & ~unusable(kinds) & (kinds["late"] == late)

    return {
        "without_target": lambda kinds: kinds["due"] == NOT_DUE,
        "not_yet_due": lambda kinds: kinds["due"] == DUE_LATER,
        "no_closing_time": lambda kinds: (kinds["due"] == DUE) & unusable(kinds),
        "open_overdue": lambda kinds: (kinds["due"] == DUE) & ~ended(kinds),
        "on_time": lambda kinds: closed(kinds, 0),
        "late_closed": lambda kinds: closed(kinds, 1),
    }
