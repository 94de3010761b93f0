"""The application factory: the only place where things are wired."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from dash import Dash
from dash.development.base_component import Component
from dash.exceptions import DependencyException
from flask import Flask, Response, g, has_request_context, request
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from callbacks import url
from callbacks.page_data import Page, load
from dashboard import api, chart_answers, page_files, places, security
from dashboard.charts import CHARTS
from dashboard.domain.errors import NothingPublished
from dashboard.domain.filters import MAX_QUERY_LENGTH
from dashboard.first_answer import document, plain_page
from dashboard.i18n.translator import translator_for
from dashboard.page_files import PageFiles
from dashboard.settings import Settings
from data_access.store.published import Published
from layouts.components.blocks import page as draw
from layouts.pages import not_found, unavailable
from layouts.shell import layout, skeleton

COMPRESSED = [
    "text/html",
    "text/css",
    "text/csv",
    "application/json",
    "application/javascript",
    "text/javascript",
    "application/geo+json",
    "application/problem+json",
    "image/svg+xml",
]
log = logging.getLogger(__name__)


class PageFirst(Dash):
    """Dash whose first answer is a readable page, with the status that the path deserves."""

    published: Published
    settings: Settings
    clock: Callable[[], datetime]
    files: PageFiles

    def index(self, *_args: Any, **_kwargs: Any) -> Any:
        """A page's first HTML, 404 where there is none, 503 where nothing has been published."""
        tr = translator_for(request.args.get("lang"))
        if len(request.query_string) > MAX_QUERY_LENGTH:
            return Response(plain_page(unavailable.too_long(tr), tr), 414, mimetype="text/html")
        try:
            page = load(
                request.path,
                request.query_string.decode("utf-8", "replace"),
                self.published,
                self.settings,
                CHARTS,
                now=self.clock(),
                draw=False,
            )
        except NothingPublished as error:
            return Response(
                plain_page(unavailable.nothing_published(str(error), tr), tr),
                503,
                mimetype="text/html",
                headers={"Retry-After": "60"},
            )
        if page is None:
            return Response(plain_page(not_found.content(tr), tr), 404, mimetype="text/html")
        if page.content.moved:
            return Response(status=303, headers={"Location": page.content.moved, "Cache-Control": "private, no-cache"})
        g.page = page
        response = Response(super().index(), page.content.status, mimetype="text/html")
        response.headers["Cache-Control"] = "private, no-cache"
        response.headers["Vary"] = "Accept-Language, Cookie"
        return response

    def interpolate_index(self, **slots: str) -> str:  # type: ignore[override]
        """The document with the parts that Dash fills."""
        slots["scripts"] = page_files.needed(slots["scripts"])
        return document(g.page, slots, self.files.libraries)


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


def create_app(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Flask:
    """A server for one process: its own store, its own Dash. Call it after a fork.

    `clock` gives the moment of reading, aware; pages need it to say how old the data are.
    """
    published = Published(settings.data_dir, threads=settings.query_threads)
    server = Flask("dashboard")
    server.config["COMPRESS_MIMETYPES"] = COMPRESSED
    Compress(server)
    if settings.proxies:
        server.wsgi_app = ProxyFix(
            server.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )  # type: ignore[method-assign]
    api.register(server, published, settings)
    chart_answers.register(server, published, settings, CHARTS)
    places.register(server, published, settings)
    app = PageFirst(
        "dashboard",
        server=cast(Any, server),
        assets_folder=str(page_files.ASSETS_FOLDER),
        serve_locally=True,
        update_title="",
        title="Fixed Yet?",
        include_assets_files=True,
        add_log_handler=False,
    )
    app.published, app.settings, app.clock = published, settings, clock
    app.layout = lambda: page_layout(published, settings, clock())
    url.register(app, published, settings, CHARTS, clock)
    server.register_error_handler(500, failed)
    server.register_error_handler(DependencyException, no_such_file)
    server.before_request(lambda: refuse_odd_update(app))
    app.files = PageFiles(app, page_files.ASSETS_FOLDER)
    page_files.register(server, app.files)
    security.register(server, app.csp_hashes, settings.tile_source[0] if settings.tile_source else None)
    warm(app)
    return server


def warm(app: PageFirst) -> None:
    """Do what Dash leaves to the first visit: two visitors at once, or a script asked of a process that has drawn no page yet,
    would find it half done. A published page is made once, so that the first reader does not wait for the store to open."""
    app.server.test_client().get("/")
    with app.server.test_request_context("/"):
        page_files.scripts_of(app)
        app._generate_css_dist_html()  # pyright: ignore[reportPrivateUsage]


def no_such_file(_error: Exception) -> Response:
    """A file of a component library that is not there: Dash raises where a 404 is meant."""
    return Response("There is no such file.\n", 404, mimetype="text/plain")


def refuse_odd_update(app: PageFirst) -> Response | None:
    """A callback's request that no page of ours sends: Dash would fail over it, and it is the sender's mistake."""
    if request.path != "/_dash-update-component" or request.method != "POST":
        return None
    body: Any = request.get_json(silent=True)
    shaped = isinstance(body, dict) and isinstance(body.get("output"), str) and isinstance(body.get("inputs"), list)
    if shaped and body["output"] in app.callback_map and all(isinstance(value, dict) for value in body["inputs"]):
        return None
    return Response("This is not a request of one of the pages here.\n", 400, mimetype="text/plain")


def failed(_error: Exception) -> Response:
    """What a reader sees when a page cannot be made; the cause is in the log."""
    tr = translator_for(None)
    return Response(plain_page(unavailable.failed(tr), tr), 500, mimetype="text/html")


def page_layout(published: Published, settings: Settings, now: datetime) -> Component:
    """The layout of the page that asks for it: its address is the Referer; without one, the overview, until the address arrives."""
    if not has_request_context():  # Dash also asks once at the start, to know the ids
        return skeleton()
    asked = urlsplit(request.headers.get("Referer", ""))
    page = _loaded(unquote(asked.path) or "/", asked.query, published, settings, now)
    page = page or _loaded("/", "", published, settings, now)
    if page is None:
        return skeleton()
    return layout(page.frame, draw(page.content, page.tr), page.content.title, url.matched(page), page.tr)


def _loaded(path: str, query: str, published: Published, settings: Settings, now: datetime) -> Page | None:
    try:
        return load(path, query, published, settings, CHARTS, now=now, scheme=url.scheme())
    except NothingPublished:
        return None
