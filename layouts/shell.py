"""What stands around every page: skip link, header with city and navigation, filters, footer with the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.city_facts import CityChoice, CityFacts
from dashboard.domain.filters import Filters, Options
from dashboard.domain.freshness import Syncs
from dashboard.i18n.translator import N_, Translator
from layouts.components.attributes import attributes
from layouts.components.city_choice import CityLink, city_choice, city_links
from layouts.components.filter_bar import config, filter_bar
from layouts.components.search_field import search_field
from layouts.ids import Id, Kind, of_kind
from layouts.pages.content import Link
from layouts.provenance import banners, source_facts

NAVIGATION = (
    ("/", N_("Overview")),
    ("/place", N_("Your place")),
    ("/map", N_("Map")),
    ("/trends", N_("Trends")),
    ("/departments", N_("Departments")),
    ("/districts", N_("Areas")),
    ("/requests", N_("Requests")),
    ("/data", N_("Data")),
    ("/about", N_("About")),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the shell shows: the city, the other cities, the filters that are set, where the page is."""

    city: CityFacts
    filters: Filters
    options: Options
    path: str
    query: str
    now: datetime
    """The moment of reading, aware: only for saying how old the data are."""
    syncs: Syncs = field(default_factory=Syncs)
    cities: tuple[CityChoice, ...] = ()
    """Every city that can be shown."""
    contact: str = ""
    scheme: Literal["light", "dark"] = "light"
    own: str = ""
    """The page's own part of the query string: what a map shows."""


def navigation(frame: Frame, tr: Translator) -> list[tuple[Link, bool]]:
    """The links of the navigation and which of them is current; areas only where the city has them."""
    first_area = next(iter(frame.city.areas), None)
    found: list[tuple[Link, bool]] = []
    for path, name in NAVIGATION:
        target = path
        if path in ("/districts", "/map", "/place") and first_area is None:
            continue
        if path == "/districts" and first_area == "neighbourhood":
            target = "/neighbourhoods"
        current = (
            frame.path == target
            or (path != "/" and frame.path.startswith(target + "/"))
            or (path == "/districts" and frame.path.startswith("/neighbourhoods"))
        )
        found.append((Link(tr(name), f"{target}?{frame.query}" if frame.query else target), current))
    return found


def links_of_cities(frame: Frame, tr: Translator) -> list[CityLink]:
    """The cities that can be chosen, each with the link that keeps what it can of the selection."""
    language = tr.locale if "lang=" in frame.query else ""
    return city_links(frame.cities, frame.city.id, frame.path, frame.filters, language, tr)


def kept_links(frame: Frame, tr: Translator) -> dict[str, str]:
    """The links outside of the navigation that carry the selection along, by the index of their id."""
    cities = {f"city-{each.id}": each.href for each in links_of_cities(frame, tr)}
    return {**cities, "about": f"/about?{frame.query}"}


def layout(frame: Frame, page: Sequence[Component], title: str, matched: str, tr: Translator) -> Component:
    """The whole Dash page around a rendered page."""
    body = html.Div(
        [
            dcc.Location(id=Id.URL.value, refresh=False),
            dcc.Store(id=Id.SHOWN.value, data=shown(frame, title)),
            dcc.Store(id=Id.CONFIG.value, data=config(frame.options, frame.city)),
            dcc.Store(id=Id.FOCUS.value),
            html.A(tr("Skip to the content"), href="#main", className="skip"),
            _header(frame, tr),
            *(
                html.P(text, className="banner", role="note")
                for text in banners(frame.city, frame.syncs, frame.now, tr)
            ),
            filter_bar(frame.filters, frame.options, frame.city, tr),
            html.P(matched, id=Id.STATUS.value, role="status", className="status"),
            html.Main(html.Div(list(page), id=Id.PAGE.value), id="main", tabIndex=-1),
            _footer(frame, tr),
        ],
        className="site",
        lang=tr.locale,
        dir=tr.direction,
    )
    return dmc.MantineProvider(
        body,
        forceColorScheme=frame.scheme,
        theme={"primaryShade": 9, "fontFamily": "var(--font)", "cursorType": "pointer"},
    )


def skeleton() -> Component:
    """Every id that stands on each page once, and nothing else: what Dash checks its callbacks against."""
    controls = [dmc.RadioGroup([], id=each.value) for each in (Id.PERIOD, Id.ORIGIN)] + [
        dmc.TextInput(id=each.value) for each in (Id.FROM, Id.TO)
    ]
    stores = [dcc.Store(id=each.value) for each in (Id.SHOWN, Id.CONFIG, Id.FOCUS)]
    places = [html.Div(id=each.value) for each in (Id.PAGE, Id.STATUS)]
    return html.Div([dcc.Location(id=Id.URL.value, refresh=False), *stores, *controls, *places])


def shown(frame: Frame, title: str) -> dict[str, Any]:
    """What the browser remembers of the page that is drawn, so that it is not drawn twice."""
    return {"path": frame.path, "query": frame.query, "own": frame.own, "title": tab_title(title, frame.city)}


def tab_title(title: str, city: CityFacts) -> str:
    """The text in the browser's tab."""
    return f"{title} · {city.name} · Fixed Yet?"


def _header(frame: Frame, tr: Translator) -> Component:
    links = [
        html.Li(
            dcc.Link(
                link.text,
                href=link.href,
                id=of_kind(Kind.NAV, link.href.split("?")[0]),
                className="current" if current else "",
            )
        )
        for link, current in navigation(frame, tr)
    ]
    return html.Header(
        [
            html.Div(
                [
                    html.Span("Fixed Yet?", className="brand"),
                    city_choice(links_of_cities(frame, tr), frame.city.name, tr),
                ],
                className="masthead",
            ),
            search_field(frame.city.id, tr.locale if "lang=" in frame.query else "", tr),
            html.Nav(html.Ul(links), className="navigation", **attributes(aria_label=tr("Pages"))),
        ],
        className="top",
    )


def _footer(frame: Frame, tr: Translator) -> Component:
    facts: list[Component] = [html.P(text) for text in source_facts(frame.city, tr)]
    links: list[Component] = [
        dcc.Link(
            tr("How these numbers are computed"),
            href=kept_links(frame, tr)["about"],
            id=of_kind(Kind.KEPT, "about"),
        ),
        html.A(tr("Programming interface"), href="/api"),
    ]
    if frame.city.source_url:
        links.append(html.A(tr("The source's page"), href=frame.city.source_url))
    if frame.contact:
        href = frame.contact if "://" in frame.contact else f"mailto:{frame.contact}"
        links.append(html.A(tr("Report a mistake"), href=href))
    return html.Footer([*facts, html.Ul([html.Li(link) for link in links])], className="bottom")
