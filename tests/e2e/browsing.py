"""A browser for tests: how it is found and started, and a watcher that hears everything that goes wrong on its pages."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright, Request, Response

DEBIAN = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
"""The last one: a name that a page asks for is never looked up; the watcher tells that it was asked for."""
WIDE, PHONE = 1440, 375
BESIDE_LANDMARKS = ('<a class="skip"', '<p class="banner"')
"""A good habit, not a rule: these two stand before the header. The first HTML comes before Dash's page in the document,
so that axe does not see that the skip link is the first link."""


def launch(playwright: Playwright) -> Browser:
    """Chromium from FIXEDYET_CHROMIUM, from Debian, or playwright's own; without one the tests fail."""
    path = os.environ.get("FIXEDYET_CHROMIUM") or (DEBIAN if Path(DEBIAN).exists() else None)
    try:
        return playwright.chromium.launch(executable_path=path, args=FLAGS)
    except Error as error:
        pytest.fail(
            "No browser: install Debian's chromium, run 'playwright install chromium', or set FIXEDYET_CHROMIUM "
            f"({str(error).splitlines()[0]})",
            pytrace=False,
        )


@dataclass
class Watcher:
    """What a context's pages did that they should not have, and which callbacks they asked for."""

    origin: str
    wrong: list[str] = field(default_factory=list)
    posts: list[Request] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of the context, those that are opened later too."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.wrong.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def forget(self) -> None:
        """Begin anew."""
        self.wrong.clear()
        self.posts.clear()
        self.gets.clear()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console {message.type}: {message.text} ({message.location})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("data", "blob", "about"):
            return
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.wrong.append(f"left the machine: {request.url}")
        if parts.path == "/_dash-update-component":
            self.posts.append(request)
        self.gets.append(request.url.removeprefix(self.origin))

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that was left while it still asked
            self.wrong.append(f"request failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"answer {response.status}: {response.url}")


@dataclass
class Site:
    """The pages of a server in one browser context."""

    address: str
    context: BrowserContext
    watcher: Watcher

    def open(self, path: str) -> Page:
        """A new page, drawn by Dash."""
        page = self.context.new_page()
        self.go(page, path)
        return page

    def go(self, page: Page, path: str) -> None:
        """Load an address in a page and wait until Dash has drawn it and nothing is under way."""
        page.goto(self.address + path)
        drawn(page)


def drawn(page: Page) -> None:
    """Wait until Dash has drawn the page, its charts included, and has nothing left to ask."""
    page.locator("#page h1").wait_for()
    settled(page)


def settled(page: Page) -> None:
    """Wait until nothing is under way: no request, no callback; and draw the charts that are not near the window."""
    page.wait_for_load_state("load")
    page.wait_for_function("() => !document.querySelector('[data-dash-is-loading=\"true\"]')")
    page.evaluate("() => document.querySelector('#page .chart') && window.fixedyet.drawAllCharts()")
    page.wait_for_function(
        """() => !document.querySelector('[data-dash-is-loading="true"]')
            && [...document.querySelectorAll('#page .chart')].every((each) => each.querySelector('.main-svg'))"""
    )


def new_site(browser: Browser, address: str, *, width: int = WIDE, scheme: str = "light", **options: Any) -> Site:
    """A fresh context: no cookies, no memory of what was chosen elsewhere."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce", **options
    )  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    watcher = Watcher(address)
    watcher.watch(context)
    return Site(address, context, watcher)


def violations(page: Page, context: str | None = None) -> list[str]:
    """What axe finds, one line each."""
    found = Axe().run(page, context=context)
    return [
        f"{each['id']}: {node['target']} {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for each in found.response["violations"]
        for node in each["nodes"]
        if not (each["id"] == "region" and node["html"].startswith(BESIDE_LANDMARKS))
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
