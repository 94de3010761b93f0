"""What every map stands in: a named region of the page that the keyboard can pass over, and what is said below it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.i18n.translator import Translator
from layouts.components.attributes import attributes

Corners = tuple[tuple[float, float], tuple[float, float]]


def map_frame(
    layers: Sequence[Mapping[str, Any]],
    below: Sequence[Component],
    tr: Translator,
    *,
    label: str,
    bounds: Corners,
    tiles: tuple[str, str] | None,
    height: str,
    after: str,
) -> Component:
    """A map of layers over the tiles, if there are any (address, attribution); drawn by assets/map.js.

    Each layer has the `kind` that says which function there draws it, and what that needs; `bounds` are the south-west and
    north-east corner (latitude, longitude), `height` is CSS, and `after` the id of what follows the map.
    """
    told = json.dumps(
        {"bounds": bounds, "tiles": tiles, "layers": list(layers)}, ensure_ascii=False, separators=(",", ":")
    )
    return html.Section(
        [
            html.A(tr("Skip the map"), href=f"#{after}", className="skip-map"),
            html.Div(
                className="map-frame",
                role="region",
                style={"height": height},
                **attributes(
                    aria_label=label,
                    data_map=told,
                    data_failed=tr("The map could not be loaded; the table below has the same numbers."),
                ),
            ),
            *below,
        ],
        className="map-block",
    )
