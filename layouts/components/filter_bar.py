"""The filter bar: the same on every page, a picture of the address bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.city_facts import CityFacts
from dashboard.domain.filters import CHOICES, DEFAULTS, MULTIPLE, Filters, Options
from dashboard.domain.periods import PERIODS, period_range
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.components.attributes import attributes
from layouts.ids import Id, Kind, of_kind

SEARCH_FROM = 12
"""A list with so many values gets a field to search in it."""


def fields_of(options: Options, city: CityFacts) -> list[str]:
    """The fields that can be filtered by here: kinds of area only where the city has them."""
    return [
        field
        for field in MULTIPLE
        if options.fields.get(field)
        and options.fields[field].names
        and (field not in ("district", "neighbourhood") or field in city.areas)
    ]


def filter_bar(filters: Filters, options: Options, city: CityFacts, tr: Translator) -> Component:
    """All filters, closed, each with what is chosen in its summary."""
    panels = [
        _dates(filters, tr),
        *(_values(field, filters, options, city, tr) for field in fields_of(options, city)),
        _origin(filters, tr),
    ]
    clear = dcc.Link(tr("Clear filters"), href=f"?city={city.id}", id=Id.CLEAR.value, className="clear")
    return html.Section(
        [html.H2(tr("Filters"), className="visually-hidden"), html.Div([*panels, clear], className="filters")],
        **attributes(aria_label=tr("Filters")),
    )


def config(options: Options, city: CityFacts) -> dict[str, Any]:
    """What the browser needs to keep address and controls in step: the defaults, the presets' dates, the names of slugs."""
    presets = {
        name: [
            day.isoformat()
            for day in period_range(name, options.data_from, options.data_to, options.fiscal_year_starts)
        ]
        for name in PERIODS
    }
    lookup: dict[str, dict[str, str]] = {}
    for field in fields_of(options, city):
        known = options.fields[field]
        lookup[field] = {alias.casefold(): name for alias, name in known.aliases.items()}
        lookup[field] |= {text.casefold(): name for name in known.names for text in (known.slugs[name], name)}
    return {
        "city": city.id,
        "defaults": DEFAULTS,
        "presets": presets,
        "origins": CHOICES["origin"],
        "lookup": lookup,
        "fields": list(lookup),
    }


def chosen_text(field: str, filters: Filters, city: CityFacts, tr: Translator) -> str:
    """What the summary of a filter says is chosen; empty where everything is."""
    if field == "dates":
        return tr(words.PERIOD_NAMES[filters.period]) if filters.period else tr.date_range(filters.start, filters.end)
    if field == "origin":
        return tr(words.ORIGIN_NAMES[filters.origin])
    names: tuple[str, ...] = getattr(filters, MULTIPLE[field])
    if not names:
        return ""
    return (
        words.value_name(field, names[0], city, tr) if len(names) == 1 else tr.n("{n} chosen", "{n} chosen", len(names))
    )


def chosen_fields(options: Options, city: CityFacts) -> list[str]:
    """The fields whose summaries say what is chosen, in the order of the bar."""
    return ["dates", *fields_of(options, city), "origin"]


def _panel(field: str, label: str, chosen: str, children: Sequence[Component]) -> Component:
    summary = html.Summary(
        [
            html.Span(label, className="filter-label"),
            html.Span(chosen, id=of_kind(Kind.CHOSEN, field), className="filter-chosen"),
        ]
    )
    return html.Details([summary, html.Div(list(children), className="panel")], className="filter")


def _dates(filters: Filters, tr: Translator) -> Component:
    presets = dmc.RadioGroup(
        [dmc.Radio(label=tr(words.PERIOD_NAMES[name]), value=name) for name in PERIODS],
        id=Id.PERIOD.value,
        value=filters.period or "",
        label=tr("Period"),
    )
    days = [
        dmc.TextInput(id=key.value, label=label, value=day.isoformat(), debounce=600, inputProps={"type": "date"})
        for key, label, day in ((Id.FROM, tr("From"), filters.start), (Id.TO, tr("To"), filters.end))
    ]
    return _panel(
        "dates",
        tr("Dates"),
        tr(words.PERIOD_NAMES[filters.period]) if filters.period else tr.date_range(filters.start, filters.end),
        [presets, html.Div(days, className="days")],
    )


def _values(field: str, filters: Filters, options: Options, city: CityFacts, tr: Translator) -> Component:
    known = options.fields[field]
    label = words.field_name(field, city, tr)
    boxes = [dmc.Checkbox(label=words.value_name(field, name, city, tr), value=name) for name in known.names]
    group = dmc.CheckboxGroup(
        boxes, id=of_kind(Kind.VALUES, field), value=list(getattr(filters, MULTIPLE[field])), label=label
    )
    children: list[Component] = []
    if len(known.names) >= SEARCH_FROM:
        children.append(dmc.TextInput(label=tr("Search in this list"), className="list-search"))
    children.append(html.Div(group, className="list"))
    return _panel(field, label, chosen_text(field, filters, city, tr), children)


def _origin(filters: Filters, tr: Translator) -> Component:
    group = dmc.RadioGroup(
        [dmc.Radio(label=tr(words.ORIGIN_NAMES[name]), value=name) for name in CHOICES["origin"]],
        id=Id.ORIGIN.value,
        value=filters.origin,
        label=tr("Whose requests"),
    )
    return _panel("origin", tr("Whose requests"), tr(words.ORIGIN_NAMES[filters.origin]), [group])
