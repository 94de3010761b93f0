"""The ids of everything that callbacks read or write; a plain string each."""

from __future__ import annotations

from enum import StrEnum


class Id(StrEnum):
    """Components that stand once on every page."""

    URL = "url"
    PAGE = "page"
    SHOWN = "shown"
    CONFIG = "filter-config"
    STATUS = "status"
    FOCUS = "focus"
    PERIOD = "filter-period"
    FROM = "filter-from"
    TO = "filter-to"
    ORIGIN = "filter-origin"
    CLEAR = "filter-clear"


class Kind(StrEnum):
    """Components of which there are several: the `type` of their pattern id."""

    VALUES = "filter-values"
    CHOSEN = "filter-chosen"
    NAV = "nav"
    KEPT = "kept"
    """Links outside of the navigation that carry the selection along."""


def of_kind(kind: Kind, index: object) -> dict[str, object]:
    """The pattern id of one of several components; `index` may be a wildcard."""
    return {"type": kind.value, "index": index}
