"""Requests made and requests closed, counted a bucket: two lines with their names at their ends."""

import pandas as pd

from dashboard.i18n.translator import Translator
from layouts.figures import buckets, lines, scales, theme
from layouts.figures.buckets import Point

HEIGHT = 300


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light") -> theme.Figure:
    """Columns: measure ("requests" or "closed", or only one of them), start, end, value (count; n serves where it is missing), mature."""
    made, closed = series(frame, "requests"), series(frame, "closed")
    every = [*made, *closed]
    if not any(point.value for point in every):
        return theme.nothing(tr("No requests match this selection."), tr, scheme, HEIGHT)
    colours = theme.palette(scheme)
    drawn: list[theme.Figure] = []
    labels: list[theme.Figure] = []
    apart = _apart(made, closed)
    for line, name, colour, shift in (
        (made, tr("Made"), colours.volume, apart),
        (closed, tr("Closed"), colours.accent, -apart),
    ):
        hover = [f"{buckets.name(point, tr)}<br>{name}: {_count(point, tr)}" for point in line]
        drawn += lines.traces(line, name, hover, colour)
        label = lines.end_label(line, name, colour, shift=shift)
        labels += [label] if label else []
    notes, top = lines.notes(lines.mark_notes(every, tr, incomplete=tr("not complete in this source")), scheme)
    axis = buckets.time_axis(every, "counted", tr, scheme)
    values = scales.count_axis(tr("Number of requests"), max(point.value or 0 for point in every), tr, scheme)
    return {
        "data": [*drawn, *(lines.hatched(made, values, scheme) or lines.hatched(closed, values, scheme))],
        "layout": theme.layout(
            tr,
            scheme,
            HEIGHT,
            xaxis=axis,
            yaxis=values,
            annotations=[*labels, *notes],
            margin={"l": 8, "r": theme.room([label["text"] for label in labels]), "t": top, "b": 8},
        ),
    }


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """When most and fewest requests were made, and how many were closed meanwhile; of complete buckets only."""
    all_made = series(frame, "requests")
    made = [point for point in all_made if point.mature and point.value is not None]
    if not any(point.value for point in all_made):
        return tr("No requests match this selection.")
    if not made:
        return tr("None of the periods shown is complete yet.")
    most = max(made, key=lambda point: point.value or 0)
    fewest = min(made, key=lambda point: point.value or 0)
    if len(made) == 1:
        return tr.n(
            "{n} request was made {when}.", "{n} requests were made {when}.", _n(most), when=buckets.when(most, tr)
        )
    if most.value == fewest.value:
        return tr("The number of requests was the same throughout ({n}).", n=_count(most, tr))
    values = {
        "most": buckets.when(most, tr),
        "most_n": _count(most, tr),
        "fewest": buckets.when(fewest, tr),
        "fewest_n": _count(fewest, tr),
    }
    closed = _closed_for_100(made, series(frame, "closed"))
    if closed is None:
        return tr("Most requests were made {most} ({most_n}); the fewest {fewest} ({fewest_n}).", **values)
    return tr(
        "Most requests were made {most} ({most_n}), the fewest {fewest} ({fewest_n}); "
        "for every 100 made, {closed} were closed.",
        **values,
        closed=tr.number(round(closed)),
    )


def series(frame: pd.DataFrame, measure: str) -> list[Point]:
    """The points of one of the two measures; `value`, or `n` in a frame without it, is the count."""
    if frame.empty:
        return []
    part = frame[frame["measure"] == measure]
    if "value" not in part.columns:
        part = part.assign(value=part["n"])
    return buckets.points(part)


def _closed_for_100(made: list[Point], closed: list[Point]) -> float | None:
    """Closed for every 100 made in the buckets where both are complete; None where fewer than 30 were made in them."""
    ended = {point.start: point.value for point in closed if point.mature and point.value is not None}
    both = [(point.value or 0.0, ended[point.start]) for point in made if point.start in ended]
    total = sum(value for value, _ in both)
    return 100 * sum(value for _, value in both) / total if total >= theme.ENOUGH else None


def _apart(made: list[Point], closed: list[Point]) -> int:
    """How far in px to move the two labels from each other where the lines end close together."""
    if not made or not closed:
        return 0
    top = max(point.value or 0 for point in [*made, *closed])
    gap = (made[-1].value or 0) - (closed[-1].value or 0)
    return 0 if abs(gap) > 0.1 * top else (9 if gap >= 0 else -9)


def _n(point: Point) -> int:
    return round(point.value or 0)


def _count(point: Point, tr: Translator) -> str:
    return tr.number(_n(point))
