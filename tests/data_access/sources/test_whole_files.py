"""Portals that give whole files: days that are asked for, and how far a download has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.errors import SourceError
from data_access.city import City
from data_access.sources.base import Ask
from tests.builders import row
from tests.data_access.sources.protocols import Reader
from tests.portals.cities import RESOURCE_ID, ckan_city
from tests.portals.ckan import CkanPortal
from tests.portals.ckan_files import csv_file
from tests.portals.exchange import Answer, Ending, Fault
from tests.portals.table import Table

THIS_YEAR, LAST_YEAR = "this-year", "last-year"
FILES = {
    THIS_YEAR: csv_file([row("new", "2024-03-04 09:00:00")]),
    LAST_YEAR: csv_file([row("old", "2023-03-04 09:00:00")]),
}
YEARS = [
    {"id": THIS_YEAR, "created": "Created", "first": "2024-01-01"},
    {"id": LAST_YEAR, "created": "Created", "first": "2023-01-01", "last": "2023-12-31"},
]


def city_of(url: str, *data_sets: dict[str, Any]) -> City:
    return ckan_city(url, data_sets=list(data_sets), timeout_seconds=5)


def read(reader: Reader, ask: Ask) -> list[str]:
    """The data sets that are read for an ask."""
    sets = reader.city.source.data_sets
    return [fetched.data_set.id for fetched in reader.load_all({one.id: ask for one in sets})]


def test_days_that_whole_files_cannot_be_narrowed_to_are_an_error(tmp_path: Path) -> None:
    with CkanPortal({}, files=FILES) as portal:
        reader = Reader(city_of(portal.url, *YEARS), tmp_path)
        for days in (Ask(since=date(2024, 2, 1)), Ask(until=date(2023, 6, 1))):
            with pytest.raises(SourceError, match=r"whole files, which cannot be narrowed; leave out --since and"):
                read(reader, days)
        assert not portal.asked("download")


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (Ask(since=date(2024, 1, 1)), [THIS_YEAR]),
        (Ask(until=date(2023, 12, 31)), [LAST_YEAR]),
        (Ask(since=date(2023, 1, 1)), [THIS_YEAR, LAST_YEAR]),
        (Ask(), [THIS_YEAR, LAST_YEAR]),
    ],
)
def test_all_days_of_some_files_can_be_asked_for(ask: Ask, wanted: list[str], tmp_path: Path) -> None:
    with CkanPortal({}, files=FILES) as portal:
        assert read(Reader(city_of(portal.url, *YEARS), tmp_path), ask) == wanted


def test_a_file_that_comes_whole_beside_a_table_that_is_narrowed_is_told(tmp_path: Path) -> None:
    table = Table.of([row("a", "2024-03-04 09:00:00"), row("b", "2024-01-04 09:00:00")])
    with CkanPortal({RESOURCE_ID: table}, files=FILES) as portal:
        sets = ({"id": RESOURCE_ID, "created": "Created"}, *YEARS)
        reader = Reader(city_of(portal.url, *sets), tmp_path)
        assert read(reader, Ask(since=date(2024, 2, 1))) == [RESOURCE_ID, THIS_YEAR]
    whole = [what for what, _ in reader.told if "cannot be narrowed" in what]
    assert whole == [f"Reading all of {THIS_YEAR}, a file that cannot be narrowed"]


def test_a_download_tells_how_much_of_its_announced_length_has_come(tmp_path: Path) -> None:
    file = csv_file([row(n, Detail=f"words {n} " * 200) for n in range(300)])
    assert len(file.content) > 5 * (1 << 16)
    with CkanPortal({}, files={THIS_YEAR: file}) as portal:
        reader = Reader(city_of(portal.url, YEARS[0]), tmp_path)
        reader.load()
    shares = [share for _, share in reader.told]
    assert shares == sorted(shares)
    assert len({share for share in shares if 0 < share < 1}) >= 4


def test_a_download_of_untold_length_tells_no_share(tmp_path: Path) -> None:
    file = csv_file([row(n, Detail=f"words {n} " * 200) for n in range(300)])

    def untold(right: Answer, _before: Answer) -> Answer:
        return replace(right, ending=Ending.UNTOLD)

    with CkanPortal({}, Fault(untold, times=9, matching="storage"), files={THIS_YEAR: file}) as portal:
        reader = Reader(city_of(portal.url, YEARS[0]), tmp_path)
        reader.load()
    assert {share for _, share in reader.told} == {0.0, 1.0}
