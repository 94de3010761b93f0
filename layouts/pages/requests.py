"""The published requests as a table: sorted and chosen in the store, a page at a time."""

from __future__ import annotations

from urllib.parse import urlencode

from dashboard.i18n.translator import N_, Translator
from layouts import record_words as said
from layouts import words
from layouts.pages.content import Cell, Choice, Column, Link, PageContent, PageData, Prose, Table
from layouts.pages.shared import notes

ORDERS = (
    ("newest", "any", N_("Newest")),
    ("oldest", "any", N_("Oldest")),
    ("oldest", "open", N_("Waiting longest")),
    ("recently_closed", "any", N_("Closed last")),
    ("slowest", "any", N_("Took longest")),
)
"""Order, standing, and what the two are called."""
TIMED = ("recently_closed", "slowest")
CSV_ROWS = 1000


def content(data: PageData, tr: Translator) -> PageContent:
    """What the list of requests says."""
    found = data.answer
    return PageContent(
        title=tr("Requests"),
        heading=tr("Requests of {city}, one by one", city=data.city.name),
        sentence=_sentence(data, tr),
        scope=words.scope(data.filters, data.city, tr),
        notes=(*notes(data, tr), *said.made_up_numbers(data.city)),
        matched=found["count"],
        blocks=(
            _orders(data, tr),
            _table(data, tr),
            *_pages(data, tr),
            Prose(
                tr("Take the rows along"),
                (
                    tr(
                        "The file has the same rows in the same order, {n} at a time; its answer names the address of the next.",
                        n=tr.number(CSV_ROWS),
                    ),
                ),
                (Link(tr("Download CSV"), _csv(data)), Link(tr("How scripts walk through all of them"), "/api")),
                id="take",
            ),
        ),
    )


def _sentence(data: PageData, tr: Translator) -> str:
    found = data.answer
    n = found["count"]
    if not n:
        return tr("No requests match this selection. Widen the dates or clear a filter.")
    if found["standing"] == "open":
        return tr.n("{n} request is open.", "{n} requests are open, those made first at the top.", n)
    if found["sort"] == "recently_closed":
        return tr.n("{n} request with a closing time.", "{n} requests with a closing time, the last one first.", n)
    if found["sort"] == "slowest":
        return tr.n("{n} request with a known duration.", "{n} requests with a known duration, the longest first.", n)
    return tr.n("{n} request.", "{n} requests, each as the city published it.", n)


def _address(data: PageData, **own: str | None) -> str:
    kept = {key: value for key, value in own.items() if value}
    return data.href("/requests") + (f"&{urlencode(kept)}" if kept else "")


def _orders(data: PageData, tr: Translator) -> Choice:
    found = data.answer
    links: list[tuple[Link, bool]] = []
    for sort, standing, name in ORDERS:
        if (sort in TIMED or standing == "open") and "closing_time" in data.city.missing:
            continue
        address = _address(
            data, sort=sort if sort != "newest" else None, standing=standing if standing != "any" else None
        )
        links.append((Link(tr(name), address), (found["sort"], found["standing"]) == (sort, standing)))
    return Choice(tr("Order"), tuple(links))


def _table(data: PageData, tr: Translator) -> Table:
    timed = "closing_time" not in data.city.missing
    columns = (
        Column(tr("Number"), numeric=False),
        Column(words.field_name("category", data.city, tr), numeric=False),
        Column(tr("Place"), numeric=False),
        Column(tr("Made"), numeric=False),
        *((Column(tr("Closed"), numeric=False), Column(tr("Took"), numeric=False)) if timed else ()),
        Column(tr("Status"), numeric=False),
        Column(tr("Outcome"), numeric=False),
    )
    return Table(
        "requests",
        tr("The requests"),
        columns,
        tuple(row(data, record, tr) for record in data.answer["records"]),
        tr("Places are shown to the block. “Waiting” is counted to {day}.", day=tr.date(data.city.data_through.date()))
        if timed
        else data.city.missing["closing_time"],
        empty=tr("No requests match this selection. Widen the dates or clear a filter."),
    )


def row(data: PageData, record: dict[str, object], tr: Translator) -> tuple[Cell, ...]:
    """One request as a row of the table."""
    timed = "closing_time" not in data.city.missing
    return (
        Link(str(record["request_id"]), said.href(data, str(record["request_id"]))),
        words.value_name("category", str(record["category"]), data.city, tr),
        said.place(record, data.city, tr),
        said.day(record, "created_at", tr),
        *((said.day(record, "closed_at", tr), said.duration(record, data.city, tr)) if timed else ()),
        said.status(record, tr),
        said.outcome(record, tr),
    )


def _pages(data: PageData, tr: Translator) -> tuple[Choice, ...]:
    found = data.answer
    kept = {"sort": found["sort"], "standing": found["standing"]}
    n = tr.number(found["limit"])
    links: list[tuple[Link, bool]] = []
    if found["before"]:
        links.append((Link(tr("To the start"), _address(data, **kept)), False))
        links.append((Link(tr("Previous {n}", n=n), _address(data, **kept, before=found["before"])), False))
    if found["after"]:
        links.append((Link(tr("Next {n}", n=n), _address(data, **kept, after=found["after"])), False))
    return (Choice(tr("More requests"), tuple(links)),) if links else ()


def _csv(data: PageData) -> str:
    found = data.answer
    own = urlencode({"sort": found["sort"], "standing": found["standing"], "limit": CSV_ROWS})
    return f"/api/v1/requests.csv?{data.filters.to_query()}&{own}"
