"""How the columns of a source become fields: schemas by header, stand-ins, points, zones, made-up ids, mended lines."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from dashboard.domain.errors import SourceError
from data_access.sources.repair import mend
from data_access.staging import Counts
from tests.builders import COLUMNS, HEADER, Store, csv_text, make_city, row

FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
NEW_YORK = ZoneInfo("America/New_York")


def schema(**changes: object) -> dict[str, object]:
    return {"columns": COLUMNS, "time_formats": FORMATS} | changes


def without(*fields: str) -> dict[str, str]:
    return {field: header for field, header in COLUMNS.items() if field not in fields}


def at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


# --- which schema ----------------------------------------------------------------------------------------------------


def test_the_schema_is_found_by_its_header_in_any_case(tmp_path: Path) -> None:
    new = {field: f"new_{header}" for field, header in COLUMNS.items()}
    store = Store(tmp_path / "data", make_city(schemas={"old": schema(), "new": schema(columns=new)}))
    store.sync([row(1, Area="Hill")])
    renamed = [{f"NEW_{name.upper()}": text for name, text in row(2, Area="Dale").items()}]
    store.sync(csv_text(renamed, [f"NEW_{name.upper()}" for name in HEADER]))
    assert store.requests()["neighbourhood"].to_dict() == {"1": "Hill", "2": "Dale"}
    assert store.work("SELECT DISTINCT schema FROM headers ORDER BY 1") == [("new",), ("old",)]


def test_of_two_schemas_that_fit_the_one_with_more_columns_is_taken(tmp_path: Path) -> None:
    store = Store(
        tmp_path / "data", make_city(schemas={"few": schema(columns=without("district", "address")), "all": schema()})
    )
    store.sync([row(1)])
    assert store.requests()["district"].tolist() == ["3"]


def test_a_column_that_has_vanished_is_told_and_no_row_is_lost(store: Store) -> None:
    store.sync([row(1)])
    result = store.sync(csv_text([row(2), row(3)], [name for name in HEADER if name != "District"]))
    assert (result.counts.stored, result.counts.quarantined) == (2, 0)
    assert {"kind": "vanished_column", "field": "rows", "value": "District", "n": 1} in result.drift
    assert store.requests()["district"].to_dict() == {"1": "3", "2": "none", "3": "none"}


def test_an_optional_column_may_be_away_without_a_word(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(schemas={"rows": schema(optional=["District"])}))
    result = store.sync(csv_text([row(1)], [name for name in HEADER if name != "District"]))
    assert result.drift == ()


@pytest.mark.parametrize("gone", ["Id", "Created", "Closed", "Status", "Type"])
def test_without_a_column_that_decides_nothing_is_read(store: Store, gone: str) -> None:
    """Were the closing times to vanish silently, every request would seem to have none."""
    store.sync([row(1, closed="2024-03-05 10:00:00")])
    seen = store.seen()
    with pytest.raises(SourceError, match=f"has no column '{gone}'"):
        store.sync(csv_text([row(1)], [name for name in HEADER if name != gone]))
    assert store.seen() == seen


# --- drift -----------------------------------------------------------------------------------------------------------


def test_what_is_new_in_a_source_is_told_with_its_rows(store: Store) -> None:
    assert store.sync([row(1)]).drift == ()
    more = [row(2, Type="Graffiti"), row(3, Type="Graffiti", Status="Parked"), row(4, Department="Parks")]
    text = csv_text([line | {"Mood": "fine"} for line in more], [*HEADER, "Mood"])
    found = {(each["kind"], each["field"], each["value"], each["n"]) for each in store.sync(text).drift}
    assert found == {
        ("new_column", "rows", "Mood", 1),
        ("new_value", "category", "Graffiti", 2),
        ("new_value", "department", "Parks", 1),
        ("status_without_rule", "status", "Parked", 1),
    }
    assert store.work("SELECT count(*) FROM drift WHERE run = 2") == [(4,)]
    assert len(store.requests()) == 4


def test_a_status_that_no_rule_knows_is_told_from_the_first_load_on(store: Store) -> None:
    assert store.sync([row(1, Status="Parked")]).drift == (
        {"kind": "status_without_rule", "field": "status", "value": "Parked", "n": 1},
    )


def test_the_columns_of_one_load_are_not_news_to_each_other(store: Store) -> None:
    more = csv_text([row(2) | {"Mood": "fine"}], [*HEADER, "Mood"])
    assert store.sync([row(1)], more).drift == ()
    less = csv_text([row(3)], [name for name in HEADER if name != "District"])
    found = store.sync(less, less).drift
    assert found == ({"kind": "vanished_column", "field": "rows", "value": "District", "n": 1},)


# --- fields ----------------------------------------------------------------------------------------------------------


def test_other_columns_stand_in_where_one_is_empty(tmp_path: Path) -> None:
    city = make_city(schemas={"rows": schema(otherwise={"address": ["Area", "Detail"]})})
    store = Store(tmp_path / "data", city)
    crossing = {"Area": "Leslie St", "Detail": "Finch Ave"}
    store.sync(
        [
            row(1),
            row(2, Address=" ", **crossing),
            row(3, Address="", Area="", Detail="Finch Ave"),
            row(4, Address="Unspecified", Area="", Detail=""),
        ]
    )
    assert store.requests()["address"].fillna("").tolist() == [
        "1-99 block of Beacon St", "Leslie St & Finch Ave", "Finch Ave", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["(42.1234, -71.1234)", "POINT (-71.1234 42.1234)", "point(-71.1234 42.1234)",
     "{'latitude': '42.1234', 'longitude': '-71.1234', 'human_address': '{\"\"}'}",
     '{"type": "Point", "coordinates": [-71.1234, 42.1234]}'],
)  # fmt: skip
def test_a_point_is_taken_apart_however_it_is_written(tmp_path: Path, text: str) -> None:
    city = make_city(schemas={"rows": schema(columns=without("latitude", "longitude"), point="Lat")})
    store = Store(tmp_path / "data", city)
    store.sync([row(1, Lat=text), row(2, Lat=""), row(3, Lat="somewhere")])
    found = store.requests()[["latitude", "longitude"]]
    assert found.loc["1"].tolist() == [42.1234, -71.1234]
    assert found.loc[["2", "3"]].isna().all(axis=None)


def test_a_time_with_its_own_zone_is_an_instant_and_one_without_is_local(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(schemas={"rows": schema(time_zone="in_text")}))
    texts = {
        "utc": "2024-03-05T02:30:00Z",
        "plus": "2024-03-05 02:30:00+00",
        "minus": "2024-03-04T21:30:00-05:00",
        "india": "2024-03-05T08:00:00+0530",
        "newfoundland": "2024-03-04 23:00:00-0330",
        "local": "2024-03-04 21:30:00",
    }
    store.sync([row(name, created=text) for name, text in texts.items()])
    found = store.requests()
    assert {name: at(found.loc[name, "created_at"]) for name in texts} == dict.fromkeys(
        texts, "2024-03-05T02:30:00+00:00"
    )
    assert {str(day) for day in found["created_day"]} == {"2024-03-04"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2024-03-10T07:30:00Z", "2024-03-10T07:30:00+00:00"), ("2024-03-10 02:30:00", "2024-03-10T07:00:00+00:00"),
     ("2023-11-05T06:30:00Z", "2023-11-05T06:30:00+00:00"), ("2023-11-05 01:30:00", "2023-11-05T05:30:00+00:00")],
)  # fmt: skip
def test_the_nights_of_the_clock_change_do_not_touch_times_with_a_zone(
    tmp_path: Path, text: str, expected: str
) -> None:
    store = Store(tmp_path / "data", make_city(schemas={"rows": schema(time_zone="in_text")}))
    store.sync([row(1, created=text)])
    assert at(store.requests().loc["1", "created_at"]) == expected


def test_queues_become_departments_and_the_rest_keep_their_names(tmp_path: Path) -> None:
    city = make_city()
    rules = city.model_dump(by_alias=True)["rules"] | {
        "department": [{"then": "Public Works", "column": "department", "starts": ["DPW"]}]
    }
    store = Store(tmp_path / "data", make_city(rules=rules))
    store.sync([row(1, Department="DPW Ops Queue"), row(2, Department="dpw trees"), row(3, Department="Library")])
    assert store.requests()["department"].tolist() == ["Public Works", "Public Works", "Library"]
    assert store.work("SELECT department_given FROM records ORDER BY request_id") == [
        ("DPW Ops Queue",), ("dpw trees",), (None,),
    ]  # fmt: skip


def test_a_rule_may_read_a_column_that_only_another_schema_has(tmp_path: Path) -> None:
    """The duplicates are told by a note that the older files lack."""
    old = schema(columns={k: f"Old {v}" for k, v in without("closure_reason", "reason").items()})
    store = Store(tmp_path / "data", make_city(schemas={"rows": schema(), "old": old}))
    store.sync([row(1, closed="2024-03-05 10:00:00", Note="Duplicate of 7")])
    header = [f"Old {name}" for name in HEADER if name not in ("Note", "Kind")]
    store.sync(csv_text([{f"Old {name}": text for name, text in row(2).items()}], header))
    assert store.requests()["duplicate"].tolist() == [1, 0]


# --- rows without an id ----------------------------------------------------------------------------------------------

NAMELESS = {"rows": schema(columns=without("request_id"), id_columns=["Created", "Type", "Area"])}


def test_rows_without_an_id_get_one_that_stays(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(schemas=NAMELESS))
    rows = [row("", Type="Pothole"), row("", Type="Pothole"), row("", Type="Graffiti")]
    assert store.sync(rows).counts.stored == 3
    ids = set(store.requests().index)
    assert len(ids) == 3
    again = store.sync([rows[2], rows[0], rows[1] | {"Status": "Assigned"}])
    assert (again.counts.unchanged, again.counts.updated, again.counts.stored) == (2, 1, 0)
    assert set(store.requests().index) == ids
    assert sorted(store.requests()["status"]) == ["in_progress", "open", "open"]


def test_bad_rows_without_an_id_are_told_with_their_own_lines(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(schemas=NAMELESS))
    rows = [
        row("", created=f"2024-03-{number % 28 + 1:02} 09:00:00", Type=f"Kind {number % 7}") for number in range(400)
    ]
    for bad in (11, 250, 399):
        rows[bad] = row("", created="soon", Area=str(bad))
    store.sync(rows)
    assert store.quarantined() == [(bad + 2, "unreadable_created_date") for bad in (11, 250, 399)]


def test_a_changed_city_file_keeps_made_up_ids(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(schemas=NAMELESS))
    rows = [row("", Type="Pothole"), row("", Type="Pothole")]
    store.sync(rows)
    ids = set(store.requests().index)
    store.city = make_city(schemas=NAMELESS, values={"category": {"Pothole": "Hole"}})
    assert store.sync(rows).counts.unchanged == 2
    assert (set(store.requests().index), set(store.requests()["category"])) == (ids, {"Hole"})


# --- lines whose commas nobody quoted --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["a", "b", "Environment", " Climate & Forestry", "Trees"], ["a", "b", "Environment, Climate & Forestry", "Trees"]),
        (["a", "b", "Solid Waste", "Transfer", " Disposal & Operations"], ["a", "b", "Solid Waste", "Transfer, Disposal & Operations"]),
        (["a", "b", "Parks", "Forestry", "Trees"], ["a", "b", "Parks,Forestry", "Trees"]),
        (["a", " b", "Environment", "Climate & Forestry", "Trees"], ["a", " b", "Environment,Climate & Forestry", "Trees"]),
        (["a", "b", "c"], None),
    ],
)  # fmt: skip
def test_pieces_are_joined_to_the_text_that_they_belong_to(fields: list[str], expected: list[str] | None) -> None:
    assert mend(fields, 4, 2) == expected


def test_broken_lines_are_mended_counted_and_no_other_is_touched(tmp_path: Path) -> None:
    names = ["Id", "Created", "Status", "Type", "Department", "Detail"]
    columns = {"request_id": "Id", "created_at": "Created", "status": "Status", "category": "Type"}
    columns |= {"department": "Department", "subcategory": "Detail"}
    city = make_city(schemas={"rows": schema(columns=columns, repair_column="Department")})
    store = Store(tmp_path / "data", city)
    lines = [
        ",".join(names),
        "1,2024-03-04 09:00:00,Open,Tree,Environment, Climate & Forestry,Trees",
        '2,2024-03-04 09:00:00,Open,Tree,"Parks, Forestry & Recreation",Trees',
        '3,2024-03-04 09:00:00,Open,Tree,"Two\nlines, here",Trees',
        "4,2024-03-04 09:00:00,Open,Tree,Water,Pipes",
        "5,2024-03-04 09:00:00,Open,Tree,A,B,C,D",
        "6,2024-03-04 09:00:00,Open",
    ]
    result = store.sync("\n".join(lines) + "\n")
    assert result.repaired == 2
    assert store.requests()["department"].to_dict() == {
        "1": "Environment, Climate & Forestry", "2": "Parks, Forestry & Recreation", "3": "Two\nlines, here",
        "4": "Water", "5": "A,B,C",
    }  # fmt: skip
    assert store.quarantined() == [(8, "wrong_column_count")]
    assert store.work("SELECT repaired FROM runs") == [(2,)]


# --- a work file of an earlier version -------------------------------------------------------------------------------


@contextmanager
def work_in(store: Store) -> Generator[Callable[[str], Any]]:
    """Run statements in the work file as it is: to open it as the program does would bring it up to date."""
    connection = duckdb.connect(str(store.folder / "work.duckdb"))
    try:
        yield lambda statement: connection.execute(statement).fetchall()
    finally:
        connection.close()


def as_before_raw_files(store: Store, run: Callable[[str], Any], *further: str) -> None:
    """Give a work file the form it had when each raw row was a text in its table."""
    (path,) = (store.folder / "raw").iterdir()
    width = run("SELECT columns FROM headers")[0][0].count("\x1f") + 1
    joined = "concat_ws(chr(31), " + ", ".join(f"coalesce(c{place}, '')" for place in range(width)) + ")"
    for statement in (
        "ALTER TABLE raw_rows RENAME TO places",
        f"CREATE TABLE raw_rows AS SELECT p.request_id, 7::BIGINT AS hash, 1 AS header, {joined} AS raw, p.read_at, p.run, "
        f"p.data_set FROM places p JOIN read_parquet('{path}', file_row_number = true) f ON f.file_row_number = p.row",
        "DROP TABLE places", "DROP TABLE raw_files", "DELETE FROM state WHERE key = 'form'", *further,
    ):  # fmt: skip
        run(statement)
    path.unlink()


def test_a_work_file_of_an_earlier_version_is_brought_up_to_date(store: Store) -> None:
    rows = [row(1, Department="Streets"), row(2)]
    store.sync(rows)
    seen = store.seen()
    with work_in(store) as run:  # one connection, for opening the file would bring it up to date
        as_before_raw_files(store, run, "ALTER TABLE raw_rows DROP COLUMN data_set", "ALTER TABLE runs DROP COLUMN repaired",
                            "ALTER TABLE records DROP COLUMN status_given", "DELETE FROM state WHERE key = 'format'")  # fmt: skip
    assert store.sync(rows).counts.unchanged == 2
    assert store.seen() == seen
    assert store.work("SELECT count(*) FROM raw_rows WHERE data_set = ''") == [(2,)]


def test_the_texts_that_an_earlier_version_kept_are_read_again_with_a_changed_city_file(store: Store) -> None:
    store.sync([row(1, Department="Parks"), row(2, Department="", Note="one\nline, and another")])
    with work_in(store) as run:
        as_before_raw_files(store, run, "UPDATE state SET value = '4' WHERE key = 'format'",
                            "UPDATE state SET value = 'of before' WHERE key = 'city_file'")  # fmt: skip
    assert store.sync([row(2, Department="", Note="one\nline, and another"), row(3)]).counts == Counts(
        read=2, stored=1, unchanged=1
    )
    departments = store.work("SELECT request_id, department FROM records ORDER BY ALL")
    assert departments == [("1", "Parks"), ("2", None), ("3", "Streets")]


def test_hashes_of_another_version_of_the_engine_are_made_anew(store: Store) -> None:
    rows = [row(1), row(2, Department="Streets")]
    store.sync(rows)
    store.execute("UPDATE raw_rows SET hash = 7")
    store.execute("UPDATE state SET value = 'v0.0.1' WHERE key = 'engine'")
    assert store.sync(rows).counts.unchanged == 2
