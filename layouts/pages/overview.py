"""The overview: the sentence, the figures, requests and waits over time, top problems, departments at a glance."""

from __future__ import annotations

from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.content import Link, PageContent, PageData
from layouts.pages.how_long import question
from layouts.pages.shared import by_requests, group_table, headline, notes, source_note
from layouts.untimed import lead, over_time

TOP = 10


def content(data: PageData, tr: Translator) -> PageContent:
    """What the overview says."""
    city = data.city.name
    problems = by_requests(data.groups["category"], TOP)
    departments = by_requests(data.groups["department"])
    return PageContent(
        title=tr("Overview"),
        heading=tr("How fast are problems dealt with in {city}?", city=city)
        if "closing_time" not in data.city.missing
        else tr("What is reported in {city}, and how does it stand?", city=city),
        sentence=lead(data, tr("Requests in this selection"), tr),
        scope=words.scope(data.filters, data.city, tr),
        notes=notes(data, tr),
        matched=data.summary["requests"],
        blocks=(
            *(() if "closing_time" in data.city.missing else (question(data, data.filters, tr),)),
            headline(data, tr),
            *over_time(data, tr("Over time"), tr),
            group_table(
                data,
                "category",
                problems,
                tr("The most frequent problems"),
                tr,
                table_id="problems",
                note=tr("Requests measure reports, not problems."),
            ),
            group_table(
                data,
                "department",
                departments,
                tr("Departments at a glance"),
                tr,
                table_id="departments",
                more=Link(tr("All departments"), data.href("/departments")),
                note=source_note(data, tr),
            ),
        ),
    )
