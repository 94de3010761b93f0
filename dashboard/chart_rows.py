"""The rows of the charts that are put together from answers: what is drawn, and what the CSV has."""

from __future__ import annotations

import pandas as pd

from dashboard.domain.filters import Filters
from dashboard.domain.request import NONE_NAME
from data_access.answers.ages import ages
from data_access.answers.fair import fair
from data_access.answers.series import Measure, series
from data_access.answers.summary import grouped, summary
from data_access.answers.trends import trend
from data_access.store.published import Snapshot
from layouts.untimed import standing

FAIR = (
    *("name", "n", "closed", "share", "expected", "adjusted_share", "low", "high", "low_998", "high_998"),
    *("position", "city_share", "factor"),
)
PARTS = ("on_time", "late_closed", "open_overdue", "not_yet_due", "without_target")


def followed(measure: Measure, snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """One measure over time beside the year before. Columns: those of a trend, without its name."""
    return trend(snapshot, filters, measure).drop(columns="name")


def made_and_closed(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: those of a series, and measure (requests or closed)."""
    return pd.concat(
        [series(snapshot, filters, measure).assign(measure=measure) for measure in ("requests", "closed")],
        ignore_index=True,
    )


def made(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: those of a series, and measure (requests)."""
    return series(snapshot, filters, "requests").assign(measure="requests")


def statuses(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: status, value (distinct requests)."""
    counts = standing(summary(snapshot, filters, with_compare=False))
    return pd.DataFrame({"status": list(counts), "value": list(counts.values())})


def parts(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: part, value."""
    found = summary(snapshot, filters, with_compare=False)["on_time"]
    return pd.DataFrame({"part": list(PARTS), "value": [found[part] for part in PARTS]})


def counts(field: str, snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: name, value (requests); those with most first."""
    area = snapshot.city.areas.get(field)  # type: ignore[call-overload]
    rows = [row for row in grouped(snapshot, filters, field) if row["requests"] and row["name"] != NONE_NAME]
    ordered = sorted(rows, key=lambda row: -row["requests"])
    names = [area.label.format(name=row["name"]) if area else row["name"] for row in ordered]
    return pd.DataFrame({"name": names, "value": [row["requests"] for row in ordered]})


def waits(field: str, snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
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


def open_ages(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Columns: band, backlog, overdue."""
    return pd.DataFrame(ages(snapshot, filters)["rows"], columns=["band", "backlog", "overdue"])


def fair_shares(field: str, snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
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
