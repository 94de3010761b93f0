"""The ages of what is open: the backlog by the time since it was made, the overdue by the time since it was due."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dashboard.domain.ages import BANDS, counted
from dashboard.domain.filters import Filters
from data_access.answers.summary import header
from data_access.answers.untimed import has_closing_times
from data_access.queries.ages import open_by_day, overdue_by_days
from data_access.queries.conditions import within
from data_access.store.published import Snapshot

Answer = dict[str, Any]
ROW = ("band", "from_days", "to_days", "backlog", "overdue")


def ages(snapshot: Snapshot, filters: Filters) -> Answer:
    """The `backlog` at the end of the period and the `overdue` at data through, in all and by band: the numbers of the
    summary. Null where those are: a sample has no backlog, without closing times there is
    neither.
    """
    timed = has_closing_times(snapshot)
    last = within(snapshot, filters)[1]
    backlog = overdue = None
    if timed and not snapshot.city.sample:
        frame = open_by_day(snapshot, filters, last)
        made = pd.to_datetime(frame["day"])
        backlog = counted(_pairs((pd.Timestamp(last) - made).dt.days, frame["n"]))
    if timed:
        frame = overdue_by_days(snapshot, filters)
        overdue = counted(_pairs(frame["days"], frame["n"]))
    return {
        **header(snapshot, filters),
        "backlog": None if backlog is None else sum(backlog.values()),
        "overdue": None if overdue is None else sum(overdue.values()),
        "rows": [
            {
                "band": band.name,
                "from_days": band.low,
                "to_days": band.high,
                "backlog": None if backlog is None else backlog[band.name],
                "overdue": None if overdue is None else overdue[band.name],
            }
            for band in BANDS
        ],
    }


def _pairs(days: pd.Series[Any], n: pd.Series[Any]) -> list[tuple[int, int]]:
    return [(int(age), int(count)) for age, count in zip(days, n, strict=True)]
