"""The table of charts: to add one, write a figure file, a query if the data is new, and a row here."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from callbacks import trends
from callbacks.chart import Chart, Drawing
from dashboard import chart_rows as rows
from dashboard.i18n.translator import N_
from data_access.answers.flags import flags_over_time
from data_access.answers.outcomes import outcome_curve
from data_access.answers.series import distribution
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
        rows.made_and_closed,
        Drawing(counts_over_time.figure, counts_over_time.sentence),
        "requests",
        over_time=True,
        needs="closing_time",
    ),
    Chart(
        "requests-made",
        DETAIL,
        N_("Requests made"),
        rows.made,
        Drawing(counts_over_time.figure, counts_over_time.sentence),
        "requests",
        over_time=True,
        instead="closing_time",
    ),
    Chart(
        "status-mix",
        DETAIL,
        N_("How the requests stand"),
        rows.statuses,
        Drawing(status_mix.figure, status_mix.sentence),
        "",
        instead="closing_time",
    ),
    Chart(
        "typical-wait",
        DETAIL,
        N_("How long half of the requests take"),
        partial(rows.followed, "wait"),
        Drawing(wait_over_time.figure, wait_over_time.sentence),
        "wait",
        over_time=True,
        needs="closing_time",
    ),
    Chart(
        "backlog",
        DETAIL,
        N_("Requests that are open"),
        partial(rows.followed, "backlog"),
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
        partial(rows.followed, "on_time"),
        Drawing(on_time_over_time.figure, on_time_over_time.sentence),
        "on_time",
        over_time=True,
        needs="closing_time",
    ),
    Chart(
        "on-time-parts",
        ("department", "district", "neighbourhood"),
        N_("What became of the targets"),
        rows.parts,
        Drawing(on_time_parts.figure, on_time_parts.sentence),
        "on_time",
        needs="closing_time",
    ),
    Chart(
        "open-ages",
        ("department", "district", "neighbourhood"),
        N_("How long the open ones have been open"),
        rows.open_ages,
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
        partial(rows.waits, "department"),
        WAIT_BARS,
        "wait",
        wide=True,
        needs="closing_time",
    ),
    Chart(
        "wait-by-district",
        ("districts",),
        N_("Typical wait by area"),
        partial(rows.waits, "district"),
        WAIT_BARS,
        "wait",
        wide=True,
        needs="closing_time",
    ),
    Chart(
        "wait-by-neighbourhood",
        ("neighbourhoods",),
        N_("Typical wait by area"),
        partial(rows.waits, "neighbourhood"),
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
            partial(rows.fair_shares, field),
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
            partial(rows.counts, field),
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
