"""The made-up Socrata portal is as strict as the real one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import httpx
import pytest

from tests.builders import row
from tests.portals import faults
from tests.portals.exchange import Ending, Fault
from tests.portals.socrata import SocrataPortal
from tests.portals.table import Table

ROWS = [
    row("a", Type="Pothole", Note="it's deep"),
    row("b", closed="2024-03-05 10:00:00", Lat="", Lon=""),
    row("c", created="2024-03-10 02:30:00", Type="Noise, loud"),
]


@pytest.fixture
def portal() -> Iterator[SocrataPortal]:
    with SocrataPortal({"abcd-1234": Table.of(ROWS)}, token="right") as portal:
        yield portal


@pytest.fixture
def client(portal: SocrataPortal) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=portal.url, trust_env=False, verify=False) as client:
        yield client


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [line["id"] for line in csv.DictReader(io.StringIO(answer.text))]


def get(client: httpx.Client, form: str = "csv", **query: str) -> httpx.Response:
    return client.get(f"/resource/abcd-1234.{form}", params={f"${name}": value for name, value in query.items()})


def test_columns_are_the_citys_own_unless_system_fields_are_asked_for(client: httpx.Client) -> None:
    plain = get(client, order=":id").text.splitlines()
    assert plain[0].startswith('"id","created","closed"')
    assert plain[1].startswith('"a","2024-03-04T09:00:00.000",""')
    whole = get(client, select=":*, *", order=":id").text.splitlines()
    assert whole[0].startswith('":id",":created_at",":updated_at","id","created"')
    assert '"2024-06-01T12:00:01.000Z"' in whole[1]


def test_json_leaves_out_what_is_not_there_and_says_all_in_texts(client: httpx.Client) -> None:
    lines = get(client, "json", order=":id").json()
    assert "closed" not in lines[0]
    assert "lat" not in lines[1]
    assert lines[0]["lat"] == "42.123456"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("closed IS NULL", "ac"),
        ("closed IS NOT NULL", "b"),
        ("closed > '2024-01-01T00:00:00'", "b"),
        ("NOT (closed > '2024-01-01T00:00:00')", ""),
        ("created >= '2024-03-05' OR id = 'a'", "ac"),
        ("(created >= '2024-03-05' or id = 'a') and type != 'Pothole'", "c"),
        ("note = 'it''s deep'", "a"),
        ("id in ('a', 'c', 'z')", "ac"),
        ("created between '2024-03-04T00:00:00.000' and '2024-03-09T00:00:00.000'", "ab"),
        ("lat > 42", "ac"),
        ("type like 'Noise%'", "c"),
        (":updated_at > '2024-06-01T12:00:02.000Z'", "c"),
        (":updated_at >= '2024-06-01T08:00:02-04:00' AND :created_at < '2024-06-01T12:00:03Z'", "b"),
    ],
)
def test_conditions(client: httpx.Client, where: str, found: str) -> None:
    assert "".join(ids(get(client, where=where, order=":id"))) == found


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"where": "nothing = 'a'"}, "no-such-column"),
        ({"where": "created > '2024-03-04T00:00:00Z'"}, "type-mismatch"),
        ({"where": ":updated_at > '2024-03-04T00:00:00'"}, "type-mismatch"),
        ({"where": "created > 'yesterday'"}, "type-mismatch"),
        ({"where": "id = 3"}, "type-mismatch"),
        ({"where": ":id > 'row-made.upby-mine'"}, "type-mismatch"),
        ({"where": "note = 'it's deep'"}, "parse"),
        ({"where": "id = 'a' AND"}, "parse"),
        ({"where": "id == 'a'"}, "parse"),
        ({"select": "id, max(:updated_at)"}, "column-not-in-group-bys"),
        ({"select": "*, id"}, "duplicate-alias"),
        ({"order": "nothing"}, "no-such-column"),
        ({"limit": "50001"}, "invalid-parameter"),
        ({"limit": "-1"}, "invalid-parameter"),
        ({"page": "2"}, "unrecognized-parameter"),
    ],
)
def test_what_is_wrong_is_refused(client: httpx.Client, query: dict[str, str], code: str) -> None:
    answer = get(client, **query)
    assert answer.status_code == 400
    assert answer.json()["code"] == f"query.soql.{code}"


def test_the_order_of_row_names_says_nothing_but_the_portal_pages_by_it(client: httpx.Client) -> None:
    table = Table.of([row(number) for number in range(60)])
    with SocrataPortal({"many-rows": table}) as portal:
        address = f"{portal.url}/resource/many-rows.json"
        names, last = list[str](), ""
        while True:
            where = {"$where": f":id > '{last}'"} if last else {}
            asked = {"$select": ":id, id", "$order": ":id", "$limit": "7", **where}
            page = httpx.get(address, params=asked, trust_env=False, verify=False).json()
            if not page:
                break
            names += [line[":id"] for line in page]
            last = names[-1]
        assert len(set(names)) == 60
        assert names != sorted(names)
        unordered = [httpx.get(address, params={"$select": "id"}, trust_env=False, verify=False).text for _ in range(2)]
        assert unordered[0] != unordered[1]


def test_numbers_over_all_rows(client: httpx.Client) -> None:
    found = get(
        client, "json", select="max(:updated_at), min(created) AS first, count(*), count(closed) AS done"
    ).json()
    assert found == [
        {
            "max_updated_at": "2024-06-01T12:00:03.000Z",
            "first": "2024-03-04T09:00:00.000",
            "count": "3",
            "done": "1",
        }
    ]
    assert get(client, "json", select="max(created)", where="id = 'z'").json() == [{}]


def test_a_thousand_rows_unless_more_are_asked_for_and_a_header_without_rows() -> None:
    with SocrataPortal({"a": Table.of([row(number) for number in range(1001)])}) as portal:
        assert len(ids(httpx.get(f"{portal.url}/resource/a.csv", trust_env=False, verify=False))) == 1000
        rest = httpx.get(
            f"{portal.url}/resource/a.csv?$offset=1000&$limit=5000&$order=:id", trust_env=False, verify=False
        )
        assert ids(rest) == ["1000"]
        none = httpx.get(f"{portal.url}/resource/a.csv?$where=id='z'", trust_env=False, verify=False)
        assert none.text.startswith('"id",')
        assert ids(none) == []


def test_tokens(portal: SocrataPortal, client: httpx.Client) -> None:
    portal.free = 1
    assert get(client).status_code == 200
    assert get(client).status_code == 429
    address = "/resource/abcd-1234.json"
    assert client.get(address, headers={"X-App-Token": "right"}).status_code == 200
    refused = client.get(address, headers={"X-App-Token": "wrong"})
    assert (refused.status_code, refused.json()["message"]) == (403, "Invalid app_token specified")


def test_an_unknown_data_set_and_a_known_answer(client: httpx.Client) -> None:
    missing = client.get("/resource/zzzz-9999.json")
    assert (missing.status_code, missing.json()["code"]) == (404, "dataset.missing")
    first = get(client, order=":id")
    assert first.headers["Content-Encoding"] == "gzip"
    address = "/resource/abcd-1234.csv?$order=:id"
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_rows_change_between_two_pages(portal: SocrataPortal, client: httpx.Client) -> None:
    table = portal.tables["abcd-1234"]
    portal.faults.append(Fault(at=2, first=lambda: table.delete("b")))
    assert ids(get(client, order=":id")) == ["a", "b", "c"]
    assert ids(get(client, order=":id")) == ["a", "c"]
    table.change("a", Type="Noise")
    assert ids(get(client, where=":updated_at > '2024-06-01T12:00:03Z'")) == ["a"]


@pytest.mark.parametrize("ending", [Ending.SHORTER_THAN_TOLD, Ending.CHUNKS_WITHOUT_END, Ending.RESET])
def test_an_answer_that_breaks_off_is_an_error_of_the_connection(
    portal: SocrataPortal, client: httpx.Client, ending: Ending
) -> None:
    portal.faults.append(Fault(faults.cut(ending), matching=".csv"))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        get(client)
    assert ids(get(client, order=":id")) == ["a", "b", "c"]


def test_other_faults(portal: SocrataPortal, client: httpx.Client) -> None:
    good = get(client, order=":id", limit="2").text
    whole = get(client, order=":id").text
    portal.faults += [
        Fault(faults.status(429, "7")),
        Fault(faults.status(503), at=2),
        Fault(faults.html(), at=3),
        Fault(faults.nothing(), at=4),
        Fault(faults.repeated(), at=5),
        Fault(faults.reordered(), at=6),
        Fault(faults.doubled(), at=7),
        Fault(faults.cut(Ending.UNTOLD), at=8),
        Fault(faults.cut_after_a_line(), at=9),
    ]
    client.headers["Accept-Encoding"] = "identity"
    throttled = get(client)
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "7")
    assert get(client).status_code == 503
    assert get(client).headers["Content-Type"].startswith("text/html")
    assert get(client).content == b""
    assert get(client, order=":id", limit="2").text != good  # the shuffled answer before it, whole
    assert ids(get(client, order=":id")) == ["c", "b", "a"]
    assert ids(get(client, order=":id")) == ["a", "a", "b", "b", "c", "c"]
    broken = get(client, order=":id").text
    assert broken == whole[: len(broken)]
    assert 0 < len(broken) < len(whole)
    assert ids(get(client, order=":id")) == ["a"]
    assert len(portal.asked(".csv")) == 11
