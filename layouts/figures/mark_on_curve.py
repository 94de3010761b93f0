"""Where one request stands on the curve of those like it: a line at its own number of days."""

from __future__ import annotations

from typing import Any

from dashboard.i18n.translator import Translator
from layouts.figures import theme


def marked(figure: theme.Figure, days: float, tr: Translator, scheme: str) -> theme.Figure:
    """The curve with a line at so many days; one beyond its right end is told there. Nothing on a figure without a curve."""
    axis: dict[str, Any] = figure["layout"].get("xaxis", {})
    if not figure["data"] or "range" not in axis:
        return figure
    colours = theme.palette(scheme)
    last = float(axis["range"][1])
    at = min(days, last)
    text = tr("this request") if days <= last else tr("this request: {time}", time=tr.days(days))
    line = {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "line": {"color": colours.late, "width": 2, "dash": "dot"},
    }
    label = {
        "text": f"<b>{text}</b>",
        "xref": "x",
        "yref": "paper",
        "x": at,
        "y": 0.02,  # the curve only rises: right of the line there is room below it
        "xanchor": "left" if at < last * 0.5 else "right",
        "yanchor": "bottom",
        "xshift": 5 if at < last * 0.5 else -5,
        "showarrow": False,
        "font": {"color": colours.late},
    }
    layout = figure["layout"]
    layout = {
        **layout,
        "shapes": [*layout.get("shapes", []), line],
        "annotations": [*layout.get("annotations", []), label],
    }
    return {**figure, "layout": layout}
