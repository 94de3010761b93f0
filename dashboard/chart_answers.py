"""What all charts share over HTTP: the data table that a card fetches when it is opened, and the same rows as CSV and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from flask import Flask, Response, abort, request

from callbacks.chart import Chart
from dashboard.api.asking import Pairs, choose_city, read_filters, read_pairs
from dashboard.api.caching import respond, validator, version_of
from dashboard.api.problems import from_exception
from dashboard.api.rendering import CSV, HTML, JSON, file_name, plain, to_csv, to_json
from dashboard.domain.errors import FixedYetError
from dashboard.domain.filters import Filters
from dashboard.domain.method import TOO_FEW
from dashboard.domain.trend import FOLLOWED, OTHER
from dashboard.first_answer import plain_page, table_fragment
from dashboard.i18n.translator import N_, Translator, translator_for
from dashboard.serving.kept import Answers, Finished
from dashboard.settings import Settings
from data_access.store.published import Published, Snapshot
from layouts.figures.open_ages import NAMES as AGES
from layouts.pages.content import APART, Column, PageContent, Table
from layouts.pages.fairness import POSITIONS
from layouts.pages.shared import OUTCOMES
from layouts.quality_words import FLAG_WORDS, in_words
from layouts.untimed import STATUSES

HEADERS = {
    "start": N_("From"),
    "end": N_("To"),
    "n": N_("Requests"),
    "value": N_("Value"),
    "low": N_("Low (95 %)"),
    "high": N_("High (95 %)"),
    "mature": N_("Complete"),
    "before_n": N_("Requests a year earlier"),
    "before": N_("A year earlier"),
    "before_low": N_("Low a year earlier (95 %)"),
    "before_high": N_("High a year earlier (95 %)"),
    "measure": N_("What"),
    "days": N_("Days"),
    "closed_share": N_("Share closed"),
    "at_risk": N_("Still followed"),
    "name": N_("Name"),
    "part": N_("Part"),
    "status": N_("Status"),
    "closed": N_("Closed"),
    "share": N_("Share closed"),
    "expected": N_("Expected to be closed"),
    "adjusted_share": N_("Share, adjusted"),
    "low_998": N_("Low (99.8 %)"),
    "high_998": N_("High (99.8 %)"),
    "position": N_("Against the limits"),
    "city_share": N_("Share in the whole city"),
    "band": N_("Age"),
    "backlog": N_("Open for so long"),
    "overdue": N_("Overdue for so long"),
    "factor": N_("Limits widened by (variance)"),
    "flag": N_("What is odd"),
    **OUTCOMES,
    "still_open": N_("Still open"),
}
WORDS = {
    "requests": N_("Requests made"),
    "closed": N_("Requests closed"),
    "on_time": N_("Closed on time"),
    "late_closed": N_("Closed late"),
    "open_overdue": N_("Open and overdue"),
    "not_yet_due": N_("Not yet due"),
    "without_target": N_("Without a target"),
    OTHER: N_("All others"),
    **POSITIONS,
    **AGES,
}
STATUS_WORDS = dict(STATUSES)
SHARES = {"closed_share", "share", "adjusted_share", "low_998", "high_998", "city_share", "still_open", *OUTCOMES}
LIMITS_OF_SHARES = {"closed_within", "fair"}
RATES = {"wait", "on_time"}
"""The measures of which nothing is said under TOO_FEW requests."""
VALUES = {
    "value": "n",
    "low": "n",
    "high": "n",
    "before": "before_n",
    "before_low": "before_n",
    "before_high": "before_n",
}
"""The columns of values and of what each was computed from."""
VARYING = ("Sec-Fetch-Dest",)
"""The header that tells a table opened as a page of its own from one for a card."""
MOST_ROWS = 400
"""A table on a screen ends here; the CSV has all rows."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked for: `own` are the values of the chart's own keys, `alone` a page of its own, without scripts."""

    chart: Chart
    filters: Filters
    own: Mapping[str, str]
    form: str
    tr: Translator
    alone: bool


def register(
    server: Flask, published: Published, settings: Settings, charts: Sequence[Chart], answers: Answers
) -> None:
    """Add /charts/<id>.html, .csv and .json for every row of the table of charts; `answers` keeps what was finished."""
    by_id = {chart.id: chart for chart in charts}

    def answer(chart_id: str, form: str) -> Response:
        chart = by_id.get(chart_id)
        if chart is None:
            abort(404)
        try:
            pairs = read_pairs(request.query_string)
            with published.open(choose_city(pairs, published, settings)) as snapshot:
                filters = read_filters([pair for pair in pairs if pair[0] != "lang"], snapshot)
                own = _own(chart, pairs)
                tr = translator_for(dict(pairs).get("lang"))
                alone = form == "html" and request.headers.get("Sec-Fetch-Dest", "empty") == "document"
                tag = validator(
                    f"{chart_id}.{form}",
                    f"{filters.to_query()}&{urlencode(own)}",
                    tr.locale,
                    str(alone),
                    version_of(snapshot),
                )
                wanted = _Wanted(chart, filters, own, form, tr, alone)
                return respond(tag, lambda: _finished(wanted, snapshot), answers, VARYING if form == "html" else ())
        except FixedYetError as error:
            return from_exception(error)

    server.add_url_rule("/charts/<chart_id>.<any(html, csv, json):form>", "chart_answer", answer, methods=["GET"])


def _own(chart: Chart, pairs: Pairs) -> dict[str, str]:
    """The values of the keys that only this chart knows."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        if key in chart.keys and value.strip():
            found.setdefault(key, []).append(value.strip())
    return {key: APART.join(values) for key, values in found.items()}


def _read_as(own: Mapping[str, str]) -> str:
    """The measure in whose words the values of the chart of trends are written."""
    followed = FOLLOWED[own.get("measure", "requests")]
    return {"count": "requests", "days": "wait", "share": "on_time"}[followed.unit]


def _finished(wanted: _Wanted, snapshot: Snapshot) -> Finished:
    """The rows of a chart in the form that is asked for; where the city's rows do not allow the chart, its sentence why."""
    chart, filters, own, tr = wanted.chart, wanted.filters, wanted.own, wanted.tr
    frame = chart.query(snapshot, filters, own) if chart.keys else chart.query(snapshot, filters)
    lacking = snapshot.city.missing.get(chart.needs, "")  # type: ignore[call-overload]
    frame = frame.iloc[:0] if lacking else frame
    columns = tuple(str(column) for column in frame.columns)
    rows: list[dict[str, Any]] = [{column: plain(value) for column, value in row.items()} for row in _records(frame)]
    if wanted.form == "json":
        document = {"id": chart.id, "title": chart.title, "rows": rows, "lacking": lacking or None}
        return Finished(to_json(document), JSON)
    if wanted.form == "csv":
        name = file_name((snapshot.city.id, chart.id, filters.start.isoformat(), filters.end.isoformat()))
        disposition = ("Content-Disposition", f'attachment; filename="{name}"')
        return Finished(to_csv(columns, rows), f"{CSV}; charset=utf-8", (disposition,))
    chart = replace(chart, measure=_read_as(own)) if chart.keys else chart
    table = data_table(chart, rows, columns, tr, lacking)
    if wanted.alone:
        title = tr(chart.title)
        return Finished(plain_page(PageContent(title, title, "", (table,)), tr).encode(), HTML)
    return Finished(table_fragment(table).encode(), HTML)


def data_table(
    chart: Chart, rows: Sequence[dict[str, Any]], columns: Sequence[str], tr: Translator, lacking: str = ""
) -> Table:
    """The rows of a chart as a table in words: days as days, shares in percent, yes and no."""
    shown = [column for column in columns if any(row[column] is not None for row in rows)]
    cells = tuple(tuple(_cell(column, row, chart.measure, tr) for column in shown) for row in rows[:MOST_ROWS])
    note = tr("The first {n} rows; the CSV has all.", n=tr.number(MOST_ROWS)) if len(rows) > MOST_ROWS else ""
    return Table(
        f"data-{chart.id}",
        tr(chart.title),
        tuple(Column(tr(HEADERS[column])) for column in shown),
        cells,
        note,
        empty=lacking or tr("No requests match this selection. Widen the dates or clear a filter."),
    )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")  # type: ignore[return-value]


def _cell(column: str, row: Mapping[str, Any], measure: str, tr: Translator) -> str:
    value = row[column]
    if measure in RATES and column in VALUES and (row.get(VALUES[column]) or TOO_FEW) < TOO_FEW:
        return tr("too few to say")
    if value is None:
        return "–"
    if column in ("start", "end"):
        return tr.date(pd.Timestamp(value).date())
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if column == "status":
        return tr(STATUS_WORDS[str(value)])
    if column == "flag":
        return in_words(FLAG_WORDS, str(value), tr)
    if isinstance(value, str):
        return tr(WORDS[value]) if value in WORDS else value
    if (
        column in SHARES
        or (column in ("low", "high") and measure in LIMITS_OF_SHARES)
        or (measure in ("on_time", "") and isinstance(value, float) and column != "before_n")
    ):
        return tr.percent(value, 1)
    if column == "days":
        return tr.number(value, 2)
    if column in VALUES and measure == "wait":
        return tr.days(value)
    return tr.number(value)
