"""How long will it take? One problem in one place: the sentence, the same for the city, and the curve."""

from __future__ import annotations

from urllib.parse import parse_qsl

from dashboard.domain.filters import Filters
from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.content import Block, Charts, Field, Form, Link, Numbers, PageContent, PageData, Prose
from layouts.pages.shared import headline, notes
from layouts.untimed import lead


def content(data: PageData, tr: Translator) -> PageContent:
    """What the answer says: for what was asked, or for the narrowest group around it that is large enough."""
    found = data.answer
    asked: Filters = found["asked_filters"]
    why = data.city.missing.get("closing_time")
    blocks: list[Block] = [question(data, asked, tr), headline(data, tr)]
    if data.charts:
        blocks.append(Charts(data.charts, tr("How the share of closed requests grows")))
    if why is not None:
        blocks.append(Prose(tr("How long requests take"), (why,), id="no-waits"))
    list_link = Link(tr("These requests, one by one"), data.href("/requests"))
    blocks.append(Prose(tr("Further"), (tr("The same selection as a list."),), (list_link,), id="further"))
    return PageContent(
        title=tr("How long will it take?"),
        heading=tr("How long will it take?"),
        sentence=lead(data, subject(data.filters, data, tr), tr) if why else _sentence(data, asked, tr),
        scope=words.scope(data.filters, data.city, tr),
        notes=notes(data, tr),
        matched=data.summary["requests"],
        blocks=tuple(blocks),
    )


def question(data: PageData, asked: Filters, tr: Translator) -> Form:
    """The form that asks for a problem and a place; its answer is a page of its own."""
    fields = [
        Field(
            "category",
            words.field_name("category", data.city, tr),
            asked.categories[0] if asked.categories else "",
            (("", tr("All problems")), *_names(data, "category", tr)),
        )
    ]
    for kind in data.city.areas:
        chosen = asked.districts if kind == "district" else asked.neighbourhoods
        options = (("", tr("The whole city")), *_names(data, kind, tr))
        fields.append(Field(kind, words.field_name(kind, data.city, tr), chosen[0] if chosen else "", options))
    own = {"category", *data.city.areas}
    hidden = tuple((key, value) for key, value in parse_qsl(data.query) if key not in own)
    return Form("how-long", tr("How long will it take?"), "/how-long", tuple(fields), tr("Show"), hidden)


def subject(filters: Filters, data: PageData, tr: Translator) -> str:
    """What is asked about, in the city's own terms: 'Requests of type “Pothole Repair”, District 5'."""
    quoted = tr.list_of([f"“{words.value_name('category', name, data.city, tr)}”" for name in filters.categories])
    first = tr("Requests of type {names}", names=quoted) if quoted else tr("Requests")
    places = [
        words.value_name(kind, name, data.city, tr)
        for kind, names in (("district", filters.districts), ("neighbourhood", filters.neighbourhoods))
        for name in names
    ]
    return tr("{first}, {places}", first=first, places=tr.list_of(places)) if places else first


def _sentence(data: PageData, asked: Filters, tr: Translator) -> str:
    found = data.answer
    parts: list[str] = []
    if found["widened"] and data.summary["wait"]["n"]:
        parts.append(_too_few(found, subject(asked, data, tr), tr))
    parts.append(words.speed_sentence(data.summary, subject(data.filters, data, tr), tr))
    parts.append(_left_open(data.summary, tr))
    if not found["widened"] and (asked.districts or asked.neighbourhoods):
        parts.append(tr("In the whole city the typical wait is {time}.", time=words.wait(found["city"], tr)))
    return " ".join(part for part in parts if part)


def _too_few(found: Numbers, what: str, tr: Translator) -> str:
    n = found["asked"]["wait"]["n"]
    told = (
        tr.n(
            "{subject}: {n} request is too few to say.", "{subject}: {n} requests are too few to say.", n, subject=what
        )
        if n
        else tr("{subject}: there were none in this selection.", subject=what)
    )
    wider = {
        "place": tr("So this is for the whole city."),
        "problem": tr("So this is for all problems in the whole city."),
    }
    return f"{told} {wider[found['widened']]}"


def _left_open(numbers: Numbers, tr: Translator) -> str:
    """How many are still open after 90 days, where the sentence before has not said it."""
    waits = numbers["wait"]
    if waits["n"] is None or waits["p90_days"] is None or not waits["closed_within_observed"]["90"]:
        return ""
    left = 1 - waits["closed_within"]["90"]
    return tr("{share} are still open after 90 days.", share=tr.percent(left)) if left >= 0.005 else ""


def _names(data: PageData, field: str, tr: Translator) -> list[tuple[str, str]]:
    named = [
        (name, words.value_name(field, name, data.city, tr)) for name in data.slugs.get(field, {}) if name != NONE_NAME
    ]
    return named if field != "category" else sorted(named, key=lambda pair: pair[1].casefold())
