"""Areas compared fairly: the share closed within so many days, raw and adjusted for what is asked, with funnel limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard.domain.filters import MULTIPLE, Filters
from dashboard.domain.funnel import Funnel, funnel
from dashboard.domain.method import HORIZONS
from dashboard.domain.request import NONE_NAME, Code
from dashboard.domain.standardisation import Cell, Standardised, standardise
from data_access.answers.summary import header, rounded
from data_access.answers.untimed import has_closing_times
from data_access.queries.fair import followed
from data_access.store.published import Snapshot

Answer = dict[str, Any]
DAYS = (30, *(days for days in HORIZONS if days != 30))
"""The days within which a request counts as closed; the first is the usual choice."""
ROW = (
    *("name", "slug", "n", "closed", "share", "expected", "ratio", "adjusted_share"),
    *("low_95", "high_95", "low_998", "high_998", "position"),
)


def fair(snapshot: Snapshot, filters: Filters, field: str, days: int) -> Answer:
    """All areas of a kind against the whole city, whichever of them are chosen; keys as the API documents them.

    A row has the keys of ROW; requests without an area are a row (without limits), so that the expected numbers add up
    to `closed`. No rows where closing times are not published.
    """
    everywhere = replace(filters, **{MULTIPLE[field]: ()})
    about = {**header(snapshot, everywhere), "field": field, "days": days}
    if not has_closing_times(snapshot):
        return {**about, "n": None, "closed": None, "share": None, "factor": None, "enough_areas": False, "rows": []}
    codes = snapshot.codes[field]
    found = standardise(_cells(followed(snapshot, everywhere, field, days)))
    n, closed = (sum(getattr(each, name) for each in found.values()) for name in ("n", "closed"))
    share = closed / n if n else 0.0
    limits = funnel(
        share,
        [(each.n, each.adjusted) for code, each in found.items() if code != Code.NONE and each.adjusted is not None],
    )
    options = snapshot.options.fields[field]
    rows = [
        _row(name, options.slugs[name], found[codes[name]], limits) for name in options.names if codes[name] in found
    ]
    return {
        **about,
        "n": n,
        "closed": closed,
        "share": rounded(share) if n else None,
        "factor": rounded(limits.factor) if n else None,
        "enough_areas": limits.enough_groups,
        "rows": rows,
    }


def _cells(frame: pd.DataFrame) -> Sequence[Cell]:
    columns = (frame[name].to_numpy().tolist() for name in ("group", "category", "n", "closed"))
    return [Cell(*map(int, row)) for row in zip(*columns, strict=True)]


def _row(name: str, slug: str, found: Standardised, limits: Funnel) -> Answer:
    about = {
        "name": name,
        "slug": slug,
        "n": found.n,
        "closed": found.closed,
        "share": rounded(found.share),
        "expected": rounded(found.expected),
        "ratio": rounded(found.ratio),
        "adjusted_share": rounded(found.adjusted),
    }
    if name == NONE_NAME or not found.n:
        return {**dict.fromkeys(ROW), **about}
    edges = limits.limits(found.n)
    position = limits.position(found.adjusted, found.n)
    return {
        **about,
        **{key: rounded(getattr(edges, key)) for key in ("low_95", "high_95", "low_998", "high_998")},
        "position": position.value if position else None,
    }
