"""Typical wait of the requests made in each bucket, with its 95 % interval as a band."""

import datetime as dt

import pandas as pd

from dashboard.i18n.translator import Translator
from layouts.figures import buckets, lines, scales, theme, year_before
from layouts.figures.buckets import Point

HEIGHT = 300


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light") -> theme.Figure:
    """Columns: start, end, n (requests), value, low, high (days; None: not reached), mature.

    A wait that is not reached is a gap with a triangle at the top, one of fewer than 30 requests a gap with a cross.
    """
    points = buckets.points(frame)
    series = [point for point in points if point.n != 0]
    if not series:
        return theme.nothing(tr("No requests match this selection."), tr, scheme, HEIGHT)
    line = lines.broken_by_unknown(series, points)
    accent = theme.palette(scheme).accent
    top = _top(series)
    hover = [_hover(point, tr) for point in series]
    label = lines.value_label(series, lambda point: tr.days(point.value), accent, scheme)
    notes, above = lines.notes(_notes(series, tr), scheme)
    axis = scales.wait_axis(tr("Days until half are closed"), tr("Hours until half are closed"), top, tr, scheme)
    return {
        "data": [
            *_band(line, top, theme.faint(accent, 0.18)),
            *lines.traces(line, tr("Typical wait"), [_hover(point, tr) for point in line], accent, lines.said),
            *_not_reached(series, hover, top, accent),
            *lines.too_few(series, hover, scheme),
            *lines.hatched(line, axis, scheme),
        ],
        "layout": theme.layout(
            tr,
            scheme,
            HEIGHT,
            xaxis=buckets.time_axis(series, "made", tr, scheme),
            yaxis=axis,
            annotations=[*label, *notes],
            margin={"l": 8, "r": 12, "t": above, "b": 8},
        ),
    }


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """The typical wait of the newest complete bucket with 30 requests or more, against the same a year earlier."""
    series = [point for point in buckets.points(frame) if point.n != 0]
    if not series:
        return tr("No requests match this selection.")
    final = [point for point in series if point.mature]
    if not final:
        return tr("It is too early to say: the requests shown were made too recently.")
    sayable = [point for point in final if point.enough]
    if not sayable:
        return tr("Too few requests in each of the periods shown to say how long they take.")
    last = sayable[-1]
    now, before = buckets.when(last, tr), year_before.earlier(frame).get(last.start)
    if last.value is None:
        return _not_reached_sentence(before, now, tr)
    wait = tr.days(last.value)
    if before is None:
        return tr("Half of the requests made {now} were closed within {wait}.", now=now, wait=wait)
    if before.enough and before.value is None:
        return tr(
            "Half of the requests made {now} were closed within {wait}; a year earlier more than half were still open at that age.",
            now=now,
            wait=wait,
        )
    told = tr.days(before.value) if before.enough else ""
    return tr(
        "Half of the requests made {now} were closed within {wait}, {difference}.",
        now=now,
        wait=wait,
        difference=year_before.difference(last, before, wait, told, tr),
    )


def _not_reached_sentence(before: Point | None, now: str, tr: Translator) -> str:
    if before is None or before.value is None or not before.enough:
        return tr("More than half of the requests made {now} are still open.", now=now)
    return tr(
        "More than half of the requests made {now} are still open; a year earlier half were closed within {wait}.",
        now=now,
        wait=tr.days(before.value),
    )


def _notes(series: list[Point], tr: Translator) -> list[str]:
    texts = lines.mark_notes(series, tr, incomplete=tr("too recent to be final"), rates=True)
    if any(point.enough and point.value is None for point in series):
        texts.append("△ " + tr("not reached: more than half still open"))
    return texts


def _top(series: list[Point]) -> float:
    """Upper end of the axis in days: above all waits, but wide intervals do not flatten the line."""
    shown = [point for point in series if point.enough]
    highest = max((point.value for point in shown if point.value is not None), default=0.0)
    limits = [point.high for point in shown if point.high is not None and point.value is not None]
    if not highest:
        return max((point.low or 0.0 for point in shown), default=0.0) or 30.0
    return max(highest * 1.15, min(max(limits, default=0.0), highest * 1.6))


def _band(series: list[Point], top: float, colour: str) -> list[theme.Figure]:
    """The 95 % interval as closed shapes, one for each unbroken run; an upper limit that is not reached is the top."""
    days: list[str | None] = []
    values: list[float | None] = []
    for run in _runs(series):
        starts = [point.start.isoformat() for point in run]
        lows = [point.low for point in run]
        highs = [top if point.high is None else min(point.high, top) for point in run]
        if len(run) == 1:
            half = dt.timedelta(days=max(1.0, (run[0].end - run[0].start).days * 0.15))
            starts = [(run[0].start - half).isoformat(), (run[0].start + half).isoformat()]
            lows, highs = lows * 2, highs * 2
        days += [*starts, *reversed(starts), None]
        values += [*lows, *reversed(highs), None]
    if not days:
        return []
    shape = {"type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": colour, "line": {"width": 0}}
    return [{**shape, "x": days, "y": values, "hoverinfo": "skip"}]


def _runs(series: list[Point]) -> list[list[Point]]:
    runs: list[list[Point]] = [[]]
    for point in series:
        if point.enough and point.low is not None and point.value is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _not_reached(series: list[Point], hover: list[str], top: float, colour: str) -> list[theme.Figure]:
    missing = [(point, text) for point, text in zip(series, hover, strict=True) if point.enough and point.value is None]
    if not missing:
        return []
    marker = {"symbol": "triangle-up-open", "size": 10, "color": colour, "line": {"width": 1.5, "color": colour}}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [point.start.isoformat() for point, _ in missing],
            "y": theme.typed([top * 0.96] * len(missing)),
            "marker": marker,
            "hoverinfo": "text",
            "hovertext": [text for _, text in missing],
        }
    ]


def _hover(point: Point, tr: Translator) -> str:
    period = buckets.name(point, tr)
    of = tr.n("{n} request", "{n} requests", point.n or 0)
    if not point.enough:
        return tr("{period}<br>too few to say ({requests})", period=period, requests=of)
    if point.value is None:
        return tr("{period}<br>more than half still open ({requests})", period=period, requests=of)
    wait = tr.days(point.value)
    if point.low is None:
        return tr("{period}<br>half closed within {wait}<br>{requests}", period=period, wait=wait, requests=of)
    return tr(
        "{period}<br>half closed within {wait}<br>(likely between {low} and {high})<br>{requests}",
        period=period,
        wait=wait,
        low=tr.days(point.low),
        high=tr("not reached") if point.high is None else tr.days(point.high),
        requests=of,
    )
