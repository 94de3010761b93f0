"""How the share of closed requests grows with the days since they were made: the Kaplan-Meier curve upside down."""

from bisect import bisect_right
from dataclasses import dataclass

import pandas as pd

from dashboard.i18n.translator import Translator
from layouts.figures import scales, theme
from layouts.figures.buckets import number

HEIGHT = 320
HORIZONS = (7.0, 30.0, 90.0)
_TICKS = {90: (0, 7, 30, 60, 90), 365: (0, 30, 90, 180, 270, 365)}
_LABEL_GAP = 0.1
_SEEN_DAYS, _SEEN_SHARE = 1 / 300, 0.005
"""Parts of the width and of the height of the plot that can be told apart: a pixel or two."""


@dataclass(frozen=True, slots=True)
class Step:
    """The curve from `days` on: the closed share with its 95 % limits, and how many are still observed open."""

    days: float
    share: float
    low: float | None = None
    high: float | None = None
    at_risk: int | None = None


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light", *, horizon: int = 90) -> theme.Figure:
    """Columns: days, closed_share, low, high (shares 0 to 1), at_risk. `horizon`: right end of the axis, 90 or 365.

    The last row is how far the curve was observed: a horizon after it is neither marked nor said.
    """
    steps = curve(frame)
    if not steps:
        return theme.nothing(tr("No requests match this selection."), tr, scheme, HEIGHT)
    if _too_few(steps):
        return theme.nothing(_too_few_text(tr), tr, scheme, HEIGHT)
    shown = _visible(_within(steps, horizon), horizon)
    accent = theme.palette(scheme).accent
    marks = [(day, share) for day in HORIZONS if (share := share_at(steps, day)) is not None]
    ticks = [float(tick) for tick in _TICKS[horizon]]
    return {
        "data": [
            *_band(shown, theme.faint(accent, 0.18)),
            {
                "type": "scatter",
                "mode": "lines",
                "x": theme.typed([step.days for step in shown]),
                "y": theme.typed([step.share for step in shown]),
                "line": {"color": accent, "width": 2.5, "shape": "hv"},
                "hoverinfo": "text",
                "hovertext": [_hover(step, tr) for step in shown],
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": theme.typed([day for day, _ in marks]),
                "y": theme.typed([share for _, share in marks]),
                "marker": {"color": accent, "size": 9},
                "cliponaxis": False,
                "hoverinfo": "skip",
            },
        ],
        "layout": theme.layout(
            tr,
            scheme,
            HEIGHT,
            xaxis=scales.days_axis(tr("Days since the request was made"), horizon, ticks, tr, scheme),
            yaxis=scales.share_axis(tr("Share of requests closed"), tr, scheme),
            annotations=_labels(marks, horizon, tr, scheme),
            margin={"l": 8, "r": 18, "t": 14, "b": 8},
        ),
    }


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """Half within how long, and the shares within 7, 30 and 90 days as far as they were observed."""
    steps = curve(frame)
    if not steps:
        return tr("No requests match this selection.")
    if _too_few(steps):
        return _too_few_text(tr)
    shares = [
        tr.n("{share} within {n} day", "{share} within {n} days", round(day), share=tr.percent(share))
        for day in HORIZONS
        if (share := share_at(steps, day)) is not None
    ]
    half = next((step.days for step in steps if step.share >= 0.5), None)
    within = tr.list_of(shares)
    if half is None and not shares:
        return tr("The requests were made too recently to say how long they take.")
    if half is None:
        return tr("{shares} were closed; half of the requests have not been closed yet.", shares=within)
    if not shares:
        return tr("Half of the requests were closed within {wait}.", wait=tr.days(half))
    return tr("Half of the requests were closed within {wait}: {shares}.", wait=tr.days(half), shares=within)


def curve(frame: pd.DataFrame) -> list[Step]:
    """The rows of a curve frame in the order of days; rows without a share are left out."""
    found: list[Step] = []
    for row in frame.to_dict("records"):
        days, share, at_risk = number(row["days"]), number(row["closed_share"]), number(row.get("at_risk"))
        if days is not None and share is not None:
            risk = None if at_risk is None else int(at_risk)
            found.append(Step(days, share, number(row.get("low")), number(row.get("high")), risk))
    return sorted(found, key=lambda step: step.days)


def share_at(steps: list[Step], days: float) -> float | None:
    """The closed share after so many days; None where the curve ends before, unless all are closed by then."""
    if not steps or (steps[-1].days < days and steps[-1].share < 1):
        return None
    index = bisect_right([step.days for step in steps], days)
    return steps[index - 1].share if index else 0.0


def _too_few(steps: list[Step]) -> bool:
    return steps[0].at_risk is not None and steps[0].at_risk < theme.ENOUGH


def _too_few_text(tr: Translator) -> str:
    return tr("Too few requests (under {n}) to say how long they take.", n=tr.number(theme.ENOUGH))


def _within(steps: list[Step], horizon: int) -> list[Step]:
    """The curve from 0 to the horizon, both ends included as far as it was observed."""
    shown = [step for step in steps if step.days <= horizon]
    if not shown or shown[0].days > 0:
        shown = [Step(0.0, 0.0, 0.0, 0.0, steps[0].at_risk), *shown]
    end = shown[-1]
    if end.days < horizon and (len(shown) < len(steps) or end.share >= 1):
        shown.append(Step(float(horizon), end.share, end.low, end.high, end.at_risk))
    return shown


def _visible(steps: list[Step], horizon: int) -> list[Step]:
    """The steps without those that lie within a pixel or two of the one before: hundreds are made in the first hours."""
    kept = steps[:1]
    for step in steps[1:-1]:
        if step.days - kept[-1].days >= horizon * _SEEN_DAYS or step.share - kept[-1].share >= _SEEN_SHARE:
            kept.append(step)
    return [*kept, *steps[-1:]] if len(steps) > 1 else kept


def _band(steps: list[Step], colour: str) -> list[theme.Figure]:
    """The 95 % limits as one closed shape with the steps of the curve."""
    known = [(step.days, step.low, step.high) for step in steps if step.low is not None and step.high is not None]
    if len(known) < 2:
        return []
    lower, upper = _stairs([(day, low) for day, low, _ in known]), _stairs([(day, high) for day, _, high in known])
    outline = [*lower, *reversed(upper)]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "fill": "toself",
            "fillcolor": colour,
            "line": {"width": 0},
            "x": theme.typed([day for day, _ in outline]),
            "y": theme.typed([share for _, share in outline]),
            "hoverinfo": "skip",
        }
    ]


def _stairs(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    stairs = [points[0]]
    for day, share in points[1:]:
        stairs += [(day, stairs[-1][1]), (day, share)]
    return stairs


def _labels(marks: list[tuple[float, float]], horizon: int, tr: Translator, scheme: str) -> list[theme.Figure]:
    """The shares at 7, 30 and 90 days, below the curve where there is room, else above; never on each other."""
    below = bool(marks) and marks[0][1] >= 0.12 + _LABEL_GAP * (len(marks) - 1)
    heights: list[float] = []
    if below:
        for _, share in reversed(marks):
            heights.insert(0, min(share - 0.12, heights[0] - _LABEL_GAP if heights else 1.0))
    else:
        highest = max((share for _, share in marks), default=0.0)
        heights = [highest + _LABEL_GAP * (len(marks) - index) for index in range(len(marks))]
    return [
        _label(day, share, height, horizon, tr, scheme) for (day, share), height in zip(marks, heights, strict=True)
    ]


def _label(day: float, share: float, height: float, horizon: int, tr: Translator, scheme: str) -> theme.Figure:
    colours = theme.palette(scheme)
    right = day > horizon * 0.6
    text = tr.n("<b>{share}</b> within {n} day", "<b>{share}</b> within {n} days", round(day), share=tr.percent(share))
    return {
        "name": "label",
        "text": text,
        "x": day,
        "y": share,
        "ax": horizon if right else day + horizon * 0.02,
        "ay": height,
        "axref": "x",
        "ayref": "y",
        "xanchor": "right" if right else "left",
        "yanchor": "middle",
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": colours.muted,
        "standoff": 5,
        "font": {"color": colours.text},
    }


def _hover(step: Step, tr: Translator) -> str:
    share, after = tr.percent(step.share), tr.days(step.days)
    if step.at_risk is None:
        return tr("{share} closed within {wait}", share=share, wait=after)
    return tr.n(
        "{share} closed within {wait}<br>{n} request observed longer",
        "{share} closed within {wait}<br>{n} requests observed longer",
        step.at_risk,
        share=share,
        wait=after,
    )
