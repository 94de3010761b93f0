"""Departments: the list, and the scorecard of one."""

from __future__ import annotations

from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.closed_not_fixed import panel, without_panel
from layouts.pages.content import Link, PageContent, PageData
from layouts.pages.report import PRINTED, change_table, further_numbers, longest_waits
from layouts.pages.shared import by_requests, group_table, headline, notes, source_note
from layouts.untimed import lead, over_time

TOP = 10


def list_content(data: PageData, tr: Translator) -> PageContent:
    """What the list of departments says."""
    rows = by_requests(data.groups["department"])
    return PageContent(
        title=tr("Departments"),
        heading=tr("Departments of {city}", city=data.city.name),
        sentence=data.city.missing.get("department")
        or tr.n(
            "{n} department has requests in this selection.",
            "{n} departments have requests in this selection. They do different work, so their waits are not a ranking.",
            len(rows),
        ),
        scope=words.scope(data.filters, data.city, tr),
        notes=notes(data, tr),
        matched=data.summary["requests"],
        blocks=(
            group_table(
                data, "department", rows, tr("All departments"), tr, table_id="departments", note=source_note(data, tr)
            ),
            *over_time(data, "", tr),
        ),
    )


def content(data: PageData, tr: Translator) -> PageContent:
    """What the scorecard of one department says."""
    name = words.value_name("department", data.name, data.city, tr)
    blocks = (
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
        *(
            (
                group_table(
                    data,
                    "district",
                    by_requests(data.groups["district"]),
                    data.city.areas["district"].plural,
                    tr,
                    table_id="districts",
                    printed=PRINTED,
                ),
            )
            if "district" in data.city.areas
            else ()
        ),
    )
    return PageContent(
        title=name,
        heading=name,
        sentence=lead(data, tr("Requests to this department"), tr),
        scope=words.scope(data.filters, data.city, tr),
        notes=notes(data, tr),
        matched=data.summary["requests"],
        above=Link(tr("All departments"), data.href("/departments")),
        blocks=blocks,
        report=True,
    )
