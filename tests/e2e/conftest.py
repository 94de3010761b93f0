"""A server of the demo city and a browser for each test process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.browsing import Site, launch, new_site
from tests.e2e.demo_site import demo_data, served
from tests.e2e.loopback import only_this_machine

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    with only_this_machine():
        yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder with the demo city."""
    return demo_data(tmp_path_factory)


@pytest.fixture(scope="session")
def address(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where this process's server answers."""
    with served(demo, tmp_path_factory.mktemp("server") / "log.txt") as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture
def new_reader(browser: Browser, address: str) -> Iterator[Callable[..., Site]]:
    """Makes readers with a browser context of their own."""
    made: list[Site] = []

    def make(**options: object) -> Site:
        made.append(new_site(browser, address, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for site in made:
        site.context.close()


@pytest.fixture
def reader(new_reader: Callable[..., Site]) -> Site:
    """One reader with a wide window in light colours."""
    return new_reader()
