"""The addresses of the pages about a place: an area of a city, or a block of it."""

from __future__ import annotations

from urllib.parse import urlencode

from dashboard.domain.filters import Options
from dashboard.domain.request import NONE_NAME

KINDS = ("district", "neighbourhood")
"""The kinds of area that are places, the one whose slugs win first."""


def place_path(kind: str, slug: str) -> str:
    """The path of an area's page. A district has the short one; that of a neighbourhood names its kind, so that the two
    never clash."""
    return f"/place/{slug}" if kind == "district" else f"/place/{kind}/{slug}"


def find_place(parts: list[str], kinds: tuple[str, ...], options: Options) -> tuple[str, str] | None:
    """Kind and published name of the area that the rest of a path after /place names, or None.

    One part is a slug or alias of any kind, of a district first; two are the kind and the slug.
    """
    wanted = [kind for kind in KINDS if kind in kinds and (len(parts) == 1 or kind == parts[0])]
    if len(parts) not in (1, 2):
        return None
    found = ((kind, options.fields[kind].by_slug(parts[-1])) for kind in wanted)
    return next(((kind, name) for kind, name in found if name is not None), None)


def page_of(areas: dict[str, str], kinds: tuple[str, ...], options: Options, near: str) -> str | None:
    """The page of the place that an address (`near`, as published) lies in, or None where none of its areas is recorded.

    `areas` gives the published name of each kind.
    """
    for kind in KINDS:
        name = areas.get(kind, NONE_NAME)
        if kind in kinds and name != NONE_NAME and name in options.fields[kind].slugs:
            return f"{place_path(kind, options.fields[kind].slugs[name])}?{urlencode({'near': near})}"
    return None
