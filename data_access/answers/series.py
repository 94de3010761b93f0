"""Numbers over time and over the days of waiting: series by interval, and the curve of the share closed."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, get_args

import pandas as pd
from sqlalchemy import ColumnElement, Date, cast, func, literal_column

from dashboard.domain.filters import Filters
from dashboard.domain.gaps import unknown_in_gaps
from dashboard.domain.maturity import is_mature
from dashboard.domain.metrics import OnTime, backlog
from dashboard.domain.periods import bucket_end, bucket_start, buckets
from dashboard.domain.survival import Estimate
from data_access.answers.summary import rounded, survival_of
from data_access.answers.untimed import has_closing_times
from data_access.queries import cohort, volume
from data_access.queries.conditions import within
from data_access.store.published import Snapshot
from data_access.store.tables import facts

Measure = Literal["requests", "closed", "backlog", "wait", "on_time"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
COLUMNS = ("start", "end", "n", "value", "low", "high", "mature")
CURVE = ("days", "closed_share", "low", "high", "at_risk")
Bucket = tuple[date, date]


def series(snapshot: Snapshot, filters: Filters, measure: Measure) -> pd.DataFrame:
    """One row a bucket of the chosen interval, empty ones included. Columns: COLUMNS.

    `value` is a count, the median wait in days (with its 95 % limits), or the on-time rate; None where there is none.
    `n` is what it was computed from. A bucket of which the data hold nothing has no value
    (domain/gaps.py). Outer buckets are cut to the period; a bucket that is cut is not mature.
    There are no rows where the source lacks what the measure needs.
    """
    first, last = within(snapshot, filters)
    unknown = measure != "requests" and not has_closing_times(snapshot)
    if first > last or unknown or (measure == "backlog" and snapshot.city.sample):
        return pd.DataFrame(columns=list(COLUMNS))
    makers = {"requests": _requests, "closed": _closed, "backlog": _backlog, "wait": _wait, "on_time": _on_time}
    made = makers[measure](snapshot, filters, buckets(first, last, filters.interval))
    rows = [unknown_in_gaps(row, measure, snapshot.gaps, snapshot.city.run_in_days) for row in made]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    if measure not in ("wait", "on_time"):  # counts stay whole numbers beside what is not known
        frame["value"] = pd.Series([row["value"] for row in rows], dtype="object")
    return frame


def distribution(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """The Kaplan-Meier curve of the chosen requests; no rows without closing times. Columns: CURVE."""
    if not has_closing_times(snapshot):
        return pd.DataFrame(columns=list(CURVE))
    curve = survival_of(cohort.durations(snapshot, filters)).curve()
    frame = pd.DataFrame(curve._asdict())
    return frame.round({"days": 6, "closed_share": 6, "low": 6, "high": 6})


def _requests(snapshot: Snapshot, filters: Filters, found: list[Bucket]) -> list[dict[str, Any]]:
    totals = _per_bucket(volume.created_by_day(snapshot, filters), filters.interval)
    return [
        _row(snapshot, filters, "requests", bucket, totals.get(bucket_start(bucket[0], filters.interval), 0))
        for bucket in found
    ]


def _closed(snapshot: Snapshot, filters: Filters, found: list[Bucket]) -> list[dict[str, Any]]:
    totals = _per_bucket(volume.closed_by_day(snapshot, filters), filters.interval)
    return [
        _row(snapshot, filters, "closed", bucket, totals.get(bucket_start(bucket[0], filters.interval), 0))
        for bucket in found
    ]


def _backlog(snapshot: Snapshot, filters: Filters, found: list[Bucket]) -> list[dict[str, Any]]:
    flows = volume.flows_by_day(snapshot, filters, found[-1][1])
    days = pd.date_range(snapshot.data_from, found[-1][1], freq="D")
    flows = flows.assign(day=pd.to_datetime(flows["day"])).set_index("day").reindex(days, fill_value=0)
    still_open = backlog(flows["opened"].to_numpy(), flows["closed"].to_numpy())
    return [
        _row(snapshot, filters, "backlog", bucket, int(still_open[(bucket[1] - snapshot.data_from).days]))
        for bucket in found
    ]


def _wait(snapshot: Snapshot, filters: Filters, found: list[Bucket]) -> list[dict[str, Any]]:
    frame = cohort.durations(snapshot, filters, [_bucket_column(filters.interval)])
    frames = {_as_day(day): part for day, part in frame.groupby("bucket")}
    rows: list[dict[str, Any]] = []
    for bucket in found:
        part = frames.get(bucket_start(bucket[0], filters.interval))
        if part is None:
            rows.append(_row(snapshot, filters, "wait", bucket, None, n=0))
            continue
        survival = survival_of(part)
        rows.append(_row(snapshot, filters, "wait", bucket, survival.quantile(0.5), n=survival.n))
    return rows


def _on_time(snapshot: Snapshot, filters: Filters, found: list[Bucket]) -> list[dict[str, Any]]:
    frame = cohort.counts(snapshot, filters, [_bucket_column(filters.interval)])
    parts = {
        _as_day(row["bucket"]): OnTime(**{name: int(row[name]) for name in OnTime.__slots__})
        for row in frame.to_dict("records")
    }
    rows: list[dict[str, Any]] = []
    for bucket in found:
        part = parts.get(bucket_start(bucket[0], filters.interval), OnTime())
        rows.append(
            _row(snapshot, filters, "on_time", bucket, part.rate, n=part.due, not_yet_due=part.not_yet_due_share)
        )
    return rows


def _row(
    snapshot: Snapshot,
    filters: Filters,
    measure: Measure,
    bucket: Bucket,
    value: float | Estimate | None,
    *,
    n: int | None = None,
    not_yet_due: float | None = None,
) -> dict[str, Any]:
    estimate = value if isinstance(value, Estimate) else Estimate(value, None, None)
    mature = _is_whole(bucket, filters.interval) and is_mature(
        measure,
        bucket[1],
        snapshot.data_to,
        snapshot.data_through_local.date(),
        not_yet_due_share=not_yet_due,
        data_from=snapshot.data_from,
        run_in_days=snapshot.city.run_in_days,
    )
    counted = measure in ("requests", "closed", "backlog")
    return {
        "start": bucket[0],
        "end": bucket[1],
        "n": int(estimate.value or 0) if n is None else n,
        "value": estimate.value if counted else rounded(estimate.value),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
        "mature": mature,
    }


def _is_whole(bucket: Bucket, interval: str) -> bool:
    first = bucket_start(bucket[0], interval)
    return bucket == (first, bucket_end(first, interval))


def _bucket_column(interval: str) -> ColumnElement[Any]:
    # the unit has to stand in the statement as a literal: engines decide the type by it
    unit = {"day": "'day'", "week": "'week'", "month": "'month'", "quarter": "'quarter'", "year": "'year'"}[interval]
    return cast(func.date_trunc(literal_column(unit), facts.c.created_day), Date).label("bucket")


def _per_bucket(frame: pd.DataFrame, interval: str) -> dict[date, int]:
    totals: dict[date, int] = {}
    for day, n in zip(frame["day"], frame["n"], strict=True):
        start = bucket_start(_as_day(day), interval)
        totals[start] = totals.get(start, 0) + int(n)
    return totals


def _as_day(value: Any) -> date:
    return value if type(value) is date else pd.Timestamp(value).date()
