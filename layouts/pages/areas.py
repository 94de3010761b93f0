"""Areas: the list of a kind of area (districts, neighbourhoods), and the brief of one."""

from __future__ import annotations

from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.closed_not_fixed import panel, without_panel
from layouts.pages.content import Choice, Link, Numbers, PageContent, PageData
from layouts.pages.fairness import fair_sentence, fair_table
from layouts.pages.report import PRINTED, change_table, further_numbers, longest_waits
from layouts.pages.shared import PATHS, by_requests, group_table, headline, notes, source_note
from layouts.untimed import lead, over_time

TOP = 10


def list_content(data: PageData, tr: Translator) -> PageContent:
    """What the list of one kind of area says."""
    rows = [row for row in data.groups[data.kind] if row["requests"] or row["backlog"]]
    named = [row for row in rows if row["name"] != NONE_NAME]
    area = data.city.areas[data.kind]
    kinds = tuple(
        (Link(other.plural, data.href(PATHS[kind])), kind == data.kind) for kind, other in data.city.areas.items()
    )
    return PageContent(
        title=area.plural,
        heading=tr("{areas} of {city}", areas=area.plural, city=data.city.name),
        sentence=_range_sentence(data, named, tr),
        scope=words.scope(data.filters, data.city, tr),
        notes=notes(data, tr),
        matched=data.summary["requests"],
        blocks=(
            *((Choice(tr("Kind of area"), kinds),) if len(kinds) > 1 else ()),
            group_table(
                data,
                data.kind,
                rows,
                area.plural,
                tr,
                table_id="areas",
                more=Link(tr("See them on the map"), data.href("/map")),
                note=tr("Requests measure reports, not problems. Areas differ in what is asked of them.")
                + " "
                + source_note(data, tr),
            ),
            *fair_table(data, tr),
            *over_time(data, "", tr),
        ),
    )


def content(data: PageData, tr: Translator) -> PageContent:
    """What the brief of one area says."""
    name = words.value_name(data.kind, data.name, data.city, tr)
    area = data.city.areas[data.kind]
    sentence = lead(data, tr("Requests from here"), tr)
    if data.everywhere and words.is_timed(data.everywhere) and data.everywhere["wait"]["n"] >= words.TOO_FEW:
        sentence += " " + tr("City-wide the typical wait is {time}.", time=words.wait(data.everywhere, tr))
    sentence += _fairly(data, tr)
    return PageContent(
        title=name,
        heading=name,
        sentence=sentence,
        scope=words.scope(data.filters, data.city, tr),
        notes=notes(data, tr),
        matched=data.summary["requests"],
        above=Link(area.plural, data.href(PATHS[data.kind])),
        blocks=(
            headline(data, tr),
            *further_numbers(data, tr),
            *over_time(without_panel(data), tr("Over time"), tr),
            *change_table(data, tr),
            *panel(data, tr),
            group_table(
                data,
                "category",
                by_requests(data.groups["category"], TOP),
                tr("The most frequent problems"),
                tr,
                table_id="problems",
                printed=PRINTED,
            ),
            *longest_waits(data, tr),
            group_table(
                data,
                "department",
                by_requests(data.groups["department"]),
                tr("Departments at work here"),
                tr,
                table_id="departments",
                printed=PRINTED,
            ),
        ),
        report=True,
    )


def _fairly(data: PageData, tr: Translator) -> str:
    """The share closed in 30 days, raw and adjusted for what is asked here; empty where it cannot be said."""
    found = data.answer["fair"]
    row = next((row for row in found["rows"] if row["name"] == data.name and data.name != NONE_NAME), None)
    said = fair_sentence(row, found["share"], tr) if row else ""
    return f" {said}" if said else ""


def _range_sentence(data: PageData, rows: list[Numbers], tr: Translator) -> str:
    if "closing_time" in data.city.missing:
        return lead(data, tr("Requests in this selection"), tr)
    said = [row for row in rows if row["wait"]["n"] >= words.TOO_FEW and row["wait"]["p50_days"] is not None]
    if len(said) < 2:
        return words.speed_sentence(data.summary, tr("Requests in this selection"), tr)
    shortest, longest = (pick(said, key=lambda row: row["wait"]["p50_days"]) for pick in (min, max))
    return tr(
        "The typical wait goes from {low} ({least}) to {high} ({most}); what is asked of them differs, so this is not a ranking.",
        low=tr.days(shortest["wait"]["p50_days"]),
        least=words.value_name(data.kind, shortest["name"], data.city, tr),
        high=tr.days(longest["wait"]["p50_days"]),
        most=words.value_name(data.kind, longest["name"], data.city, tr),
    )
