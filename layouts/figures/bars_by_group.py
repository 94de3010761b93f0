"""One bar a group, its name and value written above it, so that long names stay readable on a phone.

The vertical axis counts px from the top: every row gets the room that its wrapped name needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from dashboard.i18n.translator import Translator
from layouts.figures import scales, theme
from layouts.figures.buckets import number

Kind = Literal["wait", "count", "share"]
BAR, LINE, GAP, BOTTOM, TOP = 12, 18, 14, 52, 4
_WIDTH = 36
EMPTY_HEIGHT = 160


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its name as the city writes it, its value with the limits of its 95 % interval, its count."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None


def figure(
    frame: pd.DataFrame, tr: Translator, scheme: str = "light", *, kind: Kind = "count", label: str | None = None
) -> theme.Figure:
    """Columns: name, value (days, requests or a share by `kind`; None: not reached), and if there are any low, high, n.

    Bars stand in the order of the rows. `label` is the translated title of the value axis.
    """
    groups = _groups(frame)
    if not groups:
        return theme.nothing(tr("There is nothing to compare in this selection."), tr, scheme, EMPTY_HEIGHT)
    top = _top(groups, kind)
    texts = _texts(groups, kind, tr, scheme)
    bars, total = _rows(texts, [_sayable(group, kind) for group in groups])
    return {
        "data": _bars(groups, bars, kind, top, texts, scheme),
        "layout": theme.layout(
            tr,
            scheme,
            total + TOP + BOTTOM,
            barmode="overlay",
            xaxis={**_axis(kind, label, top, tr, scheme), "automargin": False, "showgrid": False},
            yaxis={"visible": False, "fixedrange": True, "range": [total, 0]},
            annotations=[_name(text, y, scheme) for text, y in zip(texts, bars, strict=True)],
            margin={"l": 14, "r": 18, "t": TOP, "b": BOTTOM},
        ),
    }


def sentence(frame: pd.DataFrame, tr: Translator, *, kind: Kind = "count") -> str:
    """The range of the values with the groups at its ends; for counts the largest group and its part."""
    groups = _groups(frame)
    if not groups:
        return tr("There is nothing to compare in this selection.")
    said = [group for group in groups if _sayable(group, kind) and group.value is not None]
    if kind == "count":
        return _count_sentence(said, tr)
    open_longer = [group for group in groups if _sayable(group, kind) and group.value is None]
    if not said:
        if kind == "wait" and open_longer:
            return tr("In none of the groups shown have half of the requests been closed yet.")
        return tr("Too few requests in each of the groups shown to say.")
    least, most = min(said, key=lambda group: group.value or 0), max(said, key=lambda group: group.value or 0)
    values = {"low": _value(least, kind, tr), "least": least.name, "high": _value(most, kind, tr), "most": most.name}
    if kind == "share":
        if least is most:
            return tr("{name}: {value}.", name=least.name, value=values["low"])
        return tr("From {low} ({least}) to {high} ({most}).", **values)
    if open_longer and least is not most:
        return tr.n(
            "Typical waits run from {low} ({least}) to {high} ({most}); {n} more group has over half still open.",
            "Typical waits run from {low} ({least}) to {high} ({most}); {n} more have over half still open.",
            len(open_longer),
            **values,
        )
    if least is most:
        return tr("{name}: half of the requests are closed within {value}.", name=least.name, value=values["low"])
    return tr("Typical waits run from {low} ({least}) to {high} ({most}).", **values)


def _count_sentence(groups: Sequence[Group], tr: Translator) -> str:
    total = sum(group.value or 0 for group in groups)
    if not total:
        return tr("No requests match this selection.")
    most = max(groups, key=lambda group: group.value or 0)
    return tr.n(
        "{name} has {n} request, {share} of those shown.",
        "{name} has most: {n} requests, {share} of those shown.",
        round(most.value or 0),
        name=most.name,
        share=tr.percent((most.value or 0) / total),
    )


def _groups(frame: pd.DataFrame) -> list[Group]:
    return [
        Group(
            str(row["name"]),
            number(row.get("value")),
            number(row.get("low")),
            number(row.get("high")),
            None if (n := number(row.get("n"))) is None else int(n),
        )
        for row in frame.to_dict("records")
    ]


def _sayable(group: Group, kind: Kind) -> bool:
    return kind == "count" or group.n is None or group.n >= theme.ENOUGH


def _value(group: Group, kind: Kind, tr: Translator) -> str:
    if kind == "wait":
        return tr.days(group.value)
    return tr.percent(group.value or 0.0) if kind == "share" else tr.number(round(group.value or 0))


def _texts(groups: Sequence[Group], kind: Kind, tr: Translator, scheme: str) -> list[str]:
    """Name, value in bold and count in grey of each group: in one line if that fits the narrowest card for all."""
    muted = theme.palette(scheme).muted
    names = [theme.wrapped(group.name, _WIDTH) for group in groups]
    values = [_said(group, kind, tr) for group in groups]
    tails = [f"<b>{value}</b>" + (f'<span style="color:{muted}"> · {n}</span>' if n else "") for value, n in values]
    longest = max(len(group.name) + len(value) + len(n) + 5 for group, (value, n) in zip(groups, values, strict=True))
    between = "  " if longest <= _WIDTH else "<br>"
    return ["<br>".join(name) + between + tail for name, tail in zip(names, tails, strict=True)]


def _said(group: Group, kind: Kind, tr: Translator) -> tuple[str, str]:
    """The value of a group in words and the count beside it, empty where the value is the count."""
    requests = "" if group.n is None else tr.n("{n} request", "{n} requests", group.n)
    if not _sayable(group, kind):
        return tr("too few to say"), requests
    if group.value is None:
        return (tr("more than half still open") if kind == "wait" else tr("no value")), requests
    return _value(group, kind, tr), "" if kind == "count" else requests


def _rows(texts: Sequence[str], with_bar: Sequence[bool]) -> tuple[list[float], int]:
    """The middle of each bar in px from the top, and the height of all; a row without a bar is lower."""
    middles: list[float] = []
    y = 0
    for text, bar in zip(texts, with_bar, strict=True):
        y += (text.count("<br>") + 1) * LINE
        middles.append(y + BAR / 2 + 2)
        y += (BAR + 2 if bar else 0) + GAP
    return middles, y


def _top(groups: Sequence[Group], kind: Kind) -> float:
    """The right end of the axis, in the unit of the values."""
    if kind == "share":
        return 1.0
    shown = [group for group in groups if _sayable(group, kind) and group.value is not None]
    highest = max((group.value or 0.0 for group in shown), default=0.0)
    limit = max((group.high for group in shown if group.high is not None), default=0.0)
    return max(highest, min(limit, highest * 1.6)) or (30.0 if kind == "wait" else 1.0)


def _axis(kind: Kind, label: str | None, top: float, tr: Translator, scheme: str) -> theme.Figure:
    if kind == "share":
        return scales.share_axis(label or tr("Share of requests"), tr, scheme)
    if kind == "wait":
        hours = tr("Hours until half are closed")
        return scales.wait_axis(label or tr("Days until half are closed"), label or hours, top, tr, scheme)
    return scales.count_axis(label or tr("Number of requests"), top, tr, scheme)


def _bars(
    groups: Sequence[Group], middles: Sequence[float], kind: Kind, top: float, texts: Sequence[str], scheme: str
) -> list[theme.Figure]:
    colours = theme.palette(scheme)
    rows = [(group, y, text) for group, y, text in zip(groups, middles, texts, strict=True) if _sayable(group, kind)]
    reached = [row for row in rows if row[0].value is not None]
    drawn: list[theme.Figure] = []
    if reached:
        filled = colours.volume if kind == "count" else colours.accent
        colour = [theme.wait_colour(group.value, colours) if kind == "wait" else filled for group, _, _ in reached]
        drawn.append({**_trace(reached, top), "marker": {"color": colour, "line": {"width": 0}}})
        if any(group.low is not None for group, _, _ in reached):
            drawn[0]["error_x"] = _intervals([group for group, _, _ in reached], top, colours.text)
    if kind == "wait" and len(reached) < len(rows):
        hatched = {"shape": "/", "fillmode": "overlay", "fgcolor": colours.card, "size": 6}
        marker = {"color": colours.wait[-1], "line": {"width": 0}, "pattern": hatched}
        drawn.append({**_trace([row for row in rows if row[0].value is None], top), "marker": marker})
    return drawn


def _trace(rows: Sequence[tuple[Group, float, str]], top: float) -> theme.Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "x": theme.typed([top if group.value is None else group.value for group, _, _ in rows]),
        "y": theme.typed([y for _, y, _ in rows]),
        "width": BAR,
        "hoverinfo": "text",
        "hovertext": [text for _, _, text in rows],
    }


def _intervals(groups: Sequence[Group], top: float, colour: str) -> theme.Figure:
    return {
        "type": "data",
        "symmetric": False,
        "array": theme.typed([_above(group, top) for group in groups]),
        "arrayminus": theme.typed([_below(group) for group in groups]),
        "color": colour,
        "thickness": 1.5,
        "width": 3,
    }


def _above(group: Group, top: float) -> float:
    if group.value is None or group.low is None:
        return 0.0
    return max(0.0, (top if group.high is None else min(group.high, top)) - group.value)


def _below(group: Group) -> float:
    return 0.0 if group.value is None or group.low is None else max(0.0, group.value - group.low)


def _name(text: str, middle: float, scheme: str) -> theme.Figure:
    place = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -2, "yref": "y", "yanchor": "bottom"}
    return theme.note(text, scheme, name="label", y=middle - BAR / 2, **place)
