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
from dashboard.api.problems import from_exception
from dashboard.api.rendering import HTML
from dashboard.charts import CHARTS
from dashboard.domain.errors import NothingPublished, TooBusy, TookTooLong
from dashboard.domain.filters import MAX_QUERY_LENGTH
from dashboard.first_answer import document, plain_page
from dashboard.i18n.translator import translator_for
from dashboard.page_answers import PageAnswers
from dashboard.page_files import PageFiles
from dashboard.page_key import PageKeys
from dashboard.serving.gate import Gate, Limits
from dashboard.serving.kept import BROTLI, BROTLI_QUALITY, GZIP, Answers, Finished
from dashboard.settings import Settings
from dashboard.warming import WARMING, Warming
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
    answers: PageAnswers

    def index(self, *_args: Any, **_kwargs: Any) -> Any:
        """A page's first HTML, 404 where there is none, 503 where nothing has been published."""
        tr = translator_for(request.args.get("lang"))
        if len(request.query_string) > MAX_QUERY_LENGTH:
            return Response(plain_page(unavailable.too_long(tr), tr), 414, mimetype="text/html")
        try:
            found = self.answers.first(self._first)
        except NothingPublished as error:
            return Response(
                plain_page(unavailable.nothing_published(str(error), tr), tr),
                503,
                mimetype="text/html",
                headers={"Retry-After": "60"},
            )
        return found or Response(plain_page(not_found.content(tr), tr), 404, mimetype="text/html")

    def _first(self) -> Finished:
        query = request.query_string.decode("utf-8", "replace")
        page = load(request.path, query, self.published, self.settings, CHARTS, now=self.clock(), draw=False)
        if page is None:  # published anew since its key was made
            tr = translator_for(request.args.get("lang"))
            return Finished(plain_page(not_found.content(tr), tr).encode(), HTML, status=404, keep=False)
        if page.content.moved:
            return Finished(b"", HTML, (("Location", page.content.moved),), 303, keep=False)
        g.page = page
        status = page.content.status
        return Finished(super().index().encode(), HTML, status=status, keep=page.complete and status == 200)

    def _config(self) -> dict[str, Any]:
        """What Dash tells the browser, without the token of each page load: it is for callbacks in the background, of which
        there are none, and would make each copy of a page another one."""
        return {**super()._config(), "end_id": ""}

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
    server.config["COMPRESS_ALGORITHM"] = [BROTLI, GZIP]
    server.config["COMPRESS_BR_LEVEL"] = BROTLI_QUALITY
    Compress(server)
    if settings.proxies:
        server.wsgi_app = ProxyFix(
            server.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )  # type: ignore[method-assign]
    answers = Answers(settings.cache_mb * 2**20, Gate(Limits.of(settings)))
    warming = Warming(server, published, settings, answers.gate)
    api.register(server, published, settings, answers, warming.is_warm)
    chart_answers.register(server, published, settings, CHARTS, answers)
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
    app.answers = PageAnswers(PageKeys(published, settings), answers, clock)
    app.answers.around(server)
    app.layout = lambda: page_layout(published, settings, clock())
    url.register(app, published, settings, CHARTS, clock)
    server.register_error_handler(500, failed)
    server.register_error_handler(TooBusy, too_busy)
    server.register_error_handler(DependencyException, no_such_file)
    server.before_request(lambda: refuse_odd_update(app))
    app.files = PageFiles(app, page_files.ASSETS_FOLDER)
    page_files.register(server, app.files)
    security.register(server, app.csp_hashes, settings.tile_source[0] if settings.tile_source else None)
    warm(app)
    server.extensions[WARMING] = warming
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


def too_busy(error: TooBusy) -> Response:
    """What is said where something new cannot be computed just now: a page to a reader, a problem to a script."""
    if request.path.startswith(("/api", "/charts", "/_dash")):
        return from_exception(error)
    tr = translator_for(request.args.get("lang"))
    page = unavailable.too_slow(tr) if isinstance(error, TookTooLong) else unavailable.busy(tr)
    headers = {"Retry-After": str(error.retry_seconds), "Cache-Control": "no-store"}
    return Response(plain_page(page, tr), 503, mimetype="text/html", headers=headers)


def page_layout(published: Published, settings: Settings, now: datetime) -> Component:
    """The layout of the page that asks for it: its address is the Referer; without one, the overview, until the address arrives."""
    if not has_request_context():  # Dash also asks once at the start, to know the ids
        return skeleton()
    asked = urlsplit(request.headers.get("Referer", ""))
    page = _loaded(unquote(asked.path) or "/", asked.query, published, settings, now)
    page = page or _loaded("/", "", published, settings, now)
    if page is None:
        return skeleton()
    g.incomplete = not page.complete
    return layout(page.frame, draw(page.content, page.tr), page.content.title, url.matched(page), page.tr)


def _loaded(path: str, query: str, published: Published, settings: Settings, now: datetime) -> Page | None:
    try:
        return load(path, query, published, settings, CHARTS, now=now, scheme=url.scheme())
    except NothingPublished:
        return None
