"""One request: what happened to it, how long that takes, what else was reported there; and the search by number."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode

from dashboard.domain.request import DIMENSIONS, NONE_NAME
from dashboard.i18n.translator import Translator
from layouts import record_words as said
from layouts import waits_in_words, words
from layouts.components.search_field import EXAMPLE
from layouts.figures import mark_on_curve
from layouts.pages.content import (
    Block,
    Cell,
    Charts,
    Column,
    Field,
    Form,
    Link,
    Numbers,
    PageContent,
    PageData,
    Prose,
    Table,
)
from layouts.pages.requests import row
from layouts.pages.shared import PATHS
from layouts.pages.spots import at_recurring
from layouts.quality_words import FLAG_WORDS, in_words


def content(data: PageData, tr: Translator) -> PageContent:
    """What the page of a request says, or that there is none of its number."""
    record: Numbers | None = data.answer.get("request")
    if record is None:
        return _unknown(data, str(data.answer["missing"]), tr)
    problem = words.value_name("category", record["category"], data.city, tr)
    number = tr("Request {number}", number=record["request_id"])
    blocks: list[Block] = [_timeline(data, record, tr), _facts(data, record, tr), *_curve(data, record, tr)]
    blocks += [_spot(data, tr), *at_recurring(data, tr), *_flags(record, tr), _source(data, record, tr)]
    return PageContent(
        title=number,
        heading=tr("{problem}: request {number}", problem=problem, number=record["request_id"]),
        sentence=waits_in_words.told(record, data.city, tr),
        scope=said.place(record, data.city, tr),
        notes=said.made_up_numbers(data.city),
        blocks=tuple(blocks),
        above=Link(tr("All requests"), data.href("/requests")),
    )


def search_content(data: PageData, tr: Translator) -> PageContent:
    """Where a search by number leads: to the request, or to a page that says that there is none and keeps what was typed."""
    found, typed = data.answer.get("found"), str(data.answer["typed"])
    if found:
        address = data.href(f"/request/{quote(found, safe='')}")
        text = tr("Request {number}", number=found)
        return PageContent(
            text, text, tr("It has a page of its own."), (_links(tr("Go on"), Link(text, address)),), moved=address
        )
    if typed:
        return _unknown(data, typed, tr)
    return PageContent(
        tr("Find a request"),
        tr("Find a request by its number"),
        tr("The city gave a number when the request was made; with it you see what became of it."),
        (_search(data, "", tr),),
    )


def _unknown(data: PageData, number: str, tr: Translator) -> PageContent:
    shown = number if len(number) <= 80 else f"{number[:80]}…"
    others: tuple[tuple[str, str, str], ...] = data.answer.get("elsewhere", ())
    language = [pair for pair in parse_qsl(data.query) if pair[0] == "lang"]
    links = tuple(
        Link(
            tr("Request {number} in {city}", number=known, city=name),
            f"/request/{quote(known, safe='')}?{urlencode([('city', city), *language])}",
        )
        for city, name, known in others
    )
    blocks: list[Block] = [_search(data, shown, tr)]
    if links:
        blocks.insert(
            0, Prose(tr("In another city"), (tr("Another city has a request of this number."),), links, "other")
        )
    return PageContent(
        title=tr("Not found"),
        heading=tr("No request has this number"),
        sentence=tr(
            "{city} has published no request “{number}”: check it, or look again after the next update.",
            city=data.city.name,
            number=shown,
        ),
        notes=(tr("The data reach to {day}.", day=tr.date(data.city.data_to)),),
        blocks=tuple(blocks),
        status=404,
    )


def _search(data: PageData, typed: str, tr: Translator) -> Form:
    kept = tuple(pair for pair in parse_qsl(data.query) if pair[0] in ("city", "lang"))
    return Form(
        "find",
        tr("Search by number"),
        "/request",
        (Field("number", tr("Number of the request"), typed, hint=EXAMPLE),),
        tr("Find"),
        kept,
        tr("Capitals, spaces, a # and leading zeros do not matter."),
    )


def _timeline(data: PageData, record: Numbers, tr: Translator) -> Prose:
    rows = (
        (tr("Made"), _when(record, "created_at", tr) or tr("not published")),
        (tr("Target"), _target(data, record, tr)),
        (tr("Last changed"), _when(record, "updated_at", tr) or tr("not published")),
        (tr("Closed"), _closed(data, record, tr)),
    )
    return Prose(tr("What happened"), (rows,), id="timeline", side_by_side=True)


def _target(data: PageData, record: Numbers, tr: Translator) -> str:
    due = _when(record, "due_at", tr)
    if not due:
        return data.city.missing.get("target") or tr("not published")
    return _known(due, _against_target(data, record, tr), tr)


def _closed(data: PageData, record: Numbers, tr: Translator) -> str:
    if record["status"] in said.OPEN:
        return tr("not yet, as of {day}", day=tr.date(data.city.data_through.date()))
    when = _when(record, "closed_at", tr)
    if not when:
        return data.city.missing.get("closing_time") or tr("not published")
    return _known(when, said.outcome(record, tr), tr)


def _known(when: str, what: str, tr: Translator) -> str:
    return tr("{when} ({what})", when=when, what=what) if what else when


def _when(record: Numbers, name: str, tr: Translator) -> str:
    at = said.moment(record, name)
    if at is None:
        return ""
    if name == "closed_at" and "date_only_close" in record["flags"]:
        return tr.date(at.date())
    return tr.moment(at)


def _against_target(data: PageData, record: Numbers, tr: Translator) -> str:
    due, closed = said.moment(record, "due_at"), said.moment(record, "closed_at")
    if due is None or "closing_time" in data.city.missing:
        return ""
    if record["status"] in said.OPEN:
        return tr("passed") if due <= data.city.data_through else tr("still to come")
    if closed is None or record["seconds"] is None:
        return ""
    late = closed.date() > due.date() if "date_only_close" in record["flags"] else closed > due
    return tr("missed") if late else tr("met")


def _facts(data: PageData, record: Numbers, tr: Translator) -> Prose:
    rows: list[tuple[str, Cell]] = [(tr("Status"), said.status(record, tr))]
    if record["status"] not in said.OPEN:
        rows.append((tr("Outcome"), said.outcome(record, tr)))
    for field in DIMENSIONS:
        if field in ("district", "neighbourhood") and field not in data.city.areas:
            continue
        name = words.value_name(field, record[field], data.city, tr)
        slug = data.slugs.get(field, {}).get(record[field], "")
        linked = field in PATHS and slug and record[field] != NONE_NAME
        rows.append(
            (
                words.field_name(field, data.city, tr),
                Link(name, data.href(f"{PATHS[field]}/{slug}")) if linked else name,
            )
        )
    rows.append((tr("Address"), record["address"] or tr("not published")))
    rows.append((tr("Made by"), tr(words.ORIGIN_NAMES[record["origin"]])))
    parent = record.get("duplicate_of")
    if parent:
        rows.append((tr("Same as"), Link(str(parent), said.href(data, str(parent)))))
    elif record["duplicate"]:
        rows.append((tr("Same as"), tr("another request, whose number is not published")))
    return Prose(tr("What is published"), (tuple(rows),), id="facts", side_by_side=True)


def _curve(data: PageData, record: Numbers, tr: Translator) -> list[Block]:
    if not data.charts:
        return []
    card = data.charts[0]
    days = waits_in_words.days_so_far(record, data.city)
    if card.figure is not None and days is not None:
        card = replace(card, figure=mark_on_curve.marked(card.figure, days, tr, data.scheme))
    like = said.group(record["expected_wait"]["group"], data.city, tr)
    card = replace(
        card,
        wide=True,
        title=tr("How long requests like it take"),
        sentence=f"{card.sentence} {_about(data, like, tr)}",
    )
    return [Charts((card,))]


def _about(data: PageData, like: str, tr: Translator) -> str:
    when = tr.date_range(data.filters.start, data.filters.end)
    return tr.n(
        "From {n} {like} made {when}.",
        "From {n} {like} made {when}.",
        data.summary["wait"]["n"],
        like=like,
        when=when,
    )


def _spot(data: PageData, tr: Translator) -> Table:
    spot = data.answer["spot"]
    columns = tuple(
        Column(tr(name), numeric=False)
        for name in (
            "Number",
            "Problem",
            "Place",
            "Made",
            *(("Closed", "Took") if data.charts else ()),
            "Status",
            "Outcome",
        )
    )
    if spot is None:
        empty = tr("Whether it was reported before cannot be said: no place is published that is precise enough.")
    else:
        empty = tr("No other request of this problem was made within {n} m.", n=tr.number(50))
    rows = tuple(row(data, each, tr) for each in spot["records"]) if spot else ()
    note = ""
    if spot and spot["n"]:
        note = tr.n(
            "{n} other request of this problem within 50 m, at any time.",
            "{n} other requests of this problem within 50 m, at any time; the newest are listed.",
            spot["n"],
        )
    return Table("spot", tr("Reported at the same spot"), columns, rows, note, empty=empty)


def _flags(record: Numbers, tr: Translator) -> list[Block]:
    told = tuple(in_words(FLAG_WORDS, flag, tr) for flag in record["flags"])
    return [Prose(tr("What is odd about this row"), told, id="flags")] if told else []


def _source(data: PageData, record: Numbers, tr: Translator) -> Prose:
    links: list[Link] = []
    if data.city.record_url:
        address = data.city.record_url.replace("{id}", quote(record["request_id"], safe=""))
        links.append(Link(tr("This request at the source"), address))
    elif data.city.source_url:
        links.append(Link(tr("The data set at the source"), data.city.source_url))
    links.append(
        Link(tr("The same as JSON"), f"/api/v1/requests/{quote(record['request_id'], safe='')}?city={data.city.id}")
    )
    if data.contact:
        contact = data.contact if "://" in data.contact else f"mailto:{data.contact}"
        links.append(Link(tr("Report a mistake"), contact))
    return Prose(
        tr("Where this comes from"),
        (
            tr(
                "From {source}, as published there up to {day}.",
                source=data.city.source_name,
                day=tr.date(data.city.data_through.date()),
            ),
        ),
        tuple(links),
        id="source",
    )


def _links(heading: str, *links: Link) -> Prose:
    return Prose(heading, (), links, id="go")
