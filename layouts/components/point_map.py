"""The map of single requests: a drawing of the list beside it, with the areas as outlines."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.i18n.translator import Translator
from layouts.components.map_frame import map_frame
from layouts.figures import theme
from layouts.pages.content import PointMap


def point_map(each: PointMap, tr: Translator) -> Component:
    """The map; drawn by assets/map-areas.js and place.js."""
    colours = theme.palette(each.scheme)
    layers: list[dict[str, Any]] = []
    if each.boundaries_href:
        outlines = {"kind": "outlines", "shapes": each.boundaries_href, "area": each.area}
        layers.append({**outlines, "edge": colours.text, "fill": colours.accent})
    points = [asdict(point) for point in each.points]
    layers.append({"kind": "requests", "points": points, "fill": colours.wait[1], "edge": colours.card})
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
