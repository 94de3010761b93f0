"""Where requests were recorded: how many have no place that can be published."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import BigInteger, case, cast, func, select

from dashboard.domain.filters import Filters
from dashboard.domain.request import Flag
from data_access.queries.conditions import chosen, created
from data_access.store.published import Snapshot
from data_access.store.tables import facts

NO_PLACE = (Flag.NO_LOCATION, Flag.DEFAULT_LOCATION, Flag.OUTSIDE_CITY)
"""No point, a placeholder, or a point outside of the city: none of them says where it was."""


def without_place(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """Requests of the period, duplicates included. Columns: requests, without (those with a flag of NO_PLACE)."""
    c = facts.c
    unknown = c.flags.op("&")(sum(flag.bit for flag in NO_PLACE)) != 0
    return snapshot.count(
        select(
            cast(func.coalesce(func.sum(c.n), 0), BigInteger).label("requests"),
            cast(func.coalesce(func.sum(case((unknown, c.n), else_=0)), 0), BigInteger).label("without"),
        ).where(chosen(snapshot, filters), created(snapshot, filters))
    )
