"""What the page of trends asks of the store: the measure, breakdown and values that its address names."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from dashboard.domain.errors import BadQuery
from dashboard.domain.filters import MULTIPLE, Filters
from dashboard.domain.request import Origin, Outcome
from dashboard.domain.trend import OPEN, breakdowns_offered, measures_offered
from data_access.answers import trends
from data_access.store.published import Snapshot
from layouts.pages.content import APART, Numbers

OWN = ("measure", "by", "layout", "view", "show")
MOST_SHOWN = 24
"""So many values can be shown at once."""


def followed(snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> Numbers:
    """`trend`: measure, by, measures, breakdowns (what is offered), chosen (the named values), volumes (every value with its
    requests), frame (as trends.trend gives it), bulk (days with requests closed in one go)."""
    city = snapshot.city
    measures = measures_offered(city.missing, sample=city.sample)
    measure = own.get("measure", "") if own.get("measure", "") in measures else measures[0]
    breakdowns = breakdowns_offered(measure, city.missing, city.areas)
    by = own.get("by", "") if own.get("by", "") in breakdowns else breakdowns[0]
    chosen = _named(snapshot, by, own.get("show", ""))
    return {
        "trend": {
            "measure": measure,
            "by": by,
            "measures": measures,
            "breakdowns": breakdowns,
            "chosen": chosen,
            "volumes": trends.volumes(snapshot, filters, by),
            "frame": trends.trend(snapshot, filters, measure, by, chosen or None),
            "bulk": trends.bulk_closes(snapshot, filters),
        }
    }


def rows(snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> pd.DataFrame:
    """The rows of the chart alone, for files. Raises BadQuery naming what cannot be used: a script should learn of it."""
    measures = measures_offered(snapshot.city.missing, sample=snapshot.city.sample)
    measure = _one_of(own.get("measure"), "measure", measures)
    by = _one_of(own.get("by"), "by", breakdowns_offered(measure, snapshot.city.missing, snapshot.city.areas))
    return trends.trend(snapshot, filters, measure, by, _named(snapshot, by, own.get("show", "")) or None)


def _one_of(text: str | None, key: str, allowed: tuple[str, ...]) -> str:
    if text is None:
        return allowed[0]
    if text not in allowed:
        raise BadQuery(f"{key}: '{text[:80]}' cannot be used here; expected one of {', '.join(allowed)}.", key)
    return text


def _named(snapshot: Snapshot, by: str, show: str) -> tuple[str, ...]:
    """The published names among the values that the address names, each once; what is none of them is left out."""
    texts = [text for text in show.split(APART) if text.strip()]
    if by in MULTIPLE:
        found = [snapshot.options.fields[by].find(text) for text in texts]
    else:
        known = {"origin": [*map(str, Origin)], "outcome": [*map(str, Outcome), OPEN]}.get(by, [])
        found = [text if text in known else None for text in texts]
    return tuple(dict.fromkeys(name for name in found if name is not None))[:MOST_SHOWN]
