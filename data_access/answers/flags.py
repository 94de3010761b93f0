"""What the flagged rows do to the numbers: how many there are over time, and the headline with and without them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard.domain.filters import Filters
from dashboard.domain.periods import bucket_start, buckets
from dashboard.domain.request import Flag
from data_access.answers.summary import rounded, survival_of
from data_access.answers.untimed import has_closing_times
from data_access.queries import flags as queries
from data_access.queries.conditions import within
from data_access.store.published import Snapshot

OVER_TIME = ("flag", "start", "end", "n", "value")


def flags_over_time(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """The share of the chosen requests that have a flag, by the interval in which they were made; flags that none has are left out.

    Columns: OVER_TIME; `n` is the number of flagged requests, `value` their share of all of the bucket, None where there
    are none at all. Duplicates count as requests here: a flag is about a row.
    """
    first, last = within(snapshot, filters)
    if first > last:
        return pd.DataFrame(columns=list(OVER_TIME))
    days = queries.by_day(snapshot, filters)
    starts = [bucket_start(pd.Timestamp(day).date(), filters.interval) for day in days["day"]]
    totals = days.drop(columns="day").groupby(pd.Index(starts)).sum()
    rows: list[dict[str, Any]] = []
    for flag in Flag:
        if not days[flag.value].sum():
            continue
        for start, end in buckets(first, last, filters.interval):
            key = bucket_start(start, filters.interval)
            made = int(totals["n"].get(key, 0))
            n = int(totals[flag.value].get(key, 0))
            value = rounded(n / made) if made else None
            rows.append({"flag": flag.value, "start": start, "end": end, "n": n, "value": value})
    return pd.DataFrame(rows, columns=list(OVER_TIME))


def flag_effects(snapshot: Snapshot, filters: Filters) -> list[dict[str, Any]]:
    """What the headline of the chosen requests would be without the rows of each flag that any of them has.

    Keys: flag, requests (flagged, duplicates included), share (of the chosen requests), no_duration (of them distinct and
    without a usable duration: these are in no wait), without: n, p50_days, closed_within_30 of the distinct requests that
    do not have the flag; p50_days is None where the curve does not get there, and all three where the city publishes no
    closing times.
    """
    counts = queries.counts(snapshot, filters)
    total = int(counts["requests"].sum())
    timed = has_closing_times(snapshot)
    durations = queries.durations(snapshot, filters) if timed else None
    found: list[dict[str, Any]] = []
    for flag in Flag:
        flagged = counts[counts["flags"] & flag.bit != 0]
        requests = int(flagged["requests"].sum())
        if not requests:
            continue
        found.append(
            {
                "flag": flag.value,
                "requests": requests,
                "share": rounded(requests / total),
                "no_duration": int(flagged["no_duration"].sum()) if timed else None,
                "without": _without(durations, flag),
            }
        )
    return found


def _without(durations: pd.DataFrame | None, flag: Flag) -> dict[str, Any]:
    if durations is None:
        return {"n": None, "p50_days": None, "closed_within_30": None}
    survival = survival_of(durations[durations["flags"] & flag.bit == 0])
    return {
        "n": survival.n,
        "p50_days": rounded(survival.quantile(0.5).value),
        "closed_within_30": rounded(survival.closed_within(30).value),
    }
