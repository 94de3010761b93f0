"""Tables of the data page about the source: its syncs, every call to it, what changed in it, how its areas agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashboard.i18n.translator import Translator
from layouts.pages.content import Cell, Column, PageData, Table
from layouts.quality_words import COUNTED_DRIFT, DRIFT_WORDS, in_words

COUNTS = ("read", "stored", "updated", "unchanged", "quarantined", "removed", "repaired")
SYNCS = 10
"""So many syncs are shown; the API has more."""


def sync_table(data: PageData, tr: Translator) -> Table:
    """The last syncs, each with what became of the rows that it read."""
    heads = (
        tr("From"),
        tr("Read"),
        tr("New"),
        tr("Changed"),
        tr("Unchanged"),
        tr("Not readable"),
        tr("Removed"),
        tr("Repaired"),
        tr("Error"),
    )
    texts = (heads[0], heads[-1])
    return Table(
        "syncs",
        tr("The last syncs"),
        (Column(tr("Begun"), numeric=False), *(Column(head, numeric=head not in texts) for head in heads)),
        tuple(
            (
                _moment(run["started_at"], tr),
                run["source"],
                *("–" if run[name] is None else tr.number(run[name]) for name in COUNTS),
                run["error"] or "–",
            )
            for run in data.quality["runs"][:SYNCS]
        ),
        tr("Rows read are new, changed, unchanged or not readable; these add up."),
        empty=tr("Nothing has been synced here yet."),
    )


def call_tables(data: PageData, tr: Translator) -> tuple[Table, ...]:
    """What the last sync asked of the outside: sums by data set, and every single call."""
    runs, single = data.quality["runs"], data.quality["calls"]
    sums = runs[0]["calls"] if runs else []
    table = Table(
        "calls",
        tr("What the last sync asked of the source"),
        (
            Column(tr("Data set"), numeric=False),
            Column(tr("Host"), numeric=False),
            Column(tr("Calls")),
            Column(tr("Failed")),
            Column(tr("Size")),
            Column(tr("Time in all")),
            Column(tr("Longest call")),
            Column(tr("Last error"), numeric=False),
        ),
        tuple(_sums(row, tr) for row in sums),
        empty=tr("Nothing: it read files that were given to it."),
    )
    if not single:
        return (table,)
    columns = (
        Column(tr("At"), numeric=False),
        Column(tr("Data set"), numeric=False),
        Column(tr("Asked for"), numeric=False),
        Column(tr("Time")),
        Column(tr("Size")),
        Column(tr("Status")),
        Column(tr("Error"), numeric=False),
    )
    folded = tr.n("Show {n} call", "Show {n} calls", len(single))
    rows = tuple(_call(row, tr) for row in single)
    return (table, Table("single-calls", tr("Every call"), columns, rows, folded=folded))


def drift_table(data: PageData, tr: Translator) -> Table:
    """What the last syncs found in the source that had not been there before."""
    rows: list[tuple[Cell, ...]] = []
    for run in data.quality["runs"]:
        rows += [
            (
                in_words(DRIFT_WORDS, found["kind"], tr),
                found["field"],
                found["value"],
                tr.number(found["n"]) if found["kind"] in COUNTED_DRIFT else "–",
                _moment(run["started_at"], tr),
            )
            for found in run["drift"]
        ]
    return Table(
        "drift",
        tr("What has changed in the source"),
        (
            Column(tr("What"), numeric=False),
            Column(tr("Field"), numeric=False),
            Column(tr("Name or value"), numeric=False),
            Column(tr("Rows")),
            Column(tr("Found in the sync of"), numeric=False),
        ),
        tuple(rows),
        empty=tr("The last syncs found the columns and values that were there before."),
    )


def area_table(data: PageData, tr: Translator) -> Table:
    """How often the area that a row names is the one that its point lies in."""
    return Table(
        "area-checks",
        tr("Do rows and boundaries agree?"),
        (
            Column(tr("Kind of area"), numeric=False),
            Column(tr("Compared")),
            Column(tr("Agree")),
            Column(tr("Disagree")),
            Column(tr("Filled in from the point")),
            Column(tr("Boundaries of"), numeric=False),
            Column(tr("Do they fit?"), numeric=False),
        ),
        tuple(_areas(data, row, tr) for row in data.quality["area_checks"]),
        tr("Compared are rows that have both a point and an area of their own; the row's own word counts."),
        empty=tr("Nothing was compared: no boundaries are loaded, or the rows have no points."),
    )


def _areas(data: PageData, row: Mapping[str, Any], tr: Translator) -> tuple[Cell, ...]:
    area = data.city.areas.get(row["kind"])
    compared = row["compared"]
    return (
        area.plural if area else row["kind"],
        tr.number(compared),
        tr.percent(1 - row["disagreeing"] / compared, 1) if compared else "–",
        tr.number(row["disagreeing"]),
        tr.number(row["filled"]),
        row["vintage"] or tr("not known"),
        _fit(row, tr),
    )


def _fit(row: Mapping[str, Any], tr: Translator) -> str:
    if not row["compared"]:
        return tr("not known: nothing could be compared")
    return tr("yes") if row["used"] else tr("no: they are of another time, or of other areas")


def _sums(row: Mapping[str, Any], tr: Translator) -> tuple[Cell, ...]:
    return (
        row["data_set"] or tr("the portal itself"),
        row["host"],
        tr.number(row["n"]),
        tr.number(row["failed"]),
        _size(row["bytes"], tr),
        _seconds(row["seconds"], tr),
        _seconds(row["longest"], tr),
        row["last_error"] or "–",
    )


def _call(row: Mapping[str, Any], tr: Translator) -> tuple[Cell, ...]:
    return (
        _moment(row["at"], tr),
        row["data_set"] or tr("the portal itself"),
        f"{row['host']}{row['what']}" if row["what"].startswith("/") else f"{row['host']} {row['what']}",
        _seconds(row["seconds"], tr),
        _size(row["bytes"], tr),
        "–" if row["status"] is None else str(row["status"]),
        row["error"] or "–",
    )


def _moment(text: str | None, tr: Translator) -> str:
    return "–" if text is None else tr.moment(datetime.fromisoformat(text))


def _size(count: int | None, tr: Translator) -> str:
    if count is None:
        return "–"
    if count >= 1_000_000:
        return tr("{n} MB", n=tr.number(count / 1_000_000, 1))
    return tr("{n} kB", n=tr.number(count / 1000, 1))


def _seconds(seconds: float | None, tr: Translator) -> str:
    return "–" if seconds is None else tr("{n} s", n=tr.number(seconds, 1))
