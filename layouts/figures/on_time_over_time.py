"""Share of the due requests of each bucket that were closed on time."""

import pandas as pd

from dashboard.i18n.translator import Translator
from layouts.figures import buckets, lines, scales, theme, year_before
from layouts.figures.buckets import Point

HEIGHT = 300


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light") -> theme.Figure:
    """Columns: start, end, n (requests whose target date has passed), value (share 0 to 1, None: no target), mature."""
    points = buckets.points(frame)
    series = _series(points)
    if not series:
        return theme.nothing(_no_target(tr), tr, scheme, HEIGHT)
    line = lines.broken_by_unknown(series, points)
    accent = theme.palette(scheme).accent
    hover = [_hover(point, tr) for point in series]
    label = lines.value_label(
        series, lambda point: tr("{share} on time", share=tr.percent(point.value or 0.0)), accent, scheme
    )
    texts = lines.mark_notes(series, tr, incomplete=tr("too recent: many are not due yet"), rates=True)
    notes, top = lines.notes(texts, scheme)
    axis = scales.share_axis(tr("Share closed on time"), tr, scheme)
    return {
        "data": [
            *lines.traces(line, tr("on time"), [_hover(point, tr) for point in line], accent, lines.said),
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
            margin={"l": 8, "r": 12, "t": top, "b": 8},
        ),
    }


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """The on-time share of the newest complete bucket with 30 due requests or more, against the same a year earlier."""
    series = _series(buckets.points(frame))
    if not series:
        return _no_target(tr)
    final = [point for point in series if point.mature]
    if not final:
        return tr("It is too early to say: many of the requests shown are not due yet.")
    sayable = [point for point in final if point.enough]
    if not sayable:
        return tr("Too few requests in each of the periods shown to say how many are on time.")
    last = sayable[-1]
    share, before = tr.percent(last.value or 0.0), year_before.earlier(frame).get(last.start)
    values = {"now": buckets.when(last, tr), "share": share}
    if before is None or not before.n:
        return tr("Of the requests made {now} whose target date has passed, {share} were closed on time.", **values)
    told = tr.percent(before.value or 0.0)
    return tr(
        "Of the requests made {now} whose target date has passed, {share} were closed on time, {difference}.",
        **values,
        difference=year_before.difference(last, before, share, told, tr),
    )


def _no_target(tr: Translator) -> str:
    return tr("None of these requests has a published target date that has passed.")


def _series(points: list[Point]) -> list[Point]:
    return [point for point in points if point.value is not None and point.n != 0]


def _hover(point: Point, tr: Translator) -> str:
    period = buckets.name(point, tr)
    of = tr.n("{n} request due", "{n} requests due", point.n or 0)
    if not point.enough:
        return tr("{period}<br>too few to say ({requests})", period=period, requests=of)
    return tr(
        "{period}<br>{share} closed on time<br>{requests}",
        period=period,
        share=tr.percent(point.value or 0.0),
        requests=of,
    )
