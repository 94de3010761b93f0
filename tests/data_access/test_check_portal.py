"""A city with a portal is checked with its first page, and nothing more is asked of the portal."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.domain.errors import SourceError
from data_access.check.checking import check_file
from data_access.check.first_page import first_page, sets_to_check
from data_access.city import DataSet
from tests.builders import NOW, make_city, row
from tests.data_access.sources.protocols import KINDS, OPEN311, Kind
from tests.portals.cities import RESOURCE_ID, ckan_file_city
from tests.portals.ckan import CkanPortal
from tests.portals.ckan_files import TableFile
from tests.portals.table import Table

ROWS = [row(f"{number:02}", created=f"2024-03-{number:02} 09:00:00") for number in range(1, 20)]
every_protocol = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.counts], ids=lambda kind: kind.name)


@every_protocol
def test_the_first_page_of_each_protocol_can_be_checked(kind: Kind, tmp_path: Path) -> None:
    with kind.portal(Table.of(ROWS)) as portal:
        city = kind.city(portal.url)
        (data_set,) = sets_to_check(city)
        path = first_page(city, data_set, tmp_path, rows=5, now=NOW, sleep=lambda _: None)
        assert len(portal.asked(kind.page)) == 1
    report = check_file(city, path, now=NOW)
    assert (report.counts.read, report.counts.quarantined, report.problem) == (5, 0, "")
    assert report.vanished == ()
    created = next(each for each in report.times if each.field == "created_at")
    assert (created.formats[0].n, created.formats[0].after) == (5, "2024-03-01 09:00:00 -0500")


def test_the_first_requests_of_an_open311_endpoint_can_be_checked(tmp_path: Path) -> None:
    """It has windows of time instead of pages: the first one that holds any, here half of the first days of March."""
    with OPEN311.portal(Table.of(ROWS)) as portal:
        city = OPEN311.city(portal.url, since="2024-03-01")
        (data_set,) = sets_to_check(city)
        path = first_page(city, data_set, tmp_path, rows=5, now=NOW, sleep=lambda _: None)
        asked = len(portal.asked(OPEN311.page))
    report = check_file(city, path, now=NOW)
    assert 0 < report.counts.read < 5
    assert (report.counts.quarantined, report.problem, report.vanished) == (0, "", ())
    assert asked < 10


def test_a_file_of_a_portal_is_checked(tmp_path: Path) -> None:
    with CkanPortal({}, files={RESOURCE_ID: TableFile(Table.of(ROWS), "requests.zip")}) as portal:
        city = ckan_file_city(portal.url)
        path = first_page(city, city.source.data_sets[0], tmp_path, now=NOW, sleep=lambda _: None)
        assert check_file(city, path, now=NOW).counts.stored == len(ROWS)


def test_an_empty_data_set_is_said(tmp_path: Path) -> None:
    kind = KINDS[0]
    with kind.portal(Table.of([])) as portal:
        city = kind.city(portal.url)
        with pytest.raises(SourceError, match="holds no rows"):
            first_page(city, city.source.data_sets[0], tmp_path, now=NOW, sleep=lambda _: None)


def test_one_data_set_of_each_schema_is_looked_at_or_the_one_that_is_named() -> None:
    data_sets = [
        DataSet.model_validate({"id": "a", "name": "2024", "schema": "old"}),
        DataSet.model_validate({"id": "b", "name": "2025", "schema": "old"}),
        DataSet.model_validate({"id": "c", "name": "2026", "schema": "new"}),
    ]
    source = {"name": "x", "licence": "x", "attribution": "x", "kind": "socrata", "portal": "https://x.example"}
    city = make_city(source=source | {"data_sets": [each.model_dump(by_alias=True) for each in data_sets]})
    assert [each.id for each in sets_to_check(city)] == ["a", "c"]
    assert [each.id for each in sets_to_check(city, "2025")] == ["b"]
    assert [each.id for each in sets_to_check(city, "c")] == ["c"]
    with pytest.raises(SourceError, match="has no data set 'd'; there is a, b, c"):
        list(sets_to_check(city, "d"))
    with pytest.raises(SourceError, match="has no portal to read; give a file"):
        list(sets_to_check(make_city()))
