"""Scorecards and briefs on paper: one sheet, with its charts in light colours, and the screen as it was afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browsing import Site, new_site
from tests.e2e.demo_site import served

PAPERS = ("A4", "Letter")
DEMO = ("/departments/street-maintenance", "/departments/parks-trees", "/districts/3", "/districts/1")
BOSTON = ("/departments/public-works-department", "/departments/inspectional-services", "/districts/4", "/districts/1")
COLOURS = """() => [...document.querySelectorAll("#page .js-plotly-plot svg *")]
    .flatMap((each) => [each.style.fill, each.style.stroke]).filter(Boolean)"""
SIZES = """() => [...document.querySelectorAll("#page .js-plotly-plot .main-svg:first-child")]
    .map((each) => each.getAttribute("width"))"""
DARK_TEXT, DARK_ACCENT = "rgb(170, 177, 184)", "rgb(116, 185, 224)"


def sheets(pdf: bytes) -> int:
    """The pages of a PDF as Chromium writes it: one object each."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def opened(site: Site, path: str) -> Page:
    """A page with all of its charts drawn."""
    page = site.open(path)
    page.wait_for_selector("#page .js-plotly-plot .main-svg")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#page .chart')].every((each) => each.querySelector('.main-svg'))"
    )
    return page


@pytest.fixture(scope="module")
def boston_address(boston_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(boston_data, tmp_path_factory.mktemp("boston") / "log.txt", "boston") as found:
        yield found


@pytest.mark.parametrize("path", DEMO)
def test_the_demo_prints_on_one_sheet(reader: Site, path: str):
    page = opened(reader, path)
    assert {paper: sheets(page.pdf(format=paper)) for paper in PAPERS} == dict.fromkeys(PAPERS, 1)


@pytest.mark.xdist_group("boston")
@pytest.mark.parametrize("path", BOSTON)
def test_boston_prints_on_one_sheet(browser: Browser, boston_address: str, path: str):
    site = new_site(browser, boston_address)
    page = opened(site, path)
    assert {paper: sheets(page.pdf(format=paper)) for paper in PAPERS} == dict.fromkeys(PAPERS, 1)
    site.context.close()


def test_charts_are_light_and_small_on_paper_and_as_before_afterwards(new_reader: Callable[..., Site]):
    page = opened(new_reader(scheme="dark"), "/districts/3")
    sizes = page.evaluate(SIZES)
    assert {DARK_TEXT, DARK_ACCENT} <= set(page.evaluate(COLOURS))
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert not {DARK_TEXT, DARK_ACCENT} & set(page.evaluate(COLOURS))
    assert set(page.evaluate(SIZES)) == {"338"}
    assert page.locator(".paper-address").text_content() == page.url
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert {DARK_TEXT, DARK_ACCENT} <= set(page.evaluate(COLOURS))
    assert page.evaluate(SIZES) == sizes
    assert page.locator(".paper-address").count() == 0


def test_a_list_is_not_cut_to_a_sheet(reader: Site):
    page = opened(reader, "/districts")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".paper-address").count() == 0
