"""Published requests, one page after the other, and one alone."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from dashboard.api.asking import Asked, one_of, whole_number
from dashboard.api.catalogue import about
from dashboard.api.problems import shortened
from dashboard.api.rendering import Content
from dashboard.domain import cursor
from dashboard.domain.cursor import Position
from dashboard.domain.errors import BadQuery
from data_access.answers import requests as answers
from data_access.answers.summary import header
from data_access.queries.requests import SORTS, STANDINGS, Sort, Standing

DEFAULT_LIMIT, MOST = 100, 1000
OWN = ("limit", "next", "sort", "standing")


def listed(asked: Asked) -> Content:
    """One page of the chosen requests in the order asked for; `next` is the cursor of the page after it, null on the last."""
    limit = whole_number(asked.value("limit"), "limit", 1, MOST, DEFAULT_LIMIT)
    sort = cast(Sort, one_of(asked.value("sort"), "sort", SORTS))
    standing = cast(Standing, one_of(asked.value("standing"), "standing", STANDINGS))
    given, of = asked.value("next"), "" if sort == SORTS[0] else sort
    after = read_cursor(given, of) if given else None
    found = answers.page(asked.snapshot, asked.filters, limit, after, sort=sort, standing=standing)
    following = write_cursor(found.after, of) if found.after else None
    document = {**header(asked.snapshot, asked.filters), "limit": limit, "rows": found.records, "next": following}
    filters = asked.filters
    own = {"sort": sort if of else None, "standing": standing if standing != STANDINGS[0] else None}
    kept = {"limit": limit, **{key: value for key, value in own.items() if value}, "next": following}
    return Content(
        document,
        answers.COLUMNS,
        found.records,
        (filters.city, "requests", filters.start.isoformat(), "to", filters.end.isoformat()),
        f"{filters.to_query()}&{urlencode(kept)}" if following else None,
    )


def single(asked: Asked, request_id: str) -> Content:
    """One record with its expected wait. Raises BadQuery (404) if it is not published."""
    found = answers.one(asked.snapshot, request_id)
    if found is None:
        raise BadQuery(
            f"{asked.snapshot.city.name} has published no request '{shortened(request_id)}'.", "request_id", 404
        )
    return Content({**about(asked.snapshot), **found})


def write_cursor(position: Position, of: str = "") -> str:
    """A position as text that callers hand back unread; `of` names the list that it is of."""
    return cursor.written(position, of)


def read_cursor(text: str, of: str = "") -> Position:
    """The position that a cursor stands for. Raises BadQuery for anything that was not made by `write_cursor`."""
    found = cursor.read(text, of)
    if found is None:
        raise BadQuery(f"next: '{shortened(text)}' cannot be used; expected the 'next' of an earlier answer.", "next")
    return found
