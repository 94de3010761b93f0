"""What only CKAN portals need: files to download, pages that overlap, and days that are picked out after reading."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.errors import SourceError
from data_access.sources.base import Ask
from data_access.sources.download import file_name
from data_access.sources.fetching import forget
from tests.builders import csv_text, row
from tests.data_access.sources.protocols import PAGE_ROWS, Reader, rows_of
from tests.portals import faults
from tests.portals.cities import RESOURCE_ID, ckan_city
from tests.portals.ckan import CkanPortal
from tests.portals.ckan_files import FileResource, csv_file, zip_file
from tests.portals.exchange import Answer, Ending, Fault, Harm
from tests.portals.table import Table

ROWS = [row(n, Detail=f"words {n} " * 20) for n in range(40)]


def small(url: str, **source: Any) -> Any:
    return ckan_city(url, **{"page_rows": PAGE_ROWS, "timeout_seconds": 5} | source)


def ids(reader: Reader, ask: Ask | None = None) -> list[int]:
    return sorted(int(one["Id"]) for one in rows_of(reader.load(ask)))


@pytest.mark.parametrize("redirects", [True, False])
def test_a_resource_outside_the_datastore_is_downloaded_as_it_is(redirects: bool, tmp_path: Path) -> None:
    file = zip_file({"readme.txt": b"rows", "2026.csv": ROWS}, "Requests-2026.zip")
    with CkanPortal({}, files={RESOURCE_ID: file}, redirects=redirects) as portal:
        fetched = Reader(small(portal.url), tmp_path).load()
    (path,) = fetched.files
    assert path.read_bytes() == file.content
    assert path.name.endswith(".zip")
    assert fetched.whole
    assert fetched.mark


@pytest.mark.parametrize("where", ["file", "datastore"])
def test_nothing_is_read_while_the_portal_says_that_nothing_was_modified(where: str, tmp_path: Path) -> None:
    table, file = Table.of(ROWS), csv_file(ROWS)
    tables, files = ({}, {RESOURCE_ID: file}) if where == "file" else ({RESOURCE_ID: table}, {})
    past = {"id": RESOURCE_ID, "created": "Created", "reread_days": 30, "last": "2024-05-31"}
    with CkanPortal(tables, files=files) as portal:
        reader = Reader(small(portal.url, data_sets=[past]), tmp_path)
        first = reader.load()
        forget(tmp_path)
        seen = len(portal.log)
        again = reader.load(Ask(mark=first.mark, reread_from=date(2024, 1, 1)))
        assert (again.files, again.whole, again.mark) == ((), False, first.mark)
        asked = [one for one in portal.log[seen:] if one.method == "GET"]
        assert not [one for one in asked if "download" in one.text or "sort=" in one.text]
        table.change("7", Note="other words")
        file.replace(csv_text(ROWS[:30]).encode(), datetime(2024, 6, 20, tzinfo=UTC))
        changed = reader.load(Ask(mark=first.mark, reread_from=date(2024, 1, 1)))
    assert changed.mark != first.mark
    assert changed.whole
    assert len(rows_of(changed)) == (30 if where == "file" else 40)


@pytest.mark.parametrize("last", [None, "2024-06-01", "2024-12-31"])
def test_a_closing_in_place_is_seen_though_neither_date_nor_number_of_rows_tell_it(
    last: str | None, tmp_path: Path
) -> None:
    table = Table.of(ROWS)
    table.frozen = table.newest()
    data_set = {"id": RESOURCE_ID, "created": "Created", "reread_days": 30, "last": last}
    with CkanPortal({RESOURCE_ID: table}) as portal:
        reader = Reader(small(portal.url, data_sets=[data_set]), tmp_path)
        first = reader.load()
        forget(tmp_path)
        table.change("7", Status="Closed", Note="closed in place")
        again = reader.load(Ask(mark=first.mark))
    assert again.mark == first.mark
    assert [one["Note"] for one in rows_of(again) if one["Id"] == "7"] == ["closed in place"]
    assert again.whole


def undated(right: Answer, _before: Answer) -> Answer:
    """A resource of which the portal does not say when it was modified."""
    content = json.loads(right.body)
    content["result"]["last_modified"] = None
    return Answer(200, json.dumps(content).encode(), right.headers)


def test_a_file_of_unknown_date_is_known_by_its_tag(tmp_path: Path) -> None:
    dateless = Fault(undated, times=99, matching="resource_show")
    with CkanPortal({}, dateless, files={RESOURCE_ID: csv_file(ROWS)}) as portal:
        reader = Reader(small(portal.url), tmp_path)
        first = reader.load()
        assert "etag" in json.loads(first.mark or "")
        assert reader.load(Ask(mark=first.mark)).files == ()


def test_a_file_of_which_nothing_tells_whether_it_has_changed_is_read_each_time(tmp_path: Path) -> None:
    dateless = Fault(undated, times=99, matching="resource_show")
    silent = Fault(faults.status(405), times=1, matching="/storage/")
    with CkanPortal({}, dateless, silent, files={RESOURCE_ID: csv_file(ROWS)}) as portal:
        fetched = Reader(small(portal.url), tmp_path).load()
    assert fetched.mark is None
    assert len(rows_of(fetched)) == 40


def test_a_file_that_is_no_text_is_read_thrice_and_left_to_be_told(tmp_path: Path) -> None:
    latin = FileResource("rows.csv", "Id\nStraße\n".encode("latin-1"))
    with CkanPortal({}, files={RESOURCE_ID: latin}) as portal:
        reader = Reader(small(portal.url), tmp_path)
        (path,) = reader.load().files
    assert path.read_bytes() == latin.content
    assert len(reader.waits) == 2


@pytest.mark.parametrize("harm", [faults.garbled(), faults.status(200, body=b'{"error": "later"}')])
def test_a_file_that_is_not_what_it_should_be_is_asked_for_again(harm: Harm, tmp_path: Path) -> None:
    fault = Fault(harm, at=2, times=2, matching="/storage/")
    with CkanPortal({}, fault, files={RESOURCE_ID: csv_file(ROWS)}) as portal:
        assert ids(Reader(small(portal.url), tmp_path)) == list(range(40))


@pytest.mark.parametrize("kind", ["zip", "gzip", "csv"])
@pytest.mark.parametrize(
    "harm",
    [
        faults.cut(Ending.SHORTER_THAN_TOLD, 0.6),
        faults.cut(Ending.CHUNKS_WITHOUT_END, 0.6),
        faults.cut(Ending.UNTOLD, 0.6),
        faults.reset(),
        faults.status(503),
    ],
    ids=["short", "chunks", "untold", "reset", "503"],
)
def test_a_download_that_is_cut_off_is_asked_for_again(kind: str, harm: Harm, tmp_path: Path) -> None:
    plain = csv_text(ROWS).encode()
    contents = {"zip": zip_file({"rows.csv": ROWS}).content, "gzip": gzip.compress(plain), "csv": plain}
    file = FileResource(f"rows.{kind}", contents[kind])
    with CkanPortal({}, Fault(harm, at=2, matching="/storage/"), files={RESOURCE_ID: file}) as portal:
        reader = Reader(small(portal.url), tmp_path)
        (path,) = reader.load().files
    assert path.read_bytes() == file.content
    assert len(reader.waits) == 1
    assert [left.name for left in path.parent.iterdir() if "partial" in left.name] == []


def test_a_file_of_untold_length_is_believed_when_it_has_the_same_size_twice(tmp_path: Path) -> None:
    whole = Fault(faults.cut(Ending.UNTOLD, 1.0), at=3, times=9, matching="/storage/")
    half = Fault(faults.cut(Ending.UNTOLD, 0.5), at=2, matching="/storage/")
    with CkanPortal({}, half, whole, files={RESOURCE_ID: csv_file(ROWS)}) as portal:
        reader = Reader(small(portal.url), tmp_path)
        assert ids(reader) == list(range(40))
    assert len(reader.waits) == 2


def test_a_zip_that_is_damaged_for_good_is_told_as_such(tmp_path: Path) -> None:
    content = bytearray(zip_file({"rows.csv": ROWS}).content)
    content[120:160] = bytes(40)
    with CkanPortal({}, files={RESOURCE_ID: FileResource("rows.zip", bytes(content))}) as portal:
        reader = Reader(small(portal.url), tmp_path)
        with pytest.raises(SourceError, match=r"zip file (whose member|that is cut off).*try again later"):
            reader.load()


def test_a_page_for_people_is_no_file(tmp_path: Path) -> None:
    fault = Fault(faults.html(), at=2, times=9, matching="/storage/")
    with CkanPortal({}, fault, files={RESOURCE_ID: csv_file(ROWS)}) as portal:
        reader = Reader(small(portal.url), tmp_path)
        with pytest.raises(SourceError, match="web page instead of data"):
            reader.load()
    assert reader.waits == []


def test_a_stopped_download_is_begun_again_and_a_finished_one_is_not(tmp_path: Path) -> None:
    fault = Fault(faults.status(500), at=2, times=6, matching="/storage/")
    with CkanPortal({}, fault, files={RESOURCE_ID: csv_file(ROWS)}) as portal:
        reader = Reader(small(portal.url), tmp_path)
        with pytest.raises(SourceError):
            reader.load()
        assert len(rows_of(reader.load())) == 40
        seen = len(portal.log)
        assert len(rows_of(reader.load())) == 40
        assert len(portal.log) == seen


@pytest.mark.parametrize("gone", [["6"], ["0"], ["5", "6"], [str(n) for n in range(7)], [str(n) for n in range(2, 40)]])
@pytest.mark.parametrize("at", [2, 3])
def test_rows_deleted_before_the_next_page_hide_none_of_the_others(gone: list[str], at: int, tmp_path: Path) -> None:
    table = Table.of(ROWS)
    fault = Fault(first=lambda: table.delete(*gone), at=at, matching="sort=")
    with CkanPortal({RESOURCE_ID: table}, fault) as portal:
        found = ids(Reader(small(portal.url), tmp_path))
    assert len(found) == len(set(found))
    assert {n for n in range(40) if str(n) not in gone} <= set(found)


def test_what_is_replaced_while_it_is_read_does_not_count_as_whole(tmp_path: Path) -> None:
    table = Table.of(ROWS)
    with CkanPortal({RESOURCE_ID: table}, Fault(first=table.republish, at=3, matching="sort=")) as portal:
        reader = Reader(small(portal.url), tmp_path)
        later = reader.load(Ask(mark='{"last_modified": "2020-01-01"}'))
        assert not later.whole
        forget(tmp_path)
        assert reader.load(Ask(mark=later.mark)).whole


def test_days_are_the_citys_where_times_have_a_zone(tmp_path: Path) -> None:
    table = Table.of([row("1"), row("2"), row("3")])
    times = ["2024-05-11T03:59:59+00:00", "2024-05-11T04:00:00+00:00", "nobody knows"]

    def with_zone(right: Answer, _before: Answer) -> Answer:
        rows = [one | {"Created": times[int(one["Id"]) - 1]} for one in right.rows or ()]
        return right.showing(rows)

    with CkanPortal({RESOURCE_ID: table}, Fault(with_zone, times=9, matching="sort=")) as portal:
        ask = Ask(since=date(2024, 5, 10), until=date(2024, 5, 10))
        fetched = Reader(small(portal.url), tmp_path).load(ask)
    assert sorted(one["Id"] for one in rows_of(fetched)) == ["1", "3"]
    assert not fetched.whole


def test_the_portals_own_number_of_a_row_is_not_one_of_its_texts(tmp_path: Path) -> None:
    with CkanPortal({RESOURCE_ID: Table.of(ROWS)}) as portal:
        assert "_id" not in rows_of(Reader(small(portal.url), tmp_path).load())[0]


def test_a_refusal_is_told_in_the_portals_words(tmp_path: Path) -> None:
    fault = Fault(
        faults.status(409, body=b'{"success": false, "error": {"__type": "V", "sort": ["no such column"]}}'),
        matching="sort=",
    )
    with CkanPortal({RESOURCE_ID: Table.of(ROWS)}, fault) as portal:
        reader = Reader(small(portal.url), tmp_path)
        with pytest.raises(SourceError, match=r"\(409: no such column\); compare its columns with testville\.toml"):
            reader.load()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://x/download/SR2026.zip", "file-SR2026.zip"),
        ("https://x/download/311%20rows.csv?key=1", "file-311_rows.csv"),
        ("https://x/..%2f..%2fetc%2fpasswd", "file-passwd"),
        ("https://x/", "file-rows"),
    ],
)
def test_a_file_has_a_harmless_name(address: str, name: str) -> None:
    assert file_name(address) == name


def test_the_zip_of_these_tests_is_one() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_file({"rows.csv": ROWS}).content)) as archive:
        assert len(list(csv.DictReader(io.StringIO(archive.read("rows.csv").decode())))) == 40
