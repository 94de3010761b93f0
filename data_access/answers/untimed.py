"""The numbers of a city that does not publish when requests were closed: what needs it is null, every key stays."""

from __future__ import annotations

from typing import Any

from data_access.store.published import Snapshot

STANDING = ("open", "in_progress", "closed_of_these", "cancelled")
"""How the cohort stands at data through; `open` includes what is in progress."""
WORK_DONE = tuple(f"work_done_within{part}" for part in ("", "_low", "_high", "_observed"))
NEEDING = ("closed", "backlog", "overdue", "wait", "on_time", *WORK_DONE, "repeats", "instant")


def has_closing_times(snapshot: Snapshot) -> bool:
    """Whether the city publishes when requests were closed; without it nothing is said of waits, closings and backlog."""
    return "closing_time" not in snapshot.city.missing


def untimed(numbers: dict[str, Any], *, earlier: bool) -> dict[str, Any]:
    """The same keys with null for what closing times are needed for.

    Of an earlier period nobody knows how its requests stood at the same age: then that is null too.
    """
    needing = (*NEEDING, *STANDING, "outcomes") if earlier else NEEDING
    left_out = {**numbers["left_out"], "no_duration": None}
    return {**numbers, **{key: nulls(numbers[key]) for key in needing}, "left_out": left_out}


def nulls(value: Any) -> Any:
    """Null in the shape of a value: an object keeps its keys."""
    if not isinstance(value, dict):
        return None
    kept: dict[str, Any] = value
    return {key: nulls(inner) for key, inner in kept.items()}
