"""What odd rows do to the headline: the typical wait of the selection with all rows, and without those of each flag."""

from __future__ import annotations

from typing import Any

from dashboard.domain.method import TOO_FEW
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.content import Cell, Column, Numbers, PageData, Table
from layouts.quality_words import FLAG_WORDS, in_words

HARDLY = 1 / 24
"""A difference of less than an hour is not told: bins of duration are not finer."""


def effects_table(data: PageData, tr: Translator) -> Table:
    """One row a flag of the selection. Where no closing times are published, only how many rows have it."""
    rows = data.answer["effects"]
    timed = words.is_timed(data.summary)
    columns = [Column(tr("What"), numeric=False), Column(tr("Requests")), Column(tr("Share"))]
    if timed:
        columns += [
            Column(tr("In no wait, for want of a duration")),
            Column(tr("Typical wait without these rows"), measure="wait"),
            Column(tr("Closed within 30 days without them"), measure="closed_within"),
        ]
    return Table(
        "effects",
        tr("What odd rows do to the headline"),
        tuple(columns),
        tuple(_row(row, data.summary, tr) for row in rows),
        _headline(data, tr) if timed else tr("Of the requests of the selection above."),
        empty=tr("None of the requests of this selection has anything odd."),
    )


def _headline(data: PageData, tr: Translator) -> str:
    found = data.summary
    return tr(
        "With all rows of the selection above: typical wait {wait}, closed within 30 days {within}; {n}.",
        wait=words.wait(found, tr),
        within=tr.percent(found["wait"]["closed_within"]["30"], 1)
        if found["wait"]["n"] >= TOO_FEW
        else words.within(found, 30, tr),
        n=tr.n("{n} request with a known time", "{n} requests with known times", found["wait"]["n"]),
    )


def _row(row: dict[str, Any], headline: Numbers, tr: Translator) -> tuple[Cell, ...]:
    cells: tuple[Cell, ...] = (
        in_words(FLAG_WORDS, row["flag"], tr),
        tr.number(row["requests"]),
        tr.percent(row["share"], 1),
    )
    if not words.is_timed(headline):
        return cells
    without = row["without"]
    if without["n"] < TOO_FEW:
        return (*cells, tr.number(row["no_duration"]), tr("too few to say"), tr("too few to say"))
    within = tr.percent(without["closed_within_30"], 1)
    return (*cells, tr.number(row["no_duration"]), _wait(without["p50_days"], headline["wait"]["p50_days"], tr), within)


def _wait(without: float | None, headline: float | None, tr: Translator) -> str:
    """The wait without the rows, and by how much it differs: both may read "4 days" and be hours apart."""
    if without is None:
        return tr("not reached")
    if headline is None:
        return tr.days(without)
    apart = without - headline
    if abs(apart) < HARDLY:
        return tr("{wait} (no change)", wait=tr.days(without))
    if apart > 0:
        return tr("{wait} ({apart} longer)", wait=tr.days(without), apart=tr.days(apart))
    return tr("{wait} ({apart} shorter)", wait=tr.days(without), apart=tr.days(-apart))
