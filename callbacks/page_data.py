"""A page's data from one version of one city: filters from the query string, then each query once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode

from callbacks.about_city import cities, facts
from callbacks.chart import Chart, card
from callbacks.records import elsewhere
from callbacks.routes import Route, find
from dashboard.domain.errors import NothingPublished
from dashboard.domain.filters import Filters, Problem
from dashboard.i18n.translator import Translator, translator_for
from dashboard.settings import Settings
from data_access.answers.quality import misfits, quality, syncs
from data_access.answers.summary import count_page, grouped, summary
from data_access.store.published import Published, Snapshot
from layouts.pages.content import APART, ChartCard, Numbers, PageContent, PageData
from layouts.pages.shared import notes_of_every_page
from layouts.shell import Frame

SCHEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was found, ready to be drawn."""

    content: PageContent
    frame: Frame
    tr: Translator
    complete: bool = True
    """Whether each of its charts could be made."""


def city_of(query: str, published: Published, settings: Settings) -> str:
    """The city that a query string names, else the one shown first. Raises NothingPublished where there is none."""
    wanted = dict(parse_qsl(query)).get("city", "").strip().lower()
    known = published.cities()
    for city in (wanted, settings.city, *known):
        if city in known:
            return city
    raise NothingPublished("No city has been published yet; run 'fixedyet demo' or 'fixedyet sync CITY --from FILE'.")


def load(
    path: str,
    query: str,
    published: Published,
    settings: Settings,
    charts: Sequence[Chart],
    *,
    now: datetime,
    scheme: str = "light",
    draw: bool = True,
) -> Page | None:
    """The page of a path and query string, or None if there is no such page.

    `now` is the moment of reading, aware; `draw` says whether figures are wanted.
    """
    with published.open(city_of(query, published, settings)) as snapshot:
        pairs = dict(parse_qsl(query))
        tr = translator_for(pairs.get("lang"))
        route = find(path, snapshot, pairs)
        filters, problems = Filters.parse(query, snapshot.options)
        problems = (*problems_of_city(pairs, snapshot, published), *problems)
        frame = Frame(
            facts(snapshot),
            filters,
            snapshot.options,
            path,
            kept_query(query, filters),
            now,
            syncs(snapshot),
            cities(published),
            settings.contact,
            scheme if scheme in SCHEMES else "light",
        )
        if route is None:
            return None
        own, own_query = own_part(route, query)
        frame = replace(frame, own=own_query)
        narrowed = filters.only(route.kind, route.name) if route.name else filters
        answer: Numbers = route.answer(snapshot, narrowed, own) if route.answer else {}
        narrowed = answer.get("filters", narrowed)
        if missing := answer.get("missing"):
            answer = {**answer, "elsewhere": elsewhere(published, snapshot.city.id, missing)}
        count_page(snapshot, narrowed, route.groups)
        found = summary(snapshot, narrowed)
        data = PageData(
            city=frame.city,
            filters=narrowed,
            query=frame.query,
            summary=found,
            groups={field: tuple(grouped(snapshot, narrowed, field, route.most.get(field))) for field in route.groups},
            charts=_cards(route, charts, snapshot, narrowed, tr, frame.scheme, draw, has_targets=has_targets(found)),
            problems=problems,
            name=route.name,
            kind=route.kind,
            everywhere=summary(snapshot, filters, with_compare=False) if route.name else {},
            chosen=own,
            answer=answer,
            slugs={field: each.slugs for field, each in snapshot.options.fields.items()},
            quality=quality(snapshot) if route.needs_quality else {},
            syncs=frame.syncs,
            boundaries=bounds(snapshot),
            misfits=misfits(snapshot) if route.page == "map" else frozenset(),
            tiles=settings.tile_source,
            scheme=frame.scheme,
            contact=settings.contact,
        )
        content = route.content(data, tr)
        always = [text for text in notes_of_every_page(data, tr) if text not in content.notes]
        complete = not any(card.failed for card in data.charts)
        return Page(replace(content, notes=(*always, *content.notes)), frame, tr, complete)


def own_part(route: Route, query: str) -> tuple[dict[str, str], str]:
    """The page's own part of a query string by key, the values of one that may repeat joined by APART; and as a query."""
    found: dict[str, list[str]] = {}
    for key, value in parse_qsl(query):
        if key in route.keys:
            found.setdefault(key, []).append(value)
    kept = {key: values if key in route.repeated else values[-1:] for key, values in found.items()}
    return {key: APART.join(values) for key, values in kept.items()}, urlencode(kept, doseq=True)


def kept_query(query: str, filters: Filters) -> str:
    """The canonical query that links inside the site carry: city, filters and the language."""
    language = dict(parse_qsl(query)).get("lang")
    return filters.to_query() + (f"&lang={translator_for(language).locale}" if language else "")


def problems_of_city(pairs: Mapping[str, str], snapshot: Snapshot, published: Published) -> tuple[Problem, ...]:
    """What of a query string another city than this one was meant by."""
    left = _left_behind(pairs.get("without", ""), snapshot)
    asked = pairs.get("city", "").strip()
    if asked and asked.lower() != snapshot.city.id:
        return (*left, Problem("city", asked, ", ".join(published.cities())))
    return left


def _left_behind(text: str, snapshot: Snapshot) -> tuple[Problem, ...]:
    """The dates that a link from another city could not take along, if that is what they are."""
    try:
        first, last = map(date.fromisoformat, text.split("/"))
    except ValueError:
        return ()
    outside = first <= last and (last < snapshot.data_from or first > snapshot.data_to)
    return (Problem("without", f"{first}/{last}", "dates in which this city has data"),) if outside else ()


def bounds(snapshot: Snapshot) -> dict[str, tuple[tuple[float, float], tuple[float, float]]]:
    """South-west and north-east corner (latitude, longitude) of each kind of area that has boundaries."""
    found: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {}
    for kind, path in snapshot.boundaries().items():
        west, south, east, north = json.loads(path.read_text(encoding="utf-8"))["bbox"]
        found[kind] = ((south, west), (north, east))
    return found


def has_targets(numbers: Numbers) -> bool:
    """Whether any of the requests has a published target."""
    parts = numbers["on_time"]
    return any(parts[name] for name in ("on_time", "late_closed", "open_overdue", "not_yet_due", "no_closing_time"))


def _cards(
    route: Route,
    charts: Sequence[Chart],
    snapshot: Snapshot,
    filters: Filters,
    tr: Translator,
    scheme: str,
    draw: bool,
    *,
    has_targets: bool,
) -> tuple[ChartCard, ...]:
    missing = {str(kind): why for kind, why in snapshot.city.missing.items()}
    there = [
        chart
        for chart in charts
        if route.page in chart.pages
        and chart.fits(missing)
        and (has_targets or chart.measure != "on_time")
        and not (chart.measure == "backlog" and snapshot.city.sample)
    ]
    return tuple(card(chart, snapshot, filters, tr, scheme=scheme, draw=draw) for chart in there)
