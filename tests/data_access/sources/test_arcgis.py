"""What only ArcGIS servers need: errors that call themselves 200, dates in milliseconds, points, ids that may change."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.errors import SourceError
from data_access.city import City
from data_access.sources.arcgis import LATITUDE, LONGITUDE, condition
from data_access.sources.base import Ask
from data_access.sources.call_file import read_calls_made
from data_access.sources.fetching import forget
from data_access.sources.json_text import as_text
from data_access.sources.marks import Wanted
from data_access.sources.retries import ATTEMPTS
from tests.builders import make_city, row
from tests.data_access.sources.protocols import Reader, rows_of
from tests.portals.arcgis import ArcgisPortal, failing
from tests.portals.cities import LAYER, arcgis_city
from tests.portals.exchange import Fault
from tests.portals.table import Table


def naming(city: City, **columns: str) -> City:
    """The city with further columns in its schema."""
    schema = city.schemas["rows"]
    return city.model_copy(
        update={"schemas": {"rows": schema.model_copy(update={"columns": schema.columns | columns})}}
    )


def test_dates_are_written_in_utc_and_nothing_as_nothing(tmp_path: Path) -> None:
    summer, winter = row("s", "2024-07-01 09:30:15", Due=""), row("w", "2024-01-31 23:30:00", "2024-02-01 08:00:00")
    with ArcgisPortal({LAYER: Table.of([summer, winter])}) as portal:
        rows = {one["Id"]: one for one in rows_of(Reader(arcgis_city(portal.url), tmp_path).load())}
    assert (rows["s"]["Created"], rows["s"]["Closed"], rows["s"]["Due"]) == ("2024-07-01T13:30:15Z", "", "")
    assert (rows["w"]["Created"], rows["w"]["Closed"]) == ("2024-02-01T04:30:00Z", "2024-02-01T13:00:00Z")


def test_ids_of_the_layer_are_left_out_and_points_come_only_where_a_schema_names_them(tmp_path: Path) -> None:
    with ArcgisPortal({LAYER: Table.of([row("a", Lat="42.5", Lon="-71.25")])}) as portal:
        (plain,) = rows_of(Reader(arcgis_city(portal.url), tmp_path / "1").load())
        assert not {"OBJECTID", LONGITUDE, LATITUDE} & set(plain)
        assert "returnGeometry=false" in portal.asked("orderBy")[0].text
        city = naming(arcgis_city(portal.url), latitude=LATITUDE, longitude=LONGITUDE, number="OBJECTID")
        (more,) = rows_of(Reader(city, tmp_path / "2").load())
    assert more["OBJECTID"] == "1"
    assert float(more[LATITUDE]) == pytest.approx(42.5)
    assert float(more[LONGITUDE]) == pytest.approx(-71.25)


def test_an_error_that_calls_itself_200_is_asked_again_if_it_may_pass(tmp_path: Path) -> None:
    source = Table.of([row(n) for n in range(5)])
    with ArcgisPortal({LAYER: source}, Fault(failing(500), matching="orderBy"), largest=3) as portal:
        reader = Reader(arcgis_city(portal.url), tmp_path)
        assert len(rows_of(reader.load())) == 5
    assert len(reader.waits) == 1
    assert [call.status for call in read_calls_made(tmp_path) if call.error] == [200]


@pytest.mark.parametrize(
    ("code", "sentence"), [(400, "compare the id and columns"), (499, "may not be read"), (503, "try again later")]
)
def test_an_error_that_calls_itself_200_stops_with_its_sentence(code: int, sentence: str, tmp_path: Path) -> None:
    fault = Fault(failing(code, "Token Required"), times=ATTEMPTS, matching="orderBy")
    with ArcgisPortal({LAYER: Table.of([row("a")])}, fault) as portal:
        reader = Reader(arcgis_city(portal.url), tmp_path)
        with pytest.raises(SourceError, match=sentence) as caught:
            reader.load()
    assert f"({code}: Token Required" in str(caught.value)
    assert LAYER in str(caught.value)
    assert len(reader.waits) == (ATTEMPTS - 1 if code == 503 else 0)


def test_the_mark_is_the_newest_time_in_utc(tmp_path: Path) -> None:
    source = Table.of([row("a", Updated="2024-06-02 10:00:00"), row("b", Updated="2024-06-01 10:00:00")])
    with ArcgisPortal({LAYER: source}) as portal:
        sets = [{"id": LAYER, "changed": ["EditDate", "Updated"], "created": "Created"}]
        fetched = Reader(arcgis_city(portal.url, data_sets=sets), tmp_path).load()
    assert json.loads(fetched.mark or "") == {"EditDate": "2024-06-01T12:00:02Z", "Updated": "2024-06-02T14:00:00Z"}


def test_a_column_of_changes_that_is_always_empty_does_not_make_every_load_a_full_one(tmp_path: Path) -> None:
    source = Table.of([row("a", Updated="2024-05-01 09:00:00"), row("b", Updated="2024-05-03 09:00:00")])
    with ArcgisPortal({LAYER: source}) as portal:
        sets = [{"id": LAYER, "changed": ["Updated", "Due"], "created": "Created"}]
        reader = Reader(arcgis_city(portal.url, data_sets=sets), tmp_path)
        ask = Ask(mark=reader.load().mark)
        assert [one["Id"] for one in rows_of(reader.load(ask))] == ["b"]
        forget(tmp_path)
        source.change("a", Due="2024-05-02 09:00:00")
        assert [one["Id"] for one in rows_of(reader.load(ask))] == ["a", "b"], "what begins to be filled is noticed"


def test_conditions_have_the_citys_days_and_times_in_utc() -> None:
    rows = Wanted(
        "Created", date(2024, 3, 10), date(2024, 3, 10), {"EditDate": "2024-06-02T13:00:00.000Z"}, date(2024, 5, 1)
    )
    assert condition(rows, "Agency = 'O''Neil'", make_city()) == (
        "(Agency = 'O''Neil') AND Created >= timestamp '2024-03-10 05:00:00' AND Created < timestamp '2024-03-11 04:00:00'"
        " AND (EditDate > timestamp '2024-06-02 13:00:00' OR Created >= timestamp '2024-05-01 04:00:00')"
    )


def test_only_what_is_new_is_asked_for_where_the_server_is_slow_to_show_it(tmp_path: Path) -> None:
    source = Table.of([row(n) for n in range(4)])
    source.frozen = datetime(2024, 6, 2, 12, 0, tzinfo=UTC)
    source.touch("2")
    with ArcgisPortal({LAYER: source}) as portal:
        ask = Ask(mark='{"EditDate": "2024-06-02T12:30:00Z"}')
        assert [one["Id"] for one in rows_of(Reader(arcgis_city(portal.url), tmp_path).load(ask))] == ["2"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (3.0, "3"),
        (3, "3"),
        (-71.058700, "-71.0587"),
        (1e-07, "0.0000001"),
        (12345678901234567890, "12345678901234567890"),
        (True, "true"),
        (False, "false"),
        ("03", "03"),
        ({"b": [1, None], "a": "ß"}, '{"a": "ß", "b": [1, null]}'),
    ],
)
def test_values_are_written_as_a_csv_file_would_have_them(value: Any, text: str) -> None:
    assert as_text(value) == text
