"""For those who run the site: is the process up, and can it read data."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from flask import Flask, Response

from dashboard.api.problems import RETRY_SECONDS, problem
from dashboard.domain.errors import NothingPublished
from dashboard.settings import Settings
from data_access.store.published import Published, is_readable

log = logging.getLogger(__name__)


WARMING = "This process has just started and makes its first pages; it will be ready in a moment."


def register_health(server: Flask, published: Published, settings: Settings, is_warm: Callable[[], bool]) -> None:
    """Add /healthz and /readyz, which waits until the first pages are made."""

    def healthz() -> Response:
        return _answer({"status": "up"})

    def readyz() -> Response:
        answer = ready(published, settings)
        if answer.status_code == 200 and not is_warm():
            return problem(503, WARMING, headers={"Retry-After": "1"})
        return answer

    server.add_url_rule("/healthz", "healthz", healthz)
    server.add_url_rule("/readyz", "readyz", readyz)


def ready(published: Published, settings: Settings) -> Response:
    """The readable versions by city, and why others are not; 503 if the city shown first (or any at all) is not."""
    try:
        wanted = published.cities()
    except OSError:
        log.exception("The data folder cannot be read")
        return _not_ready("The data folder cannot be read.")
    if settings.city and settings.city not in wanted:
        wanted = [settings.city, *wanted]
    versions: dict[str, int] = {}
    trouble: dict[str, str] = {}
    for city in wanted:
        try:
            versions[city] = is_readable(published, city)
        except NothingPublished as error:
            trouble[city] = str(error)
        except Exception:
            log.exception("The current version of %s cannot be read", city)
            trouble[city] = f"The current version of '{city}' cannot be read; the log says why."
    if not wanted:
        return _not_ready("No city has been published yet; run 'fixedyet sync CITY' or 'fixedyet demo'.")
    if wanted and (settings.city or wanted[0]) in trouble:
        return _not_ready(trouble[settings.city or wanted[0]])
    return _answer({"status": "ready", "versions": versions, "trouble": trouble})


def _answer(document: object) -> Response:
    response = Response(json.dumps(document), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _not_ready(why: str) -> Response:
    return problem(503, why, headers={"Retry-After": str(RETRY_SECONDS)})
