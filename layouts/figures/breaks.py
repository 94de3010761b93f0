"""Days from which the rows mean something else: a line with a label in charts over time, and a sentence beside them."""

import datetime as dt
from collections.abc import Sequence

from dashboard.i18n.translator import Translator
from layouts.figures import theme

Break = tuple[dt.date, str]
"""The day, and what has changed, a sentence of the city's file."""
ROW = 17
"""Height in px of a label; they stand above the plot, so that they hide nothing of it."""


def within(breaks: Sequence[Break], first: dt.date, last: dt.date) -> list[Break]:
    """The breaks of a period in the order of time; its first day is no break in it, for nothing stands before."""
    return sorted((day, why) for day, why in breaks if first < day <= last)


def said(sentence: str, breaks: Sequence[Break], tr: Translator) -> str:
    """A chart's sentence, and after it each break with what has changed."""
    return " ".join([sentence, *(tr("From {day}: {why}", day=tr.date(day), why=why) for day, why in breaks)])


def marked(figure: theme.Figure, breaks: Sequence[Break], tr: Translator, scheme: str) -> theme.Figure:
    """The figure with a line at each break; a new figure. One without a time axis, or with nothing drawn, stays as it is."""
    layout = figure["layout"]
    if not breaks or not figure["data"] or layout["xaxis"].get("type") != "date":
        return figure
    first, last = layout["xaxis"]["range"]
    colours = theme.palette(scheme)
    places = [min(max(day.isoformat(), first), last) for day, _ in breaks]
    lines = [
        {
            "type": "line",
            "name": "break",
            "xref": "x",
            "yref": "paper",
            "x0": place,
            "x1": place,
            "y0": 0,
            "y1": 1,
            "line": {"color": colours.muted, "width": 1.5, "dash": "dash"},
        }
        for place in places
    ]
    middle = dt.datetime.fromisoformat(first) + (dt.datetime.fromisoformat(last) - dt.datetime.fromisoformat(first)) / 2
    labels = [
        theme.note(
            tr("changed on {day}", day=tr.date(day)),
            scheme,
            name="label",
            x=place,
            y=1,
            xref="x",
            yref="paper",
            xanchor="right" if dt.datetime.fromisoformat(place) > middle else "left",
            yanchor="bottom",
            yshift=2 + ROW * index,
            font={"size": 12, "color": colours.muted},
        )
        for index, ((day, _), place) in enumerate(zip(breaks, places, strict=True))
    ]
    room = ROW * len(breaks)
    others = [
        {**each, "yshift": each.get("yshift", 0) + room} if each.get("name") == "note" else each
        for each in layout.get("annotations", [])
    ]
    more = {
        "shapes": [*layout.get("shapes", []), *lines],
        "annotations": [*others, *labels],
        "margin": {**layout["margin"], "t": layout["margin"]["t"] + room},
    }
    return {**figure, "layout": {**layout, **more}}
