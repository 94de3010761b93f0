"""The address is the state: one callback draws the page it names, one in the browser keeps it and the controls in step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate
from flask import g, request

from callbacks.chart import Chart
from callbacks.page_data import Page, load
from dashboard.i18n.translator import translator_for
from dashboard.settings import Settings
from data_access.store.published import Published
from layouts.components.blocks import page as draw
from layouts.components.filter_bar import chosen_fields, chosen_text
from layouts.ids import Id, Kind, of_kind
from layouts.pages import not_found
from layouts.shell import kept_links, navigation, shown

SCHEME_COOKIE = "scheme"


def scheme() -> str:
    """The colour scheme that the browser told, light until it did."""
    return request.cookies.get(SCHEME_COOKIE, "light")


def matched(page: Page) -> str:
    """How many requests match, in words; nothing where that is not the question."""
    if page.content.matched is None:
        return ""
    return page.tr.n("{n} request matches", "{n} requests match", page.content.matched)


def register(
    app: Dash, published: Published, settings: Settings, charts: Sequence[Chart], clock: Callable[[], datetime]
) -> None:
    """Connect the address with the page and the controls; `clock` gives the moment of reading, aware."""

    @app.callback(
        Output(Id.PAGE, "children"),
        Output(Id.SHOWN, "data"),
        Output(Id.STATUS, "children"),
        Output(of_kind(Kind.CHOSEN, ALL), "children"),
        Output(of_kind(Kind.NAV, ALL), "href"),
        Output(of_kind(Kind.NAV, ALL), "className"),
        Output(of_kind(Kind.KEPT, ALL), "href"),
        Input(Id.URL, "pathname"),
        Input(Id.URL, "search"),
        State(Id.SHOWN, "data"),
        State(of_kind(Kind.NAV, ALL), "id"),
        State(of_kind(Kind.KEPT, ALL), "id"),
    )
    def show(
        path: str, search: str | None, before: dict[str, Any], nav: list[dict[str, str]], kept: list[dict[str, str]]
    ) -> tuple[Any, ...]:
        query = (search or "").lstrip("?")
        page = load(unquote(path), query, published, settings, charts, now=clock(), scheme=scheme())
        if page is None:  # only by a link from inside or by Back: a fresh visit gets a 404 from the server
            tr = translator_for(None)
            gone = not_found.content(tr)
            return (
                draw(gone, tr),
                {**before, "path": path, "title": gone.title},
                "",
                [no_update] * len(ctx.outputs_list[3]),
                [no_update] * len(nav),
                [""] * len(nav),
                [no_update] * len(kept),
            )
        g.incomplete = not page.complete
        now = shown(page.frame, page.content.title)
        if now == before:
            raise PreventUpdate
        return draw(page.content, page.tr), now, matched(page), *_around(page, kept)

    app.clientside_callback(
        ClientsideFunction("fixedyet", "sync"),
        Output(Id.URL, "search"),
        Output(Id.PERIOD, "value"),
        Output(Id.FROM, "value"),
        Output(Id.TO, "value"),
        Output(Id.ORIGIN, "value"),
        Output(of_kind(Kind.VALUES, ALL), "value"),
        Input(Id.URL, "search"),
        Input(Id.PERIOD, "value"),
        Input(Id.FROM, "value"),
        Input(Id.TO, "value"),
        Input(Id.ORIGIN, "value"),
        Input(of_kind(Kind.VALUES, ALL), "value"),
        State(of_kind(Kind.VALUES, ALL), "id"),
        State(Id.CONFIG, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("fixedyet", "arrive"),
        Output(Id.FOCUS, "data"),
        Input(Id.SHOWN, "data"),
        State(Id.FOCUS, "data"),
    )


def _around(page: Page, kept: list[dict[str, str]]) -> tuple[list[Any], ...]:
    frame, tr = page.frame, page.tr
    hrefs = kept_links(frame, tr)
    links = navigation(frame, tr)
    return (
        [chosen_text(field, frame.filters, frame.city, tr) for field in chosen_fields(frame.options, frame.city)],
        [link.href for link, _ in links],
        ["current" if current else "" for _, current in links],
        [hrefs.get(each["index"], no_update) for each in kept],
    )
