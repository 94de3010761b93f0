"""The search by number that stands on every page: a plain form, so that it works without scripts."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.i18n.translator import Translator
from layouts.components.attributes import attributes

EXAMPLE = "101001240734"
"""What a number may look like; shown faintly in the empty field."""


def search_field(city: str, language: str, tr: Translator) -> Component:
    """The form; its answer is the page of a request, or one that says that there is none."""
    hidden = [("city", city), *([("lang", language)] if language else [])]
    return html.Form(
        [
            *(dcc.Input(type="hidden", name=name, value=value) for name, value in hidden),
            html.Label(tr("Request number"), htmlFor="search-number", className="visually-hidden"),
            dcc.Input(
                id="search-number",
                name="number",
                type="search",
                placeholder=tr("Request number"),
                autoComplete="off",
                maxLength=200,
            ),
            html.Button(tr("Find"), type="submit"),
        ],
        action="/request",
        method="GET",
        role="search",
        className="search",
        **attributes(aria_label=tr("Find a request by its number")),
    )
