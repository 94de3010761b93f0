"""The first HTML says everything before any script has run: the same as the Dash page and the API."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

from dashboard.i18n.translator import translator_for
from tests.dashboard.addresses import PAGES, pages
from tests.dashboard.reading import Node, of_html, of_layout, said

TR = translator_for("en")
SELECTIONS = (
    "",
    "period=90d&department=water-sewer",
    "from=2025-01-01&to=2025-03-31&category=pothole-repair&category=street-light-out&origin=all",
    "from=1999-01-01&to=1999-12-31",
)


def page_of(client: FlaskClient, address: str) -> Node:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return of_html(answer.text)


def main_of(document: Node) -> Node:
    (found,) = document.all("main")
    return found


@pytest.mark.parametrize("number", range(len(PAGES)), ids=PAGES)
def test_a_page_is_complete_before_any_script(client: FlaskClient, number: int) -> None:
    document = page_of(client, pages(client)[number])
    (html,) = document.all("html")
    assert (html.attributes["lang"], html.attributes["dir"]) == ("en", "ltr")
    (title,) = document.all("title")
    main = main_of(document)
    (heading,) = document.all("h1")
    assert title.text().endswith(" · Riverbend · Fixed Yet?")
    assert heading.text() in main.text()
    assert len(document.all("meta", name="description")[0].attributes["content"]) > 40
    assert {"header", "nav", "main", "footer"} <= {node.tag for node in document.walk()}
    assert all(link.attributes["href"] for link in document.all("a"))


@pytest.mark.parametrize("query", SELECTIONS[:2])
@pytest.mark.parametrize("number", range(len(PAGES)), ids=PAGES)
def test_dash_draws_what_the_first_html_says(client: FlaskClient, number: int, query: str) -> None:
    address = f"{pages(client)[number]}?{query}"
    first = said(main_of(page_of(client, address)))
    layout = client.get("/_dash-layout", headers={"Referer": f"http://localhost{address}"}).json
    (drawn,) = of_layout(layout).all("div", id="page")
    assert len(first) >= 3
    assert said(drawn) == first


@pytest.mark.parametrize("query", SELECTIONS)
def test_the_headline_numbers_are_those_of_the_api(client: FlaskClient, query: str) -> None:
    summary = client.get(f"/api/v1/summary?{query}").json
    assert summary
    main = main_of(page_of(client, f"/?{query}"))
    (numbers,) = main.all("dl")[:1]
    values = [node.text() for node in numbers.all("dd") if "value" in node.attributes["class"].split()]
    assert values[0] == TR.number(summary["requests"])
    assert values[-1] == TR.number(summary["backlog"])
    if summary["wait"]["n"] >= 30 and summary["wait"]["p50_days"] is not None:
        assert values[1] == TR.days(summary["wait"]["p50_days"])
        assert TR.days(summary["wait"]["p50_days"]) in main.text()
    if (summary["on_time"]["rate"] or 0) > 0 and summary["requests"] > 100:
        assert values[3] == TR.percent(summary["on_time"]["rate"])
    status = next(node for node in page_of(client, f"/?{query}").all("p", role="status"))
    assert status.text().startswith(f"{TR.number(summary['requests'])} request")


def test_the_tables_are_those_of_the_api(client: FlaskClient) -> None:
    rows = client.get("/api/v1/departments?period=90d").json["rows"]  # type: ignore[index]
    table = page_of(client, "/departments?period=90d").all("table")[0]
    shown = {row.all("th")[0].text(): row.all("td")[0].text() for row in table.all("tr")[1:]}
    assert shown == {
        _label(row["name"]): TR.number(row["requests"]) for row in rows if row["requests"] or row["backlog"]
    }


def _label(name: str) -> str:
    return "No department recorded" if name == "none" else name


def submitted(form: Node, **changes: list[str]) -> str:
    """The address that a browser asks for when the form is sent, with some controls changed."""
    pairs: list[tuple[str, str]] = []
    for control in form.walk():
        name = control.attributes.get("name", "")
        if not name:
            continue
        if name in changes:
            pairs += [(name, value) for value in changes[name]]
        elif control.tag == "input":
            pairs.append((name, control.attributes.get("value", "")))
        elif control.tag == "select":
            options = control.all("option")
            chosen = [option for option in options if "selected" in option.attributes]
            one = [] if "multiple" in control.attributes else options[:1]
            pairs += [(name, option.attributes["value"]) for option in chosen or one]
    return f"{form.attributes['action']}?{urlencode(pairs)}"


def filters_of(document: Node) -> Node:
    """The form of the filters; a page may ask other things too."""
    (section,) = (each for each in document.all("section") if "first-filters" in each.attributes.get("class", ""))
    (form,) = section.all("form")
    return form


def test_the_form_shows_the_selection_and_sends_it_again(client: FlaskClient) -> None:
    address = "/districts?from=2025-01-01&to=2025-03-31&department=Water+%26+Sewer&district=2&district=5&origin=all"
    document = page_of(client, address)
    form = filters_of(document)
    again = page_of(client, submitted(form))
    assert main_of(again).text() == main_of(document).text()
    assert len([option for option in form.all("option") if "selected" in option.attributes]) == 5


def test_the_form_changes_the_numbers(client: FlaskClient) -> None:
    document = page_of(client, "/")
    form = filters_of(document)
    target = submitted(form, department=["Sanitation"], period=["90d"], origin=["all"])
    changed = page_of(client, target)
    summary = client.get("/api/v1/summary?department=sanitation&period=90d&origin=all").json
    assert summary
    assert changed.all("p", role="status")[0].text().startswith(TR.number(summary["requests"]))
    assert main_of(changed).text() != main_of(document).text()


def test_given_dates_win_over_the_period_of_the_form(client: FlaskClient) -> None:
    form = filters_of(page_of(client, "/"))
    changed = page_of(client, submitted(form, **{"from": ["2025-02-01"], "to": ["2025-02-28"]}))
    assert TR.date_range(date(2025, 2, 1), date(2025, 2, 28)) in main_of(changed).text()


def test_the_form_keeps_the_language(client: FlaskClient) -> None:
    form = filters_of(page_of(client, "/?lang=qps"))
    assert "lang=qps" in submitted(form)


@pytest.mark.parametrize(
    "address",
    [
        "/trends?measure=wait&by=department&show=Sanitation&show=Water+%26+Sewer&view=table&interval=quarter&compare=none",
        "/requests?sort=slowest&standing=ended",
        "/map?area=neighbourhood&measure=on_time",
        "/place?q=maple",
    ],
)
def test_the_form_keeps_what_is_the_pages_own(client: FlaskClient, address: str) -> None:
    document = page_of(client, address)
    again = submitted(filters_of(document))
    asked = set(parse_qsl(urlsplit(address).query))
    assert asked <= set(parse_qsl(urlsplit(again).query))
    assert main_of(page_of(client, again)).text() == main_of(document).text()
    narrowed = page_of(client, submitted(filters_of(document), district=["3"]))
    assert main_of(narrowed).all("h1")[0].text() == main_of(document).all("h1")[0].text()
    assert "District 3" in main_of(narrowed).text()


def test_a_chart_offers_its_numbers_without_scripts(client: FlaskClient) -> None:
    card = page_of(client, "/").all("figure")[0]
    table, rows = (link.attributes["href"] for link in card.all("a"))
    as_page = client.get(table, headers={"Sec-Fetch-Dest": "document"})
    assert as_page.status_code == 200
    assert of_html(as_page.text).all("h1")[0].text() == card.all("h3")[0].text()
    fragment = of_html(client.get(table).text)
    lines = client.get(rows).text.splitlines()
    assert len(fragment.all("tr")) == len(lines) > 12


def test_what_was_left_out_of_the_address_is_told_briefly(client: FlaskClient) -> None:
    query = "&".join(f"category=nothing-{number}" for number in range(50))
    told = [node.text() for node in page_of(client, f"/map?{query}").all("p", **{"class": "note"})]
    assert len(told) == 4
    assert "“nothing-0” was left out of the filter “Problem”" in told[0]
    assert told[3] == "47 more values of the address were left out."
