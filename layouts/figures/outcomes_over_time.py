"""How requests end over the days: the share ended in each way stacked up, what is still open on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.i18n.translator import N_, Translator
from layouts.figures import scales, theme
from layouts.figures.buckets import number

HEIGHT = 340
HORIZONS = (90, 30, 7)
OPEN, OTHERS = "still_open", "others"
NAMES = {
    "work_done": N_("work done"),
    "no_action_needed": N_("no action needed"),
    "not_found": N_("not found"),
    "duplicate": N_("joined to another"),
    "referred": N_("referred"),
    "cancelled": N_("cancelled"),
    "administrative": N_("administrative"),
    "unknown": N_("not known"),
    OTHERS: N_("other ends"),
    OPEN: N_("still open"),
}
SMALL = 0.03
"""Outcomes under this share at the end of the curve are drawn and told together: a band of their own could not be seen."""
_LABEL_GAP = 0.068


@dataclass(frozen=True, slots=True)
class Endings:
    """The bands from the bottom up, each with its shares at `days`; the last time is the horizon that is told."""

    days: tuple[float, ...]
    bands: dict[str, tuple[float, ...]]
    n: int

    @property
    def horizon(self) -> float:
        """The right end of the axis in days."""
        return self.days[-1]

    def last(self) -> list[tuple[str, float]]:
        """Every band with its share at the horizon."""
        return [(name, shares[-1]) for name, shares in self.bands.items()]


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light") -> theme.Figure:
    """Columns: days, n, still_open and one for each outcome of NAMES (shares 0 to 1 that add to 1)."""
    found = endings(frame)
    if found is None or found.n < theme.ENOUGH:
        return theme.nothing(_nothing(found, tr), tr, scheme, HEIGHT)
    labels = {name: _label(name, share, tr) for name, share in found.last()}
    ticks = _ticks(found.horizon)
    return {
        "data": [
            _band(found, name, colour, scheme, tr)
            for name, colour in zip(found.bands, _colours(found, scheme), strict=True)
        ],
        "layout": theme.layout(
            tr,
            scheme,
            HEIGHT,
            xaxis=scales.days_axis(tr("Days since the request was made"), found.horizon, ticks, tr, scheme),
            yaxis=scales.share_axis(tr("Share of requests"), tr, scheme),
            annotations=_labels(found, labels, scheme),
            margin={"l": 8, "r": theme.room(list(labels.values())), "t": 14, "b": 8},
        ),
    }


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """After the longest horizon that was observed: the share that ended each way, and what is still open."""
    found = endings(frame)
    if found is None or found.n < theme.ENOUGH:
        return _nothing(found, tr)
    parts = tr.list_of([_label(name, share, tr) for name, share in found.last()])
    return tr("After {time}: {parts}.", time=tr.days(found.horizon), parts=parts)


def endings(frame: pd.DataFrame) -> Endings | None:
    """The bands up to the longest of HORIZONS that was observed, or as far as the curve goes; None without requests."""
    rows: list[dict[Any, Any]] = sorted(frame.to_dict("records"), key=lambda row: row["days"])
    if not rows:
        return None
    end = _end(rows)
    shown = [row for row in rows if row["days"] <= end]
    names = [name for name in NAMES if name not in (OPEN, OTHERS)]
    days = [0.0, *(float(row["days"]) for row in shown), end]
    shares: dict[str, list[float]] = {}
    for name in (*names, OPEN):
        values = [1.0 if name == OPEN else 0.0, *(number(row[name]) or 0.0 for row in shown)]
        shares[name] = [*values, values[-1]]
    return Endings(tuple(days), _grouped(shares, names), int(rows[0]["n"]))


def _end(rows: list[dict[Any, Any]]) -> float:
    last = rows[-1]
    known = float(last["days"]) if last[OPEN] else float("inf")  # when all have ended nothing more can happen
    return next((float(days) for days in HORIZONS if days <= known), known)


def _grouped(shares: dict[str, list[float]], names: list[str]) -> dict[str, tuple[float, ...]]:
    """Work done at the bottom, the others by size, the small ones as one, the open on top."""
    large = [name for name in names if name == "work_done" or shares[name][-1] >= SMALL]
    large.sort(key=lambda name: (name != "work_done", -shares[name][-1]))
    bands = {name: tuple(shares[name]) for name in large}
    small = [shares[name] for name in names if name not in bands]
    rest = tuple(sum(values) for values in zip(*small, strict=True))
    if rest and rest[-1] > 0:
        bands[OTHERS] = rest
    return {**bands, OPEN: tuple(shares[OPEN])}


def _colours(found: Endings, scheme: str) -> list[str]:
    """Work done in the colour of what is good, the open almost empty, those between in steps of one colour."""
    colours = theme.palette(scheme)
    between = [name for name in found.bands if name not in ("work_done", OPEN)]
    steps = {name: max(0.2, 0.75 - 0.14 * place) for place, name in enumerate(between)}
    fixed = {"work_done": theme.faint(colours.good, 0.85), OPEN: theme.faint(colours.muted, 0.12)}
    return [fixed.get(name) or theme.faint(colours.accent, steps[name]) for name in found.bands]


def _band(found: Endings, name: str, colour: str, scheme: str, tr: Translator) -> theme.Figure:
    shares = found.bands[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "stackgroup": "ends",
        "x": theme.typed(found.days),
        "y": theme.typed(shares),
        "fillcolor": colour,
        "line": {"color": theme.palette(scheme).card, "width": 1, "shape": "hv"},
        "hoverinfo": "text",
        "hovertext": [
            tr("{ending} after {time}", ending=_label(name, share, tr), time=tr.days(day))
            for share, day in zip(shares, found.days, strict=True)
        ],
    }


def _labels(found: Endings, labels: dict[str, str], scheme: str) -> list[theme.Figure]:
    """The name and share of each band at its right end, moved apart where bands are thin."""
    heights: list[float] = []
    below = 0.0
    for _, share in found.last():
        heights.append(max(below + share / 2, heights[-1] + _LABEL_GAP if heights else _LABEL_GAP / 2))
        below += share
    top = 1.0 - _LABEL_GAP / 2
    for place in range(len(heights) - 1, -1, -1):
        heights[place] = min(heights[place], top)
        top = heights[place] - _LABEL_GAP
    return [
        theme.note(text, scheme, xref="paper", x=1, xanchor="left", xshift=6, y=height, yanchor="middle", name="label")
        for text, height in zip(labels.values(), heights, strict=True)
    ]


def _label(name: str, share: float, tr: Translator) -> str:
    return tr("{outcome} {share}", outcome=tr(NAMES[name]), share=tr.percent(share))


def _ticks(horizon: float) -> list[float]:
    step = 30 if horizon > 30 else 10 if horizon > 7 else 1
    return [float(tick) for tick in range(0, int(horizon) + 1, step)]


def _nothing(found: Endings | None, tr: Translator) -> str:
    if found is None:
        return tr("No requests match this selection.")
    return tr("Too few requests (under {n}) to say how they end.", n=tr.number(theme.ENOUGH))
