"""A selection over the buckets of its period: counts and curves, one a bucket in their order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.filters import Filters
from dashboard.domain.survival import Survival, kaplan_meier_rows
from data_access.queries import kinds, panel
from data_access.queries.conditions import within
from data_access.queries.panel import BUCKETS, TOGETHER
from data_access.queries.seen_then import Moment
from data_access.queries.tally import Tally
from data_access.store.published import Snapshot

MOST = 512
"""So many buckets are estimated at once: a curve has about a thousand numbers."""


def counts(snapshot: Snapshot, filters: Filters, as_of: Moment = None) -> dict[str, NDArray[np.int64]]:
    """What the cohort of each bucket adds up to: the columns of cohort.counts."""
    return panel.cohort(snapshot, filters, BUCKETS, as_of).sums(kinds.counted(filters.origin))


def made(snapshot: Snapshot, filters: Filters) -> list[int]:
    """Requests made, duplicates included."""
    return counts(snapshot, filters)["requests"].tolist()


def closed(snapshot: Snapshot, filters: Filters) -> list[int]:
    """Distinct requests closed, whenever made."""
    return _distinct(panel.closings(snapshot, filters, BUCKETS), filters)


def backlog(snapshot: Snapshot, filters: Filters) -> list[int]:
    """Distinct requests open at the end of each bucket: what is open at the last end, walked back by who joined and left.

    Who is closed on a day before their creation, leaves on the day of creation.
    """
    last = within(snapshot, filters)[1]
    at_last = _distinct(panel.backlog(snapshot, filters, last, TOGETHER), filters)[0]
    joins = {"n": kinds.of_origin(filters.origin, kinds.joins_backlog)}
    joined = panel.cohort(snapshot, filters, BUCKETS).sums(joins)["n"]
    too_early, instead = (_distinct(tally, filters) for tally in panel.backwards(snapshot, filters))
    left = np.array(closed(snapshot, filters)) - too_early + instead
    grown = joined - left
    return (at_last - (np.cumsum(grown[::-1])[::-1] - grown)).tolist()


def curves(snapshot: Snapshot, filters: Filters, as_of: Moment = None) -> list[Survival]:
    """The curve of each bucket's distinct requests."""
    return _curves(panel.cohort(snapshot, filters, BUCKETS, as_of), filters)


def curve(snapshot: Snapshot, filters: Filters) -> Survival:
    """The curve of all."""
    return _curves(panel.cohort(snapshot, filters, TOGETHER), filters)[0]


def _curves(tally: Tally, filters: Filters) -> list[Survival]:
    events, censored = (
        tally.by_bin(kinds.of_origin(filters.origin, test)) for test in (kinds.followed_end, kinds.waits_on)
    )
    return [
        found
        for start in range(0, len(events), MOST)
        for found in kaplan_meier_rows(events[start : start + MOST], censored[start : start + MOST])
    ]


def _distinct(tally: Tally, filters: Filters) -> list[int]:
    return tally.sums({"n": kinds.of_origin(filters.origin, kinds.distinct)})["n"].tolist()
