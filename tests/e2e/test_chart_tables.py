"""The numbers of a chart: fetched once when its table is opened, the same as in the CSV, and anew when a filter moves."""

from __future__ import annotations

import csv
import io
from urllib.request import ProxyHandler, build_opener

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import Site
from tests.e2e.test_address import DASH, chosen, in_step, opened

ASK = build_opener(ProxyHandler({}))
CHART = "requests-and-closed"


def card(page: Page) -> Locator:
    return page.locator("#page figure.card").filter(has=page.locator(f"#chart-{CHART}"))


def tables(site: Site) -> list[str]:
    return [url for url in site.watcher.gets if url.startswith(f"/charts/{CHART}.html")]


def rows_of(table: Locator) -> list[list[str]]:
    return [row.locator("th, td").all_inner_texts() for row in table.locator("tbody tr").all()]


def rows_of_csv(site: Site, href: str) -> list[dict[str, str]]:
    with ASK.open(site.address + href) as answer:
        return list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"))))


def same_numbers(site: Site, page: Page) -> None:
    """The table on the screen has the rows of the CSV behind the card."""
    href = card(page).locator("a[download]").get_attribute("href") or ""
    rows = rows_of_csv(site, href)
    columns = list(rows[0])
    shown = rows_of(card(page).locator("table"))
    value, measure = columns.index("value"), columns.index("measure")
    names = {"requests": "Requests made", "closed": "Requests closed"}
    heads = card(page).locator("thead th").all_inner_texts()
    told = [(row[heads.index("What")], row[heads.index("Value")].replace(",", "")) for row in shown]
    assert told == [(names[list(row.values())[measure]], list(row.values())[value]) for row in rows]


def test_a_table_is_fetched_once_and_has_the_numbers_of_the_csv(reader: Site) -> None:
    page = reader.open("/?period=90d&district=2")
    assert tables(reader) == []
    summary = card(page).get_by_text("Show the numbers")
    summary.click()
    expect(card(page).locator("table")).to_be_visible()
    same_numbers(reader, page)
    for _ in range(2):
        summary.click()
    expect(card(page).locator("table")).to_be_visible()
    assert len(tables(reader)) == 1
    assert "period=90d" in tables(reader)[0]
    assert reader.watcher.wrong == []


def test_an_open_table_follows_the_filters(reader: Site) -> None:
    page = reader.open("/?period=90d")
    card(page).get_by_text("Show the numbers").click()
    expect(card(page).locator("table")).to_be_visible()
    before = rows_of(card(page).locator("table"))
    opened(page, "Council district").get_by_label("District 2", exact=True).check()
    expect(chosen(page, "Council district")).to_have_text("District 2")
    in_step(reader, page)
    expect(card(page).locator("details.numbers-of")).to_have_attribute("open", "")
    expect(card(page).locator("tbody td").nth(2)).not_to_have_text(before[0][3])
    same_numbers(reader, page)
    assert len(tables(reader)) == 2
    assert reader.watcher.wrong == []


def test_a_table_that_was_opened_before_follows_when_it_is_opened_again(reader: Site) -> None:
    page = reader.open("/?period=90d")
    summary = card(page).get_by_text("Show the numbers")
    summary.click()
    expect(card(page).locator("table")).to_be_visible()
    summary.click()
    opened(page, "Council district").get_by_label("District 3", exact=True).check()
    expect(chosen(page, "Council district")).to_have_text("District 3")
    in_step(reader, page)
    page.keyboard.press("Escape")
    with page.expect_response("**/charts/**"):
        summary.click()
    expect(card(page).locator("table")).to_be_visible()
    same_numbers(reader, page)
    assert len(tables(reader)) == 2


def test_a_table_that_cannot_be_fetched_says_so_and_is_fetched_again(reader: Site) -> None:
    page = reader.open("/")
    page.route("**/charts/**", lambda route: route.fulfill(status=503, body="no"))
    summary = card(page).get_by_text("Show the numbers")
    summary.click()
    expect(card(page).locator(".table-slot")).to_contain_text("could not be fetched")
    page.unroute("**/charts/**")
    summary.click()
    summary.click()
    expect(card(page).locator("table")).to_be_visible()


def test_every_chart_is_drawn_and_said(reader: Site) -> None:
    page = reader.open("/districts/1")
    cards = page.locator("#page figure.card")
    assert cards.count() >= 5
    for each in cards.all():
        assert len(each.locator(".sentence").inner_text()) > 20
        expect(each.locator(".chart .main-svg").first).to_be_visible()
    expect(page.locator(f"{DASH} .chart").first).to_have_attribute("aria-hidden", "true")
    assert page.evaluate("() => [...document.querySelectorAll('.chart [tabindex=\"0\"], .chart a[href]')].length") == 0
    assert reader.watcher.wrong == []
