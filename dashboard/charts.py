"""The table of charts: to add one, write a figure file, a query if the data is new, and a row here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from callbacks.chart import Chart, Drawing
from dashboard.domain.filters import Filters
from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import N_
from data_access.answers.series import Measure, distribution, series
from data_access.answers.summary import grouped, summary
from data_access.store.published import Snapshot
from layouts.figures import (
    backlog_over_time,
    bars_by_group,
    closed_share_curve,
    counts_over_time,
    on_time_over_time,
    on_time_parts,
    wait_over_time,
)

PARTS = ("on_time", "late_closed", "open_overdue", "not_yet_due", "without_target")


def _series(measure: Measure) -> Callable[[Snapshot, Filters], pd.DataFrame]:
    return partial(_named_series, measure)


def _named_series(measure: Measure, snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    return series(snapshot, filters, measure)


def _made_and_closed(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: those of a series, and measure (requests or closed)."""
    return pd.concat(
        [series(snapshot, filters, measure).assign(measure=measure) for measure in ("requests", "closed")],
        ignore_index=True,
    )


def _parts(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: part, value."""
    found = summary(snapshot, filters, with_compare=False)["on_time"]
    return pd.DataFrame({"part": list(PARTS), "value": [found[part] for part in PARTS]})


def _waits_by(field: str) -> Callable[[Snapshot, Filters], pd.DataFrame]:
    return partial(_waits, field)


def _waits(field: str, snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: name, value (days), low, high, n."""
    area = snapshot.city.areas.get(field)  # type: ignore[call-overload]
    rows = [row for row in grouped(snapshot, filters, field) if row["wait"]["n"] and row["name"] != NONE_NAME]
    return pd.DataFrame(
        [
            {
                "name": area.label.format(name=row["name"]) if area else row["name"],
                "value": row["wait"]["p50_days"],
                "low": row["wait"]["p50_low"],
                "high": row["wait"]["p50_high"],
                "n": row["wait"]["n"],
            }
            for row in rows
        ],
        columns=["name", "value", "low", "high", "n"],
    )


def _wait_bars(frame: pd.DataFrame, tr: Any, scheme: str) -> dict[str, Any]:
    return bars_by_group.figure(frame, tr, scheme, kind="wait")


def _wait_bars_sentence(frame: pd.DataFrame, tr: Any) -> str:
    return bars_by_group.sentence(frame, tr, kind="wait")


WAIT_BARS = Drawing(_wait_bars, _wait_bars_sentence)
DETAIL = ("overview", "department", "district", "neighbourhood")

CHARTS: tuple[Chart, ...] = (
    Chart(
        "requests-and-closed",
        DETAIL,
        N_("Requests made and closed"),
        _made_and_closed,
        Drawing(counts_over_time.figure, counts_over_time.sentence),
        "requests",
    ),
    Chart(
        "typical-wait",
        DETAIL,
        N_("How long half of the requests take"),
        _series("wait"),
        Drawing(wait_over_time.figure, wait_over_time.sentence),
        "wait",
    ),
    Chart(
        "backlog",
        DETAIL,
        N_("Requests that are open"),
        _series("backlog"),
        Drawing(backlog_over_time.figure, backlog_over_time.sentence),
        "backlog",
    ),
    Chart(
        "share-closed",
        DETAIL,
        N_("Share closed after so many days"),
        distribution,
        Drawing(closed_share_curve.figure, closed_share_curve.sentence),
        "closed_within",
    ),
    Chart(
        "on-time",
        ("department", "district", "neighbourhood"),
        N_("On time, over time"),
        _series("on_time"),
        Drawing(on_time_over_time.figure, on_time_over_time.sentence),
        "on_time",
    ),
    Chart(
        "on-time-parts",
        ("department", "district", "neighbourhood"),
        N_("What became of the targets"),
        _parts,
        Drawing(on_time_parts.figure, on_time_parts.sentence),
        "on_time",
    ),
    Chart(
        "wait-by-department",
        ("departments",),
        N_("Typical wait by department"),
        _waits_by("department"),
        WAIT_BARS,
        "wait",
        wide=True,
    ),
    Chart(
        "wait-by-district",
        ("districts",),
        N_("Typical wait by area"),
        _waits_by("district"),
        WAIT_BARS,
        "wait",
        wide=True,
    ),
    Chart(
        "wait-by-neighbourhood",
        ("neighbourhoods",),
        N_("Typical wait by area"),
        _waits_by("neighbourhood"),
        WAIT_BARS,
        "wait",
        wide=True,
    ),
)
