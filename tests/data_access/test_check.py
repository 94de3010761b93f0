"""A dry run tells what a sync then does, changes nothing, and proposes what the city file lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from dashboard.domain.errors import SourceError
from data_access.check.checking import check_file
from data_access.check.in_words import in_words
from data_access.check.report import Proposal, Report
from data_access.city import City, load_city, read_city_file
from tests.builders import COLUMNS, NOW, Store, csv_text, make_city, row
from tests.sample_data import boston_csv


def check(tmp_path: Path, rows: list[dict[str, str]] | str, city: City | None = None, first: int = 20_000) -> Report:
    """A dry run of the small city over rows."""
    path = tmp_path / "rows.csv"
    path.write_text(rows if isinstance(rows, str) else csv_text(rows))
    return check_file(city or make_city(), path, rows=first, now=NOW)


def proposed(report: Report, about: str) -> Proposal:
    """The one proposal whose reason has a text."""
    (found,) = [each for each in report.proposals if about in each.why]
    return found


def lines(report: Report, about: str) -> str:
    """The TOML of the one proposal whose reason has a text."""
    return "\n".join(proposed(report, about).lines)


def many(n: int = 100, **columns: str) -> list[dict[str, str]]:
    """Plain rows that give no reason for a proposal, each at a place of its own."""
    return [
        row(
            f"m{i}", f"2024-03-04 09:{i % 60:02}:07", Lat=f"42.{i + 1000}", Lon=f"-71.{i + 1000}", Address=f"{i} Elm St"
        )
        | columns
        for i in range(n)
    ]


# --- what a sync would do --------------------------------------------------------------------------------------------


def test_a_dry_run_counts_what_the_sync_then_does(store: Store) -> None:
    rows = [
        row(1),
        row(2, closed="2024-03-05 10:00:00"),
        row(1),
        row("", "2024-03-04 09:00:00"),
        row(5, ""),
        row(6, "soon"),
    ]
    text = csv_text(rows) + "a,b\n"
    path = store.file(text)
    report = check_file(store.city, path, now=NOW)
    assert not store.folder.exists()
    result = store.sync(path)
    assert report.counts == result.counts
    found = {(line, each.reason) for each in report.refused for line, _ in each.examples}
    assert found == {
        (5, "the row has no request id"),
        (6, "the row has no created date"),
        (7, "the created date cannot be read"),
        (8, "the row has too many or too few columns"),
    }
    assert {line for line, _ in store.quarantined()} == {5, 6, 7, 8}


def test_only_the_first_rows_are_read_and_a_row_may_run_over_lines(tmp_path: Path) -> None:
    rows = [row(1, Note='said "no"\n\nand left'), row(2), row(3)]
    report = check(tmp_path, rows, first=2)
    assert (report.counts.stored, report.whole) == (2, False)
    assert check(tmp_path, rows, first=3).whole


def test_what_a_sync_refuses_is_told_with_everything_else(tmp_path: Path, store: Store) -> None:
    rows = [row(1, "04.03.2024 09:00"), row(2, "29.03.2024 10:00")]
    report = check(tmp_path, rows)
    with pytest.raises(SourceError) as refused:
        store.sync(rows)
    assert report.problem == str(refused.value)
    (created,) = [each for each in report.times if each.field == "created_at"]
    assert created.formats == ()
    assert (created.n_unread, set(created.unread)) == (2, {"04.03.2024 09:00", "29.03.2024 10:00"})
    assert 'time_formats = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%d.%m.%Y %H:%M"]' in lines(report, "no format reads")


def test_a_file_of_other_columns_is_told_with_what_each_schema_lacks(tmp_path: Path) -> None:
    report = check(tmp_path, "name,age\nAnn,3\n")
    assert report.unused == ("name", "age")
    ((schema, lacking),) = report.other_schemas
    assert (schema, lacking[:2]) == ("rows", ("Id", "Created"))
    assert "rows.csv: no schema fits its columns" in "\n".join(in_words(report))


def test_a_damaged_file_is_refused_as_by_a_sync(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is empty"):
        check(tmp_path, "")


# --- what is made of the columns -------------------------------------------------------------------------------------


def test_lines_that_are_mended_are_told_and_shown_as_mended(tmp_path: Path) -> None:
    form = {"columns": COLUMNS, "time_formats": ["%Y-%m-%d %H:%M:%S"], "repair_column": "Department"}
    (good,) = csv_text([row(1)]).splitlines()[1:]
    broken = good.replace(",Streets,", ",Parks, Forestry & Recreation,").replace("1,", "2,", 1)
    report = check(tmp_path, csv_text([row(1)]) + broken + "\n", make_city(schemas={"rows": form}))
    assert (report.repaired, report.counts.stored) == (1, 2)
    shown = next(each for each in report.mappings if each.field == "department")
    assert shown.examples == ("Streets", "Parks, Forestry & Recreation")


def test_each_mapping_shows_its_column_and_cleaned_texts(tmp_path: Path) -> None:
    text = csv_text([row(1, District="0"), row(2, District=" 4 "), row(3, District="Unspecified")])
    text = text.replace("\n", ",extra\n").replace(",extra", ",Extra", 1)
    report = check(tmp_path, text)
    (district,) = [each for each in report.mappings if each.field == "district"]
    assert (district.column, district.filled, district.examples) == ("District", 1, ("4",))
    assert report.unused == ("Extra",)
    assert report.vanished == ()


def test_times_are_shown_before_and_after_in_local_time(tmp_path: Path) -> None:
    city = make_city(schemas={"rows": make_city().schemas["rows"].model_dump() | {"time_zone": "UTC"}})
    report = check(tmp_path, [row(1, "2024-07-01 02:30:00"), row(2, "2024-03-04")], city)
    (created,) = [each for each in report.times if each.field == "created_at"]
    assert [(each.form, each.n, each.before, each.after) for each in created.formats] == [
        ("%Y-%m-%d %H:%M:%S", 1, "2024-07-01 02:30:00", "2024-06-30 22:30:00 -0400"),
        ("%Y-%m-%d", 1, "2024-03-04", "2024-03-03 19:00:00 -0500"),
    ]


def test_rules_tell_what_they_match_and_what_they_do_not(tmp_path: Path) -> None:
    rows = [
        row(1),
        row(2),
        row(3, Status="Assigned"),
        row(4, Status="Hold"),
        row(5, Status="Hold"),
        row(6, Status="Zz"),
    ]
    report = check(tmp_path, rows)
    (status,) = [each for each in report.rules if each.name == "status"]
    assert [(each.n, each.example) for each in status.matched] == [(2, "Open"), (1, "Assigned"), (0, ""), (0, "")]
    assert status.unmatched == (("Hold", 2), ("Zz", 1))
    assert status.n_unmatched == 3


# --- what is proposed ------------------------------------------------------------------------------------------------


def test_plain_rows_are_no_reason_for_a_proposal(tmp_path: Path) -> None:
    assert check(tmp_path, many()).proposals == ()


def test_statuses_without_a_rule_are_sorted_by_their_words(tmp_path: Path) -> None:
    rows = [
        row(i, Status=status) for i, status in enumerate(["Completed", "Re-Opened", "On hold", "Done", "Blue", "Blue"])
    ]
    found = lines(check(tmp_path, rows), "Statuses")
    assert '{ then = "closed", column = "status", is = ["Completed", "Done"] },' in found
    assert '{ then = "open", column = "status", is = ["Re-Opened"] },' in found
    assert '{ then = "in_progress", column = "status", is = ["On hold"] },' in found
    assert '# { then = "open", column = "status", is = ["Blue"] },  # 2 rows: say what it means' in found


def test_a_department_that_closes_at_midnight_is_proposed(tmp_path: Path) -> None:
    rows = [row(f"a{i}", closed=f"2024-03-{5 + i % 20:02} 00:00:00", Department="Parks") for i in range(30)]
    rows += [row(f"b{i}", closed=f"2024-03-05 10:00:{i:02}", Department="Streets") for i in range(30)]
    rows += [row(f"c{i}", closed="2024-03-05 00:00:00", Department="Tiny") for i in range(5)]
    assert lines(check(tmp_path, rows), "00:00:00") == (
        '# in place of \'date_only_departments\':\ndate_only_departments = ["Forestry", "Parks"]'
    )


def test_a_point_and_an_address_with_too_many_rows_are_proposed(tmp_path: Path) -> None:
    rows = many(300) + [row(f"d{i}", Lat="42.5", Lon="-71.25", Address="1 Main St") for i in range(30)]
    report = check(tmp_path, rows)
    assert "default_points = [[42.0, -71.0], [42.5, -71.25]]" in lines(report, "A point")
    assert 'default_addresses = ["City Hall", "1 Main St"]' in lines(report, "An address")
    assert "30 rows (9.1%)" in proposed(report, "A point").why
    known = make_city(default_points=[[42.5, -71.25]], default_addresses=["1 Main St"])
    assert check(tmp_path, rows, known).proposals == ()


def test_texts_that_speak_of_duplicates_are_proposed_also_from_columns_that_are_not_read(tmp_path: Path) -> None:
    rows = [row(1, Note="DUP of 7"), row(2, Note="Dupont St is fine"), row(3, Status="Closed (Duplicate)"), *many(5)]
    text = csv_text(rows).replace("\n", ",\n").replace(",\n", ",Is it, again\n", 1)
    text = text.replace("Is it, again", "Is Again").replace("m1,", "m1,", 1)
    body = text.split("\n")
    body[4] = body[4] + "Duplicate"
    report = check(tmp_path, "\n".join(body))
    found = lines(report, "duplicates")
    assert '{ then = true, column = "closure_reason", is = ["DUP of 7"] },' in found
    assert '{ then = true, column = "status", is = ["Closed (Duplicate)"] },' in found
    assert '# below [schemas.rows.columns]:\nis_again = "Is Again"' in found
    assert '{ then = true, column = "is_again", is = ["Duplicate"] },' in found
    assert "Dupont" not in found


def test_texts_for_nothing_are_proposed(tmp_path: Path) -> None:
    rows = [
        row(1, Area="N/A"),
        row(2, Area="N/A"),
        row(3, Area="-"),
        row(4, Department="Unknown"),
        row(5, Area="Nassau"),
    ]
    found = lines(check(tmp_path, rows), "nothing")
    assert (
        'empty_texts = ["Unspecified", "N/A", "Unknown"]' in found
        or 'empty_texts = ["Unspecified", "Unknown", "N/A"]' in found
    )
    assert '# at the end of the file:\n[values.neighbourhood]\n"-" = ""' in found
    assert "Nassau" not in found


BARE = """
id = "town"
name = "Town"
time_zone = "America/New_York"
checked = 2024-01-01
service_began = 2010-01-01
EMPTY
[source]
name = "Rows"
licence = "CC0"
attribution = "Town"
[schemas.rows]
time_formats = ["%Y-%m-%d %H:%M:%S"]
[schemas.rows.columns]
request_id = "Id"
created_at = "Created"
closed_at = "Closed"
status = "Status"
category = "Type"
department = "Department"
neighbourhood = "Area"
latitude = "Lat"
longitude = "Lon"
address = "Address"
[values.neighbourhood]
"." = ""
[rules]
status = [
  { then = "open", column = "status", is = ["Open"] },
]
"""


def paste(text: str, lines: Sequence[str]) -> str:
    """Put proposed lines into a city file, each few where the comment before them says."""
    file, at, replaced = text.split("\n"), 0, ""
    for line in lines:
        if not line.startswith("# "):
            if replaced:
                (place,) = [number for number, each in enumerate(file) if each.startswith(f"{replaced} =")]
                file[place], replaced = line, ""
            else:
                file.insert(at, line)
                at += 1
        elif line.startswith("# in place of"):
            replaced = line.split("'")[1]
        elif line == "# at the top of the file, before the first [...]:":
            at = 0
        elif line == "# at the end of the file:":
            at = len(file)
        elif line.startswith("# below "):
            at = file.index(line.removeprefix("# below ").removesuffix(":")) + 1
        else:
            assert line == "# among the lines of 'status' in [rules]:"
            at = file.index("status = [") + 1
    return "\n".join(file)


@pytest.mark.parametrize("empties", ["", 'empty_texts = ["Unspecified"]'], ids=["none yet", "some already"])
def test_what_is_proposed_can_be_pasted_and_leaves_nothing_to_propose(tmp_path: Path, empties: str) -> None:
    rows = many(60) + [
        row(
            f"a{i}",
            closed=f"2024-03-{5 + i % 20:02} 00:00:00",
            Area="n/a",
            Lat="42.5",
            Lon="-71.5",
            Address="1 Main St",
        )
        | {"Note": 'it\'s a "Duplicate"', "Due": "03/14/2024", "Department": 'the "Parks"', "Status": "Done"}
        for i in range(30)
    ]
    rows += [row("b", Area="-"), row("c", Area="N/A"), row("d", "12.03.2024 10:00"), row("e", "29.03.2024 10:00")]
    text = BARE.replace("EMPTY", empties)
    for _ in range(2):  # a column that is read now may be a reason for more
        city = _read(tmp_path, text)
        for each in check(tmp_path, rows, city).proposals:
            text = paste(text, each.lines)
    city = _read(tmp_path, text)
    assert check(tmp_path, rows, city).proposals == ()
    assert city.date_only_departments == ('the "Parks"',)
    assert city.default_points == ((42.5, -71.5),)
    assert set(city.empty_texts) >= {"n/a", "N/A"}
    assert check(tmp_path, rows, city).counts.quarantined == 0


def _read(tmp_path: Path, text: str) -> City:
    path = tmp_path / "town.toml"
    path.write_text(text)
    return read_city_file(path)


# --- a real city -----------------------------------------------------------------------------------------------------


def test_a_real_city_without_its_traps_has_them_proposed(tmp_path: Path) -> None:
    sample = boston_csv()
    city = load_city("boston")
    bare = city.model_copy(update={"default_points": (), "rules": city.rules.model_copy(update={"duplicate": ()})})
    report = check_file(bare, sample, rows=5_000, now=NOW)
    lat, lon = city.default_points[0]
    assert f"default_points = [[{lat}, {lon}]]" in lines(report, "A point")
    assert 'column = "closure_reason", has = ["duplicate"]' in lines(report, "duplicates")
    tables = {each.name: each for each in report.rules}
    assert (
        Counter({name: sum(rule.n for rule in table.matched) + table.n_unmatched for name, table in tables.items()})[
            "status"
        ]
        == 5_000
    )
