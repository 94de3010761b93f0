"""Every page in a browser: no errors, nothing from elsewhere, fits the window, and axe finds nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.app import create_app
from dashboard.settings import load
from tests.e2e.browsing import PHONE, WIDE, Site, drawn, new_site, overflow, violations
from tests.e2e.test_address import asked

PAGES = (
    "/",
    "/departments",
    "/departments/street-maintenance",
    "/districts",
    "/districts/1",
    "/neighbourhoods",
    "/neighbourhoods/brewery-hill",
    "/map",
    "/place",
    "/place?q=breweri+hil",
    "/place/1",
    "/requests?sort=slowest",
    "/request",
    "/request/{closed}",
    "/request/{open}",
    "/how-long",
    "/how-long?category=pothole-repair&district=5",
    "/trends?by=category",
    "/trends?measure=wait&view=table",
    "/trends?measure=on_time&by=department&layout=small&interval=week",
    "/data",
    "/about",
)
LOOKS = {"wide and light": (WIDE, "light"), "phone and dark": (PHONE, "dark")}
FILTERS = ("Dates", "Problem", "Department", "Council district", "Neighborhood", "Channel", "Whose requests")
NARROW = (640, 320)
"""What is left of a window of 1280 px at 200 % zoom, and the narrowest that has to do."""


@pytest.fixture(scope="module")
def looks(browser: Browser, address: str) -> Iterator[dict[str, Site]]:
    """A reader for each look, kept for all pages: what a browser has fetched once it keeps."""
    found = {name: new_site(browser, address, width=width, scheme=scheme) for name, (width, scheme) in LOOKS.items()}
    yield found
    for site in found.values():
        site.context.close()


@pytest.fixture
def site(request: pytest.FixtureRequest, looks: dict[str, Site]) -> Iterator[Site]:
    """The reader with the look that the test names."""
    found = looks[request.param]
    found.watcher.forget()
    yield found
    for page in found.context.pages:
        page.close()


def _named(site: Site, path: str) -> str:
    """The path with the number of a request that is open, or was closed last."""
    if "{" not in path:
        return path
    open_ones = "open" in path
    query = "sort=oldest&standing=open&limit=1" if open_ones else "sort=recently_closed&limit=1"
    rows = asked(site, query, "/api/v1/requests")["rows"]
    number = rows[0]["request_id"]  # type: ignore[index]
    return path.format(open=number, closed=number)


def fits(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert overflow(page) <= 0


@pytest.mark.parametrize("site", LOOKS, indirect=True)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(site: Site, path: str) -> None:
    page = site.open(_named(site, path))
    width = page.viewport_size["width"]  # type: ignore[index]
    fits(page, width)
    assert page.locator("h1:visible").count() == 1
    assert page.locator("main:visible").count() == 1
    for role in ("banner", "navigation", "main", "contentinfo"):
        assert page.get_by_role(role).first.is_visible(), role  # type: ignore[arg-type]
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page).to_have_title(f"{page.title().split(' · ')[0]} · Riverbend · Fixed Yet?")
    assert violations(page) == []
    fits(page, PHONE if width == WIDE else WIDE)
    assert violations(page) == []
    for narrow in NARROW:
        fits(page, narrow)
    assert site.watcher.wrong == []
    assert len(site.watcher.posts) <= 1
    assert {cookie["name"] for cookie in site.context.cookies()} <= {"scheme"}


@pytest.mark.parametrize("site", LOOKS, indirect=True)
def test_open_filters_are_sound(site: Site) -> None:
    page = site.open("/")
    for name in FILTERS:
        summary = page.locator("#react-entry-point .filters summary", has_text=name)
        summary.click()
        panel = page.locator("#react-entry-point .filter[open] .panel")
        expect(panel).to_be_visible()
        assert violations(page, ".filters") == [], name
        assert overflow(page) <= 0, name
        box = panel.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"], name  # type: ignore[index]
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
    assert site.watcher.wrong == []


@pytest.mark.parametrize("site", LOOKS, indirect=True)
def test_open_tables_and_notes_are_sound(site: Site) -> None:
    page = site.open("/departments/street-maintenance")
    cards = page.locator("#page figure.card")
    for card in cards.all():
        card.get_by_text("Show the numbers").click()
        expect(card.locator(".numbers-of table")).to_be_visible()
    for note in page.locator("#page details.how summary").all():
        note.click()
    assert violations(page, "#page") == []
    for width in (PHONE, 320):
        fits(page, width)
    assert site.watcher.wrong == []


@pytest.mark.parametrize("site", LOOKS, indirect=True)
def test_a_page_that_is_not_there_is_sound(site: Site) -> None:
    page = site.context.new_page()
    answer = page.goto(f"{site.address}/nowhere")
    assert answer
    assert answer.status == 404
    sound(page)
    page.get_by_role("link", name="Go to the overview").click()
    drawn(page)


def test_the_page_without_data_is_sound(
    new_reader: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = create_app(load(data_dir=tmp_path_factory.mktemp("empty"))).test_client().get("/").text
    for width, scheme in LOOKS.values():
        site = new_reader(width=width, scheme=scheme)
        page = site.context.new_page()
        page.route("**/no-data", lambda route: route.fulfill(status=503, body=text, content_type="text/html"))
        page.goto(f"{site.address}/no-data")
        expect(page.locator("h1")).to_have_text("There is nothing to show yet")
        sound(page)


def test_the_page_of_the_api_is_sound(new_reader: Callable[..., Site]) -> None:
    site = new_reader()
    page = site.context.new_page()
    page.goto(f"{site.address}/api")
    sound(page)
    assert [each for each in site.watcher.wrong if "favicon" not in each] == []


def sound(page: Page) -> None:
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert violations(page) == []
    for width in (PHONE, *NARROW):
        fits(page, width)


def test_the_first_html_is_sound_without_scripts(new_reader: Callable[..., Site]) -> None:
    for width, scheme in LOOKS.values():
        site = new_reader(width=width, scheme=scheme, java_script_enabled=False)
        page = site.context.new_page()
        for path in ("/", "/map"):
            page.goto(site.address + path)
            assert page.locator("h1:visible").count() == 1
            assert page.locator("#react-entry-point").is_hidden()
            page.locator(".first-filters summary").click()
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert site.watcher.wrong == []


def test_a_change_of_the_system_colours_is_followed(reader: Site) -> None:
    page = reader.open("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    with page.expect_event("load"):
        page.emulate_media(color_scheme="dark")
    drawn(page)
    assert page.evaluate(ground) != before
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"
    assert json.loads(
        page.locator("#page .js-plotly-plot").first.evaluate("each => JSON.stringify(each.layout.font.color)")
    )
    assert reader.watcher.wrong == []
