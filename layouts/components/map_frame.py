"""What every map stands in: a named region of the page that the keyboard can pass over, and what is said below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from dashboard.i18n.translator import Translator
from layouts.components.attributes import attributes

Corners = tuple[tuple[float, float], tuple[float, float]]


def map_frame(
    layers: Sequence[Component],
    below: Sequence[Component],
    tr: Translator,
    *,
    label: str,
    bounds: Corners,
    tiles: tuple[str, str] | None,
    height: str,
    after: str,
) -> Component:
    """A map of layers over the tiles, if there are any (address, attribution).

    `bounds` are the south-west and north-east corner (latitude, longitude), `height` is CSS, and `after` the id of what
    follows the map.
    """
    ground = [dl.TileLayer(url=tiles[0], attribution=tiles[1])] if tiles else []
    return html.Section(
        [
            html.A(tr("Skip the map"), href=f"#{after}", className="skip-map"),
            html.Div(
                dl.Map(
                    [*ground, *layers],
                    bounds=cast(Any, [list(corner) for corner in bounds]),
                    attributionControl=bool(tiles),
                    scrollWheelZoom=cast(Any, False),
                    trackViewport=False,
                    className="leaflet",
                    style={"height": height},
                ),
                className="map-frame",
                role="region",
                **attributes(aria_label=label),
            ),
            *below,
        ],
        className="map-block",
    )
