"""What each reader comes for, from a cold start to the end, on a phone's width and with the keyboard alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.domain.method import TOO_FEW
from dashboard.i18n.translator import translator_for
from tests.e2e.browsing import PHONE, Site, drawn, overflow
from tests.e2e.test_address import ASK, DASH, asked, chosen, query_of, selection
from tests.e2e.test_chart_tables import rows_of, rows_of_csv

pytestmark = pytest.mark.xdist_group("journeys")
TR = translator_for("en")
MOST_STEPS = 250
"""So often Tab is pressed at most to come to something on a page."""
FOCUSED = "each => each === document.activeElement"


@pytest.fixture
def phone(new_reader: Callable[..., Site]) -> Site:
    """A reader who was never here, with a narrow window."""
    return new_reader(width=PHONE)


def reach(page: Page, target: Locator, key: str = "Tab") -> None:
    """Go on by Tab (or back) until something has the focus; fails where the keyboard does not get there."""
    expect(target).to_have_count(1)
    for _ in range(MOST_STEPS):
        if target.evaluate(FOCUSED):
            return
        page.keyboard.press(key)
    pytest.fail(f"The keyboard does not reach {target}.", pytrace=False)


def follow(page: Page, target: Locator, where: str) -> None:
    """Reach a link or a button, press it, and wait until the page of a path (a pattern) is drawn and fits."""
    reach(page, target)
    press(page, where)


def press(page: Page, where: str) -> None:
    """Press Enter on what has the focus and wait for the page of an address, a pattern."""
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before and _path(url).startswith(where))
    drawn(page)
    assert overflow(page) <= 0


def pick(page: Page, control: Locator, text: str) -> None:
    """Choose an option of a list by typing how it begins."""
    reach(page, control)
    page.keyboard.type(text)
    expect(control.locator("option:checked")).to_have_text(text)


def navigate(page: Page, name: str, where: str) -> None:
    """Follow a link of the navigation."""
    follow(page, page.locator(f"{DASH} nav.navigation a").get_by_text(name, exact=True), where)


def lead(page: Page) -> str:
    """The sentence under the heading."""
    return page.locator("#page .lead").inner_text()


def table(page: Page, table_id: str) -> Locator:
    """A table by its heading's id."""
    return page.locator(f'#page table[aria-labelledby="{table_id}-heading"]')


def listed(site: Site, **own: str | int) -> list[dict[str, Any]]:
    """Rows of the API's list of requests."""
    return asked(site, urlencode({"period": "all", **own}), "/api/v1/requests")["rows"]  # type: ignore[return-value]


def _path(url: str) -> str:
    return urlsplit(url).path


def test_a_resident_asks_how_long_it_will_take(phone: Site) -> None:
    page = phone.open("/")
    pick(page, page.locator("#how-long-category"), "Pothole Repair")
    pick(page, page.locator("#how-long-district"), "District 5")
    follow(page, page.locator("form[action='/how-long'] button:visible"), "/how-long")
    here = asked(phone, "category=Pothole+Repair&district=5")
    city = asked(phone, "category=Pothole+Repair")
    told, enough = lead(page), int(here["wait"]["n"]) >= TOO_FEW  # type: ignore[index,call-overload]
    waits = (here if enough else city)["wait"]
    assert isinstance(waits, dict)
    assert f"half are closed within {TR.days(waits['p50_days'])}" in told
    assert ("District 5: half" in told) == enough
    shown = page.locator("#page dl.numbers .value").first
    expect(shown).to_have_text(TR.number((here if enough else city)["requests"]))  # type: ignore[arg-type]
    expect(page.locator("#how-long-district option:checked")).to_have_text("District 5")
    assert phone.watcher.wrong == []


def test_a_resident_finds_their_place_an_open_request_and_its_number(phone: Site) -> None:
    page = phone.open("/")
    navigate(page, "Your place", "/place")
    street = max((row["address"] for row in listed(phone, standing="open", limit=50) if row["address"]), key=len)
    reach(page, page.get_by_label("Street, crossing").locator("visible=true"))
    typed = slipped(street)
    page.keyboard.type(typed)
    press(page, "/place")
    found = table(page, "matches").get_by_role("link", name=street, exact=True)
    follow(page, found, "/place/")
    assert page.locator("#page h1").inner_text().startswith("District")
    expect(table(page, "open").locator("xpath=..").get_by_role("heading")).to_contain_text(street)
    follow(page, table(page, "open").get_by_role("link").first, "/request/")
    number = _path(page.url).removeprefix("/request/")
    record = asked(phone, "", f"/api/v1/requests/{number}")
    expect(page.locator("#page h1")).to_contain_text(f"request {record['request_id']}")
    waiting = record["still_waiting"]
    assert isinstance(waiting, dict)
    assert f"for {TR.days(waiting['age_days'])}." in lead(page)
    other = listed(phone, sort="recently_closed", limit=1)[0]
    reach(page, page.locator("#search-number"), "Shift+Tab")
    page.keyboard.type(f"#{other['request_id'].lower()}")
    press(page, f"/request/{quote(other['request_id'])}")
    took = asked(phone, "", f"/api/v1/requests/{other['request_id']}")
    if took["seconds"] is not None:
        assert TR.days(took["seconds"] / 86_400) in lead(page)  # type: ignore[operator]
    assert phone.watcher.wrong == []


def slipped(address: str) -> str:
    """The address as it is typed in a hurry: without "block of", in small letters, one letter of the longest word missing."""
    words = address.replace("block of ", "").lower().split()
    longest = max(words, key=len)
    words[words.index(longest)] = longest[: len(longest) // 2] + longest[len(longest) // 2 + 1 :]
    return " ".join(words)


def test_a_journalist_follows_a_measure_and_takes_its_numbers_along(phone: Site) -> None:
    page = phone.open("/")
    navigate(page, "Trends", "/trends")
    pick(page, page.locator("#what-measure"), "Typical wait")
    pick(page, page.locator("#what-by"), "Department")
    follow(page, page.locator("form[action='/trends'] button:visible").first, "/trends")
    for name in ("quarters", "not shown", "shown", "table"):
        link = page.locator("#page nav.choice a").get_by_text(name, exact=True)
        follow(page, link, "/trends")
    query = query_of(page)
    assert {key: query[key] for key in ("measure", "by", "interval", "view")} == {
        "measure": ["wait"],
        "by": ["department"],
        "interval": ["quarter"],
        "view": ["table"],
    }
    shown = table(page, "trend")
    heads = shown.locator("thead th").all_text_contents()
    rows = rows_of(shown)
    csv_rows = rows_of_csv(phone, page.get_by_role("link", name="The rows as CSV").get_attribute("href") or "")
    for place, name in enumerate(heads[1:], start=1):
        mine = [row for row in csv_rows if row["name"] in (name, "none" if name.startswith("No dep") else name)]
        assert [row[place] for row in rows] == [_wait(row["n"], row["value"]) for row in mine]
    name = heads[1]
    of_api = asked(phone, f"{urlencode({'department': name})}&measure=wait&interval=quarter", "/api/v1/series")["rows"]
    told = [_wait(str(row["n"]), "" if row["value"] is None else str(row["value"])) for row in of_api]  # type: ignore[attr-defined]
    assert [row[1] for row in rows] == told
    assert phone.watcher.wrong == []


def _wait(n: str, value: str) -> str:
    """A typical wait as it stands in a table, from a row of the CSV."""
    if int(n) < TOO_FEW:
        return "too few to say"
    return TR.days(float(value)) if value else "not reached yet"


def test_a_journalist_reads_the_requests_one_by_one(phone: Site) -> None:
    page = phone.open("/")
    navigate(page, "Requests", "/requests")
    summary = page.locator(f"{DASH} .filters summary").filter(has_text="Problem")
    reach(page, summary)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("pothole")
    boxes = page.locator(f"{DASH} .filter[open]").get_by_role("checkbox").locator("visible=true")
    expect(boxes).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(chosen(page, "Problem")).to_have_text("Pothole Repair")
    page.keyboard.press("Escape")
    drawn(page)
    n = asked(phone, selection(page))["requests"]
    expect(page.locator("#page .lead")).to_contain_text(f"{n:,} request")
    follow(page, page.locator("#page nav.choice a").get_by_text("Took longest", exact=True), "/requests")
    assert query_of(page)["category"] == ["Pothole Repair"]
    expected = [
        row["request_id"] for row in listed(phone, category="Pothole Repair", period="12m", sort="slowest", limit=100)
    ]
    numbers = table(page, "requests").locator("tbody th")
    assert numbers.all_inner_texts() == expected[:50]
    follow(page, page.locator("#page nav.choice a").get_by_text("Next 50", exact=True), "/requests")
    assert numbers.all_inner_texts() == expected[50:]
    page.go_back()
    expect(numbers.first).to_have_text(expected[0])
    drawn(page)
    assert numbers.all_inner_texts() == expected[:50]
    follow(page, page.get_by_role("link", name=expected[0], exact=True), "/request/")
    expect(page.locator("#page h1")).to_contain_text(expected[0])
    with ASK.open(phone.address + "/api/v1/requests.csv?category=Pothole+Repair&sort=slowest&limit=50") as answer:
        found = csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig")))
        assert [row["request_id"] for row in found] == expected[:50]
    assert phone.watcher.wrong == []
