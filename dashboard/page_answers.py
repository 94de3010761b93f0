"""A page's three answers from what is kept: its first HTML, the layout that Dash asks for, and the update after a click."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from dash.exceptions import PreventUpdate
from flask import Flask, Response, g, request

from callbacks.url import scheme
from dashboard.domain.errors import NothingPublished
from dashboard.page_key import PageKey, PageKeys
from dashboard.serving.kept import Answers, Finished
from dashboard.serving.sending import PRIVATE, PUBLIC, send
from layouts.ids import Id

LAYOUT, UPDATE = "/_dash-layout", "/_dash-update-component"
READER = ("Accept-Language", "Cookie")
"""What the first HTML may depend on where its address does not name a language."""

View = Callable[..., Any]


class PageAnswers:
    """What the three have in common: the keys, the answers that are kept, and the clock."""

    def __init__(self, keys: PageKeys, answers: Answers, clock: Callable[[], datetime]) -> None:
        self._keys, self._answers, self._clock = keys, answers, clock

    def first(self, make: Callable[[], Finished]) -> Response | None:
        """A page's first HTML, or None where there is no page. Raises NothingPublished, TooBusy."""
        key = self._keys.of(request.path, request.query_string.decode("utf-8", "replace"), self._clock())
        if key is None:
            return None
        if key.private:
            packed, spoken = self._answers.once(make), False
        else:
            packed, spoken = self._answers.get(key.text("first"), make), key.spoken
        if spoken and packed.status < 300:
            return send(packed, packed.digest, PUBLIC)
        return send(packed, packed.digest, PRIVATE, READER)

    def around(self, server: Flask) -> None:
        """Put what is kept in front of Dash's own answers: its layout and its updates."""
        views = server.view_functions
        views[LAYOUT] = self._layout(views[LAYOUT])
        views[UPDATE] = self._update(views[UPDATE])

    def _layout(self, view: View) -> View:
        def layout() -> Response:
            asked = urlsplit(request.headers.get("Referer", ""))
            key = self._key(unquote(asked.path) or "/", asked.query) or self._key("/", "")
            packed = self._packed(key, lambda: _finished(view()), "layout", scheme())
            return send(packed, packed.digest, PRIVATE, ("Referer", "Cookie"))

        return layout

    def _update(self, view: View) -> View:
        def update() -> Response:
            body: Any = request.get_json()
            key, rest = self._key_of_update(body)
            packed = self._packed(key, lambda: _updated(view), "update", scheme(), rest)
            response = send(packed, packed.digest, "no-store")
            del response.headers["ETag"]  # the answer to a post is nobody's to ask for again
            return response

        return update

    def _packed(self, key: PageKey | None, make: Callable[[], Finished], *parts: str) -> Any:
        if key is None or key.private:
            return self._answers.once(make)
        return self._answers.get(key.text(*parts), make)

    def _key(self, path: str, query: str) -> PageKey | None:
        try:
            return self._keys.of(path, query, self._clock())
        except NothingPublished:
            return None

    def _key_of_update(self, body: Mapping[str, Any]) -> tuple[PageKey | None, str]:
        """The page that a callback draws, and what else its answer depends on: the ids on the page, and whether the page is
        shown already; not which other page was shown before, and not which of the inputs moved."""
        address = {each.get("property"): each.get("value") for each in body["inputs"] if each.get("id") == Id.URL.value}
        path, search = address.get("pathname"), address.get("search")
        if not isinstance(path, str) or not isinstance(search, str | None):
            return None, ""
        key = self._key(unquote(path), (search or "").lstrip("?"))
        if key is None:
            return None, ""
        states: list[Any] = []
        for state in body.get("state", ()):
            if isinstance(state, dict) and cast(Any, state).get("id") == Id.SHOWN.value:
                shown = cast(Any, state).get("value")
                states.append(shown if _is_shown(shown, key) else None)
            else:
                states.append(state)
        others = {name: value for name, value in body.items() if name not in ("inputs", "state", "changedPropIds")}
        return key, json.dumps((others, states), sort_keys=True)


def _is_shown(shown: Any, key: PageKey) -> bool:
    return isinstance(shown, dict) and all(
        cast(Any, shown).get(name) == value
        for name, value in (("path", key.path), ("query", key.query), ("own", key.own))
    )


def _updated(view: View) -> Finished:
    try:
        return _finished(view())
    except PreventUpdate:  # the page is shown already
        return Finished(b"", "text/html", status=204)


def _finished(answer: Any) -> Finished:
    """The answer of one of Dash's views as it is sent; one with a chart that could not be made is not kept."""
    response = cast(Response, answer)
    keep = response.status_code < 300 and not g.get("incomplete", False)
    return Finished(response.get_data(), response.content_type or "text/html", status=response.status_code, keep=keep)
