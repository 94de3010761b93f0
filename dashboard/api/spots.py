"""The spots that keep coming back."""

from __future__ import annotations

from dashboard.api.asking import Asked
from dashboard.api.rendering import Content
from data_access.answers.spots import COLUMNS, recurring, span
from data_access.answers.summary import header


def found(asked: Asked) -> Content:
    """The recurring spots of the selection, the most frequent first."""
    filters = asked.filters
    rows = recurring(asked.snapshot, filters)
    document = {**header(asked.snapshot, filters), **span(asked.snapshot), "rows": rows}
    name = (asked.snapshot.city.id, "spots", filters.start.isoformat(), "to", filters.end.isoformat())
    return Content(document, COLUMNS, rows, name)
