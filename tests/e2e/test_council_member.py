"""What a council member comes for, from a cold start to the printed sheet, on a phone's width and with the keyboard alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from dashboard.domain.method import TOO_FEW
from layouts.pages.shared import OUTCOMES
from tests.e2e.browsing import Site, overflow
from tests.e2e.test_address import asked
from tests.e2e.test_chart_tables import rows_of
from tests.e2e.test_journeys import TR, follow, lead, navigate, phone, reach, table
from tests.e2e.test_print import sheets

pytestmark = pytest.mark.xdist_group("journeys")
__all__ = ["phone"]


def figures(page: Page) -> dict[str, str]:
    """All figures in large print, by what they are called."""
    shown = page.locator("#page dl.numbers")
    names, values = shown.locator("dt").all_inner_texts(), shown.locator("dd.value").all_inner_texts()
    return dict(zip(names, values, strict=True))


def share(part: float | None, n: int) -> str:
    return "too few to say" if part is None or n < TOO_FEW else TR.percent(part)


def test_a_council_member_goes_from_the_departments_to_a_printed_brief(phone: Site) -> None:
    page = phone.open("/")
    navigate(page, "Departments", "/departments")
    row = table(page, "departments").locator("tbody tr").first
    name = row.locator("th").inner_text()
    follow(page, row.get_by_role("link"), "/departments/")
    expect(page.locator("#page h1")).to_have_text(name)
    numbers: Any = asked(phone, urlencode({"department": name}))
    shown, wait = figures(page), numbers["wait"]
    assert shown["Requests"] == TR.number(numbers["requests"])
    assert shown["Typical wait"] == TR.days(wait["p50_days"])
    assert shown["Closed within 30 days"] == TR.percent(wait["closed_within"]["30"])
    assert shown["On time"] == TR.percent(numbers["on_time"]["rate"])
    assert shown["Open (backlog)"] == TR.number(numbers["backlog"])
    assert shown["Work done within 30 days"] == share(numbers["work_done_within"]["30"], wait["n"])
    assert shown["Came back within 30 days"] == share(numbers["repeats"]["rate"], numbers["repeats"]["eligible"])
    assert shown["Closed within a minute"] == share(numbers["instant"]["share"], wait["n"])
    ended = {each[0]: each[1] for each in rows_of(table(page, "outcomes"))}
    assert ended == {OUTCOMES[outcome]: TR.number(n) for outcome, n in numbers["outcomes"].items() if n}
    how = page.locator("#page dl.numbers details.how").first
    reach(page, how.locator("summary"))
    page.keyboard.press("Enter")
    expect(how.locator("p").last).to_be_visible()
    assert overflow(page) <= 0

    navigate_back(page, "Areas", "/districts")
    fair: Any = asked(phone, "field=district", "/api/v1/fair")
    by_name = {f"District {each['name']}": each for each in fair["rows"]}
    compared = rows_of(table(page, "fair"))
    assert len(compared) > 3
    for place, n, raw, expected, adjusted, _ in compared:
        found = by_name[place]
        assert n == TR.number(found["n"])
        assert raw == share(found["share"], found["n"])
        assert expected == share(found["expected"] / found["n"], found["n"])
        assert adjusted == share(min(found["adjusted_share"], 1), found["n"])
    link = table(page, "fair").get_by_role("link").first
    place = link.inner_text()
    follow(page, link, "/districts/")
    expect(page.locator("#page h1")).to_have_text(place)
    brief: Any = asked(phone, urlencode({"district": by_name[place]["name"]}))
    assert figures(page)["Requests"] == TR.number(brief["requests"])
    assert f"half are closed within {TR.days(brief['wait']['p50_days'])}" in lead(page)
    assert sheets(page.pdf(format="A4")) == 1
    page.emulate_media(media="print")
    on_paper = page.locator("#page .numbered dl.numbers .value").locator("visible=true")
    assert on_paper.all_inner_texts() == [
        share(brief["work_done_within"]["30"], brief["wait"]["n"]),
        share(brief["repeats"]["rate"], brief["repeats"]["eligible"]),
        share(brief["instant"]["share"], brief["wait"]["n"]),
    ]
    assert phone.watcher.wrong == []


def navigate_back(page: Page, name: str, where: str) -> None:
    """Go up to the navigation again by Shift and Tab."""
    target = page.locator("#react-entry-point nav.navigation a").get_by_text(name, exact=True)
    reach(page, target, "Shift+Tab")
    follow(page, target, where)
