"""Which page a path names: one table, used by the router, the first HTML and the 404."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from callbacks import records, reports, trends
from dashboard.domain.filters import Filters
from dashboard.domain.places import find_place
from dashboard.i18n.translator import Translator
from data_access.answers import place as places
from data_access.answers.flags import flag_effects
from data_access.store.published import Snapshot
from layouts.pages import about, areas, data, departments, how_long, overview, place, place_choose
from layouts.pages import map as map_page
from layouts.pages import request as request_page
from layouts.pages import requests as requests_page
from layouts.pages import trends as trends_page
from layouts.pages.content import Numbers, PageContent, PageData

REQUEST = "/request/"
AREA_KINDS = {"districts": "district", "neighbourhoods": "neighbourhood"}


@dataclass(frozen=True, slots=True)
class Route:
    """A page: its id (charts name it), what it says, the groups it needs, and the value that its path names."""

    page: str
    content: Callable[[PageData, Translator], PageContent]
    groups: tuple[str, ...] = ()
    kind: str = ""
    name: str = ""
    keys: tuple[str, ...] = ()
    """The page's own keys of the query string."""
    repeated: tuple[str, ...] = ()
    """Those of them that may stand in it several times."""
    most: Mapping[str, int] = field(default_factory=dict[str, int])
    """Of which groups only so many are shown, those with most requests."""
    needs_quality: bool = False
    answer: Callable[[Snapshot, Filters, Mapping[str, str]], Numbers] | None = None
    """What the page asks of the store for itself, by the narrowed filters and its own keys: it becomes PageData.answer.

    Of its keys the page itself is made with `filters`, which take the place of the reader's, and `missing`, the number of a
    request that is then looked for in the other cities: what they have comes back as `elsewhere`.
    """


def find(path: str, snapshot: Snapshot, chosen: dict[str, str]) -> Route | None:
    """The page of a path, or None where there is none. `chosen` are the page's own keys of the query string."""
    if path.startswith(REQUEST) and path != REQUEST:  # whatever follows is the number, slashes included
        return Route("request", request_page.content, answer=partial(records.single, path.removeprefix(REQUEST)))
    parts = [part for part in path.split("/") if part]
    kinds = snapshot.city.areas
    if path != "/" and path.endswith("/"):
        return None
    match parts:
        case []:
            return Route("overview", overview.content, ("category", "department"), most={"category": overview.TOP})
        case ["departments"]:
            return Route("departments", departments.list_content, ("department",), "department")
        case ["departments", slug]:
            name = snapshot.options.fields["department"].by_slug(slug)
            groups = ("category", "district") if "district" in kinds else ("category",)
            return (
                Route("department", departments.content, groups, "department", name, answer=reports.scorecard)
                if name
                else None
            )
        case [("districts" | "neighbourhoods") as plural] if AREA_KINDS[plural] in kinds:
            kind = AREA_KINDS[plural]
            return Route(plural, areas.list_content, (kind,), kind, answer=partial(reports.areas_compared, kind))
        case [("districts" | "neighbourhoods") as plural, slug] if AREA_KINDS[plural] in kinds:
            kind = AREA_KINDS[plural]
            name = snapshot.options.fields[kind].by_slug(slug)
            asked = partial(reports.brief, kind)
            return Route(kind, areas.content, ("category", "department"), kind, name, answer=asked) if name else None
        case ["map"] if kinds:
            kind = chosen.get("area", "")
            if kind not in kinds:  # a map that can be drawn before one that cannot
                kind = next((each for each in kinds if each in snapshot.boundaries()), next(iter(kinds)))
            return Route("map", map_page.content, (kind,), kind, keys=("area", "measure"))
        case ["place"] if kinds:
            return Route("places", place_choose.content, keys=("q", "here"), answer=places.of_choice)
        case ["place", *rest] if kinds:
            found = find_place(rest, tuple(kinds), snapshot.options)
            if found is None:
                return None
            answer = partial(places.of_place, *found)
            return Route("place", place.content, kind=found[0], name=found[1], keys=("near", "order"), answer=answer)
        case ["requests"]:
            return Route("requests", requests_page.content, keys=records.LIST_KEYS, answer=records.listed)
        case ["request"]:
            return Route("search", request_page.search_content, keys=("number",), answer=records.searched)
        case ["how-long"]:
            return Route("how-long", how_long.content, answer=records.how_long)
        case ["trends"]:
            return Route("trends", trends_page.content, keys=trends.OWN, repeated=("show",), answer=trends.followed)
        case ["about"]:
            return Route("about", about.content)
        case ["data"]:
            return Route("data", data.content, needs_quality=True, answer=_odd_rows)
        case _:
            return None


def _odd_rows(snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> Numbers:
    """Keys: effects, as flag_effects gives them."""
    del own
    return {"effects": flag_effects(snapshot, filters)}
