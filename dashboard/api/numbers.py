"""The numbers of a period: summary, groups, series and the curve of waiting, as documents and as rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard.api.asking import Asked, one_of, whole_number
from dashboard.api.rendering import Content, Row, flatten
from dashboard.domain.errors import BadQuery
from dashboard.domain.filters import MULTIPLE
from dashboard.domain.trend import FOLLOWED, breakdowns_offered, widened
from data_access.answers import ages as ages_of_open
from data_access.answers import fair as fairness
from data_access.answers import outcomes as endings
from data_access.answers import series as over_time
from data_access.answers.summary import grouped, header, summary
from data_access.answers.trends import MOST_SHOWN, trend, volumes

MEASURES = tuple(dict.fromkeys((*over_time.MEASURES, *FOLLOWED)))
GROUPS = {
    "categories": "category",
    "departments": "department",
    "districts": "district",
    "neighbourhoods": "neighbourhood",
    "channels": "channel",
}
"""The path of each grouped answer, and the field that it groups by."""
MOST_VALUES = 50
"""So many values of a breakdown are given one by one at most."""
CHOSEN = tuple(f"filters.{key}" for key in (*MULTIPLE, "origin", "period", "interval", "compare"))
BY_VALUE = ("name", *over_time.COLUMNS)
COMPARED = ("kind", "extra_weekdays", "observed_to")


def summarised(asked: Asked) -> Content:
    """The numbers of the chosen requests; as CSV one row with dotted names, the same columns whatever is chosen."""
    document = summary(asked.snapshot, asked.filters)
    about = header(asked.snapshot, asked.filters)
    numbers = {key: value for key, value in document.items() if key not in about and key != "compare"}
    kept = tuple(flatten(numbers))
    same = (*(key for key in about if key not in ("filters", "missing")), *CHOSEN, *kept)
    columns = (*same, *(f"compare.{name}" for name in (*COMPARED, *same)))
    return Content(document, columns, (document,), _name(asked, "summary"))


def by_group(asked: Asked, path: str) -> Content:
    """The same numbers for each value of the field of a path in GROUPS."""
    rows = grouped(asked.snapshot, asked.filters, GROUPS[path])
    about = header(asked.snapshot, asked.filters)
    example = (
        rows[0] if rows else {"name": "", "slug": "", **summary(asked.snapshot, asked.filters, with_compare=False)}
    )
    columns = tuple(flatten({key: value for key, value in example.items() if key not in about}))
    return Content({**about, "field": GROUPS[path], "rows": rows}, columns, rows, _name(asked, path))


def over_periods(asked: Asked) -> Content:
    """One measure by the chosen interval; `by` breaks it down as the page of trends does. Raises BadQuery."""
    measure: Any = one_of(asked.value("measure"), "measure", MEASURES)
    by, top = _breakdown(asked, measure)
    filters = widened(asked.filters, by)
    alone = replace(filters, compare="none")
    if by != "none":
        names = [name for name, _ in volumes(asked.snapshot, alone, by)[:top]]
        frame = trend(asked.snapshot, alone, measure, by, names)[list(BY_VALUE)]
    elif measure in over_time.MEASURES:
        frame = over_time.series(asked.snapshot, filters, measure)
    else:
        frame = trend(asked.snapshot, alone, measure)[list(over_time.COLUMNS)]
    rows = _rows(frame)
    document = {**header(asked.snapshot, filters), "measure": measure, "by": by, "rows": rows}
    parts = ("series", measure, *((by,) if by != "none" else ()), "by", filters.interval)
    return Content(document, BY_VALUE if by != "none" else over_time.COLUMNS, rows, _name(asked, *parts))


def _breakdown(asked: Asked, measure: str) -> tuple[str, int]:
    """What a measure is broken down by, and how many of its values are given one by one. Raises BadQuery."""
    city = asked.snapshot.city
    offered = breakdowns_offered(measure, city.missing, city.areas)
    by = one_of(asked.value("by"), "by", offered)
    return by, whole_number(asked.value("top"), "top", 1, MOST_VALUES, MOST_SHOWN)


def curve(asked: Asked) -> Content:
    """The share closed by days of waiting."""
    rows = _rows(over_time.distribution(asked.snapshot, asked.filters))
    return Content(
        {**header(asked.snapshot, asked.filters), "rows": rows}, over_time.CURVE, rows, _name(asked, "distribution")
    )


def open_ages(asked: Asked) -> Content:
    """How old what is open is, by bands."""
    document = ages_of_open.ages(asked.snapshot, asked.filters)
    return Content(document, ages_of_open.ROW, document["rows"], _name(asked, "ages"))


def ended(asked: Asked) -> Content:
    """How the chosen requests end: totals with the words of the city's rules, and the shares over time."""
    document = {
        **header(asked.snapshot, asked.filters),
        "totals": endings.outcome_totals(asked.snapshot, asked.filters),
        "rows": endings.outcomes_over_time(asked.snapshot, asked.filters)["rows"],
    }
    return Content(document, endings.TOTALS, document["rows"], _name(asked, "outcomes"))


def compared_fairly(asked: Asked) -> Content:
    """The areas of a kind, raw beside adjusted for what is asked, with funnel limits. Raises BadQuery."""
    kinds = tuple(asked.snapshot.city.areas)
    if not kinds:
        raise BadQuery(f"{asked.snapshot.city.name} has no areas that could be compared.", "field")
    field = one_of(asked.value("field"), "field", kinds)
    days = int(one_of(asked.value("days"), "days", tuple(map(str, fairness.DAYS))))
    document = fairness.fair(asked.snapshot, asked.filters, field, days)
    return Content(document, fairness.ROW, document["rows"], _name(asked, "fair", field, f"{days}-days"))


def _rows(frame: pd.DataFrame) -> list[Row]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _name(asked: Asked, *measure: str) -> tuple[str, ...]:
    return (asked.snapshot.city.id, *measure, asked.filters.start.isoformat(), "to", asked.filters.end.isoformat())
