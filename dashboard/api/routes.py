"""The routes of the API, written out: the table below is what other people's scripts call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from dashboard.api import addresses, catalogue, docs, method, numbers, records, spots
from dashboard.api.asking import Asked, choose_city, own_values, read_filters, read_pairs
from dashboard.api.caching import respond, validator, version_of
from dashboard.api.health import register_health
from dashboard.api.openapi import build
from dashboard.api.problems import OPEN_TO_ALL, PREFLIGHT, from_exception, log, problem
from dashboard.api.rendering import CSV, GEOJSON, HTML, JSON, Content, file_name, to_csv, to_json
from dashboard.domain.errors import FixedYetError
from dashboard.domain.filters import Filters
from dashboard.domain.method import METHOD_VERSION
from dashboard.serving.kept import Answers, Finished
from dashboard.serving.sending import PRIVATE, PUBLIC, send
from dashboard.settings import Settings
from data_access.store.published import Published, Snapshot

ROOT, PREFIX = "/api", "/api/v1"


@dataclass(frozen=True, slots=True)
class Route:
    """A path under /api/v1 and what answers it; parts of the path are handed to `answer` by name.

    `own` are the query keys that only this route knows. Without `filtered` it obeys `city` alone.
    """

    path: str
    answer: Callable[..., Content]
    own: tuple[str, ...] = ()
    filtered: bool = True
    as_csv: bool = True
    mimetype: str = JSON
    private: bool = False
    """Whether it is asked where somebody is: then the answer is kept nowhere."""


ROUTES = (
    Route("/options", catalogue.options, filtered=False),
    Route("/summary", numbers.summarised),
    Route("/categories", partial(numbers.by_group, path="categories")),
    Route("/departments", partial(numbers.by_group, path="departments")),
    Route("/districts", partial(numbers.by_group, path="districts")),
    Route("/neighbourhoods", partial(numbers.by_group, path="neighbourhoods")),
    Route("/channels", partial(numbers.by_group, path="channels")),
    Route("/series", numbers.over_periods, own=("measure", "by", "top")),
    Route("/distribution", numbers.curve),
    Route("/ages", numbers.open_ages),
    Route("/outcomes", numbers.ended),
    Route("/fair", numbers.compared_fairly, own=("field", "days")),
    Route("/requests", records.listed, own=records.OWN),
    Route("/requests/<path:request_id>", records.single, filtered=False, as_csv=False),
    Route("/addresses", addresses.found, own=addresses.OWN, filtered=False, private=True),
    Route("/spots", spots.found),
    Route("/quality", catalogue.data_quality, filtered=False),
    Route("/flags", method.odd_rows),
    Route("/method", method.definitions, filtered=False),
    Route(
        "/boundaries/<kind>.geojson",
        catalogue.boundaries,
        own=("zoom",),
        filtered=False,
        as_csv=False,
        mimetype=GEOJSON,
    ),
)


class Door:
    """Everything that the views of one process share."""

    def __init__(self, published: Published, settings: Settings, answers: Answers) -> None:
        self.published, self.settings, self.answers = published, settings, answers

    def answer(self, route: Route, *, as_csv: bool, **parts: str) -> Response:
        """Understand the request, and send what the route makes of it, unless the caller holds it already."""
        pairs = read_pairs(request.query_string)
        with self.published.open(choose_city(pairs, self.published, self.settings)) as snapshot:
            filters = read_filters(pairs if route.filtered else [], snapshot)
            asked = Asked(snapshot, filters, own_values(pairs, route.own))
            tag = validator(request.path, asked.canonical(with_filters=route.filtered), version_of(snapshot))

            def make() -> Finished:
                content = route.answer(asked, **parts)
                return _finished(
                    content, as_csv, route.mimetype, _headers(snapshot, filters if route.filtered else None, content)
                )

            if route.private:
                packed = self.answers.once(make)
                return send(packed, packed.digest, PRIVATE)
            return respond(tag, make, self.answers)

    def cities(self, *, as_csv: bool) -> Response:
        """The list of cities; one that cannot be read is left out of it, and the log says why."""
        read_pairs(request.query_string)
        rows: list[Any] = []
        versions: list[str] = []
        for city in self.published.cities():
            try:
                with self.published.open(city) as snapshot:
                    rows.append(catalogue.city_row(snapshot))
                    versions.append(version_of(snapshot))
            except FixedYetError:  # removed since the listing
                continue
            except Exception:
                log.exception("The current version of %s cannot be read", city)
        content = catalogue.cities(rows)
        return respond(validator(request.path, *versions), lambda: _finished(content, as_csv, JSON, ()), self.answers)

    def openapi(self) -> Response:
        """The OpenAPI document."""
        root = self._root()
        return self._described(f"openapi {root}", lambda: Finished(to_json(build(root + PREFIX)), JSON))

    def docs(self) -> Response:
        """The readable page of the same document."""
        root = self._root()
        links = {
            "home": f"{root}/",
            "openapi": f"{root}{PREFIX}/openapi.json",
            "example": f"{self.settings.public_url.rstrip('/') or request.host_url.rstrip('/') + root}{PREFIX}/summary",
        }
        policy = (("Content-Security-Policy", docs.content_security_policy()), ("X-Content-Type-Options", "nosniff"))
        return self._described(
            f"docs {links['example']} {root}",
            lambda: Finished(docs.render(build(root + PREFIX), links).encode(), HTML, policy),
        )

    def _described(self, key: str, make: Callable[[], Finished]) -> Response:
        """An answer that changes with the program alone: its validator is made from its text."""
        packed = self.answers.get(key, make)
        return send(packed, packed.digest, PUBLIC)

    def _root(self) -> str:
        """The address of the site without the last slash: as configured, else the path that it is mounted at."""
        return self.settings.public_url.rstrip("/") or request.script_root.rstrip("/")


def register(
    server: Flask,
    published: Published,
    settings: Settings,
    answers: Answers | None = None,
    is_warm: Callable[[], bool] = lambda: True,
) -> None:
    """Add /api, /api/v1, /healthz and /readyz to a server; nothing is read before the first request.

    `answers` keeps what was finished; `is_warm` says whether the first readers will find something in it.
    """
    door = Door(published, settings, answers or Answers())
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    _add(api, "/cities", door.cities, as_csv=True)
    api.add_url_rule("/openapi.json", "openapi", door.openapi)
    for route in ROUTES:
        _add(api, route.path, partial(door.answer, route), as_csv=route.as_csv)
    api.register_error_handler(Exception, from_exception)
    api.after_request(_open_to_all)
    server.register_blueprint(api)
    server.add_url_rule(ROOT, "api_docs", door.docs, strict_slashes=False)
    # what no route takes has to end here, not at a page that takes every path
    server.add_url_rule(
        f"{ROOT}/<path:rest>", "api_unknown", _unknown, methods=["GET", "OPTIONS"], provide_automatic_options=False
    )
    server.before_request(_answer_unrouted)
    register_health(server, published, settings, is_warm)


def _add(api: Blueprint, path: str, view: Callable[..., Response], *, as_csv: bool) -> None:
    name = path.strip("/").replace("/<path:request_id>", "_one").split("/", maxsplit=1)[0]
    api.add_url_rule(path, name, partial(view, as_csv=False), merge_slashes=False)
    if as_csv:
        api.add_url_rule(f"{path}.csv", f"{name}_csv", partial(view, as_csv=True))


def _finished(content: Content, as_csv: bool, mimetype: str, headers: tuple[tuple[str, str], ...]) -> Finished:
    if not as_csv:
        return Finished(to_json(content.document), mimetype, headers)
    disposition = ("Content-Disposition", f'attachment; filename="{file_name(content.name)}"')
    return Finished(
        to_csv(content.columns, content.rows), f"{CSV}; charset=utf-8; header=present", (disposition, *headers)
    )


def _headers(snapshot: Snapshot, filters: Filters | None, content: Content) -> tuple[tuple[str, str], ...]:
    """What a CSV cannot say of itself; the JSON gets the same."""
    headers = [
        ("X-Data-Through", snapshot.data_through_local.isoformat(timespec="seconds")),
        ("X-Data-Version", str(snapshot.version)),
        ("X-Method-Version", METHOD_VERSION),
    ]
    if filters is not None:
        headers.append(("X-Period", f"{filters.start.isoformat()}/{filters.end.isoformat()}"))
    links = [
        (snapshot.city.source.licence_url, "license"),
        (f"?{content.next_query}" if content.next_query else "", "next"),
    ]
    headers += [("Link", f'<{quote(url, safe="/:?&=#%~+,;@-._")}>; rel="{rel}"') for url, rel in links if url]
    return tuple(headers)


def _open_to_all(response: Response) -> Response:
    response.headers.update(OPEN_TO_ALL)
    if request.method == "OPTIONS":
        response.headers.update(PREFLIGHT)
    return response


def _unknown(rest: str) -> Response:
    del rest
    return problem(404, "There is nothing at this path; /api lists what there is.")


def _answer_unrouted() -> Response | None:
    """404 and 405 under /api as problem documents; everything else is none of the API's business."""
    error = request.routing_exception
    if not isinstance(error, HTTPException) or isinstance(error, RequestRedirect):
        return None
    if request.path != ROOT and not request.path.startswith(f"{ROOT}/"):
        return None
    if isinstance(error, MethodNotAllowed) and _exists():
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return problem(405, f"Only {allowed} can be used here.", headers={"Allow": allowed})
    return _unknown("")


def _exists() -> bool:
    """Whether the path is one of the API's, for some method."""
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and adapter.match(method="GET")[0] != "api_unknown"
    except (NotFound, MethodNotAllowed, RequestRedirect):
        return False
