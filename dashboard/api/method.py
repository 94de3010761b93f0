"""How the numbers are defined, what has changed in that, and what odd rows do to them."""

from __future__ import annotations

from dataclasses import asdict

from dashboard.api.asking import Asked
from dashboard.api.rendering import Content, Row, flatten
from dashboard.domain.corrections import corrections
from dashboard.domain.measures import measures
from dashboard.domain.method import METHOD_VERSION
from data_access.answers.flags import flag_effects
from data_access.answers.summary import header

MEASURE = ("id", "title", "unit", "low_is_good", "why", "formula")
EFFECT = ("flag", "requests", "share", "no_duration", "without.n", "without.p50_days", "without.closed_within_30")


def definitions(asked: Asked) -> Content:
    """Every measure with its formula, and the log of changes; the same for all cities."""
    del asked
    rows: list[Row] = [{name: getattr(each, name) for name in MEASURE} for each in measures().values()]
    log = [{**asdict(each), "on": each.on.isoformat()} for each in corrections()]
    document = {"method_version": METHOD_VERSION, "measures": rows, "corrections": log}
    return Content(document, MEASURE, rows, ("method", METHOD_VERSION))


def odd_rows(asked: Asked) -> Content:
    """What the headline of the chosen requests would be without the rows of each flag."""
    rows = flag_effects(asked.snapshot, asked.filters)
    about = header(asked.snapshot, asked.filters)
    name = (asked.snapshot.city.id, "flags", asked.filters.start.isoformat(), "to", asked.filters.end.isoformat())
    return Content({**about, "rows": rows}, EFFECT, [flatten(row) for row in rows], name)
