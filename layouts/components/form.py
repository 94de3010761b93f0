"""A form that is sent by the browser itself: its answer is a page with an address."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts.components.attributes import attributes
from layouts.pages.content import Field, Form


def form(each: Form) -> Component:
    """The form as a section of its own; labels are tied to their controls."""
    parts: list[Component] = [dcc.Input(type="hidden", name=name, value=value) for name, value in each.hidden]
    parts += [_labelled(each.id, field) for field in each.fields]
    parts.append(html.Button(each.submit, type="submit"))
    after = [html.P(each.note, className="small")] if each.note else []
    heading_id = f"{each.id}-heading"
    return html.Section(
        [
            html.H2(each.heading, id=heading_id),
            html.Form(
                parts, action=each.action, method="GET", className="ask", **attributes(aria_labelledby=heading_id)
            ),
            *after,
        ]
    )


def _labelled(form_id: str, field: Field) -> Component:
    control_id = f"{form_id}-{field.name}"
    control: Component
    if field.options:
        control = html.Select(
            [html.Option(text, value=value, selected=value == field.value) for value, text in field.options],
            id=control_id,
            name=field.name,
        )
    else:
        control = dcc.Input(
            id=control_id, name=field.name, type="search", value=field.value, placeholder=field.hint, autoComplete="off"
        )
    return html.Div([html.Label(field.label, htmlFor=control_id), control], className="ask-field")
