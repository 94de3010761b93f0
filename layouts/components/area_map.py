"""The map of areas: paths that the keyboard reaches, coloured by values, their shapes fetched by address."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.i18n.translator import Translator
from layouts.components.attributes import attributes
from layouts.components.map_frame import map_frame
from layouts.figures import theme
from layouts.pages.content import AreaMap


def area_map(each: AreaMap, tr: Translator) -> Component:
    """The map with its legend; drawn by assets/map-areas.js."""
    colours = theme.palette(each.scheme)
    areas = {
        "kind": "areas",
        "shapes": each.boundaries_href,
        "values": each.values,
        "colours": list(colours.wait),
        "none": colours.rule,
        "edge": colours.text,
        "missing": tr("no requests"),
        "labelled": each.labelled,
    }
    legend = [
        html.Li([html.Span(className="swatch", style={"backgroundColor": colour}), text])
        for colour, text in each.legend
    ]
    if legend:
        legend.append(
            html.Li([html.Span(className="swatch", style={"backgroundColor": colours.rule}), tr("too few to say")])
        )
    below = [html.Ul(legend, className="legend", **attributes(aria_label=tr("Colours of the map")))] if legend else []
    return map_frame(
        [areas],
        below,
        tr,
        label=each.label,
        bounds=each.bounds,
        tiles=each.tiles,
        height="min(70vh, 34rem)",
        after="areas-heading",
    )
