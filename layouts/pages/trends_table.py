"""The table of the page of trends: one measure with its limits, or several values side by side."""

from __future__ import annotations

from dashboard.i18n.translator import Translator
from layouts import trend_words
from layouts.figures import buckets
from layouts.pages.content import (
    Cell,
    Column,
    Table,
)
from layouts.pages.trends_explored import CHART, Explored, marks_of

MOST_ROWS = 400
"""A table on a screen ends here; the CSV has all rows."""


def trends_table(asked: Explored, title: str, tr: Translator) -> Table:
    """The newest MOST_ROWS periods, the oldest of them first."""
    rows = _single_rows(asked, tr) if asked.by == "none" else _group_rows(asked, tr)
    heads = (
        [asked.names["measure"], *_interval_heads(asked, tr)]
        if asked.by == "none"
        else [asked.names[line.name] for line in asked.lines]
    )
    told = (
        [tr("○ not complete yet, or not final.")]
        if any(not p.mature for line in asked.lines for p in line.points)
        else []
    )
    if len(rows) > MOST_ROWS:
        told.append(tr("The last {n} rows; the CSV has all.", n=tr.number(MOST_ROWS)))
    told += [tr("From {day}: {why}", day=tr.date(day), why=why) for day, why in marks_of(asked, tr)]
    return Table(
        CHART,
        title,
        (Column(tr("Period"), numeric=False), *(Column(head) for head in heads)),
        tuple(rows[-MOST_ROWS:]),
        " ".join(told),
        empty=tr("No requests match this selection. Widen the dates or clear a filter."),
    )


def _interval_heads(asked: Explored, tr: Translator) -> list[str]:
    heads = [] if asked.followed.unit == "count" else [tr("95 % interval"), tr("Requests")]
    return [*heads, tr("A year earlier"), tr("Change")] if asked.compare else heads


def _single_rows(asked: Explored, tr: Translator) -> list[tuple[Cell, ...]]:
    followed, rows = asked.followed, list[tuple[Cell, ...]]()
    for line in asked.lines:
        for point, before in zip(line.points, line.before, strict=True):
            row: list[Cell] = [_period(point, tr), trend_words.value_text(followed, point, tr)]
            if followed.unit != "count":
                row += [trend_words.interval_text(followed, point, tr), tr.number(point.n or 0)]
            if asked.compare:
                change = trend_words.changed(followed, point, before, tr) if point.mature else ""
                row += [trend_words.value_text(followed, before, tr), change or "–"]
            rows.append(tuple(row))
    return rows


def _group_rows(asked: Explored, tr: Translator) -> list[tuple[Cell, ...]]:
    if not asked.lines:
        return []
    return [
        (
            _period(asked.lines[0].points[place], tr),
            *(trend_words.value_text(asked.followed, line.points[place], tr) for line in asked.lines),
        )
        for place in range(len(asked.lines[0].points))
    ]


def _period(point: buckets.Point, tr: Translator) -> str:
    return buckets.name(point, tr) + ("" if point.mature else " ○")
