"""Every page in the made-up language: whatever stands outside ⟦…⟧ is a number, a sign, or the city's own word."""

from __future__ import annotations

import html
import json
import re
from calendar import month_name
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dashboard.app import create_app
from dashboard.i18n.pseudo import undisguised
from dashboard.settings import load
from data_access.city import load_city
from data_access.store.published import Published
from data_access.store.tables import requests
from tests.e2e.demo_site import CITY, demo_data

NONE_CHOSEN = "lang=qps"
BAD_CHOICES = "lang=qps&origin=nobody&period=ever&interval=blue"
BAD_VALUES = "lang=qps&city=atlantis&from=soon&category=no-such-thing"
MANY_BAD_VALUES = "lang=qps&to=2020-13-99&to=never&category=1&category=2&category=3"
NOTHING = "lang=qps&from=1999-01-01&to=1999-12-31"
CITYS_OWN = "lang=qps&origin=city&interval=week"
FEW = "lang=qps&category=pothole-repair&from=2026-06-01&to=2026-06-03&compare=previous"
WITHOUT_TARGET = "lang=qps&department=parks-trees"
QUERIES = (NONE_CHOSEN, BAD_CHOICES, BAD_VALUES, MANY_BAD_VALUES, NOTHING, CITYS_OWN, FEW, WITHOUT_TARGET)
FEW_PATHS = ("/", "/departments", "/districts/1", "/map")
SHOWN_ATTRIBUTES = ("aria-label", "title", "alt", "placeholder", "data-label", "data-failed")
SHOWN_PROPS = {*SHOWN_ATTRIBUTES, "children", "label", "description", "short", "missing"}
FIGURE_TEXTS = {"text", "ticktext", "hovertext", "hovertemplate", "name", "title", "ticksuffix", "tickprefix"}
BRAND = "Fixed Yet?"
DATE_WORDS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|AM|PM|Q[1-4]|quarter|st|nd|rd|th|" + "|".join(
    month_name[1:]
)
DATE = re.compile(rf"⟦(?:{DATE_WORDS}|[^\w⟦⟧]|\d)*⟧")
LIST = re.compile(r"(?<=⟧),? and (?=⟦)")
BLOCK = re.compile(r"\d+(?:-\d+)? block of ")
"""How a published address, which is data and not a text of the page, begins."""
NUMBER = re.compile(r"RB-\d{4}-\d{7}")
"""What the demo city calls a request."""
PLAIN = re.compile("[AaCcDdEeGgIiLlNnOoRrSsTtUuYyZz]")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_data(tmp_path_factory)


@pytest.fixture(scope="module")
def client(data_dir: Path) -> FlaskClient:
    return create_app(load(data_dir=data_dir, city=CITY, contact="corrections@example.org")).test_client()


@pytest.fixture(scope="module")
def own_words(data_dir: Path, client: FlaskClient) -> re.Pattern[str]:
    """A pattern of what belongs to the city and its source, and of what the reader gave."""
    city = load_city(CITY)
    options = client.get("/api/v1/options").json
    assert options
    words = {
        BRAND,
        city.name,
        city.source.name,
        city.source.licence,
        city.source.attribution,
        *city.source.not_published,
        *(rule.words for rule in city.rules.outcome if rule.words),
    }
    words |= {city.source.attribution.rstrip("."), "corrections@example.org", "requests.csv"}
    words |= {each["name"] for rows in options["fields"].values() for each in rows}
    words |= {rule.words for rule in city.rules.outcome}
    for area in city.areas.values():
        words |= {area.name, area.plural, area.label.replace("{name}", "").strip()}
    words |= {"nobody", "soon", "2020-13-99", "no-such-thing", "ever", "never", "blue", "atlantis"}
    published = Published(data_dir)
    with published.open(CITY) as snapshot:
        words |= set(snapshot.options.fields["department"].names)
        addresses = snapshot.read(select(requests.c.address).where(requests.c.address.is_not(None)).distinct())
    published.close()
    streets = {street for address in addresses["address"] for street in BLOCK.sub("", address).split(" & ")}
    words |= streets | {"nowhere", "zzzz", "7th avenue"}
    plain = (re.escape(word) for word in sorted(words - {""}, key=len, reverse=True))
    return re.compile("|".join((BLOCK.pattern, NUMBER.pattern, *plain)))


class Visible(HTMLParser):
    """Collects what a document shows or says: texts, the title, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden = tag
        given = dict(attrs)
        self.texts += [value for name in SHOWN_ATTRIBUTES if (value := given.get(name))]
        if tag == "meta" and given.get("name") == "description":
            self.texts.append(given.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)


def of_html(document: str) -> list[str]:
    reader = Visible()
    reader.feed(re.sub(r'<div id="react-entry-point">.*?</div>\s*</div>', "", document, flags=re.DOTALL))  # never shown
    return [text.strip() for text in reader.texts if text.strip()]


def of_layout(node: Any, key: str = "") -> Iterator[str]:
    """Every text of a component tree that a reader can see, hear or hover; figures included."""
    if isinstance(node, dict):
        if key == "figure":
            yield from of_figure(node)
            return
        for name, value in node.items():
            if name == "data" and isinstance(value, dict):  # a store: of these only the tab's title is shown
                yield from [str(value["title"])] if "title" in value else []
            else:
                yield from of_layout(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from of_layout(value, key)
    elif isinstance(node, str) and key in SHOWN_PROPS:
        yield node


def of_figure(node: Any, key: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if not (name == "name" and key in ("annotations", "shapes")):  # these are never shown, that of a trace is
                yield from of_figure(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from of_figure(value, key)
    elif isinstance(node, str) and key in FIGURE_TEXTS:
        yield re.sub(r"%\{[^}]*\}|</?[a-z][^>]*>", "", node)


def hard_coded(texts: list[str], own_words: re.Pattern[str]) -> list[str]:
    """The texts in which letters are left when translations and the city's own words are taken out.

    Inside a translation every letter that the made-up language can accent is accented, so that English which was put
    into a placeholder shows; only dates and lists stay as the locale writes them.
    """
    left = {text: LIST.sub("", DATE.sub("", own_words.sub("", html.unescape(text)))) for text in texts}
    return [text for text, rest in left.items() if re.search(r"[^\W\d_]", undisguised(rest)) or PLAIN.search(rest)]


def paths(client: FlaskClient) -> list[str]:
    fields = client.get("/api/v1/options").json["fields"]  # type: ignore[index]
    found = [
        "/",
        "/departments",
        "/districts",
        "/neighbourhoods",
        "/map",
        "/map?area=neighbourhood&measure=on_time",
        "/place",
        "/place?q=7th+avenue",
        "/place?q=zzzz&here=outside",
        "/place/1?order=longest",
        "/place/1?near=nowhere",
        "/requests",
        "/requests?sort=slowest",
        "/requests?standing=open&sort=oldest",
        "/request",
        "/how-long",
        "/how-long?category=pothole-repair&district=5",
        "/trends?measure=wait",
        "/trends?by=category&view=table",
        "/trends?measure=on_time&by=department&layout=small",
        "/data",
        "/about",
    ]
    for plural, field in (
        ("departments", "department"),
        ("districts", "district"),
        ("neighbourhoods", "neighbourhood"),
    ):
        found.append(f"/{plural}/{fields[field][0]['slug']}")
    return found


def joined(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


@pytest.mark.parametrize("query", QUERIES)
def test_the_first_html_has_no_hard_coded_text(client: FlaskClient, own_words: re.Pattern[str], query: str) -> None:
    for path in paths(client) if query == NONE_CHOSEN else FEW_PATHS:
        answer = client.get(joined(path, query))
        assert answer.status_code == 200, path
        found = of_html(answer.text)
        assert len(found) > 20
        assert "⟦" in "".join(found)
        assert hard_coded(found, own_words) == [], path


@pytest.mark.parametrize("query", [NONE_CHOSEN, NOTHING, FEW])
def test_the_dash_page_has_no_hard_coded_text(client: FlaskClient, own_words: re.Pattern[str], query: str) -> None:
    for path in paths(client):
        answer = client.get("/_dash-layout", headers={"Referer": f"http://localhost{joined(path, query)}"})
        found = list(of_layout(json.loads(answer.text)))
        assert len(found) > 20
        assert hard_coded(found, own_words) == [], path


def test_errors_have_no_hard_coded_text(client: FlaskClient, own_words: re.Pattern[str]) -> None:
    for address in ("/nowhere?lang=qps", "/departments/nobody?lang=qps", f"/?lang=qps&x={'y' * 4000}"):
        answer = client.get(address)
        assert answer.status_code in (404, 414)
        assert hard_coded(of_html(answer.text), own_words) == [], address


def test_the_tables_of_charts_have_no_hard_coded_text(client: FlaskClient, own_words: re.Pattern[str]) -> None:
    page = client.get("/departments?lang=qps").text + client.get("/districts/1?lang=qps").text
    hrefs = {html.unescape(href) for href in re.findall(r'href="(/charts/[^"]*\.html[^"]*)"', page)}
    assert len(hrefs) > 4
    for href in hrefs:
        assert hard_coded(of_html(client.get(href).text), own_words) == [], href
