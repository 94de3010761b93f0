"""A row of the table of charts, and a chart's card made from it: frame, sentence and figure from one query."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from dashboard.domain.filters import Filters
from dashboard.i18n.translator import Translator
from data_access.store.published import Snapshot
from layouts.figures import breaks
from layouts.pages.content import ChartCard
from layouts.target_words import changes_told

log = logging.getLogger(__name__)

Figure = Callable[[pd.DataFrame, Translator, str], dict[str, Any]]
Sentence = Callable[[pd.DataFrame, Translator], str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a frame is drawn and said: both from the same numbers. `height` in px is kept before it is drawn."""

    figure: Figure
    sentence: Sentence
    height: int = 320


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: its id, the pages it stands on, a title that says what is seen, its query, its drawing, its measure."""

    id: str
    pages: tuple[str, ...]
    title: str
    query: Callable[..., pd.DataFrame]
    """From snapshot and filters; with `keys`, from the values of these as well."""
    drawing: Drawing | None
    """None where its page draws it: then it stands on no page by itself."""
    measure: str
    wide: bool = False
    needs: str = ""
    """The fact that a city has to publish for it ('closing_time'); empty: none."""
    over_time: bool = False
    """Whether its axis is time: then days from which rows mean something else are marked."""
    instead: str = ""
    """The fact that a city does not publish where this chart stands in for others; empty: none."""

    keys: tuple[str, ...] = ()
    """Keys of the address that only this chart knows; the values of one that repeats are joined by APART."""

    def fits(self, missing: Mapping[str, str]) -> bool:
        """Whether it can be drawn, and has to be, for a city that does not publish some facts."""
        return self.needs not in missing and (not self.instead or self.instead in missing)


def card(chart: Chart, snapshot: Snapshot, filters: Filters, tr: Translator, *, scheme: str, draw: bool) -> ChartCard:
    """A chart's card. One that fails says so and leaves the others alive."""
    query, drawing = filters.to_query(), chart.drawing
    if drawing is None:
        raise ValueError(f"the chart {chart.id} is drawn by its page")
    figure: dict[str, Any] | None = None
    failed = False
    try:
        frame = chart.query(snapshot, filters)
        marks = _breaks(chart, snapshot, filters, tr)
        sentence = breaks.said(drawing.sentence(frame, tr), marks, tr)
        figure = breaks.marked(drawing.figure(frame, tr, scheme), marks, tr, scheme) if draw else None
    except Exception:
        log.exception("the chart %s failed for %s", chart.id, query)
        failed = True
        sentence = tr("This chart could not be made. The other numbers of the page are not affected.")
    height = int(figure["layout"].get("height", drawing.height)) if figure else drawing.height
    return ChartCard(
        chart.id,
        tr(chart.title),
        sentence,
        figure,
        height,
        f"/charts/{chart.id}.csv?{query}",
        f"/charts/{chart.id}.html?{query}&{urlencode({'lang': tr.locale})}",
        chart.measure,
        chart.wide,
        failed=failed,
    )


def _breaks(chart: Chart, snapshot: Snapshot, filters: Filters, tr: Translator) -> list[breaks.Break]:
    """The city's breaks that lie in what the chart shows; where it is about targets, the changes of these too."""
    if not chart.over_time:
        return []
    first, last = max(filters.start, snapshot.data_from), min(filters.end, snapshot.data_to)
    known = [(each.on, each.why) for each in snapshot.city.breaks]
    if chart.measure == "on_time":
        known += changes_told(snapshot.city.known_targets, filters.categories, tr)
    return breaks.within(known, first, last)
