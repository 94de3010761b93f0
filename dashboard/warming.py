"""The views that most readers open, made before they ask: at the start of a process, and after each publish."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from urllib.parse import urlencode

from flask import Flask

from dashboard.serving.gate import Gate
from dashboard.settings import Settings
from data_access.store.published import Published
from layouts.shell import NAVIGATION

WARMING = "fixedyet-warming"
"""Under this name a server knows its own."""
TWINS = ("summary", "categories", "departments", "options", "series", "distribution")
"""What the API answers of that which the overview shows."""
LOOK_SECONDS = 1.0
LAYOUT = "/_dash-layout"
ACCEPTED = "br, gzip"
log = logging.getLogger(__name__)


class Warming:
    """Asks a server for its default views, in a thread of its own; made after a fork.

    The overview of each city comes first, and the process is not ready before; then, if the settings want it, the other pages
    of the navigation and the overview's twins in the API. After the start it waits after each view for as long as the view
    took, and steps aside while readers wait for something new.
    """

    def __init__(
        self, server: Flask, published: Published, settings: Settings, gate: Gate, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self._server, self._published, self._settings, self._gate = server, published, settings, gate
        self._look_seconds = look_seconds
        self._started = False
        self._warm = threading.Event()
        self._stop = threading.Event()

    def is_warm(self) -> bool:
        """Whether the first views are made; also where nobody was asked to make them."""
        return not self._started or self._warm.is_set()

    def start(self) -> None:
        """Begin; once."""
        if not self._started:
            self._started = True
            threading.Thread(target=self._run, name="warming", daemon=True).start()

    def stop(self) -> None:
        """End at the next view."""
        self._stop.set()

    def first_round(self) -> dict[str, int]:
        """Make the overview of each city, the one shown first before the others; gives the versions that were there."""
        versions = self._published.versions()
        for city in sorted(versions, key=lambda each: each != self._settings.city):
            for view in _overview(city):
                self._ask(*view)
        return versions

    def after(self, known: dict[str, int]) -> dict[str, int]:
        """Make the default views of each city that has another version than the known one; gives the versions made."""
        versions = self._published.versions()
        for city, version in versions.items():
            if known.get(city) == version:
                continue
            for view in (*_overview(city), *(_others(city) if self._settings.warm_pages else ())):
                took = self._timed(lambda view=view: self._ask(*view))
                self._stop.wait(took)
                while not self._gate.idle and not self._stop.wait(self._look_seconds / 10):
                    pass
                if self._stop.is_set():
                    return known
        return versions

    def _run(self) -> None:
        known: dict[str, int] = {}
        try:
            self.first_round()
        except Exception:
            log.exception("The first views could not be made")
        self._warm.set()
        while not self._stop.is_set():
            try:
                known = self.after(known)
            except Exception:
                log.exception("The default views could not be made")
            self._stop.wait(self._look_seconds)

    def _ask(self, path: str, referer: str) -> None:
        """Ask as a browser does; what cannot be answered now will be answered when a reader asks."""
        headers = {"Accept-Encoding": ACCEPTED} | ({"Referer": referer} if referer else {})
        answer = self._server.test_client().get(path, headers=headers)
        if answer.status_code >= 500:
            log.warning("%s answered %d while it was to be made in advance", path, answer.status_code)

    @staticmethod
    def _timed(work: Callable[[], None]) -> float:
        begun = time.monotonic()
        work()
        return time.monotonic() - begun


def _overview(city: str) -> list[tuple[str, str]]:
    """The first views of a city: paths, each with the Referer that it is asked with, or an empty one."""
    return _page("/", city)


def _others(city: str) -> list[tuple[str, str]]:
    """The other default views of a city."""
    chosen = urlencode({"city": city})
    pages = [view for path, _ in NAVIGATION if path != "/" for view in _page(path, city)]
    return [*((f"/api/v1/{twin}?{chosen}", "") for twin in TWINS), *pages]


def _page(path: str, city: str) -> list[tuple[str, str]]:
    address = f"{path}?{urlencode({'city': city})}"
    return [(address, ""), (LAYOUT, f"http://localhost{address}")]
