"""A place found in a browser: by its own position, rounded and never logged; by keyboard on the map; by address without scripts."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, new_site, overflow
from tests.e2e.demo_site import served

pytestmark = pytest.mark.xdist_group("places")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server says while it runs."""
    return tmp_path_factory.mktemp("places-server") / "log.txt"


@pytest.fixture(scope="module")
def site_address(demo: Path, log: Path) -> Iterator[str]:
    """Where a server of the demo city answers."""
    with served(demo, log) as address:
        yield address


def test_the_browsers_position_leads_to_its_area_and_is_in_no_log(
    browser: Browser, site_address: str, log: Path
) -> None:
    with urllib.request.urlopen(f"{site_address}/api/v1/boundaries/district.geojson") as answer:
        west, south, east, north = json.load(answer)["bbox"]
    position = {"latitude": (south + north) / 2 + 0.00012345, "longitude": (west + east) / 2 + 0.00012345}
    site = new_site(browser, site_address, width=PHONE, geolocation=position, permissions=["geolocation"])
    page = site.open("/place?period=90d")
    page.get_by_role("button", name="Use my location").click()
    page.wait_for_url("**/place/*")
    expect(page.locator("#page h1")).to_contain_text("District")
    assert "period=90d" in page.url
    assert not [part for part in ("latitude", f"{position['latitude']:.3f}") if part in page.url]
    assert overflow(page) == 0
    assert not [
        part for part in (f"{position['latitude']:.3f}", f"{position['longitude']:.3f}") if part in log.read_text()
    ]
    site.context.close()


def test_a_browser_that_does_not_tell_is_answered_in_words(browser: Browser, site_address: str) -> None:
    site = new_site(browser, site_address)
    page = site.open("/place")
    page.get_by_role("button", name="Use my location").click()
    expect(page.locator("#page .locate-status")).to_contain_text("did not tell where you are")
    area = page.locator("#page path.leaflet-interactive").first
    area.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/place/*")
    expect(page.locator("#page h1")).to_be_focused()
    site.context.close()


def test_an_address_is_found_without_scripts(browser: Browser, site_address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(f"{site_address}/place")
    expect(page.locator("button.locate")).to_be_hidden()
    page.get_by_label("Street, crossing").fill("4350 seventh ave south")
    page.get_by_role("main").get_by_role("button", name="Find").click()
    page.locator("main table a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("District")
    expect(
        page.get_by_role("heading", name="What is open within 300 metres of 4300 block of 7th Ave S")
    ).to_be_visible()
    context.close()
