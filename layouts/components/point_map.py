"""The map of single requests: a drawing of the list beside it, with the areas as outlines."""

from __future__ import annotations

from typing import Any, cast

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from dashboard.i18n.translator import Translator
from layouts.components.attributes import attributes
from layouts.figures import theme
from layouts.pages.content import PointMap


def point_map(each: PointMap, tr: Translator) -> Component:
    """The map; functions named here live in assets/place.js."""
    colours = theme.palette(each.scheme)
    layers: list[Component] = []
    if each.tiles:
        layers.append(dl.TileLayer(url=each.tiles[0], attribution=each.tiles[1]))
    if each.boundaries_href:
        layers.append(
            dl.GeoJSON(
                url=each.boundaries_href,
                hideout={"area": each.area, "edge": colours.text, "fill": colours.accent},
                style={"variable": "fixedyet.outlineStyle"},
                interactive=False,
                zoomToBounds=False,
            )
        )
    layers.append(
        dl.GeoJSON(
            data=_collection(each),
            hideout={"fill": colours.wait[1], "edge": colours.card},
            pointToLayer={"variable": "fixedyet.requestPoint"},
            zoomToBounds=False,
        )
    )
    return html.Section(
        [
            html.A(tr("Skip the map"), href=f"#{each.list_id}-heading", className="skip-map"),
            html.Div(
                dl.Map(
                    layers,
                    bounds=cast(Any, [list(corner) for corner in each.bounds]),
                    attributionControl=bool(each.tiles),
                    scrollWheelZoom=cast(Any, False),
                    trackViewport=False,
                    className="leaflet",
                    style={"height": "min(60vh, 26rem)"},
                ),
                className="map-frame",
                role="region",
                **attributes(aria_label=each.label),
            ),
            html.P(each.label, className="small"),
        ],
        className="map-block",
    )


def _collection(each: PointMap) -> dict[str, Any]:
    """The points as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [point.longitude, point.latitude]},
            "properties": {"label": point.label, "href": point.href},
        }
        for point in each.points
    ]
    return {"type": "FeatureCollection", "features": features}
