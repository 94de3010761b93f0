"""A measure over time: one line beside the year before, several with their names at their ends, or one small chart each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from math import ceil

from dashboard.domain.trend import OTHER, Followed
from dashboard.i18n.translator import Translator
from layouts import trend_words
from layouts.figures import breaks, buckets, lines, scales, theme
from layouts.figures.buckets import Point
from layouts.figures.trend_labels import apart
from layouts.trend_words import Line

HEIGHT, TALL, SMALL = 360, 460, 170
MOST_TOGETHER = 9
"""So many lines at most are told apart in one chart: eight values and the rest."""
COLOURS = {
    "light": ("#0a5c8a", "#b94e1e", "#1f6b45", "#771447", "#8a5a00", "#4a4e9e", "#9e2c37", "#2f6f73"),
    "dark": ("#74b9e0", "#ffae73", "#7fd0a3", "#e58bb0", "#e9b757", "#a9acf0", "#ff9a83", "#86cfd1"),
}
"""All with 3:1 against their ground; a line is known by its name beside it, never by its colour alone."""
LABEL_WIDTH, LABEL_GAP = 15, 31
MOST_OF_REST = 1.5
MOST_GHOSTS = 3
"""Beside more lines than so many those of the year before would be a tangle: a note says where they are."""
UNDER = 82
"""What stands under the plot, in px: ticks of two lines and the title of the axis."""
End = tuple[Point, str, str]
"""Where a line ends, its name, its colour."""
Bulk = Sequence[tuple[dt.date, int]]


def figure(
    found: Sequence[Line],
    followed: Followed,
    names: Mapping[str, str],
    tr: Translator,
    scheme: str,
    *,
    bulk: Bulk = (),
) -> theme.Figure:
    """One chart of up to MOST_TOGETHER lines; `names` has the shown name of each and, as "measure", that of the measure.

    A single line stands beside the year before. `bulk` are days with requests closed in one go: marks at the top.
    """
    there = [line for line in found if any(point.n for point in line.points)]
    shown = drawn_together(there)[:MOST_TOGETHER]
    if not shown:
        return theme.nothing(tr("No requests match this selection."), tr, scheme, HEIGHT)
    alone = len(shown) == 1
    every = [point for line in shown for point in line.points]
    top = top_of(shown, followed, with_before=len(shown) <= MOST_GHOSTS)
    marks, told = _bulk_marks(bulk, shown[0].points, top, tr, scheme)
    notes, above = lines.notes([*_notes(shown, followed, tr), *told], scheme)
    axis = _value_axis(followed, top, tr, scheme)
    if alone:
        drawn, labels = _single(shown, followed, names, tr, scheme)
    else:
        drawn, ends = _several(shown, followed, names, tr, scheme)
        labels = _end_labels(ends, shown[0].points[-1], axis["range"][1], TALL - above - UNDER)
    return {
        "data": [*drawn, *marks, *lines.hatched(shown[0].points, axis, scheme)],
        "layout": theme.layout(
            tr,
            scheme,
            HEIGHT if alone else TALL,
            xaxis=buckets.time_axis(every, _of(followed), tr, scheme),
            yaxis=axis,
            annotations=[*labels, *notes],
            margin={"l": 8, "r": theme.room([label["text"] for label in labels if _is_end(label)]), "t": above, "b": 8},
        ),
    }


def drawn_together(found: Sequence[Line]) -> list[Line]:
    """The lines of one chart: without the rest where it is so large that the others would be pressed flat."""
    named = [line for line in found if line.name != OTHER]
    largest = max((point.value or 0 for line in named for point in line.points), default=0)
    rest = max((point.value or 0 for line in found if line.name == OTHER for point in line.points), default=0)
    return named if named and rest > MOST_OF_REST * largest else list(found)


def small(
    line: Line,
    followed: Followed,
    name: str,
    top: float,
    marks: Sequence[breaks.Break],
    tr: Translator,
    scheme: str,
) -> theme.Figure:
    """The small chart of one value, on the axes that all of them share: `top` is the upper end of the value axis."""
    accent = theme.palette(scheme).accent
    hover = _hover(line, followed, name, tr)
    axis = _value_axis(followed, top, tr, scheme)
    figure: theme.Figure = {
        "data": [
            *_ghost(line, followed, theme.palette(scheme).volume, tr),
            *lines.traces(line.points, name, hover, accent, _value(followed)),
            *lines.hatched(line.points, axis, scheme),
        ],
        "layout": theme.layout(
            tr,
            scheme,
            SMALL,
            xaxis={**buckets.time_axis(line.points, _of(followed), tr, scheme), "title": {"text": ""}, "nticks": 4},
            yaxis={**axis, "title": {"text": ""}},
            annotations=[],
            margin={"l": 8, "r": 12, "t": 8, "b": 4},
        ),
    }
    marked = breaks.marked(figure, marks, tr, scheme)["layout"]
    return {**figure, "layout": {**figure["layout"], "shapes": marked.get("shapes", [])}}


def top_of(found: Sequence[Line], followed: Followed, *, with_before: bool) -> float:
    """The largest value that is drawn, so that charts side by side can share their axis."""
    points = [point for line in found for point in line.points]
    if with_before:
        points += [point for line in found for point in line.before if point is not None]
    values = [value for point in points if (value := _value(followed)(point)) is not None]
    return max(values, default=0.0)


def _single(
    shown: Sequence[Line],
    followed: Followed,
    names: Mapping[str, str],
    tr: Translator,
    scheme: str,
) -> tuple[list[theme.Figure], list[theme.Figure]]:
    line, accent = shown[0], theme.palette(scheme).accent
    name = names.get(line.name) or names["measure"]
    hover = _hover(line, followed, name, tr)
    ghost = _ghost(line, followed, theme.palette(scheme).volume, tr)
    labels = lines.value_label(line.points, lambda point: trend_words.value_text(followed, point, tr), accent, scheme)
    earlier = [point for point in line.before if point is not None and _value(followed)(point) is not None]
    if ghost and earlier:
        label = lines.end_label(earlier, tr("a year<br>earlier"), theme.palette(scheme).volume)
        labels = [*labels, *([label] if label else [])]
    crosses = [] if followed.unit == "count" else lines.too_few(line.points, hover, scheme)
    return [*ghost, *lines.traces(line.points, name, hover, accent, _value(followed)), *crosses], labels


def _several(
    shown: Sequence[Line],
    followed: Followed,
    names: Mapping[str, str],
    tr: Translator,
    scheme: str,
) -> tuple[list[theme.Figure], list[End]]:
    colours = [*COLOURS["dark" if scheme == "dark" else "light"], theme.palette(scheme).volume]
    drawn: list[theme.Figure] = []
    ends: list[End] = []
    for line, colour in zip(shown, colours, strict=False):
        if len(shown) <= MOST_GHOSTS:
            drawn += _ghost(line, followed, theme.faint(colour, 0.6), tr)
        hover = _hover(line, followed, names[line.name], tr)
        drawn += lines.traces(line.points, theme.plain(names[line.name]), hover, colour, _value(followed))
        last = next((point for point in reversed(line.points) if _value(followed)(point) is not None), None)
        if last is not None:
            ends.append((last, names[line.name], colour))
    return drawn, ends


def _end_labels(ends: Sequence[End], line_end: Point, top: float, height: float) -> list[theme.Figure]:
    """The names at the right edge, at the height of their lines but apart; the plot is `height` px high and ends at `top`."""
    wanted = [height * (point.value or 0.0) / (top or 1.0) for point, _, _ in ends]
    placed = apart(wanted, LABEL_GAP, 6, height)
    return [
        {
            "name": "end",
            "text": "<br>".join(theme.wrapped(name, LABEL_WIDTH, 2)),
            "x": line_end.start.isoformat(),
            "y": point.value,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 12,
            "yshift": round(place - want, 1),
            "align": "left",
            "showarrow": False,
            "font": {"color": colour, "size": 12, "weight": 600},
        }
        for (point, name, colour), want, place in zip(ends, wanted, placed, strict=True)
    ]


def _is_end(label: theme.Figure) -> bool:
    return label.get("name") == "end" or label.get("xanchor") == "left"


def _ghost(line: Line, followed: Followed, colour: str, tr: Translator) -> list[theme.Figure]:
    """The year before as a pale line under the present one."""
    value = _value(followed)
    if not _reaches_back(line, followed):
        return []
    earlier = [None if point is None else value(point) for point in line.before]
    texts = [trend_words.value_text(followed, point, tr) for point in line.before]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": tr("A year earlier"),
            "x": [point.start.isoformat() for point in line.points],
            "y": theme.typed(earlier),
            "connectgaps": False,
            "line": {"color": colour, "width": 1.5, "dash": "4px,3px"},
            "hoverinfo": "text",
            "hovertext": [
                tr("{period}<br>a year earlier: {value}", period=buckets.name(point, tr), value=text)
                for point, text in zip(line.points, texts, strict=True)
            ],
        }
    ]


def _reaches_back(line: Line, followed: Followed) -> bool:
    """Whether anything is known of the line a year before."""
    return any(point is not None and _value(followed)(point) is not None for point in line.before)


def _hover(line: Line, followed: Followed, name: str, tr: Translator) -> list[str]:
    texts: list[str] = []
    for point in line.points:
        text = f"{buckets.name(point, tr)}<br>{theme.plain(name)}: {trend_words.value_text(followed, point, tr)}"
        if followed.unit != "count" and point.n:
            text += "<br>" + tr.n("{n} request", "{n} requests", point.n)
        texts.append(text)
    return texts


def _notes(shown: Sequence[Line], followed: Followed, tr: Translator) -> list[str]:
    points = [point for line in shown for point in line.points]
    incomplete = {
        "count": tr("not complete in this source"),
        "days": tr("too recent to be final"),
        "share": tr("too recent to be final"),
    }[followed.unit]
    rates = followed.unit != "count"
    if len(shown) == 1:
        return lines.mark_notes(points, tr, incomplete=incomplete, rates=rates)
    texts = lines.mark_notes(points, tr, incomplete=incomplete)
    if any(_reaches_back(line, followed) for line in shown):
        texts.append(
            tr("dashed: a year earlier")
            if len(shown) <= MOST_GHOSTS
            else tr("a year earlier: in the small charts (“apart”) and in the table")
        )
    if rates and any(point.n and not point.enough for point in points):
        texts.append(tr("a gap: too few requests to say (under {n})", n=tr.number(theme.ENOUGH)))
    return texts


def _bulk_marks(
    bulk: Bulk, points: Sequence[Point], top: float, tr: Translator, scheme: str
) -> tuple[list[theme.Figure], list[str]]:
    """A mark at the top for each day with requests closed in one go, and what it means."""
    inside = [(day, n) for day, n in bulk if points[0].start <= day <= points[-1].end]
    if not inside:
        return [], []
    colour = theme.palette(scheme).late
    last = points[-1].start
    mark = {
        "type": "scatter",
        "mode": "markers",
        "name": tr("Closed in one go"),
        "x": [min(day, last).isoformat() for day, _ in inside],
        "y": theme.typed([top * 1.0] * len(inside)),
        "cliponaxis": False,
        "marker": {"symbol": "triangle-down", "size": 9, "color": colour},
        "hoverinfo": "text",
        "hovertext": [
            tr.n("{day}<br>{n} request closed in one go", "{day}<br>{n} requests closed in one go", n, day=tr.date(day))
            for day, n in inside
        ],
    }
    return [mark], ["▾ " + tr("many requests closed in one go")]


def _value(followed: Followed) -> Callable[[Point], float | None]:
    return lines.value_of if followed.unit == "count" else lines.said


def _of(followed: Followed) -> buckets.Of:
    if followed.id == "backlog":
        return "end"
    return "counted" if followed.unit == "count" else "made"


def _value_axis(followed: Followed, top: float, tr: Translator, scheme: str) -> theme.Figure:
    if followed.unit == "days":
        days = tr("Days until half are closed") if followed.id == "wait" else tr("Days until nine in ten are closed")
        hours = tr("Hours until half are closed") if followed.id == "wait" else tr("Hours until nine in ten are closed")
        return scales.wait_axis(days, hours, top * 1.05, tr, scheme)
    title = tr(trend_words.AXES.get(followed.id, trend_words.ENDED_AXIS))
    if followed.unit == "count":
        return scales.count_axis(title, top, tr, scheme)
    if top > 0.5 or top <= 0:
        return scales.share_axis(title, tr, scheme)
    ticks = [tick / 100 for tick in scales.ticks_to(ceil(top * 100), whole=True)]
    return theme.axis(
        title,
        scheme,
        range=[0, ticks[-1] * 1.02],
        tickvals=ticks,
        ticktext=[tr.percent(tick) for tick in ticks],
    )
