"""The blocks of a page as Dash components."""

from __future__ import annotations

import json
from functools import singledispatch
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.measures import measures
from dashboard.i18n.translator import Translator
from layouts.components.area_map import area_map
from layouts.components.attributes import attributes
from layouts.components.chart import chart
from layouts.components.form import form
from layouts.components.point_map import point_map
from layouts.pages.content import (
    AreaMap,
    Cell,
    ChartCard,
    Charts,
    Choice,
    Form,
    Link,
    Links,
    Locate,
    Number,
    Numbered,
    PageContent,
    Panel,
    PointMap,
    Prose,
    Sentences,
    Table,
)

SLOT = "table-slot"


def page(content: PageContent, tr: Translator) -> list[Component]:
    """A whole page: where it belongs, its heading and sentence, notes, blocks."""
    head: list[Component] = []
    if content.above:
        head.append(html.P(link(content.above), className="above"))
    head.append(html.H1(content.heading, id="heading", tabIndex=-1))
    head.append(html.P(content.sentence, className="lead"))
    if content.scope:
        head.append(html.P(content.scope, className="scope"))
    head += [html.P(note, className="note") for note in content.notes]
    return [
        html.Div(head, className="page-head report" if content.report else "page-head"),
        *(block(each, tr) for each in content.blocks),
    ]


def link(target: Link) -> Component:
    """A link inside the site; pages are changed without loading everything again."""
    return dcc.Link(target.text, href=target.href)


@singledispatch
def block(each: Any, tr: Translator) -> Component:
    """One block. Raises TypeError for what no page may hold."""
    del tr
    raise TypeError(f"no component for {type(each).__name__}")


@block.register
def _(each: Numbered, tr: Translator) -> Component:
    numbers = html.Dl([_number(number, tr) for number in each.numbers], className="numbers")
    return html.Section([html.H2(each.heading), numbers], className="numbered") if each.heading else numbers


@block.register
def _(each: Charts, tr: Translator) -> Component:
    heading = [html.H2(each.heading)] if each.heading else []
    return html.Section([*heading, html.Div([_card(card, tr) for card in each.cards], className="cards")])


@block.register
def _(each: Table, tr: Translator) -> Component:
    heading = html.H2(each.heading, id=f"{each.id}-heading")
    if not each.rows:
        return html.Section([heading, html.P(each.empty, className="empty")])
    body: Component = html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(column.label, scope="col", role="columnheader", className=_align(column.numeric))
                        for column in each.columns
                    ],
                    role="row",
                ),
                role="rowgroup",
            ),
            html.Tbody([_row(each, row) for row in each.rows], role="rowgroup"),
        ],
        role="table",
        className=f"stacked first-{each.cut}" if each.cut else "stacked",
        **attributes(aria_labelledby=f"{each.id}-heading"),
    )
    if each.folded:
        told = [each.folded, html.Span(f": {each.heading}", className="visually-hidden")]
        body = html.Details([html.Summary(told), body], className="folded")
    after = [html.P(each.note, className="small")] if each.note.strip() else []
    if each.cut:
        after.append(html.P(_printed_rows(each, tr), className="small on-paper"))
    more = [html.P(link(each.more))] if each.more else []
    return html.Section([heading, body, *after, *_how_all(each, tr), *more])


@block.register
def _(each: Prose, tr: Translator) -> Component:
    del tr
    parts: list[Component] = [html.H2(each.heading)]
    for paragraph in each.paragraphs:
        if isinstance(paragraph, str):
            parts.append(html.P(paragraph))
        else:
            parts.append(
                html.Dl(
                    [html.Div([html.Dt(term), html.Dd(_cell(text))]) for term, text in paragraph],
                    className="terms facts" if each.side_by_side else "terms",
                )
            )
    parts += [html.P(html.A(target.text, href=target.href)) for target in each.links]
    return html.Section(parts, className="prose wide" if each.side_by_side else "prose", id=f"about-{each.id}")


@block.register
def _(each: Choice, tr: Translator) -> Component:
    del tr
    links = [
        html.Li(dcc.Link(target.text, href=target.href, className="chosen" if chosen else ""))
        for target, chosen in each.links
    ]
    return html.Nav(
        [html.Span(each.label, className="choice-label"), html.Ul(links)],
        className="choice",
        **attributes(aria_label=each.label),
    )


@block.register
def _(each: AreaMap, tr: Translator) -> Component:
    return area_map(each, tr)


@block.register
def _(each: Form, tr: Translator) -> Component:
    del tr
    return form(each)


@block.register
def _(each: Sentences, tr: Translator) -> Component:
    del tr
    items = html.Ul([html.Li(text) for text in each.sentences], className="sentences")
    after = [html.P(each.note, className="small")] if each.note else []
    return html.Section([html.H2(each.heading, id=f"{each.id}-heading"), items, *after])


@block.register
def _(each: Links, tr: Translator) -> Component:
    del tr
    items = html.Ul([html.Li(link(target)) for target in each.links], className="link-list")
    return html.Section([html.H2(each.heading, id=f"{each.id}-heading"), items])


@block.register
def _(each: Locate, tr: Translator) -> Component:
    del tr
    data = {"data_locate": each.action, "data_sent": json.dumps(dict(each.sent)), "data_refused": each.refused}
    button = html.Button(each.text, type="button", className="locate", **attributes(**data))
    status = html.P(role="status", className="locate-status")
    return html.Div([button, html.P(each.note, className="small"), status], className="locate-block")


@block.register
def _(each: PointMap, tr: Translator) -> Component:
    return point_map(each, tr)


def _printed_rows(table: Table, tr: Translator) -> str:
    """What is said on paper of a table that is cut there."""
    return tr(
        "The first {n} of {all}; the page itself has them all.", n=tr.number(table.cut), all=tr.number(len(table.rows))
    )


def how(measure: str, tr: Translator) -> list[Component]:
    """'How is this computed', from the measure's file."""
    found = measures().get(measure)
    if found is None:
        return []
    return [
        html.Details(
            [
                html.Summary(
                    [tr("How is this computed?"), html.Span(f" {tr(found.title)}", className="visually-hidden")]
                ),
                html.P(tr(found.why)),
                html.P(tr(found.formula)),
            ],
            className="how",
        )
    ]


def _how_all(table: Table, tr: Translator) -> list[Component]:
    """The same for all columns of a table at once."""
    known = [measures()[column.measure] for column in table.columns if column.measure in measures()]
    if not known:
        return []
    told = [html.Div([html.Dt(tr(each.title)), html.Dd(f"{tr(each.why)} {tr(each.formula)}")]) for each in known]
    summary = [tr("How are these computed?"), html.Span(f" {table.heading}", className="visually-hidden")]
    return [html.Details([html.Summary(summary), html.Dl(told, className="terms")], className="how")]


def _number(number: Number, tr: Translator) -> Component:
    details: list[Any] = [html.Dd(number.value, className="value" if number.value[:1].isdigit() else "value words")]
    if number.change:
        details.append(html.Dd(number.change, className="change"))
    details.append(html.Dd([number.detail, *how(number.measure, tr)], className="small"))
    return html.Div([html.Dt(number.label), *details])


def _card(card: ChartCard, tr: Translator) -> Component:
    heading_id = f"chart-{card.id}"
    drawn: Component
    if card.panels:
        drawn = html.Div([_panel(panel, tr) for panel in card.panels], className="panels")
    elif card.figure is None:
        drawn = html.P(tr("This chart could not be drawn; its numbers are in the table."), className="empty")
    else:
        drawn = chart(card.figure, card.height, tr)
    return html.Figure(
        [
            html.H3(card.title, id=heading_id),
            html.P(card.sentence, className="sentence"),
            drawn,
            html.Details(
                [
                    html.Summary([tr("Show the numbers"), html.Span(f": {card.title}", className="visually-hidden")]),
                    html.Div(className=SLOT),
                ],
                className="numbers-of",
                **attributes(
                    data_table=card.table_href,
                    data_failed=tr("The numbers could not be fetched. Close this and open it again to try once more."),
                ),
            ),
            html.P(
                html.A(
                    [tr("Download CSV"), html.Span(f": {card.title}", className="visually-hidden")],
                    href=card.csv_href,
                    download="",
                ),
                className="small",
            ),
            *how(card.measure, tr),
        ],
        className="card wide" if card.wide else "card",
        **attributes(aria_labelledby=heading_id),
    )


def _panel(panel: Panel, tr: Translator) -> Component:
    return html.Div(
        [
            html.P(
                [html.Span(panel.name, className="panel-name"), " ", html.Span(panel.value)], className="panel-head"
            ),
            chart(panel.figure, panel.height, tr),
        ],
        className="small-chart",
    )


def _row(table: Table, row: tuple[Cell, ...]) -> Component:
    head, *rest = row
    cells: list[Component] = [html.Th(_cell(head), scope="row", role="rowheader")]
    cells += [
        html.Td(_cell(cell), role="cell", className=_align(column.numeric), **attributes(data_label=column.label))
        for cell, column in zip(rest, table.columns[1:], strict=True)
    ]
    return html.Tr(cells, role="row")


def _cell(cell: Cell) -> Component | str:
    return link(cell) if isinstance(cell, Link) else cell


def _align(numeric: bool) -> str:
    return "numeric" if numeric else ""
