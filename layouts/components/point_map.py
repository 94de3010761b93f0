"""The map of single requests: a drawing of the list beside it, with the areas as outlines."""

from __future__ import annotations

from typing import Any

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from dashboard.i18n.translator import Translator
from layouts.components.map_frame import map_frame
from layouts.figures import theme
from layouts.pages.content import PointMap


def point_map(each: PointMap, tr: Translator) -> Component:
    """The map; functions named here live in assets/place.js."""
    colours = theme.palette(each.scheme)
    layers: list[Component] = []
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
    return map_frame(
        layers,
        [html.P(each.label, className="small")],
        tr,
        label=each.label,
        bounds=each.bounds,
        tiles=each.tiles,
        height="min(60vh, 26rem)",
        after=f"{each.list_id}-heading",
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
