"""Slugs: the form of a published name that stands in paths; and the order in which names are listed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def slugify(name: str) -> str:
    """The lower-case ASCII form of a name with hyphens between words; 'x' where nothing is left of it."""
    ascii_text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-") or "x"


def unique_slugs(names: Iterable[str]) -> dict[str, str]:
    """A slug for each name; names whose slugs would be equal get -2, -3 ... in the order given."""
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        base = slug = slugify(name)
        n = 1
        while slug in taken:
            n += 1
            slug = f"{base}-{n}"
        taken.add(slug)
        slugs[name] = slug
    return slugs


def natural_order(name: str) -> tuple[int, int, str, str]:
    """Sort key that puts "2" before "10" and ignores case, and never holds two names for equal."""
    return (0, int(name), "", name) if name.isdecimal() else (1, 0, name.casefold(), name)
