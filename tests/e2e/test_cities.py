"""Choosing a city in a browser: by mouse, by keyboard, on a phone and without scripts; pages without closing times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.small_cities import NO_CLOSING, make_cities
from tests.e2e.browsing import PHONE, WIDE, Site, drawn, new_site, overflow, violations
from tests.e2e.demo_site import CITY, served
from tests.e2e.test_address import DASH, chosen, opened, query_of

pytestmark = pytest.mark.xdist_group("cities")
Reader = Callable[..., Site]


@pytest.fixture(scope="module")
def several(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server of the demo city and three small ones answers."""
    data = make_cities(tmp_path_factory.mktemp("several"))
    (data / CITY).symlink_to(demo / CITY)
    with served(data, tmp_path_factory.mktemp("several-server") / "log.txt") as address:
        yield address


@pytest.fixture
def reader_of(browser: Browser, several: str) -> Iterator[Reader]:
    """Makes readers of the server with several cities."""
    made: list[Site] = []

    def make(**options: object) -> Site:
        made.append(new_site(browser, several, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for site in made:
        site.context.close()


def arrived(page: Page, name: str) -> None:
    expect(page).to_have_title(f"Overview · {name} · Fixed Yet?")


def test_a_city_is_chosen_and_the_selection_goes_along(reader_of: Reader) -> None:
    site = reader_of()
    page = site.open("/?district=2&period=90d")
    opened(page, "Whose requests").get_by_label("Everybody", exact=True).check()
    expect(chosen(page, "Whose requests")).to_have_text("Everybody")
    page.keyboard.press("Escape")
    link = page.locator(f"{DASH} .cities a", has_text="Testville")
    expect(link).to_have_attribute("href", "/?city=testville&period=90d&origin=all")
    page.locator(f"{DASH} .cities summary").click()
    link.click()
    arrived(page, "Testville")
    drawn(page)
    assert query_of(page) == {"city": ["testville"], "period": ["90d"], "origin": ["all"]}
    expect(chosen(page, "Whose requests")).to_have_text("Everybody")
    page.go_back()
    arrived(page, "Riverbend")
    drawn(page)
    assert query_of(page)["district"] == ["2"]
    assert site.watcher.wrong == []


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_city_is_chosen_by_keyboard(reader_of: Reader, width: int) -> None:
    site = reader_of(width=width)
    page = site.open("/")
    summary = page.locator(f"{DASH} .cities summary")
    panel = page.locator(f"{DASH} .cities .panel")
    summary.focus()
    page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    assert overflow(page) <= 0
    assert violations(page, ".top") == []
    box = panel.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.locator("*:focus")).to_contain_text("Plainfield")
    page.keyboard.press("Enter")
    arrived(page, "Plainfield")
    drawn(page)
    assert site.watcher.wrong == []


def test_a_city_is_chosen_without_scripts(reader_of: Reader) -> None:
    site = reader_of(width=PHONE, java_script_enabled=False)
    page = site.context.new_page()
    page.goto(f"{site.address}/departments?city=testville&period=90d&lang=en")
    page.locator("#first-answer .cities summary").click()
    page.locator("#first-answer .cities a", has_text="Mapleton").click()
    expect(page).to_have_title("Departments · Mapleton · Fixed Yet?")
    assert query_of(page) == {"city": ["mapleton"], "period": ["90d"], "lang": ["en"]}
    expect(page.locator("#first-answer")).to_contain_text(NO_CLOSING)
    assert site.watcher.wrong == []


def test_each_page_says_why_nothing_is_said_of_waits(reader_of: Reader) -> None:
    site = reader_of(width=PHONE)
    page = site.open("/?city=mapleton&period=all")
    number = page.evaluate(
        "async () => (await (await fetch('/api/v1/requests?city=mapleton&period=all&limit=1')).json()).rows[0].request_id"
    )
    for path in ("/how-long", "/place/1", "/requests", f"/request/{number}", "/departments/streets", "/districts/1"):
        site.go(page, f"{path}?city=mapleton&period=all")
        expect(page.locator("#main")).to_contain_text(NO_CLOSING)
        expect(page.locator("#main")).not_to_contain_text("closed within")
        assert overflow(page) <= 0, path
    for path in ("/trends", "/requests"):
        site.go(page, f"{path}?city=mapleton&period=all")
        expect(page.locator("#main")).to_contain_text(NO_CLOSING)
        for offered in ("Typical wait", "Took longest", "Closed last"):
            expect(page.locator("#page option, #page nav.choice a").get_by_text(offered, exact=True)).to_have_count(0)
    assert site.watcher.wrong == []


@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [
        ("/?city=mapleton", PHONE, "dark"),
        ("/?city=testville", WIDE, "light"),
        ("/data?city=testville", PHONE, "light"),
    ],
)
def test_pages_of_other_cities_are_sound(reader_of: Reader, path: str, width: int, scheme: str) -> None:
    site = reader_of(width=width, scheme=scheme)
    page = site.open(path)
    assert overflow(page) <= 0
    assert violations(page) == []
    for folded in page.locator("#page .folded summary").all():
        folded.click()
    assert overflow(page) <= 0
    assert violations(page, "#page") == []
    assert site.watcher.wrong == []
