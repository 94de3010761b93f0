"""Requests that were open at the end of each bucket."""

import pandas as pd

from dashboard.i18n.translator import Translator
from layouts.figures import buckets, lines, scales, theme, year_before
from layouts.figures.buckets import Point

HEIGHT = 300


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light") -> theme.Figure:
    """Columns: start, end, value (open at the end of `end`), mature (False: older requests are not in the source)."""
    series = _series(frame)
    if not series:
        return theme.nothing(tr("There is no backlog to show for this selection."), tr, scheme, HEIGHT)
    accent = theme.palette(scheme).accent
    line = lines.broken_by_unknown(series, buckets.points(frame))
    hover = [_hover(point, tr) for point in line]
    label = lines.end_label(series, tr("Open") + "<br>" + _count(series[-1], tr), accent)
    texts = lines.mark_notes(series, tr, incomplete=tr("understated: older requests are not in this source"))
    notes, top = lines.notes(texts, scheme)
    axis = scales.count_axis(tr("Open requests"), max(point.value or 0 for point in series), tr, scheme)
    return {
        "data": [*lines.traces(line, tr("Open"), hover, accent), *lines.hatched(line, axis, scheme)],
        "layout": theme.layout(
            tr,
            scheme,
            HEIGHT,
            xaxis=buckets.time_axis(series, "end", tr, scheme),
            yaxis=axis,
            annotations=[*([label] if label else []), *notes],
            margin={"l": 8, "r": theme.room([label["text"]] if label else []), "t": top, "b": 8},
        ),
    }


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """The backlog at the end, against that of a year earlier where both are 30 or more."""
    series = _series(frame)
    if not series:
        return tr("There is no backlog to show for this selection.")
    last = series[-1]
    day = tr.date(last.end)
    if not last.mature:
        return tr.n(
            "At least {n} request was open on {day}; older requests are not in this source, "
            "so it is not compared with earlier days.",
            "At least {n} requests were open on {day}; older requests are not in this source, "
            "so it is not compared with earlier days.",
            round(last.value or 0),
            day=day,
        )
    first = year_before.earlier(frame).get(last.start)
    if first is None or min(first.value or 0, last.value or 0) < theme.ENOUGH:
        return tr.n(
            "{n} request was open on {day}.", "{n} requests were open on {day}.", round(last.value or 0), day=day
        )
    relative = ((last.value or 0) - (first.value or 0)) / (first.value or 1)
    if abs(relative) < 0.005:
        return tr.n(
            "{n} request was open on {day}, about the same as a year earlier.",
            "{n} requests were open on {day}, about as many as a year earlier.",
            round(last.value or 0),
            day=day,
        )
    return tr.n(
        "{n} request was open on {day}, {change} than a year earlier.",
        "{n} requests were open on {day}, {change} than a year earlier.",
        round(last.value or 0),
        day=day,
        change=tr.change(relative),
    )


def _series(frame: pd.DataFrame) -> list[Point]:
    return [point for point in buckets.points(frame) if point.value is not None]


def _count(point: Point, tr: Translator) -> str:
    return tr.number(round(point.value or 0))


def _hover(point: Point, tr: Translator) -> str:
    n = round(point.value or 0)
    return tr.n("{day}<br>{n} request open", "{day}<br>{n} requests open", n, day=tr.date(point.end))
