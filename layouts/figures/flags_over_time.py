"""The share of requests that have each flag, over time: one small chart a flag, one above the other, each on a scale of its own.

Scales differ because a flag of one row in ten thousand may matter as much as one of every tenth: each names its highest value.
"""

from __future__ import annotations

import pandas as pd

from dashboard.i18n.translator import Translator
from layouts.figures import buckets, theme
from layouts.figures.buckets import Point
from layouts.quality_words import FLAG_WORDS, in_words

ROW, TITLE, FOOT = 84, 40, 62
WIDTH = 46
"""Characters of a flag's words in a line: what a phone has room for."""


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light") -> theme.Figure:
    """Columns: flag, start, end, n (flagged requests), value (their share; None where no request was made)."""
    found = by_flag(frame)
    if not found:
        return theme.nothing(tr("Nothing odd was found."), tr, scheme, ROW + FOOT)
    height = ROW * len(found) + FOOT
    colours = theme.palette(scheme)
    drawn: list[theme.Figure] = []
    notes: list[theme.Figure] = []
    axes: dict[str, theme.Figure] = {}
    for index, (flag, line) in enumerate(found.items()):
        number = "" if index == 0 else str(index + 1)
        top = 1 - index * ROW / (height - FOOT)
        title = "<br>".join(theme.wrapped(in_words(FLAG_WORDS, flag, tr), WIDTH, 2))
        most = max(point.value or 0.0 for point in line)
        axes[f"yaxis{number}"] = {
            "domain": [max(0.0, top - (ROW - 6) / (height - FOOT)), top - TITLE / (height - FOOT)],
            "range": [0, most * 1.08 or 1],
            "tickvals": [most],
            "ticktext": [tr.percent(most, 1)],
            "fixedrange": True,
            "zeroline": False,
            "gridcolor": colours.rule,
            "tickfont": {"color": colours.muted, "size": 12},
            "side": "right",
        }
        notes.append(
            theme.note(
                title,
                scheme,
                xref="paper",
                yref="paper",
                x=0,
                y=top - TITLE / (height - FOOT),
                xanchor="left",
                yanchor="bottom",
                font={"color": colours.text, "size": 13},
            )
        )
        drawn.append(_bars(line, f"y{number}", tr, scheme))
    every = next(iter(found.values()))
    axis = buckets.time_axis(every, "made", tr, scheme) | {"anchor": f"y{len(found)}" if len(found) > 1 else "y"}
    margin = {"l": 8, "r": 76, "t": 0, "b": FOOT}
    return {
        "data": drawn,
        "layout": theme.layout(tr, scheme, height, xaxis=axis, **axes, annotations=notes, margin=margin, bargap=0.15),
    }


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """How many kinds of oddity there are, and the one that most rows have."""
    found = {flag: sum(point.n or 0 for point in line) for flag, line in by_flag(frame).items()}
    if not found:
        return tr("Nothing odd was found.")
    most = max(found, key=lambda flag: found[flag])
    return tr.n(
        "{n} kind of oddity occurs. The most frequent is “{flag}”, with {rows}.",
        "{n} kinds of oddity occur. The most frequent is “{flag}”, with {rows}.",
        len(found),
        flag=in_words(FLAG_WORDS, most, tr),
        rows=tr.n("{n} request", "{n} requests", found[most]),
    )


def by_flag(frame: pd.DataFrame) -> dict[str, list[Point]]:
    """The series of each flag, those with most requests first."""
    if not len(frame):
        return {}
    order = frame.groupby("flag")["n"].sum().sort_values(ascending=False, kind="stable").index
    return {str(flag): buckets.points(frame[frame["flag"] == flag]) for flag in order}


def _bars(line: list[Point], axis: str, tr: Translator, scheme: str) -> theme.Figure:
    hover = [
        f"{buckets.name(point, tr)}<br>{tr.n('{n} request', '{n} requests', point.n or 0)}"
        + ("" if point.value is None else f" ({tr.percent(point.value, 1)})")
        for point in line
    ]
    return {
        "type": "bar",
        "x": [point.start.isoformat() for point in line],
        "y": theme.typed([point.value for point in line]),
        "yaxis": axis,
        "marker": {"color": theme.palette(scheme).volume},
        "text": hover,
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }
