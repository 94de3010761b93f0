"""The main journeys with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import PHONE, Site, settled
from tests.e2e.test_address import DASH, chosen, in_step, query_of

OUTLINE = """each => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
        || each.matches('path') && parseFloat(style.strokeWidth) >= 3
        || style.boxShadow !== 'none'
        || getComputedStyle(each.closest('label, .mantine-Radio-root, .mantine-Checkbox-root') || each).outlineStyle !== 'none';
}"""


def focused(page: Page) -> dict[str, object]:
    """What has the focus: tag, text, and whether it can be seen that it has."""
    found = page.locator("*:focus")
    expect(found).to_have_count(1)
    return {
        "tag": found.evaluate("each => each.tagName.toLowerCase()"),
        "text": found.evaluate("each => (each.getAttribute('aria-label') || each.textContent).trim()"),
        "seen": found.evaluate(OUTLINE),
        "where": found.bounding_box(),
    }


def test_the_skip_link_comes_first_and_leads_to_the_content(reader: Site) -> None:
    page = reader.open("/")
    page.keyboard.press("Tab")
    first = focused(page)
    assert first["text"] == "Skip to the content"
    assert first["where"]["width"] > 50  # type: ignore[index]
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('#main').contains(document.activeElement)")
    in_step(reader, page)
    assert reader.watcher.wrong == []


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_filter_opens_by_key_and_escape_gives_the_focus_back(reader: Site, key: str) -> None:
    page = reader.open("/about")
    summaries = page.locator(f"{DASH} .filters summary")
    for summary in summaries.all():
        panel = summary.locator("xpath=..").locator(".panel")
        summary.focus()
        page.keyboard.press(key)
        expect(panel).to_be_visible()
        page.keyboard.press("Tab")
        assert panel.evaluate("each => each.contains(document.activeElement)")
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(summary).to_be_focused()
    assert reader.watcher.wrong == []


def test_only_one_filter_is_open_when_tabbing_on(reader: Site) -> None:
    page = reader.open("/about")
    summaries = page.locator(f"{DASH} .filters summary")
    for number in (0, 3):
        summaries.nth(number).focus()
        page.keyboard.press("Enter")
    expect(page.locator(f"{DASH} .filter[open]")).to_have_count(1)


def test_searching_in_a_long_list(reader: Site) -> None:
    page = reader.open("/about")
    page.locator(f"{DASH} .filters summary").filter(has_text="Problem").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search in this list").locator("visible=true")).to_be_focused()
    page.keyboard.type("pothole")
    boxes = page.locator(f"{DASH} .filter[open]").get_by_role("checkbox")
    expect(boxes.locator("visible=true")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(chosen(page, "Problem")).to_have_text("Pothole Repair")
    assert query_of(page)["category"] == ["Pothole Repair"]


def test_the_focus_can_be_seen_on_everything_that_takes_it(reader: Site) -> None:
    page = reader.open("/departments")
    stops: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement === document.body"):
            break
        now = focused(page)
        assert now["seen"], now
        box = now["where"]
        assert box, now
        if now["tag"] != "input":
            assert min(box["width"], box["height"]) >= 24, now  # type: ignore[index]
        stops.append(str(now["text"]))
    assert len(stops) > 20
    assert {"Overview", "Clear filters", "Sanitation"} <= set(stops)


def test_the_focus_moves_to_the_heading_of_a_new_page_and_stays_on_a_filter(reader: Site) -> None:
    page = reader.open("/")
    link = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Departments")
    link.focus()
    page.keyboard.press("Enter")
    heading = page.locator("#page h1")
    expect(heading).to_have_text("Departments of Riverbend")
    expect(heading).to_be_focused()
    assert page.evaluate("() => window.scrollY") == 0
    page.go_back()
    expect(heading).to_contain_text("How fast are problems")
    expect(heading).to_be_focused()
    assert reader.watcher.wrong == []


def areas(page: Page) -> None:
    """Wait for the paths of the map."""
    page.locator("path[role=link]").first.wait_for()


def test_the_areas_of_the_map_are_reached_and_opened(reader: Site) -> None:
    page = reader.open("/map?period=90d")
    areas(page)
    paths = page.locator("path[role=link]")
    rows = page.locator("#page table tbody tr")
    assert (
        paths.count() == rows.filter_has(page.locator("a")).count()
        if hasattr(rows, "filter_has")
        else paths.count() > 3
    )
    names = [each.get_attribute("aria-label") or "" for each in paths.all()]
    assert all(name.startswith("District ") and "(Typical wait)" in name for name in names)
    page.locator(".skip-map").focus()
    expect(page.locator(".skip-map")).to_be_focused()
    page.keyboard.press("Tab")
    for _ in range(8):
        if page.evaluate("() => document.activeElement.matches('path')"):
            break
        page.keyboard.press("Tab")
    now = focused(page)
    assert now["tag"] == "path"
    assert now["seen"]
    name = str(now["text"]).split(":")[0]
    page.keyboard.press("Enter")
    expect(page.locator("#page h1")).to_have_text(name)
    assert query_of(page)["period"] == ["90d"]
    expect(page.locator("#page h1")).to_be_focused()
    page.go_back()
    areas(page)
    assert reader.watcher.wrong == []


def test_the_map_is_skipped_by_its_link(reader: Site) -> None:
    page = reader.open("/map")
    areas(page)
    page.locator(".skip-map").focus()
    page.keyboard.press("Enter")
    settled(page)
    page.keyboard.press("Tab")
    assert page.evaluate("() => !!document.activeElement.closest('table, section:has(> table)')")
    assert not page.evaluate("() => document.activeElement.matches('path')")


def test_the_areas_follow_the_filters(reader: Site) -> None:
    page = reader.open("/map?measure=requests")
    areas(page)
    before = page.locator("path[role=link]").first.get_attribute("aria-label")
    page.locator(f"{DASH} .filters summary").filter(has_text="Dates").click()
    page.locator(f"{DASH} .filter[open]").get_by_label("Last 30 days").check()
    expect(chosen(page, "Dates")).to_have_text("Last 30 days")
    expect(page.locator("path[role=link]").first).not_to_have_attribute("aria-label", before or "")
    assert reader.watcher.wrong == []


def test_the_map_says_what_the_table_says(reader: Site) -> None:
    page = reader.open("/map?measure=requests&period=90d")
    areas(page)
    labels = {each.get_attribute("aria-label") for each in page.locator("path[role=link]").all()}
    rows = page.locator("#page table tbody tr").filter(has=page.locator("th a"))
    told = {
        f"{row.locator('th').inner_text()}: {row.locator('td').first.inner_text()} (Requests)"
        for row in rows.all()
        if row.locator("th").inner_text() != "No district recorded"
    }
    assert labels == told


def test_the_keyboard_works_on_a_phone_wide_window(new_reader: object) -> None:
    site: Site = new_reader(width=PHONE)  # type: ignore[operator]
    page = site.open("/about")
    summary = page.locator(f"{DASH} .filters summary").filter(has_text="Dates")
    summary.focus()
    page.keyboard.press("Enter")
    panel = page.locator(f"{DASH} .filter[open] .panel")
    expect(panel).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
