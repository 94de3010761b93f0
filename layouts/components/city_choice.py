"""Choosing a city: a list of links, so that it works by keyboard and without scripts; the selection goes along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboard.domain.city_facts import CityChoice
from dashboard.domain.filters import Filters
from dashboard.i18n.translator import Translator
from layouts.components.attributes import attributes
from layouts.ids import Kind, of_kind


@dataclass(frozen=True, slots=True)
class CityLink:
    """A city of the list: where it leads, what is said of its data, whether it is the one that is shown."""

    id: str
    name: str
    detail: str
    href: str
    current: bool


def city_links(
    cities: Sequence[CityChoice], shown: str, path: str, filters: Filters, language: str, tr: Translator
) -> list[CityLink]:
    """All cities; a link keeps page, language, period and origin, and drops the values that only the shown city knows."""
    return [
        CityLink(
            city.id,
            city.name,
            _detail(city, tr),
            f"{city.path(path)}?{city.query(filters)}" + (f"&lang={language}" if language else ""),
            city.id == shown,
        )
        for city in cities
    ]


def city_choice(links: Sequence[CityLink], name: str, tr: Translator) -> Component:
    """The name of the city, and where there are others the list of them, closed."""
    if len(links) < 2:
        return html.Span(name, className="city")
    label = html.Span(tr("City: "), className="visually-hidden")
    return html.Details(
        [
            html.Summary([label, name], className="city"),
            html.Ul([html.Li(_link(each)) for each in links], className="panel", **attributes(aria_label=tr("Cities"))),
        ],
        className="filter cities",
    )


def _link(each: CityLink) -> Component:
    current = attributes(aria_current="true") if each.current else {}
    return html.A(
        [html.Span(each.name, className="city-name"), " ", html.Span(each.detail, className="small")],
        href=each.href,
        id=of_kind(Kind.KEPT, f"city-{each.id}"),
        className="chosen" if each.current else "",
        **current,
    )


def _detail(city: CityChoice, tr: Translator) -> str:
    if city.invented:
        return tr("invented")
    day = tr.date(city.data_to)
    return tr("a sample, to {day}", day=day) if city.sample else tr("to {day}", day=day)
