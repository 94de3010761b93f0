"""The pages of single requests: a list, one request, the search by number, a wait; as first HTML and as Dash draws them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from dashboard.domain.method import TOO_FEW
from dashboard.i18n.translator import translator_for
from tests.dashboard.reading import Node, both, components, of_html, said

TR = translator_for("en")
ALL = "city=riverbend&period=all&origin=all"


def api(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, path
    return answer.json


def listed(client: FlaskClient, query: str, **own: str | int) -> list[dict[str, Any]]:
    kept = "&".join(f"{key}={value}" for key, value in own.items())
    return api(client, f"/requests?{query}&{kept}")["rows"]


def main(page: Node) -> Node:
    return page.all("main")[0]


def numbers(page: str) -> list[str]:
    """The ids of the rows of a list, in order."""
    return [node.text() for node in of_html(page).all("th", scope="row")]


def link(page: str, text: str) -> str | None:
    found = [node.attributes["href"] for node in of_html(page).all("a") if node.text() == text]
    return found[0] if found else None


@pytest.mark.parametrize(
    "path",
    [
        "/requests",
        "/requests?sort=slowest&period=all",
        "/requests?standing=open&sort=oldest&district=3",
        "/requests?from=1999-01-01&to=1999-12-31",
        "/how-long?category=pothole-repair&district=5",
        "/how-long?category=pothole-repair&from=2026-06-01&to=2026-06-02&district=5",
        "/how-long",
        "/request",
    ],
)
def test_the_first_html_says_what_dash_draws(client: FlaskClient, path: str) -> None:
    first, drawn = both(client, path)
    assert said(main(first)) == said(main(drawn))


@pytest.mark.parametrize("sort", ["newest", "oldest", "recently_closed", "slowest"])
def test_next_and_previous_walk_the_list_without_scripts(client: FlaskClient, sort: str) -> None:
    expected = [row["request_id"] for row in listed(client, ALL, sort=sort, limit=120)]
    first = client.get(f"/requests?{ALL}&sort={sort}").text
    second = client.get(link(first, "Next 50") or "").text
    assert numbers(first) + numbers(second) == expected[:100]
    assert numbers(client.get(link(second, "Previous 50") or "").text) == expected[:50]
    assert link(first, "Previous 50") is None


def test_the_list_counts_what_the_numbers_count(client: FlaskClient) -> None:
    for query in (ALL, "city=riverbend&district=3", "city=riverbend&period=30d&category=pothole-repair"):
        n = api(client, f"/summary?{query}")["requests"]
        page = of_html(client.get(f"/requests?{query}").text)
        assert TR.number(n) in page.all("p", **{"class": "lead"})[0].text()


def test_a_link_to_the_next_page_begins_anew_when_the_selection_has_changed(client: FlaskClient) -> None:
    following = link(client.get(f"/requests?{ALL}").text, "Next 50") or ""
    changed = client.get(f"{following}&district=3").text
    assert numbers(changed) == numbers(client.get(f"/requests?{ALL}&district=3").text)


def test_the_csv_has_the_rows_of_the_page(client: FlaskClient) -> None:
    page = client.get(f"/requests?{ALL}&sort=slowest").text
    address = link(page, "Download CSV") or ""
    answer = client.get(address)
    lines = answer.text.splitlines()
    assert len(lines) == 1001
    assert [line.split(",")[0] for line in lines[1:51]] == numbers(page)


def sentence(client: FlaskClient, path: str) -> str:
    return of_html(client.get(path).text).all("p", **{"class": "lead"})[0].text()


def test_a_closed_request_says_what_the_api_says(client: FlaskClient) -> None:
    seen: set[bool] = set()
    for row in listed(client, ALL, sort="recently_closed", limit=12):
        record = api(client, f"/requests/{row['request_id']}?city=riverbend")
        first, drawn = both(client, f"/request/{row['request_id']}?city=riverbend")
        assert said(main(first)) == said(main(drawn))
        text = first.all("p", **{"class": "lead"})[0].text()
        sooner = record["closed_sooner"]
        if sooner is None:
            assert "cannot be said" in text
            continue
        seen.add(sooner["n"] >= TOO_FEW)
        assert TR.number(sooner["n"]) in text
        told = (TR.percent(sooner["share"]), "half", "1 in 4", "3 in 4", "none")
        assert any(each in text for each in told)
        assert all(f"“{name}”" in text or name in text for name in sooner["group"].values())
    assert seen


def test_an_open_request_says_what_those_like_it_did(client: FlaskClient) -> None:
    told = 0
    for row in listed(client, ALL, sort="newest", standing="open", limit=6):
        waiting = api(client, f"/requests/{row['request_id']}?city=riverbend")["still_waiting"]
        text = sentence(client, f"/request/{row['request_id']}?city=riverbend")
        assert TR.days(waiting["age_days"]) in text
        for days, share in (waiting["within"] or {}).items():
            if share["observed"]:
                told += 1
                assert f"{TR.percent(1 - share['share'])} within {days} more days" in text
    assert told
    oldest = listed(client, ALL, sort="oldest", standing="open", limit=1)[0]
    waiting = api(client, f"/requests/{oldest['request_id']}?city=riverbend")["still_waiting"]
    text = sentence(client, f"/request/{oldest['request_id']}?city=riverbend")
    assert (waiting["within"] is None) == ("older than almost all" in text)


def test_a_number_leads_to_its_request(client: FlaskClient) -> None:
    known = listed(client, ALL, limit=1)[0]["request_id"]
    for typed in (known, known.lower(), f" #{known} "):
        answer = client.get(f"/request?number={quote(typed)}&city=riverbend&lang=en")
        assert answer.status_code == 303
        place = urlsplit(answer.headers["Location"])
        assert place.path == f"/request/{quote(known)}"
        assert ("city", "riverbend") in parse_qsl(place.query)
        assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "number",
    ["nothing-like-it", "a/b c", "ä?&=#%", "<script>alert(1)</script>", "'; DROP TABLE requests --", "x" * 3000],
)
def test_an_unknown_number_is_a_404_that_keeps_what_was_typed(client: FlaskClient, number: str) -> None:
    for address in (f"/request?number={quote(number)}", f"/request/{quote(number, safe='')}"):
        answer = client.get(address)
        assert answer.status_code == 404
        page = of_html(answer.text)
        assert [node.text() for node in page.all("h1")] == ["No request has this number"]
        typed = [node.attributes for node in page.all("input", name="number") if node.attributes.get("type") != "hidden"]
        fields = [attributes for attributes in typed if attributes.get("value")]
        assert fields[0]["value"].rstrip("…") == number[:80]
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "path", ["/request/%00", "/request/%ff%fe", "/request/..%2f..", "/request/a//b", "/request/", "/request//"]
)
def test_no_path_of_a_request_is_a_fault(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (200, 303, 308, 404)
    drawn = client.get("/_dash-layout", headers={"Referer": f"http://localhost{path}"})
    assert drawn.status_code == 200


def test_a_request_of_another_city_is_pointed_to(cities_client: FlaskClient) -> None:
    cities = [each["id"] for each in api(cities_client, "/cities")]
    here, ids = cities[0], {}
    for city in cities:
        ids[city] = {
            row["request_id"] for row in listed(cities_client, f"city={city}&period=all&origin=all", limit=500)
        }
    other, number = next((city, each) for city in cities[1:] for each in sorted(ids[city]) if each not in ids[here])
    answer = cities_client.get(f"/request?number={quote(number)}&city={here}")
    assert answer.status_code == 404
    links = [
        node.attributes["href"] for node in of_html(answer.text).all("a") if f"city={other}" in node.attributes["href"]
    ]
    assert f"/request/{quote(number, safe='')}?city={other}" in links


def test_every_page_has_the_search_by_number(client: FlaskClient) -> None:
    for path in ("/", "/about", "/requests", "/request/none"):
        forms = of_html(client.get(path).text).all("form", role="search", action="/request")
        assert len(forms) == 1
        assert forms[0].all("input", name="number")
        drawn = client.get("/_dash-layout", headers={"Referer": f"http://localhost{path}"}).json
        roles = [(each["props"].get("role"), each["props"].get("action")) for each in components(drawn)]
        assert ("search", "/request") in roles


def test_how_long_says_the_numbers_of_the_api(client: FlaskClient) -> None:
    asked = "city=riverbend&category=Pothole+Repair&district=5"
    numbers_of = api(client, f"/summary?{asked}")
    city = api(client, "/summary?city=riverbend&category=Pothole+Repair")
    text = sentence(client, f"/how-long?{asked}")
    assert numbers_of["wait"]["n"] >= TOO_FEW
    assert text.startswith("Requests of type “Pothole Repair”, District 5: half are closed within ")
    assert TR.days(numbers_of["wait"]["p50_days"]) in text
    assert f"In the whole city the typical wait is {TR.days(city['wait']['p50_days'])}." in text


def test_too_few_are_said_and_the_wider_group_takes_their_place(client: FlaskClient) -> None:
    asked = "city=riverbend&category=Pothole+Repair&district=5&from=2026-04-01&to=2026-04-10"
    few = api(client, f"/summary?{asked}")["wait"]["n"]
    assert few < TOO_FEW
    text = sentence(client, f"/how-long?{asked}")
    assert "too few to say" in text
    assert ("for the whole city" in text) or ("for all problems" in text)


def test_none_is_said_as_none(client: FlaskClient) -> None:
    nothing = "city=riverbend&from=1999-01-01&to=1999-12-31"
    for path in (f"/requests?{nothing}", f"/how-long?{nothing}", f"/how-long?{nothing}&district=5"):
        assert sentence(client, path) == "No requests match this selection. Widen the dates or clear a filter."
    day = next(
        f"city=riverbend&category={quote(row['category'])}&district=5&from=2026-06-01&to=2026-06-03"
        for row in api(client, "/requests?city=riverbend&period=all&limit=500")["rows"]
        if not api(
            client,
            f"/summary?city=riverbend&category={quote(row['category'])}&district=5&from=2026-06-01&to=2026-06-03",
        )["requests"]
    )
    assert (
        sentence(client, f"/how-long?{day}").split(". ")[0].endswith(", District 5: there were none in this selection")
    )


def test_what_is_known_of_a_request_is_a_list_of_terms(client: FlaskClient) -> None:
    seen: set[str] = set()
    for standing in ("any", "open"):
        for row in listed(client, ALL, sort="newest", standing=standing, limit=8):
            record = api(client, f"/requests/{row['request_id']}?city=riverbend")
            page = of_html(client.get(f"/request/{row['request_id']}?city=riverbend").text)
            terms = {
                node.all("dt")[0].text(): node.all("dd")[0]
                for listed_terms in page.all("dl", **{"class": "terms facts"})
                for node in listed_terms.all("div")
            }
            assert {"Made", "Target", "Last changed", "Closed", "Status", "Problem", "Address", "Made by"} <= set(terms)
            assert terms["Closed"].text().startswith("not yet, as of ") == (record["status"] in ("open", "in_progress"))
            assert terms["Problem"].text() == record["category"].replace("none", "No problem recorded")
            department = terms["Department"].all("a")
            if department:
                assert client.get(department[0].attributes["href"]).status_code == 200
            if record["due_at"] is None:
                assert terms["Target"].text() == "not published"
            else:
                seen.add(terms["Target"].text().rpartition("(")[2].rstrip(")"))
    assert len(seen & {"met", "missed", "passed", "still to come"}) > 1


def test_the_overview_asks_how_long_it_will_take(client: FlaskClient) -> None:
    form = of_html(client.get("/?city=riverbend&origin=city").text).all("form", action="/how-long")[0]
    hidden = {(node.attributes["name"], node.attributes["value"]) for node in form.all("input", type="hidden")}
    assert {("city", "riverbend"), ("origin", "city")} <= hidden
    names = [node.attributes["name"] for node in form.all("select")]
    assert names == ["category", "district", "neighbourhood"]
