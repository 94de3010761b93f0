"""Where a chart is drawn: its figure as data, which assets/charts.js draws when it comes near the window."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from plotly.io.json import to_json_plotly

from dashboard.i18n.translator import Translator
from layouts.components.attributes import attributes


def chart(figure: dict[str, Any], height: int, tr: Translator) -> Component:
    """The room for a figure, `height` in px, kept before it is drawn; what is seen stands beside it in words."""
    return html.Div(
        className="chart",
        style={"height": f"{height}px"},
        **attributes(
            aria_hidden="true",
            data_figure=str(to_json_plotly(figure, engine="json")),
            data_failed=tr("This chart could not be drawn; its numbers are in the table."),
        ),
    )
