"""Trends: any measure by any breakdown over time, as a chart or as a table, all of it in the address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from dashboard.domain.filters import CHOICES, Filters
from dashboard.domain.trend import OTHER
from dashboard.i18n.translator import N_, Translator
from layouts import trend_words, words
from layouts.figures import breaks, buckets, trend_lines
from layouts.pages.content import (
    Block,
    ChartCard,
    Charts,
    Choice,
    Field,
    Form,
    Link,
    PageContent,
    PageData,
    Panel,
    Prose,
)
from layouts.pages.shared import notes
from layouts.pages.trends_explored import CHART, Explored, explored, marks_of
from layouts.pages.trends_table import trends_table

INTERVALS = {
    "day": N_("days"),
    "week": N_("weeks"),
    "month": N_("months"),
    "quarter": N_("quarters"),
    "year": N_("years"),
}


def content(data: PageData, tr: Translator) -> PageContent:
    """What the page of trends says."""
    asked = explored(data, tr)
    measure = asked.names["measure"]
    by = trend_words.breakdown_name(asked.by, data.city, tr)
    title = measure if asked.by == "none" else tr("{measure} by {breakdown}", measure=measure, breakdown=by)
    sentence = trend_words.seen(asked.followed, asked.lines, asked.names, tr, compare=asked.compare)
    table = data.chosen.get("view") == "table"
    return PageContent(
        title=tr("Trends"),
        heading=title,
        sentence=sentence,
        scope=words.scope(data.filters, data.city, tr),
        notes=(*notes(data, tr), *_own_notes(asked, tr)),
        matched=data.summary["requests"],
        blocks=(
            _what(asked, tr),
            *_choices(asked, tr),
            trends_table(asked, title, tr) if table else Charts((_card(asked, title, tr),)),
            *_values(asked, tr),
            _take_along(asked, tr),
        ),
    )


def _own_notes(asked: Explored, tr: Translator) -> tuple[str, ...]:
    city, told = asked.data.city, list[str]()
    if (why := city.missing.get("closing_time")) or (why := city.missing.get("target")):
        told.append(why)
    if asked.by == "origin":
        told.append(tr("Broken down by whose requests they are, everybody's requests are shown."))
    bulk = asked.answer["bulk"]
    if bulk and asked.followed.needs_closing_times:
        day, n = bulk[0]
        told.append(
            tr.n(
                "On {n} day requests were closed in one go: {most} on {day}.",
                "On {n} days requests were closed in one go; most on {day} ({most}).",
                len(bulk),
                day=tr.date(day),
                most=tr.number(n),
            )
        )
    return tuple(told)


def _what(asked: Explored, tr: Translator) -> Form:
    data = asked.data
    hidden = [*parse_qsl(asked.query(measure=None, by=None, show=None))]
    measures = tuple((key, tr(trend_words.NAMES[key])) for key in asked.answer["measures"])
    fields = [Field("measure", tr("Measure"), asked.followed.id, measures)]
    breakdowns = tuple((key, trend_words.breakdown_name(key, data.city, tr)) for key in asked.answer["breakdowns"])
    fields.append(Field("by", tr("Broken down by"), asked.by, breakdowns))
    return Form("what", tr("What to follow"), "/trends", tuple(fields), tr("Show"), tuple(hidden))


def _choices(asked: Explored, tr: Translator) -> tuple[Choice, ...]:
    filters = asked.data.filters

    def link(text: str, chosen: bool, changed: Filters | None = None, **own: str | None) -> tuple[Link, bool]:
        return Link(text, f"/trends?{asked.query(changed, **own)}"), chosen

    found = [
        Choice(
            tr("By"),
            tuple(
                link(tr(INTERVALS[each]), each == filters.interval, replace(filters, interval=cast(Any, each)))
                for each in CHOICES["interval"]
            ),
        ),
        Choice(
            tr("A year earlier"),
            (
                link(tr("shown"), asked.compare, replace(filters, compare="year")),
                link(tr("not shown"), not asked.compare, replace(filters, compare="none")),
            ),
        ),
    ]
    table = asked.data.chosen.get("view") == "table"
    if len(asked.lines) > 1 and len(asked.lines) <= trend_lines.MOST_TOGETHER and not table:
        found.append(
            Choice(
                tr("Lines"),
                (
                    link(tr("in one chart"), not asked.apart, layout=None),
                    link(tr("apart"), asked.apart, layout="small"),
                ),
            )
        )
    found.append(Choice(tr("As a"), (link(tr("chart"), not table, view=None), link(tr("table"), table, view="table"))))
    return tuple(found)


def _card(asked: Explored, title: str, tr: Translator) -> ChartCard:
    scheme, followed, marks = asked.data.scheme, asked.followed, marks_of(asked, tr)
    query = asked.query(view=None, layout=None)
    bulk = asked.answer["bulk"] if followed.needs_closing_times else ()
    figure, panels = None, ()
    if asked.apart:
        panels = _panels(asked, marks, tr)
    else:
        drawn = trend_lines.figure(asked.lines, followed, asked.names, tr, scheme, bulk=bulk)
        figure = breaks.marked(drawn, marks, tr, scheme)
    height = int(figure["layout"]["height"]) if figure else trend_lines.SMALL
    told = [tr("From {day}: {why}", day=tr.date(day), why=why) for day, why in marks]
    if not asked.apart and len(trend_lines.drawn_together(asked.lines)) < len(asked.lines):
        told.insert(0, tr("All others together are too many for this scale; they are in the table."))
    if asked.apart:
        told.insert(
            0, tr("All have the same axes. Dashed: a year earlier.") if asked.compare else tr("All have the same axes.")
        )
    return ChartCard(
        CHART,
        title,
        " ".join(told),
        figure,
        height,
        f"/charts/{CHART}.csv?{query}",
        f"/charts/{CHART}.html?{query}" + ("" if "lang=" in query else "&" + urlencode({"lang": tr.locale})),
        followed.measure,
        wide=True,
        panels=panels,
    )


def _panels(asked: Explored, marks: list[breaks.Break], tr: Translator) -> tuple[Panel, ...]:
    top = trend_lines.top_of(asked.lines, asked.followed, with_before=True)
    panels: list[Panel] = []
    for line in asked.lines:
        place = trend_words.newest(line)
        value = ""
        if place is not None:
            point = line.points[place]
            value = tr(
                "{value} {when}",
                value=trend_words.value_text(asked.followed, point, tr),
                when=buckets.when(point, tr),
            )
        name = asked.names[line.name] or asked.names["measure"]
        figure = trend_lines.small(line, asked.followed, name, top, marks, tr, asked.data.scheme)
        panels.append(Panel(name, value, figure, trend_lines.SMALL))
    return tuple(panels)


def _values(asked: Explored, tr: Translator) -> tuple[Block, ...]:
    """Which values are shown, each to be left out by its link, and a form that adds one."""
    if asked.by == "none" or not asked.lines:
        return ()
    shown = [line.name for line in asked.lines if line.name != OTHER]
    links = [
        (
            Link(
                tr("{name} ✕", name=asked.names[name]),
                f"/trends?{asked.query(show=tuple(each for each in shown if each != name))}",
            ),
            False,
        )
        for name in shown
        if len(shown) > 1
    ]
    if asked.answer["chosen"]:
        links.append((Link(tr("those with most requests"), f"/trends?{asked.query(show=None)}"), False))
    blocks: list[Block] = [Choice(tr("Shown (choose one to leave it out)"), tuple(links))] if links else []
    others = [(name, n) for name, n in asked.answer["volumes"] if name not in shown]
    if others:
        options = tuple(
            (name, f"{trend_words.line_name(asked.by, name, asked.data.city, tr)} ({tr.number(n)})")
            for name, n in others
        )
        hidden = tuple(parse_qsl(asked.query(show=tuple(shown))))
        field = Field("show", trend_words.breakdown_name(asked.by, asked.data.city, tr), options[0][0], options)
        blocks.append(Form("more", tr("Show one more"), "/trends", (field,), tr("Add"), hidden))
    return tuple(blocks)


def _take_along(asked: Explored, tr: Translator) -> Prose:
    query = asked.query(view=None, layout=None)
    return Prose(
        tr("Take the numbers along"),
        (
            tr(
                "The address of this page keeps all that is chosen: copy it to cite what you see. "
                "The files below answer at addresses of their own, always with the newest data."
            ),
        ),
        (
            Link(tr("The rows as CSV"), f"/charts/{CHART}.csv?{query}"),
            Link(tr("The rows as JSON"), f"/charts/{CHART}.json?{query}"),
        ),
        id="take-along",
    )
