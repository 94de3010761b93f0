"""How many of the chosen requests have each flag, and how long those wait that have or have not."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import BigInteger, case, cast, func, select

from dashboard.domain.filters import Filters
from dashboard.domain.request import Flag
from data_access.queries import cohort
from data_access.queries.conditions import chosen, created
from data_access.store.published import Snapshot
from data_access.store.tables import facts


def by_day(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Requests created on each chosen day, duplicates included. Columns: day, n, and one for each flag by its name."""
    c = facts.c
    sums = [
        cast(func.coalesce(func.sum(case((c.flags.op("&")(flag.bit) != 0, c.n), else_=0)), 0), BigInteger).label(
            flag.value
        )
        for flag in Flag
    ]
    total = cast(func.sum(c.n), BigInteger).label("n")
    return snapshot.count(
        select(c.created_day.label("day"), total, *sums)
        .where(chosen(snapshot, filters), created(snapshot, filters))
        .group_by(c.created_day)
        .order_by(c.created_day)
    )


def counts(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """What the cohort adds up to by the integer of its flags. Columns: flags, and those of cohort.counts."""
    return cohort.counts(snapshot, filters, [facts.c.flags])


def durations(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Distinct requests of the cohort by duration bin and the integer of their flags. Columns: flags, bin, events, censored."""
    return cohort.durations(snapshot, filters, [facts.c.flags])
