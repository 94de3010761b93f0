"""What the pages of single requests ask of the store (PageData.answer): a list, one request, a number, a wait."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from dashboard.domain import cursor
from dashboard.domain.errors import FixedYetError
from dashboard.domain.filters import Filters
from dashboard.domain.method import TOO_FEW
from data_access.answers import requests as answers
from data_access.answers.lookup import at_spot, find_number
from data_access.answers.spots import spot_of
from data_access.answers.summary import summary
from data_access.queries import requests as queries
from data_access.queries.requests import SORTS, STANDINGS, Sort, Standing
from data_access.store.published import Published, Snapshot
from layouts.pages.content import Numbers

LIST_KEYS = ("sort", "standing", "after", "before")
PAGE_ROWS = 50
log = logging.getLogger(__name__)


def listed(snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> Numbers:
    """`records`, `count`, `sort`, `standing`, `limit`, and `after` and `before`: cursors of the pages around, or None.

    A cursor belongs to its order and selection: of another one it is not read, and the list begins anew.
    """
    sort = cast(Sort, own["sort"] if own.get("sort") in SORTS else SORTS[0])
    standing = cast(Standing, own["standing"] if own.get("standing") in STANDINGS else STANDINGS[0])
    of = f"{sort} {standing} {filters.to_query()}"
    after, before = (cursor.read(own.get(key, ""), of) for key in ("after", "before"))
    page = answers.page(snapshot, filters, PAGE_ROWS, after, sort=sort, standing=standing, before=before)
    if not page.records and (after or before):  # rows went away since the link was made
        page = answers.page(snapshot, filters, PAGE_ROWS, sort=sort, standing=standing)
    return {
        "records": page.records,
        "count": queries.count(snapshot, filters, sort, standing),
        "sort": sort,
        "standing": standing,
        "limit": PAGE_ROWS,
        "after": cursor.written(page.after, of) if page.after else None,
        "before": cursor.written(page.before, of) if page.before else None,
    }


def single(request_id: str, snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> Numbers:
    """`request`: the record as the API gives it; `spot`: see answers.lookup.at_spot; `filters`: the requests like it;
    `recurring`: the spot that it is at, see answers.spots.spot_of.

    Where it is not published, only `missing`: the number.
    """
    del filters, own
    found = answers.one(snapshot, request_id)
    if found is None:
        return {"missing": request_id}
    group = found["expected_wait"].get("group") or {}
    return {
        "request": found,
        "spot": at_spot(snapshot, found),
        "recurring": spot_of(snapshot, request_id),
        "filters": answers.filters_like(snapshot, group),
    }


def searched(snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> Numbers:
    """`typed`, and either `found`, the request's number as published, or `missing`, what was typed; neither if nothing was."""
    del filters
    typed = own.get("number", "").strip()
    found = find_number(snapshot, typed) if typed else None
    if found is not None:
        return {"typed": typed, "found": found}
    return {"typed": typed, "missing": typed} if typed else {"typed": ""}


def elsewhere(published: Published, here: str, number: str) -> tuple[tuple[str, str, str], ...]:
    """The other cities that have a request of a number: id, name, the number as published there."""
    found: list[tuple[str, str, str]] = []
    for city in published.cities():
        if city == here:
            continue
        try:
            with published.open(city) as snapshot:
                known = find_number(snapshot, number)
                if known is not None:
                    found.append((city, snapshot.city.name, known))
        except FixedYetError:  # removed since the listing
            continue
        except Exception:
            log.exception("the current version of %s cannot be read", city)
    return tuple(found)


def how_long(snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> Numbers:
    """`asked`: the numbers of what was asked; `filters`: the narrowest group around it that is large enough to say;
    `widened`: what was let go for it (place, problem), `city`: the numbers of the problem in the whole city.
    """
    del own
    asked = summary(snapshot, filters, with_compare=False)
    everywhere = replace(filters, districts=(), neighbourhoods=())
    city = asked if everywhere == filters else summary(snapshot, everywhere, with_compare=False)
    answer = {"asked": asked, "asked_filters": filters, "city": city}
    if asked["wait"]["n"] is None or asked["wait"]["n"] >= TOO_FEW:
        return {**answer, "filters": filters, "widened": ""}
    if city["wait"]["n"] >= TOO_FEW:
        return {**answer, "filters": everywhere, "widened": "place"}
    return {**answer, "filters": replace(everywhere, categories=(), departments=(), channels=()), "widened": "problem"}
