"""What only Socrata portals need: marks of several columns, quotes in conditions, system columns, the app token."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.errors import SourceError
from data_access.city import City
from data_access.sources.base import Ask
from data_access.sources.call_file import NAME, read_calls_made
from data_access.sources.fetching import forget
from data_access.sources.marks import Wanted
from data_access.sources.socrata import condition, literal
from tests.builders import row
from tests.data_access.sources.protocols import Reader, rows_of
from tests.portals import faults
from tests.portals.cities import SOCRATA_ID, socrata_city
from tests.portals.exchange import Fault
from tests.portals.socrata import SocrataPortal
from tests.portals.table import Table


def city_with(url: str, **data_set: Any) -> City:
    return socrata_city(url, page_rows=2, data_sets=[{"id": SOCRATA_ID, **data_set}])


def ids(reader: Reader, ask: Ask) -> list[str]:
    return sorted(one["id"] for one in rows_of(reader.load(ask)))


def test_a_mark_holds_the_newest_time_of_each_column_but_none_in_the_future(tmp_path: Path) -> None:
    table = Table.of(
        [
            row("a", Updated="2024-06-02 10:00:00"),
            row("b", Updated="2099-01-01 00:00:00"),
        ]
    )
    with SocrataPortal({SOCRATA_ID: table}) as portal:
        reader = Reader(city_with(portal.url, changed=[":updated_at", "updated"]), tmp_path)
        mark = reader.load().mark
    assert json.loads(mark or "") == {":updated_at": "2024-06-01T12:00:02.000Z", "updated": "2024-07-01T12:00:00.000"}


def test_rows_changed_in_any_column_are_new_and_an_hour_is_read_twice(tmp_path: Path) -> None:
    mark = json.dumps({"updated": "2024-06-02T10:00:00.000", "closed": "2024-06-02T10:00:00.000"})
    table = Table.of(
        [
            row("long ago", Updated="2024-06-02 08:59:59"),
            row("just before", Updated="2024-06-02 09:00:01"),
            row("closed", closed="2024-06-03 09:00:00"),
            row("lately", "2024-05-31 00:00:00"),
        ]
    )
    with SocrataPortal({SOCRATA_ID: table}) as portal:
        reader = Reader(city_with(portal.url, changed=["updated", "closed"], created="created"), tmp_path)
        assert ids(reader, Ask(mark=mark, reread_from=date(2024, 5, 31))) == ["closed", "just before", "lately"]
        assert ids(reader, Ask(mark=mark)) == ["closed", "just before"]


@pytest.mark.parametrize("mark", ['{"closed": "2024-06-02T10:00:00.000"}', '{"updated": ""}', "nonsense", "[1]"])
def test_a_mark_that_does_not_fit_the_columns_makes_everything_be_read(mark: str, tmp_path: Path) -> None:
    with SocrataPortal({SOCRATA_ID: Table.of([row("a"), row("b")])}) as portal:
        reader = Reader(city_with(portal.url, changed=["updated"]), tmp_path)
        fetched = reader.load(Ask(mark=mark))
    assert sorted(one["id"] for one in rows_of(fetched)) == ["a", "b"]
    assert not fetched.whole


def test_a_column_of_changes_that_is_always_empty_does_not_make_every_load_a_full_one(tmp_path: Path) -> None:
    table = Table.of([row("a", Updated="2024-05-01 09:00:00"), row("b", Updated="2024-05-03 09:00:00")])
    with SocrataPortal({SOCRATA_ID: table}) as portal:
        reader = Reader(city_with(portal.url, changed=["updated", "closed"]), tmp_path)
        mark = reader.load().mark
        assert ids(reader, Ask(mark=mark)) == ["b"]
        forget(tmp_path)
        table.change("a", Closed="2024-05-02 09:00:00")
        assert ids(reader, Ask(mark=mark)) == ["a", "b"], "what begins to be filled is noticed"


def test_without_columns_that_tell_changes_new_rows_are_seen_by_their_creation(tmp_path: Path) -> None:
    table = Table.of([row("a", "2024-05-01 09:00:00"), row("b", "2024-05-03 09:00:00")])
    with SocrataPortal({SOCRATA_ID: table}) as portal:
        reader = Reader(city_with(portal.url, created="created"), tmp_path)
        mark = reader.load().mark
        table.add(row("c", "2024-05-04 09:00:00"))
        assert ids(reader, Ask(mark=mark)) == ["b", "c"]
        nothing_to_go_by = Reader(city_with(portal.url), tmp_path / "none").load()
    assert nothing_to_go_by.mark is None
    assert nothing_to_go_by.whole


def test_a_further_condition_and_odd_names_are_quoted() -> None:
    rows = Wanted("date opened", date(2024, 5, 1), date(2024, 5, 31), {":updated_at": "x' OR '1'='1"}, date(2024, 5, 9))
    assert condition(rows, "kind = 'it''s'") == (
        "(kind = 'it''s') AND `date opened` >= '2024-05-01T00:00:00.000' AND `date opened` < '2024-06-01T00:00:00.000'"
        " AND (:updated_at > 'x'' OR ''1''=''1' OR `date opened` >= '2024-05-09T00:00:00.000')"
    )
    assert literal("O'Hare") == "'O''Hare'"


def test_only_rows_of_the_further_condition_are_read(tmp_path: Path) -> None:
    table = Table.of([row("a", Type="Mayor's hotline"), row("b"), row("c", Type="Mayor's hotline")])
    with SocrataPortal({SOCRATA_ID: table}) as portal:
        reader = Reader(city_with(portal.url, where="type = 'Mayor''s hotline' OR id = 'zz'"), tmp_path)
        assert ids(reader, Ask()) == ["a", "c"]


def test_days_need_a_column_of_creation(tmp_path: Path) -> None:
    with SocrataPortal({SOCRATA_ID: Table.of([row("a")])}) as portal:
        reader = Reader(city_with(portal.url), tmp_path)
        with pytest.raises(SourceError, match=r"name its column of creation \(created\) in testville\.toml"):
            reader.load(Ask(since=date(2024, 1, 1)))


def test_system_columns_are_left_out_unless_the_citys_file_names_them(tmp_path: Path) -> None:
    """A portal that publishes the same rows again changes them, and no row would ever be the same."""
    with SocrataPortal({SOCRATA_ID: Table.of([row("a")])}) as portal:
        city = city_with(portal.url)
        (plain,) = rows_of(Reader(city, tmp_path / "plain").load())
        assert not [name for name in plain if name.startswith(":")]
        rows = city.schemas["rows"]
        named = rows.model_copy(update={"columns": {**rows.columns, "updated_at": ":updated_at"}})
        city = city.model_copy(update={"schemas": {"rows": named}})
        (more,) = rows_of(Reader(city, tmp_path / "named").load())
    assert {":updated_at": "2024-06-01T12:00:01.000Z"} | plain == more


def test_the_token_goes_to_the_portal_alone_and_into_no_record(tmp_path: Path) -> None:
    table = Table.of([row(n) for n in range(6)])
    broken = faults.status(400, body=b'{"message": "the token sesame is odd"}')
    with (
        SocrataPortal({SOCRATA_ID: table}) as elsewhere,
        SocrataPortal({SOCRATA_ID: table}, token="sesame", free=0) as portal,
    ):
        reader = Reader(city_with(portal.url), tmp_path, token="sesame")
        assert len(rows_of(reader.load())) == 6
        assert {one.headers["x-app-token"] for one in portal.log} == {"sesame"}
        assert all("sesame" not in one.text for one in portal.log)
        portal.faults += [
            Fault(faults.redirect(f"{elsewhere.url}/resource/{SOCRATA_ID}.csv?$limit=1")),
            Fault(broken, at=2),
        ]
        with pytest.raises(SourceError):
            Reader(city_with(portal.url), tmp_path / "again", token="sesame").load()
        assert elsewhere.log
        assert all("x-app-token" not in one.headers for one in elsewhere.log)
    for folder in (tmp_path, tmp_path / "again"):
        assert read_calls_made(folder)
        assert "sesame" not in (folder / NAME).read_text()


@pytest.mark.parametrize(("token", "status"), [("", 429), ("wrong", 403)])
def test_a_missing_or_wrong_token_is_told_as_such(token: str, status: int, tmp_path: Path) -> None:
    with SocrataPortal({SOCRATA_ID: Table.of([row("a")])}, token="right", free=0) as portal:
        reader = Reader(city_with(portal.url), tmp_path, token=token)
        with pytest.raises(SourceError, match=str(status)) as caught:
            reader.load()
    assert "FIXEDYET_SOCRATA_TOKEN" in str(caught.value)


def test_a_table_without_rows_gives_no_file(tmp_path: Path) -> None:
    with SocrataPortal({SOCRATA_ID: Table.of([])}) as portal:
        fetched = Reader(city_with(portal.url, changed=[":updated_at"]), tmp_path).load()
    assert (fetched.files, fetched.whole) == ((), True)


def test_a_header_that_changes_between_pages_begins_another_file(tmp_path: Path) -> None:
    table = Table.of([row(n) for n in range(6)])

    def another_column() -> None:
        table.columns = [*table.columns, "Ward"]
        table.lines = [replace(line, row={**line.row, "Ward": "7"}) for line in table.lines]

    with SocrataPortal({SOCRATA_ID: table}, Fault(first=another_column, at=2, matching="$order")) as portal:
        fetched = Reader(city_with(portal.url), tmp_path).load()
    assert len(fetched.files) == 2
    assert sorted(one["id"] for one in rows_of(fetched)) == [str(n) for n in range(6)]
