"""The map of areas: paths that the keyboard reaches, coloured by the values in `hideout`, shapes fetched by URL."""

from __future__ import annotations

from typing import Any, cast

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from dashboard.i18n.translator import Translator
from layouts.components.attributes import attributes
from layouts.figures import theme
from layouts.pages.content import AreaMap


def area_map(each: AreaMap, tr: Translator) -> Component:
    """The map with its legend; functions named here live in assets/map.js."""
    colours = theme.palette(each.scheme)
    hideout = {
        "values": each.values,
        "colours": list(colours.wait),
        "none": colours.rule,
        "edge": colours.text,
        "missing": tr("no requests"),
        "labelled": each.labelled,
    }
    areas = dl.GeoJSON(
        url=each.boundaries_href,
        hideout=hideout,
        style={"variable": "fixedyet.areaStyle"},
        onEachFeature={"variable": "fixedyet.eachArea"},
        zoomToBounds=False,
    )
    layers: list[Component] = [areas]
    if each.tiles:
        layers.insert(0, dl.TileLayer(url=each.tiles[0], attribution=each.tiles[1]))
    legend = [
        html.Li([html.Span(className="swatch", style={"backgroundColor": colour}), text])
        for colour, text in each.legend
    ]
    if legend:
        legend.append(
            html.Li([html.Span(className="swatch", style={"backgroundColor": colours.rule}), tr("too few to say")])
        )
    return html.Section(
        [
            html.A(tr("Skip the map"), href="#areas-heading", className="skip-map"),
            html.Div(
                dl.Map(
                    layers,
                    bounds=cast(Any, [list(corner) for corner in each.bounds]),
                    attributionControl=bool(each.tiles),
                    scrollWheelZoom=cast(Any, False),
                    trackViewport=False,
                    className="leaflet",
                    style={"height": "min(70vh, 34rem)"},
                ),
                className="map-frame",
                role="region",
                **attributes(aria_label=each.label),
            ),
            *(
                [html.Ul(legend, className="legend", **attributes(aria_label=tr("Colours of the map")))]
                if legend
                else []
            ),
        ],
        className="map-block",
    )
