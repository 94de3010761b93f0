"""A place: what a resident wants to know of the area they live in, in sentences first."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlencode

from dashboard.domain.method import TOO_FEW
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.closed_not_fixed import panel
from layouts.pages.content import Block, Column, Link, Links, Numbers, PageContent, PageData, Sentences, Table
from layouts.pages.open_nearby import open_nearby
from layouts.pages.shared import PATHS, group_table, notes
from layouts.pages.spots import spots_table
from layouts.untimed import lead, status_sentence

PROBLEMS = 8
MOST = 40
"""So many problems are in the folded table: it is drawn with the page."""


def content(data: PageData, tr: Translator) -> PageContent:
    """What the page of one area says."""
    name = words.value_name(data.kind, data.name, data.city, tr)
    sentence = lead(data, tr("Requests from here"), tr)
    if words.is_timed(data.everywhere) and data.everywhere["wait"]["n"] >= TOO_FEW:
        sentence += " " + tr("City-wide the typical wait is {time}.", time=words.wait(data.everywhere, tr))
    return PageContent(
        title=name,
        heading=name,
        sentence=sentence,
        scope=words.scope(data.filters, data.city, tr),
        notes=(*notes(data, tr), *_unknown(data, tr)),
        matched=data.summary["requests"],
        above=Link(tr("Your place"), data.href("/place")),
        blocks=(
            _problems(data, tr),
            *_all_problems(data, tr),
            _against_city(data, tr),
            _against_earlier(data, tr),
            *panel(data, tr),
            *open_nearby(data, tr),
            *spots_table(data, tr),
            _more(data, tr),
        ),
    )


def problem_sentence(here: Numbers, city: Numbers | None, data: PageData, tr: Translator) -> str:
    """One problem of the place and its wait, and that of the same problem in the whole city."""
    subject = tr("Requests of type “{problem}”", problem=words.value_name("category", here["name"], data.city, tr))
    if not words.is_timed(here):
        if here["requests"] < TOO_FEW:
            return tr.n("{subject}: {n} request.", "{subject}: {n} requests.", here["requests"], subject=subject)
        return status_sentence(here, data.city, subject, tr)
    found = here["wait"]
    if found["n"] < TOO_FEW:
        first = tr.n(
            "{subject}: {n} request here, too few to say how long it takes.",
            "{subject}: {n} requests here, too few to say how long they take.",
            found["n"],
            subject=subject,
        )
    elif found["p50_days"] is None:
        first = tr("{subject}: the typical wait is {time}.", subject=subject, time=words.wait(here, tr))
    else:
        first = tr("{subject}: half are closed within {time}.", subject=subject, time=words.wait(here, tr))
    if city is None or city["wait"]["n"] < TOO_FEW:
        return first
    return f"{first} {tr('City-wide: {time}.', time=words.wait(city, tr))}"


def _problems(data: PageData, tr: Translator) -> Sentences:
    rows = data.answer["problems"][:PROBLEMS]
    told = tuple(problem_sentence(row, data.answer["city"].get(row["name"]), data, tr) for row in rows)
    return Sentences(
        "problems",
        tr("How long will it take?"),
        told or (tr("No requests match this selection. Widen the dates or clear a filter."),),
        tr("The problems that are reported most often here.") if told else "",
    )


def _all_problems(data: PageData, tr: Translator) -> tuple[Table, ...]:
    rows = data.answer["problems"][:MOST]
    if len(rows) <= PROBLEMS:
        return ()
    table = group_table(data, "category", rows, tr("More problems of this place"), tr, table_id="all-problems")
    folded = tr.n("Show {n} problem with its numbers", "Show {n} problems with their numbers", len(rows))
    return (Table(table.id, table.heading, table.columns, table.rows, table.note, table.more, table.empty, folded),)


def _against_city(data: PageData, tr: Translator) -> Table:
    name = words.value_name(data.kind, data.name, data.city, tr)
    rows = ((name, data.summary), (tr("All of {city}", city=data.city.name), data.everywhere))
    return Table(
        "against-city",
        tr("This place and the city"),
        _columns(data, tr, tr("Where")),
        tuple((label, *_cells(numbers, tr)) for label, numbers in rows),
        " ".join(
            (
                *((difference(data.summary, data.everywhere, tr),) if words.is_timed(data.summary) else ()),
                tr("Areas differ in what is asked of them, so this is not a ranking."),
            )
        ),
    )


def difference(here: Numbers, city: Numbers, tr: Translator) -> str:
    """Whether the typical wait of the place differs from the city's by more than chance explains."""
    mine, all_ = here["wait"], city["wait"]
    if mine["n"] < TOO_FEW or all_["n"] < TOO_FEW:
        return tr("There are too few requests to say whether waits here differ.")
    infinity = float("inf")
    if (mine["p50_low"] or 0) > (all_["p50_high"] or infinity):
        return tr("The typical wait here is longer than city-wide, by more than chance explains.")
    if (all_["p50_low"] or 0) > (mine["p50_high"] or infinity):
        return tr("The typical wait here is shorter than city-wide, by more than chance explains.")
    return tr("The typical wait here does not clearly differ from the city's.")


def _against_earlier(data: PageData, tr: Translator) -> Table:
    earlier = data.summary.get("compare")
    change = words.wait_change(data.summary, tr) if earlier else ""
    rows: tuple[tuple[str, ...], ...] = ()
    if earlier:
        before = tr.date_range(date.fromisoformat(earlier["from"]), date.fromisoformat(earlier["to"]))
        rows = (
            (tr.date_range(data.filters.start, data.filters.end), *_cells(data.summary, tr)),
            (before, *_cells(earlier, tr)),
        )
    return Table(
        "against-earlier",
        tr("This year and last")
        if earlier and earlier["kind"] != "just_before"
        else tr("This period and the one before"),
        _columns(data, tr, tr("Period")),
        rows,
        " ".join(
            part
            for part in (
                tr("Typical wait: {change}.", change=change) if change else "",
                tr("The earlier requests are counted as they stood at the same age.") if earlier else "",
            )
            if part
        ),
        empty=tr("The data do not reach back far enough to compare with an earlier period."),
    )


def _columns(data: PageData, tr: Translator, head: str) -> tuple[Column, ...]:
    timed = "closing_time" not in data.city.missing
    speed = (tr("Typical wait"), tr("Nine in ten closed within"), tr("Closed within 30 days"))
    return (Column(head, numeric=False), Column(tr("Requests")), *(Column(text) for text in (speed if timed else ())))


def _cells(numbers: Numbers, tr: Translator) -> tuple[str, ...]:
    requests = tr.number(numbers["requests"])
    if not words.is_timed(numbers):
        return (requests,)
    return (requests, words.wait(numbers, tr), words.ninety(numbers, tr), words.within(numbers, 30, tr))


def _unknown(data: PageData, tr: Translator) -> tuple[str, ...]:
    text = data.answer["unknown"]
    if not text:
        return ()
    return (tr("“{text}” is no published address of this place; all of it is shown.", text=text[:80]),)


def _more(data: PageData, tr: Translator) -> Block:
    slug = data.answer["slug"]
    links = [Link(tr("The brief of this area, with charts"), data.href(f"{PATHS[data.kind]}/{slug}"))]
    # the page is narrowed to the place by its path; these two pages by their query
    language = [pair for pair in parse_qsl(data.query) if pair[0] == "lang"]
    narrowed = data.filters.to_query() + (f"&{urlencode(language)}" if language else "")
    links.append(Link(tr("How it went here over time"), f"/trends?{narrowed}"))
    links.append(Link(tr("The single requests of this place"), f"/requests?{narrowed}"))
    return Links("more", tr("More about this place"), tuple(links))
