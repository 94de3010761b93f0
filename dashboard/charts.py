"""The table of charts: to add one, write a figure file, a query if the data is new, and a row here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from callbacks import trends
from callbacks.chart import Chart, Drawing
from dashboard.domain.filters import Filters
from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import N_
from data_access.answers.ages import ages
from data_access.answers.fair import fair
from data_access.answers.flags import flags_over_time
from data_access.answers.outcomes import outcome_curve
from data_access.answers.series import Measure, distribution, series
from data_access.answers.summary import grouped, summary
from data_access.answers.trends import trend
from data_access.store.published import Snapshot
from layouts.figures import (
    backlog_over_time,
    bars_by_group,
    closed_share_curve,
    counts_over_time,
    funnel,
    on_time_over_time,
    on_time_parts,
    open_ages,
    outcomes_over_time,
    status_mix,
    wait_over_time,
)
from layouts.figures import (
    flags_over_time as flags_figure,
)
from layouts.untimed import standing

FAIR = (
    *("name", "n", "closed", "share", "expected", "adjusted_share", "low", "high", "low_998", "high_998"),
    *("position", "city_share", "factor"),
)
PARTS = ("on_time", "late_closed", "open_overdue", "not_yet_due", "without_target")


def _series(measure: Measure) -> Callable[[Snapshot, Filters], pd.DataFrame]:
    return partial(_named_series, measure)


def _named_series(measure: Measure, snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    return trend(snapshot, filters, measure).drop(columns="name")


def _made_and_closed(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: those of a series, and measure (requests or closed)."""
    return pd.concat(
        [series(snapshot, filters, measure).assign(measure=measure) for measure in ("requests", "closed")],
        ignore_index=True,
    )


def _made(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: those of a series, and measure (requests)."""
    return series(snapshot, filters, "requests").assign(measure="requests")


def _statuses(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: status, value (distinct requests)."""
    counts = standing(summary(snapshot, filters, with_compare=False))
    return pd.DataFrame({"status": list(counts), "value": list(counts.values())})


def _parts(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: part, value."""
    found = summary(snapshot, filters, with_compare=False)["on_time"]
    return pd.DataFrame({"part": list(PARTS), "value": [found[part] for part in PARTS]})


def _waits_by(field: str) -> Callable[[Snapshot, Filters], pd.DataFrame]:
    return partial(_waits, field)


def _counts_by(field: str) -> Callable[[Snapshot, Filters], pd.DataFrame]:
    return partial(_counts, field)


def _counts(field: str, snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: name, value (requests); those with most first."""
    area = snapshot.city.areas.get(field)  # type: ignore[call-overload]
    rows = [row for row in grouped(snapshot, filters, field) if row["requests"] and row["name"] != NONE_NAME]
    ordered = sorted(rows, key=lambda row: -row["requests"])
    names = [area.label.format(name=row["name"]) if area else row["name"] for row in ordered]
    return pd.DataFrame({"name": names, "value": [row["requests"] for row in ordered]})


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


def _ages(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: band, backlog, overdue."""
    return pd.DataFrame(ages(snapshot, filters)["rows"], columns=["band", "backlog", "overdue"])


def _fair_by(field: str) -> Callable[[Snapshot, Filters], pd.DataFrame]:
    return partial(_fair, field)


def _fair(field: str, snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: FAIR; areas that are recorded, with the city's share and the over-dispersion factor in every row."""
    found = fair(snapshot, filters, field, 30)
    area = snapshot.city.areas[field]  # type: ignore[index]
    rows = [row for row in found["rows"] if row["name"] != NONE_NAME]
    return pd.DataFrame(
        [
            {
                **row,
                "name": area.label.format(name=row["name"]),
                "low": row["low_95"],
                "high": row["high_95"],
                "city_share": found["share"],
                "factor": found["factor"],
            }
            for row in rows
        ],
        columns=list(FAIR),
    )


def _wait_bars(frame: pd.DataFrame, tr: Any, scheme: str) -> dict[str, Any]:
    return bars_by_group.figure(frame, tr, scheme, kind="wait")


def _wait_bars_sentence(frame: pd.DataFrame, tr: Any) -> str:
    return bars_by_group.sentence(frame, tr, kind="wait")


WAIT_BARS = Drawing(_wait_bars, _wait_bars_sentence)
DETAIL = ("overview", "department", "district", "neighbourhood")

CHARTS: tuple[Chart, ...] = (
    Chart(
        "trend",
        (),
        N_("Trend"),
        trends.rows,
        None,
        "",
        over_time=True,
        keys=("measure", "by", "show"),
    ),
    Chart(
        "requests-and-closed",
        DETAIL,
        N_("Requests made and closed"),
        _made_and_closed,
        Drawing(counts_over_time.figure, counts_over_time.sentence),
        "requests",
        over_time=True,
        needs="closing_time",
    ),
    Chart(
        "requests-made",
        DETAIL,
        N_("Requests made"),
        _made,
        Drawing(counts_over_time.figure, counts_over_time.sentence),
        "requests",
        over_time=True,
        instead="closing_time",
    ),
    Chart(
        "status-mix",
        DETAIL,
        N_("How the requests stand"),
        _statuses,
        Drawing(status_mix.figure, status_mix.sentence),
        "",
        instead="closing_time",
    ),
    Chart(
        "typical-wait",
        DETAIL,
        N_("How long half of the requests take"),
        _series("wait"),
        Drawing(wait_over_time.figure, wait_over_time.sentence),
        "wait",
        over_time=True,
        needs="closing_time",
    ),
    Chart(
        "backlog",
        DETAIL,
        N_("Requests that are open"),
        _series("backlog"),
        Drawing(backlog_over_time.figure, backlog_over_time.sentence),
        "backlog",
        over_time=True,
        needs="closing_time",
    ),
    Chart(
        "share-closed",
        (*DETAIL, "request", "how-long"),
        N_("Share closed after so many days"),
        distribution,
        Drawing(closed_share_curve.figure, closed_share_curve.sentence),
        "closed_within",
        needs="closing_time",
    ),
    Chart(
        "on-time",
        ("department", "district", "neighbourhood"),
        N_("On time, over time"),
        _series("on_time"),
        Drawing(on_time_over_time.figure, on_time_over_time.sentence),
        "on_time",
        over_time=True,
        needs="closing_time",
    ),
    Chart(
        "on-time-parts",
        ("department", "district", "neighbourhood"),
        N_("What became of the targets"),
        _parts,
        Drawing(on_time_parts.figure, on_time_parts.sentence),
        "on_time",
        needs="closing_time",
    ),
    Chart(
        "open-ages",
        ("department", "district", "neighbourhood"),
        N_("How long the open ones have been open"),
        _ages,
        Drawing(open_ages.figure, open_ages.sentence, open_ages.HEIGHT),
        "backlog",
        needs="closing_time",
    ),
    Chart(
        "outcomes-over-time",
        ("department", "district", "neighbourhood", "place"),
        N_("How requests end over time"),
        outcome_curve,
        Drawing(outcomes_over_time.figure, outcomes_over_time.sentence, outcomes_over_time.HEIGHT),
        "outcomes",
        wide=True,
        needs="closing_time",
    ),
    Chart(
        "wait-by-department",
        ("departments",),
        N_("Typical wait by department"),
        _waits_by("department"),
        WAIT_BARS,
        "wait",
        wide=True,
        needs="closing_time",
    ),
    Chart(
        "wait-by-district",
        ("districts",),
        N_("Typical wait by area"),
        _waits_by("district"),
        WAIT_BARS,
        "wait",
        wide=True,
        needs="closing_time",
    ),
    Chart(
        "wait-by-neighbourhood",
        ("neighbourhoods",),
        N_("Typical wait by area"),
        _waits_by("neighbourhood"),
        WAIT_BARS,
        "wait",
        wide=True,
        needs="closing_time",
    ),
    *(
        Chart(
            f"fair-by-{field}",
            (f"{field}s",),
            N_("Closed within 30 days, compared fairly"),
            _fair_by(field),
            Drawing(funnel.figure, funnel.sentence, funnel.HEIGHT),
            "fair",
            wide=True,
            needs="closing_time",
        )
        for field in ("district", "neighbourhood")
    ),
    *(
        Chart(
            f"requests-by-{field}",
            (f"{field}s",),
            title,
            _counts_by(field),
            Drawing(bars_by_group.figure, bars_by_group.sentence),
            "requests",
            wide=True,
            instead="closing_time",
        )
        for field, title in (
            ("department", N_("Requests by department")),
            ("district", N_("Requests by area")),
            ("neighbourhood", N_("Requests by area")),
        )
    ),
    Chart(
        "flags-over-time",
        ("data",),
        N_("What is odd in the rows of the selection, over time"),
        flags_over_time,
        Drawing(flags_figure.figure, flags_figure.sentence, height=420),
        "",
        wide=True,
        over_time=True,
    ),
)
