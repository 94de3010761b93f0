"""Colours, type and frame that all charts share.

Plotly draws into SVG and cannot read CSS variables, and no text grey has 4.5:1 on both a white and a dark ground, so a
chart is drawn for one scheme: the page passes "light" or "dark". Grounds are transparent. The palettes repeat
`assets/10-tokens.css`; a test compares them.
"""

import base64
import html
import struct
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from dashboard.i18n.translator import Translator

Figure = dict[str, Any]

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif'
)
FONT_SIZE = 13
CHARACTER = 0.54 * FONT_SIZE
"""Width of an average character in px, to reserve room for a label before the browser has measured it."""

WAIT_EDGES = (1.0, 7.0, 30.0, 90.0)
"""Upper limits in days of the first four steps of the waiting scale; the fifth is anything longer."""

ENOUGH = 30
"""Under so many requests a rate or a wait is not drawn: "too few to say"."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scheme; `wait` runs from the shortest wait to the longest, away from the ground."""

    ground: str
    card: str
    text: str
    muted: str
    rule: str
    accent: str
    volume: str
    good: str
    late: str
    overdue: str
    wait: tuple[str, str, str, str, str]


LIGHT = Palette(
    ground="#fbfaf7",
    card="#ffffff",
    text="#1b1e21",
    muted="#565c62",
    rule="#e3e0d9",
    accent="#0a5c8a",
    volume="#77726a",
    good="#1f6b45",
    late="#8a5a00",
    overdue="#9e2c37",
    wait=("#c67723", "#b94e1e", "#9e2c37", "#771447", "#410b45"),
)
DARK = Palette(
    ground="#15181b",
    card="#1d2125",
    text="#eceae4",
    muted="#aab1b8",
    rule="#363c42",
    accent="#74b9e0",
    volume="#a39d93",
    good="#7fd0a3",
    late="#e9b757",
    overdue="#ff9a83",
    wait=("#985092", "#d45986", "#fa7972", "#ffae73", "#ffe290"),
)


def palette(scheme: str) -> Palette:
    """The colours for "dark"; any other word is light."""
    return DARK if scheme == "dark" else LIGHT


def wait_colour(days: float | None, colours: Palette) -> str:
    """The step of the waiting scale for a wait in days; None (not reached) is the longest."""
    if days is None:
        return colours.wait[-1]
    return colours.wait[sum(days > edge for edge in WAIT_EDGES)]


def faint(colour: str, opacity: float) -> str:
    """A colour of six hex digits as a see-through one, for bands."""
    red, green, blue = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def typed(values: Sequence[float | None]) -> dict[str, str]:
    """Numbers as Plotly's base64 array of doubles; None becomes NaN, which is a gap."""
    numbers = [nan if value is None else float(value) for value in values]
    return {"dtype": "f8", "bdata": base64.b64encode(struct.pack(f"<{len(numbers)}d", *numbers)).decode()}


def plain(text: str) -> str:
    """A text of the data made harmless: Plotly reads <b> and <a> in labels as markup."""
    return html.escape(text, quote=False)


def wrapped(text: str, width: int, lines: int = 3) -> list[str]:
    """A text of the data in lines of at most `width` characters, ended with … after so many lines; made harmless."""
    parts = textwrap.wrap(text, width, max_lines=lines, placeholder=" …") or [""]
    return [plain(part) for part in parts]


def room(labels: Sequence[str]) -> int:
    """Right margin in px for the labels at the ends of lines, their longest line counted."""
    longest = max((len(line) for label in labels for line in label.split("<br>")), default=0)
    return round(16 + longest * CHARACTER)


def layout(tr: Translator, scheme: str, height: int, **more: Any) -> Figure:
    """The layout of every chart: fixed height in px, transparent, no legend, no title (the card has it)."""
    colours = palette(scheme)
    return {
        "height": height,
        "autosize": True,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": FONT_SIZE, "color": colours.muted},
        "separators": tr.separators,
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8, "pad": 0},
        "hoverlabel": {
            "bgcolor": colours.card,
            "bordercolor": colours.muted,
            "align": "left",
            "font": {"family": FONT, "size": FONT_SIZE, "color": colours.text},
        },
        **more,
    }


def axis(title: str, scheme: str, **more: Any) -> Figure:
    """An axis with its title in words; the caller writes the ticks, so that Plotly formats nothing in English."""
    colours = palette(scheme)
    return {
        "title": {"text": title, "standoff": 10, "font": {"color": colours.muted, "size": FONT_SIZE}},
        "automargin": True,
        "fixedrange": True,
        "zeroline": False,
        "gridcolor": colours.rule,
        "linecolor": colours.muted,
        "tickfont": {"color": colours.muted, "size": 12},
        "tickangle": 0,
        **more,
    }


def note(text: str, scheme: str, **place: Any) -> Figure:
    """A text in the chart without an arrow."""
    defaults = {"showarrow": False, "align": "left", "font": {"color": palette(scheme).text}}
    return {**defaults, "text": text, **place}


def nothing(text: str, tr: Translator, scheme: str, height: int) -> Figure:
    """A chart without data: one sentence in its middle, at the height that the full chart has."""
    hidden = {"visible": False, "fixedrange": True}
    middle = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "align": "center"}
    sentence = note("<br>".join(textwrap.wrap(text, 38)), scheme, **middle)
    return {"data": [], "layout": layout(tr, scheme, height, xaxis=hidden, yaxis=hidden, annotations=[sentence])}
