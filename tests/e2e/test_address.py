"""The address is the state: controls, numbers and address are in step whichever way one of them is changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import PHONE, Site, drawn, settled

ASK = build_opener(ProxyHandler({}))
DASH = "#react-entry-point"
NONE = ""
"""What the summary of a filter says where nothing is chosen."""


def asked(site: Site, query: str, path: str = "/api/v1/summary") -> dict[str, object]:
    """What the API answers to a query string."""
    with ASK.open(f"{site.address}{path}?{query}") as answer:
        return json.load(answer)


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def selection(page: Page) -> str:
    return urlsplit(page.url).query


def opened(page: Page, name: str) -> Locator:
    """The panel of a filter, opened by mouse."""
    page.locator(f"{DASH} .filters summary").filter(has=page.locator(".filter-label", has_text=name)).click()
    panel = page.locator(f"{DASH} .filter[open] .panel")
    expect(panel).to_be_visible()
    return panel


def chosen(page: Page, name: str) -> Locator:
    """What the summary of a filter says is chosen."""
    return (
        page.locator(f"{DASH} .filter")
        .filter(has=page.locator(".filter-label", has_text=name))
        .locator(".filter-chosen")
    )


def shows(site: Site, page: Page, query: str) -> None:
    """The page shows the numbers that the API has for a query: status, headline number and sentence."""
    numbers = asked(site, query)
    words = f"{numbers['requests']:,} request"
    expect(page.locator(f"{DASH} [role=status]")).to_contain_text(words)
    value = page.locator("#page dl.numbers .value").first
    expect(value).to_have_text(f"{numbers['requests']:,}")
    settled(page)


def in_step(site: Site, page: Page) -> None:
    """The page shows what its own address says."""
    shows(site, page, selection(page))


def test_choosing_values_by_mouse(reader: Site) -> None:
    page = reader.open("/")
    start = page.locator("#page .lead").text_content()
    reader.watcher.forget()
    for name, option, key, value in (
        ("Problem", "Pothole Repair", "category", "Pothole Repair"),
        ("Department", "Street Maintenance", "department", "Street Maintenance"),
        ("Council district", "District 3", "district", "3"),
    ):
        panel = opened(page, name)
        panel.get_by_label(option, exact=True).check()
        expect(page).to_have_url(re.compile(rf"[?&]{key}="))
        assert query_of(page)[key] == [value]
        expect(chosen(page, name)).to_have_text(option)
        in_step(reader, page)
    assert len(reader.watcher.posts) == 3
    assert page.locator("#page .lead").text_content() != start
    assert "“Pothole Repair”" in (page.locator("#page .scope").text_content() or "")
    opened(page, "Problem").get_by_label("Pothole Repair", exact=True).uncheck()
    expect(chosen(page, "Problem")).to_have_text(NONE)
    assert "category" not in query_of(page)
    assert len(reader.watcher.posts) == 4
    assert reader.watcher.wrong == []


def test_choosing_period_dates_and_origin_by_mouse(reader: Site) -> None:
    page = reader.open("/")
    reader.watcher.forget()
    panel = opened(page, "Dates")
    panel.get_by_label("Last 90 days").check()
    expect(chosen(page, "Dates")).to_have_text("Last 90 days")
    assert query_of(page)["period"] == ["90d"]
    expect(panel.get_by_label("From")).to_have_value("2026-04-02")
    in_step(reader, page)
    panel.get_by_label("From").fill("2026-05-01")
    expect(chosen(page, "Dates")).to_have_text("May 1 – Jun 30, 2026")
    assert (query_of(page)["from"], query_of(page)["to"]) == (["2026-05-01"], ["2026-06-30"])
    assert "period" not in query_of(page)
    expect(panel.get_by_role("radio", checked=True)).to_have_count(0)
    in_step(reader, page)
    panel.get_by_label("To").fill("2026-05-31")
    expect(chosen(page, "Dates")).to_have_text("May 1 – 31, 2026")
    in_step(reader, page)
    panel.get_by_label("Last 12 months").check()
    expect(chosen(page, "Dates")).to_have_text("Last 12 months")
    assert not {"from", "to", "period"} & query_of(page).keys()
    expect(panel.get_by_label("From")).to_have_value("2025-07-01")
    in_step(reader, page)
    opened(page, "Whose requests").get_by_label("Everybody").check()
    expect(chosen(page, "Whose requests")).to_have_text("Everybody")
    assert query_of(page)["origin"] == ["all"]
    in_step(reader, page)
    assert len(reader.watcher.posts) == 5
    assert reader.watcher.wrong == []


def test_choosing_by_keyboard(reader: Site) -> None:
    page = reader.open("/")
    summary = page.locator(f"{DASH} .filters summary").filter(has_text="Council district")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(DASH).get_by_label("District 1", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    expect(chosen(page, "Council district")).to_have_text("District 1")
    expect(page.locator(DASH).get_by_label("District 1", exact=True)).to_be_focused()
    in_step(reader, page)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(chosen(page, "Council district")).to_have_text("2 chosen")
    assert query_of(page)["district"] == ["1", "2"]
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    summary = page.locator(f"{DASH} .filters summary").filter(has_text="Dates")
    summary.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.locator(DASH).get_by_label("Last 12 months")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(chosen(page, "Dates")).to_have_text("Last 90 days")
    in_step(reader, page)
    assert reader.watcher.wrong == []


def test_back_and_forward_restore_controls_and_numbers(reader: Site) -> None:
    page = reader.open("/")
    first = page.url
    panel = opened(page, "Council district")
    panel.get_by_label("District 2", exact=True).check()
    expect(chosen(page, "Council district")).to_have_text("District 2")
    in_step(reader, page)
    panel.get_by_label("District 4", exact=True).check()
    expect(chosen(page, "Council district")).to_have_text("2 chosen")
    in_step(reader, page)
    last = page.url
    reader.watcher.forget()
    page.go_back()
    expect(chosen(page, "Council district")).to_have_text("District 2")
    expect(panel.get_by_label("District 4", exact=True)).not_to_be_checked()
    in_step(reader, page)
    page.go_back()
    expect(chosen(page, "Council district")).to_have_text(NONE)
    expect(panel.get_by_label("District 2", exact=True)).not_to_be_checked()
    assert page.url == first
    in_step(reader, page)
    for _ in range(2):
        page.go_forward()
    expect(chosen(page, "Council district")).to_have_text("2 chosen")
    expect(panel.get_by_label("District 4", exact=True)).to_be_checked()
    assert page.url == last
    in_step(reader, page)
    assert len(reader.watcher.posts) <= 4
    assert reader.watcher.wrong == []


def test_back_crosses_pages(reader: Site) -> None:
    page = reader.open("/?district=2")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Departments").click()
    expect(page.locator("h1:visible")).to_have_text("Departments of Riverbend")
    assert query_of(page)["district"] == ["2"]
    page.locator("#page").get_by_role("link", name="Sanitation").click()
    expect(page.locator("h1:visible")).to_have_text("Sanitation")
    assert query_of(page)["district"] == ["2"]
    expect(page).to_have_title("Sanitation · Riverbend · Fixed Yet?")
    page.go_back()
    expect(page.locator("h1:visible")).to_have_text("Departments of Riverbend")
    page.go_back()
    expect(page.locator("h1:visible")).to_contain_text("How fast are problems dealt with")
    expect(page).to_have_title("Overview · Riverbend · Fixed Yet?")
    in_step(reader, page)
    assert reader.watcher.wrong == []


LINK = "city=riverbend&from=2025-10-01&to=2026-03-31&category=Pothole+Repair&department=street-maintenance&district=1&district=4&origin=all"


def test_a_copied_link_gives_the_same_screen(new_reader: Callable[..., Site]) -> None:
    one, other = new_reader(), new_reader()
    page = one.open("/")
    opened(page, "Problem").get_by_label("Pothole Repair", exact=True).check()
    expect(chosen(page, "Problem")).to_have_text("Pothole Repair")
    opened(page, "Whose requests").get_by_label("Everybody").check()
    expect(chosen(page, "Whose requests")).to_have_text("Everybody")
    in_step(one, page)
    copied = page.url.removeprefix(one.address)
    there = other.open(copied)
    assert there.locator("#page").inner_text() == page.locator("#page").inner_text()
    expect(chosen(there, "Problem")).to_have_text("Pothole Repair")
    expect(opened(there, "Problem").get_by_label("Pothole Repair", exact=True)).to_be_checked()
    expect(opened(there, "Whose requests").get_by_label("Everybody")).to_be_checked()
    assert there.url.removeprefix(other.address) == copied
    assert len(other.watcher.posts) <= 1


def test_controls_are_filled_from_a_link(reader: Site) -> None:
    page = reader.open(f"/?{LINK}")
    in_step(reader, page)
    assert selection(page) == LINK
    panel = opened(page, "Dates")
    expect(panel.get_by_label("From")).to_have_value("2025-10-01")
    expect(panel.get_by_label("To")).to_have_value("2026-03-31")
    panel = opened(page, "Department")
    expect(panel.get_by_label("Street Maintenance")).to_be_checked()
    panel = opened(page, "Council district")
    assert [each.get_attribute("value") for each in panel.get_by_role("checkbox", checked=True).all()] == ["1", "4"]
    expect(chosen(page, "Whose requests")).to_have_text("Everybody")
    assert len(reader.watcher.posts) <= 1
    assert reader.watcher.wrong == []


def test_four_fast_clicks_end_in_the_right_state(reader: Site) -> None:
    page = reader.open("/")
    panel = opened(page, "Council district")
    clicks = "labels => labels.forEach(each => each.click())"
    panel.locator("input[type=checkbox]").evaluate_all(f"boxes => ({clicks})(boxes.slice(0, 4))")
    expect(chosen(page, "Council district")).to_have_text("4 chosen")
    in_step(reader, page)
    assert query_of(page)["district"] == ["1", "2", "3", "4"]
    for name in ("District 1", "District 2", "District 3", "District 4"):
        panel.get_by_label(name, exact=True).click(no_wait_after=True)
    expect(chosen(page, "Council district")).to_have_text(NONE)
    in_step(reader, page)
    assert "district" not in query_of(page)
    assert reader.watcher.wrong == []


def test_unknown_keys_are_kept_and_clear_filters_clears(reader: Site) -> None:
    page = reader.open("/?utm_source=letter&district=2&lang=en")
    opened(page, "Problem").get_by_label("Pothole Repair", exact=True).check()
    expect(chosen(page, "Problem")).to_have_text("Pothole Repair")
    assert query_of(page)["utm_source"] == ["letter"]
    assert query_of(page)["lang"] == ["en"]
    page.keyboard.press("Escape")
    page.locator(f"{DASH} .clear").click()
    expect(chosen(page, "Problem")).to_have_text(NONE)
    expect(chosen(page, "Council district")).to_have_text(NONE)
    in_step(reader, page)
    assert not {"district", "category"} & query_of(page).keys()
    expect(opened(page, "Council district").get_by_role("checkbox", checked=True)).to_have_count(0)
    assert reader.watcher.wrong == []


def test_a_bad_value_is_dropped_and_told(reader: Site) -> None:
    page = reader.open(
        "/?district=99&district=__proto__&district=2&from=yesterday&to=2025-02-30&period=constructor&origin=x"
    )
    expect(page.locator("#page .note").first).to_contain_text("was left out")
    shows(reader, page, "district=2")
    panel = opened(page, "Dates")
    expect(panel.get_by_label("From")).to_have_value("2025-07-01")
    expect(panel.get_by_label("Last 12 months")).to_be_checked()
    expect(chosen(page, "Council district")).to_have_text("District 2")
    expect(chosen(page, "Whose requests")).to_have_text("Residents")
    assert reader.watcher.wrong == []


def test_navigation_keeps_the_selection(reader: Site) -> None:
    page = reader.open("/?period=90d&department=sanitation")
    for name, heading in (
        ("Map", "Typical wait by area"),
        ("Areas", "Council districts of Riverbend"),
        ("About", "How these numbers are computed"),
    ):
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()
        expect(page.locator("h1:visible")).to_have_text(heading)
        assert query_of(page)["period"] == ["90d"]
        assert query_of(page)["department"] == ["Sanitation"]
    expect(page.get_by_role("navigation", name="Pages").locator(".current")).to_have_text("About")
    assert reader.watcher.wrong == []


def test_readers_do_not_see_each_other(new_reader: Callable[..., Site]) -> None:
    one, other = new_reader(), new_reader(width=PHONE)
    first, second = one.open("/"), other.open("/")
    opened(first, "Council district").get_by_label("District 1", exact=True).check()
    opened(second, "Council district").get_by_label("District 5", exact=True).check()
    in_step(one, first)
    in_step(other, second)
    second.reload()
    drawn(second)
    in_step(other, second)
    assert query_of(first)["district"] == ["1"]
    assert query_of(second)["district"] == ["5"]
    expect(chosen(first, "Council district")).to_have_text("District 1")
    third = one.open("/")
    expect(chosen(third, "Council district")).to_have_text(NONE)


def test_without_scripts_the_form_changes_the_numbers(new_reader: Callable[..., Site]) -> None:
    site = new_reader(java_script_enabled=False)
    page = site.context.new_page()
    page.goto(f"{site.address}/?utm_source=letter")
    page.locator(".first-filters summary").click()
    page.locator(".first-filters form").get_by_label("Department").select_option(["Sanitation"])
    page.locator(".first-filters form").get_by_label("Period").select_option("90d")
    page.locator(".first-filters").get_by_role("button", name="Show").click()
    expect(page.locator("#first-answer [role=status]")).to_contain_text(
        f"{asked(site, 'period=90d&department=sanitation')['requests']:,} request"
    )
    assert query_of(page)["department"] == ["Sanitation"]
    assert page.locator(".first-filters form").get_by_label("Department").locator(
        "option:checked"
    ).all_inner_texts() == ["Sanitation"]
    page.get_by_role("link", name="Show the numbers").first.click()
    expect(page.locator("table")).to_be_visible()
    assert site.watcher.wrong == []


@pytest.mark.parametrize("path", ["/", "/departments", "/map", "/about"])
def test_a_page_asks_at_most_once_when_it_is_loaded(reader: Site, path: str) -> None:
    page = reader.open(path)
    page.wait_for_load_state("networkidle")
    assert len(reader.watcher.posts) <= 1


def test_the_link_in_the_footer_keeps_the_selection(reader: Site) -> None:
    page = reader.open("/")
    opened(page, "Council district").get_by_label("District 1", exact=True).check()
    expect(chosen(page, "Council district")).to_have_text("District 1")
    in_step(reader, page)
    page.keyboard.press("Escape")
    page.get_by_role("contentinfo").get_by_role("link", name="How these numbers are computed").click()
    expect(page.locator("h1:visible")).to_have_text("How these numbers are computed")
    assert query_of(page)["district"] == ["1"]


def test_what_the_map_shows_is_chosen_by_its_links(reader: Site) -> None:
    page = reader.open("/map")
    heading = page.locator(f"{DASH} h1")
    before = heading.inner_text()
    page.locator(f"{DASH} .choice a", has_text="On time").click()
    expect(heading).to_have_text("On time by area")
    page.locator(f"{DASH} .choice a", has_text="Neighborhoods").click()
    expect(page.locator(f"{DASH} #areas-heading")).to_have_text("Neighborhoods")
    expect(heading).to_have_text("On time by area")
    page.go_back()
    page.go_back()
    expect(heading).to_have_text(before)
