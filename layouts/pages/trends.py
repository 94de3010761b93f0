"""Trends: any measure by any breakdown over time, as a chart or as a table, all of it in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from dashboard.domain.filters import CHOICES, Filters
from dashboard.domain.trend import FOLLOWED, OTHER, Followed
from dashboard.i18n.translator import N_, Translator
from layouts import trend_words, words
from layouts.figures import breaks, buckets, trend_lines
from layouts.pages.content import (
    Block,
    Cell,
    ChartCard,
    Charts,
    Choice,
    Column,
    Field,
    Form,
    Link,
    PageContent,
    PageData,
    Panel,
    Prose,
    Table,
)
from layouts.pages.shared import notes
from layouts.target_words import changes_told
from layouts.trend_words import Line

INTERVALS = {
    "day": N_("days"),
    "week": N_("weeks"),
    "month": N_("months"),
    "quarter": N_("quarters"),
    "year": N_("years"),
}
MOST_ROWS = 400
"""A table on a screen ends here; the CSV has all rows."""
CHART = "trend"


@dataclass(frozen=True, slots=True)
class Explored:
    """What is explored: the page's data, the measure, the breakdown, and what the store answered."""

    data: PageData
    followed: Followed
    by: str
    lines: list[Line]
    names: dict[str, str]
    answer: dict[str, Any]

    @property
    def compare(self) -> bool:
        """Whether the year before is wanted."""
        return self.data.filters.compare == "year"

    @property
    def apart(self) -> bool:
        """Whether each value has a small chart of its own: as chosen, and always where there are more than one chart holds."""
        if self.by == "none" or len(self.lines) < 2:
            return False
        return self.data.chosen.get("layout") == "small" or len(self.lines) > trend_lines.MOST_TOGETHER

    def query(self, filters: Filters | None = None, **own: str | tuple[str, ...] | None) -> str:
        """The query string of this page with some of it changed; None leaves a key out."""
        kept: dict[str, Any] = {"measure": self.followed.id, "by": self.by if self.by != "none" else None}
        kept |= {key: self.data.chosen.get(key) for key in ("layout", "view")}
        kept |= {"show": self.answer["chosen"] or None} | own
        language = dict(parse_qsl(self.data.query)).get("lang")
        pairs = {key: value for key, value in {**kept, "lang": language}.items() if value}
        return (filters or self.data.filters).to_query() + "&" + urlencode(pairs, doseq=True)


def content(data: PageData, tr: Translator) -> PageContent:
    """What the page of trends says."""
    asked = _explored(data, tr)
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
            _table(asked, title, tr) if table else Charts((_card(asked, title, tr),)),
            *_values(asked, tr),
            _take_along(asked, tr),
        ),
    )


def _explored(data: PageData, tr: Translator) -> Explored:
    answer = dict(data.answer["trend"])
    followed, by = FOLLOWED[answer["measure"]], answer["by"]
    lines = trend_words.lines_of(answer["frame"])
    shown = [line.name for line in lines]
    names = {name: trend_words.line_name(by, name, data.city, tr) for name in shown}
    names["measure"] = tr(trend_words.NAMES[followed.id])
    return Explored(data, followed, by, lines, names, answer)


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


def _marks(asked: Explored, tr: Translator) -> list[breaks.Break]:
    if not asked.lines:
        return []
    points, city = asked.lines[0].points, asked.data.city
    known = [*city.breaks]
    if asked.followed.id == "on_time":
        known += changes_told(city.targets, asked.data.filters.categories, tr)
    return breaks.within(known, points[0].start, points[-1].end)


def _card(asked: Explored, title: str, tr: Translator) -> ChartCard:
    scheme, followed, marks = asked.data.scheme, asked.followed, _marks(asked, tr)
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


def _table(asked: Explored, title: str, tr: Translator) -> Table:
    rows = _single_rows(asked, tr) if asked.by == "none" else _group_rows(asked, tr)
    heads = (
        [asked.names["measure"], *_interval_heads(asked, tr)]
        if asked.by == "none"
        else [asked.names[line.name] for line in asked.lines]
    )
    told = (
        [tr("○ not complete yet, or not final.")]
        if any(not p.mature for line in asked.lines for p in line.points)
        else []
    )
    if len(rows) > MOST_ROWS:
        told.append(tr("The last {n} rows; the CSV has all.", n=tr.number(MOST_ROWS)))
    told += [tr("From {day}: {why}", day=tr.date(day), why=why) for day, why in _marks(asked, tr)]
    return Table(
        CHART,
        title,
        (Column(tr("Period"), numeric=False), *(Column(head) for head in heads)),
        tuple(rows[-MOST_ROWS:]),
        " ".join(told),
        empty=tr("No requests match this selection. Widen the dates or clear a filter."),
    )


def _interval_heads(asked: Explored, tr: Translator) -> list[str]:
    heads = [] if asked.followed.unit == "count" else [tr("95 % interval"), tr("Requests")]
    return [*heads, tr("A year earlier"), tr("Change")] if asked.compare else heads


def _single_rows(asked: Explored, tr: Translator) -> list[tuple[Cell, ...]]:
    followed, rows = asked.followed, list[tuple[Cell, ...]]()
    for line in asked.lines:
        for point, before in zip(line.points, line.before, strict=True):
            row: list[Cell] = [_period(point, tr), trend_words.value_text(followed, point, tr)]
            if followed.unit != "count":
                row += [trend_words.interval_text(followed, point, tr), tr.number(point.n or 0)]
            if asked.compare:
                change = trend_words.changed(followed, point, before, tr) if point.mature else ""
                row += [trend_words.value_text(followed, before, tr), change or "–"]
            rows.append(tuple(row))
    return rows


def _group_rows(asked: Explored, tr: Translator) -> list[tuple[Cell, ...]]:
    if not asked.lines:
        return []
    return [
        (
            _period(asked.lines[0].points[place], tr),
            *(trend_words.value_text(asked.followed, line.points[place], tr) for line in asked.lines),
        )
        for place in range(len(asked.lines[0].points))
    ]


def _period(point: buckets.Point, tr: Translator) -> str:
    return buckets.name(point, tr) + ("" if point.mature else " ○")


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
