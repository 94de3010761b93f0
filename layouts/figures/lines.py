"""The marks of a line over time: solid where it is final, dotted on hatched ground where it is not, labelled at its end."""

import datetime as dt
import textwrap
from collections.abc import Callable, Sequence
from itertools import pairwise

from dashboard.i18n.translator import Translator
from layouts.figures import theme
from layouts.figures.buckets import Point

Value = Callable[[Point], float | None]
_NOTE_WIDTH = 40


def value_of(point: Point) -> float | None:
    return point.value


def said(point: Point) -> float | None:
    """The value, if there are requests enough to say it."""
    return point.value if point.enough else None


def broken_by_unknown(shown: Sequence[Point], every: Sequence[Point]) -> list[Point]:
    """The shown points and, between them, the buckets of which nothing is known: no line may lead over these."""
    kept = {point.start for point in shown}
    first, last = min(kept), max(kept)
    return [
        point
        for point in every
        if point.start in kept or (point.value is None and not point.mature and first < point.start < last)
    ]


def traces(
    series: Sequence[Point], name: str, hover: Sequence[str], colour: str, value: Value = value_of
) -> list[theme.Figure]:
    """Three traces of one line: solid between mature points, dotted to immature ones, and the points themselves."""
    days = [point.start.isoformat() for point in series]
    values = [value(point) for point in series]
    solid = [y if point.mature else None for y, point in zip(values, series, strict=True)]
    beside = _touches_immature(series)
    dotted = [y if touches else None for y, touches in zip(values, beside, strict=True)]
    line = {"type": "scatter", "x": days, "name": name, "hoverinfo": "skip", "mode": "lines", "connectgaps": False}
    drawn = [{**line, "y": theme.typed(solid), "line": {"color": colour, "width": 2.5}}]
    if any(beside):
        drawn.append({**line, "y": theme.typed(dotted), "line": {"color": colour, "width": 2, "dash": "dot"}})
    symbols = ["circle" if point.mature else "circle-open" for point in series]
    size = 6 if len(series) <= 40 else 3
    marker = {"color": colour, "size": size, "symbol": symbols, "line": {"width": 1.5, "color": colour}}
    markers = {**line, "mode": "markers", "y": theme.typed(values), "marker": marker}
    return [*drawn, {**markers, "hoverinfo": "text", "hovertext": list(hover)}]


def _touches_immature(series: Sequence[Point]) -> list[bool]:
    """Which points a dotted line passes: the immature ones and their neighbours."""
    touches = [not point.mature for point in series]
    for index, (left, right) in enumerate(pairwise(series)):
        if left.mature != right.mature:
            touches[index] = touches[index + 1] = True
    return touches


def end_label(series: Sequence[Point], text: str, colour: str, shift: int = 0) -> theme.Figure | None:
    """The name of a line beside its last value; None where it has none."""
    last = next((point for point in reversed(series) if point.value is not None), None)
    if last is None:
        return None
    return {
        "name": "label",
        "text": text,
        "x": last.start.isoformat(),
        "y": last.value,
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": 9,
        "yshift": shift,
        "align": "left",
        "showarrow": False,
        "font": {"color": colour, "weight": 600},
    }


def value_label(series: Sequence[Point], text: Callable[[Point], str], colour: str, scheme: str) -> list[theme.Figure]:
    """The value of the newest point that is mature and has requests enough, written above it."""
    index = next((i for i in reversed(range(len(series))) if series[i].mature and said(series[i]) is not None), None)
    if index is None:
        return []
    last = series[index]
    late = len(series) > 1 and index >= len(series) * 0.8
    beneath = series[max(0, index - len(series) // 6) : index + 1]
    return [
        {
            "name": "label",
            "text": f"<b>{text(last)}</b>",
            "x": last.start.isoformat(),
            "y": max(value for point in beneath if (value := said(point)) is not None),
            "bgcolor": theme.faint(theme.palette(scheme).card, 0.7),
            "xanchor": "right" if late else "center",
            "yanchor": "bottom",
            "yshift": 7,
            "showarrow": False,
            "font": {"color": colour, "size": 15},
        }
    ]


def hatched(series: Sequence[Point], axis: theme.Figure, scheme: str) -> list[theme.Figure]:
    """A hatched ground behind each run of immature points, as high as the value axis; it has to come last in the data.

    Bars, because Plotly hatches nothing else; it draws them under lines, wherever in the data they stand.
    """
    runs = _immature(series)
    if not runs:
        return []
    low, high = axis["range"]
    colour = theme.palette(scheme).volume
    ends = [(_edge(first, -1), _edge(last, 1)) for first, last in runs]
    return [
        {
            "type": "bar",
            "x": [begin.isoformat() for begin, _ in ends],
            "y": [high - low] * len(runs),
            "base": low,
            "width": [(end - begin) / dt.timedelta(milliseconds=1) for begin, end in ends],
            "offset": 0,
            "marker": {
                "color": theme.faint(colour, 0.07),
                "line": {"width": 0},
                "pattern": {
                    "shape": "/",
                    "fillmode": "overlay",
                    "fgcolor": theme.faint(colour, 0.55),
                    "size": 8,
                    "solidity": 0.12,
                },
            },
            "hoverinfo": "skip",
        }
    ]


def _immature(series: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The first and last point of each run that is not mature."""
    runs: list[tuple[Point, Point]] = []
    first: Point | None = None
    for place, point in enumerate(series, start=1):
        if not point.mature and first is None:
            first = point
        if first is not None and (place == len(series) or series[place].mature):
            runs.append((first, point))
            first = None
    return runs


def _edge(point: Point, side: int) -> dt.datetime:
    """Half a bucket before (-1) or after (1) the place of a point on the time axis."""
    start = dt.datetime(point.start.year, point.start.month, point.start.day)  # noqa: DTZ001  a local day
    return start + side * (point.end - point.start + dt.timedelta(days=1)) / 2


def notes(texts: Sequence[str], scheme: str) -> tuple[list[theme.Figure], int]:
    """What the special marks mean, above the plot, and the top margin in px that they need."""
    rows = [row for text in texts for row in textwrap.wrap(text, _NOTE_WIDTH, subsequent_indent="\u2003")]
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom", "yshift": 4}
    font = {"size": 12, "color": theme.palette(scheme).muted}
    drawn = [theme.note("<br>".join(rows), scheme, name="note", font=font, **place)] if rows else []
    return drawn, 16 + 16 * len(rows)


def mark_notes(series: Sequence[Point], tr: Translator, *, incomplete: str, rates: bool = False) -> list[str]:
    """The notes for the marks that occur: immature points, and for rates buckets with too few requests."""
    texts: list[str] = []
    if any(not point.mature for point in series):
        texts.append("○ " + incomplete)
    if rates and any(not point.enough for point in series):
        texts.append("× " + tr("too few requests to say (under {n})", n=tr.number(theme.ENOUGH)))
    return texts


def too_few(series: Sequence[Point], hover: Sequence[str], scheme: str) -> list[theme.Figure]:
    """A cross on the base line for every bucket with too few requests."""
    few = [(point, text) for point, text in zip(series, hover, strict=True) if not point.enough]
    if not few:
        return []
    colour = theme.palette(scheme).muted
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [point.start.isoformat() for point, _ in few],
            "y": theme.typed([0.0] * len(few)),
            "marker": {"symbol": "x-thin", "size": 7, "color": colour, "line": {"width": 1.5, "color": colour}},
            "cliponaxis": False,
            "hoverinfo": "text",
            "hovertext": [text for _, text in few],
        }
    ]
