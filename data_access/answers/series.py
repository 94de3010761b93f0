"""Numbers over time and over the days of waiting: series by interval, and the curve of the share closed."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, get_args

import pandas as pd

from dashboard.domain.filters import Filters
from dashboard.domain.gaps import unknown_in_gaps
from dashboard.domain.maturity import is_mature
from dashboard.domain.metrics import OnTime
from dashboard.domain.periods import bucket_end, bucket_start, buckets
from dashboard.domain.survival import Estimate
from data_access.answers.summary import rounded
from data_access.answers.untimed import has_closing_times
from data_access.queries import over_time
from data_access.queries.conditions import within
from data_access.store.published import Snapshot

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
    curve = over_time.curve(snapshot, filters).curve()
    frame = pd.DataFrame(curve._asdict())
    return frame.round({"days": 6, "closed_share": 6, "low": 6, "high": 6})


def _requests(snapshot: Snapshot, filters: Filters, found: list[Bucket]) -> list[dict[str, Any]]:
    return _counts(snapshot, filters, "requests", found, over_time.made(snapshot, filters))


def _closed(snapshot: Snapshot, filters: Filters, found: list[Bucket]) -> list[dict[str, Any]]:
    return _counts(snapshot, filters, "closed", found, over_time.closed(snapshot, filters))


def _backlog(snapshot: Snapshot, filters: Filters, found: list[Bucket]) -> list[dict[str, Any]]:
    return _counts(snapshot, filters, "backlog", found, over_time.backlog(snapshot, filters))


def _counts(
    snapshot: Snapshot, filters: Filters, measure: Measure, found: list[Bucket], counts: list[int]
) -> list[dict[str, Any]]:
    return [_row(snapshot, filters, measure, bucket, n) for bucket, n in zip(found, counts, strict=True)]


def _wait(snapshot: Snapshot, filters: Filters, found: list[Bucket]) -> list[dict[str, Any]]:
    curves = over_time.curves(snapshot, filters)
    return [
        _row(snapshot, filters, "wait", bucket, curve.quantile(0.5) if curve.n else None, n=curve.n)
        for bucket, curve in zip(found, curves, strict=True)
    ]


def _on_time(snapshot: Snapshot, filters: Filters, found: list[Bucket]) -> list[dict[str, Any]]:
    counts = over_time.counts(snapshot, filters)
    rows: list[dict[str, Any]] = []
    for place, bucket in enumerate(found):
        part = OnTime(**{name: int(counts[name][place]) for name in OnTime.__slots__})
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
