"""Every row that was read is accounted for, once; a second sync of the same rows changes nothing."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, literal, select

from dashboard.domain.errors import SourceError, SyncLocked
from data_access.queries import quality
from data_access.staging import Counts
from data_access.store.lock import city_lock
from data_access.store.work import hash_of, stable_hash
from tests.builders import NOW, Store, csv_text, make_city, row


def numbers(counts: Counts) -> tuple[int, int, int, int, int]:
    """read, stored, updated, unchanged, quarantined; the sum holds always."""
    assert counts.read == counts.stored + counts.updated + counts.unchanged + counts.quarantined
    return counts.read, counts.stored, counts.updated, counts.unchanged, counts.quarantined


def lines(*rows: dict[str, str]) -> list[str]:
    """The lines of rows, without the header."""
    return csv_text(rows).split("\n", 1)[1].splitlines()


HEADER_LINE = csv_text([]).strip()


# --- reading again ---------------------------------------------------------------------------------------------------


def test_the_same_rows_again_change_nothing_and_publish_nothing(store: Store) -> None:
    rows = [row(1), row(2, closed="2024-03-05 10:00:00"), row(3)]
    first = store.sync(rows)
    assert (numbers(first.counts), first.version, first.published) == ((3, 3, 0, 0, 0), 1, True)
    seen = store.seen()
    second = store.sync(rows)
    assert (numbers(second.counts), second.version, second.published) == ((3, 0, 0, 3, 0), 1, False)
    assert store.seen() == seen
    assert sorted(path.name for path in store.folder.glob("v*")) == ["v1"]


def test_a_changed_row_is_one_update_and_a_new_version(store: Store) -> None:
    store.sync([row(1), row(2), row(3)])
    result = store.sync([row(1), row(2, closed="2024-03-06 09:00:00"), row(3)])
    assert (numbers(result.counts), result.version, result.published) == ((3, 0, 1, 2, 0), 2, True)
    assert store.requests()["status"].tolist() == ["open", "closed", "open"]


def test_rows_that_a_later_file_does_not_hold_stay(store: Store) -> None:
    store.sync([row(1), row(2)])
    result = store.sync([row(3)])
    assert numbers(result.counts) == (1, 1, 0, 0, 0)
    assert result.counts.removed == 0
    assert store.requests().index.tolist() == ["1", "2", "3"]


def test_several_files_count_as_one_load(store: Store) -> None:
    result = store.sync([row(1), row(2)], [row(2), row(3)], [row(3, Area="Hill")])
    assert (numbers(result.counts), result.version) == ((5, 3, 1, 1, 0), 1)
    assert store.requests()["neighbourhood"].tolist() == ["Old Town", "Old Town", "Hill"]


# --- repeated ids ----------------------------------------------------------------------------------------------------


def test_a_repeated_id_with_the_same_text_is_unchanged(store: Store) -> None:
    assert numbers(store.sync([row(1), row(1), row(2), row(1)]).counts) == (4, 2, 0, 2, 0)


def test_a_repeated_id_with_another_text_is_an_update_and_the_last_one_stays(store: Store) -> None:
    assert numbers(store.sync([row(1), row(1, Area="Hill"), row(1, Area="Dale"), row(2)]).counts) == (4, 2, 2, 0, 0)
    assert store.requests()["neighbourhood"].tolist() == ["Dale", "Old Town"]


def test_a_file_that_ends_where_the_store_stands_changes_nothing(store: Store) -> None:
    store.sync([row(1, Area="Hill")])
    result = store.sync([row(1), row(1, Area="Hill")])
    assert numbers(result.counts)[:2] == (2, 0)
    assert not result.counts.stored
    assert store.requests()["neighbourhood"].tolist() == ["Hill"]


def test_blanks_around_an_id_do_not_make_another_request(store: Store) -> None:
    result = store.sync([row("7"), row(" 7 ", Area="Hill")])
    assert numbers(result.counts) == (2, 1, 1, 0, 0)


def test_every_row_of_a_shuffled_file_is_counted_as_a_plain_recount_does(store: Store) -> None:
    chance = random.Random(311)

    def some(count: int) -> list[dict[str, str]]:
        return [row(chance.randrange(60), Area=chance.choice(["Hill", "Dale", "Quay"])) for _ in range(count)]

    stored: dict[str, str] = {}
    for rows in (some(50), some(300)):
        last = {line["Id"]: line["Area"] for line in rows}
        expected = [0, 0, 0]
        for place, line in enumerate(rows):
            number, area = line["Id"], line["Area"]
            is_last = all(later["Id"] != number for later in rows[place + 1 :])
            if is_last and number not in stored:
                expected[0] += 1
            elif (
                area == (stored.get(number, last[number]) if is_last else last[number])
                or stored.get(number) == last[number]
            ):
                expected[2] += 1
            else:
                expected[1] += 1
        stored |= last
        assert numbers(store.sync(rows).counts) == (len(rows), *expected, 0)
    assert store.requests()["neighbourhood"].to_dict() == stored


# --- bad rows --------------------------------------------------------------------------------------------------------


def test_bad_rows_go_to_the_quarantine_with_the_line_where_they_begin(store: Store) -> None:
    (good,) = lines(row(1))
    content = (
        "\n".join(
            [
                HEADER_LINE,  # 1
                good,  # 2
                *lines(row("", Area="Hill")),  # 3 no id
                *lines(row(2, Note="one\ntwo\nthree")),  # 4 to 6
                *lines(row(3, created="")),  # 7 no created date
                "4,2024-03-04 09:00:00",  # 8 too few columns
                *lines(row(5, Note="one\ntwo", created="yesterday")),  # 9 and 10
                good.replace("1,", "6,", 1) + ",and,more",  # 11 too many columns
                *lines(row(7, created="2024-02-30 09:00:00")),  # 12 no such day
                '8,"2024-03-04 09:00:00" or so,' + good[22:],  # 13 text after a closing quote
                *lines(row(9, created="   ")),  # 14 blank created date
                *lines(row(10)),  # 15
            ]
        )
        + "\n"
    )
    result = store.sync(content)
    assert store.quarantined() == [
        (3, "no_request_id"),
        (7, "no_created_date"),
        (8, "wrong_column_count"),
        (9, "unreadable_created_date"),
        (11, "wrong_column_count"),
        (12, "unreadable_created_date"),
        (13, "unreadable_line"),
        (14, "no_created_date"),
    ]
    assert numbers(result.counts) == (11, 3, 0, 0, 8)
    assert store.requests().index.tolist() == ["1", "10", "2"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_are_right_after_blank_lines_and_rows_over_several_lines(store: Store, newline: str) -> None:
    (good,) = lines(row(1))
    several = csv_text([row(5, Note="a\n\nb", created="soon")]).split("\n", 1)[1].strip()
    content = (
        "\n".join(
            [
                HEADER_LINE,  # 1
                good,  # 2
                "",
                "",  # 3, 4
                "2,too few",  # 5
                '3,"open quote\nand on" more,still on',  # 6, 7
                "",  # 8
                *lines(row("")),  # 9
                good.replace("1,", "4,", 1),  # 10
                several,  # 11 to 13, the second of them blank
                "6,too few",  # 14
                *lines(row("", Area="Hill")),  # 15
            ]
        )
        + "\n"
    )
    result = store.sync(content.replace("\n", newline))
    assert store.quarantined() == [
        (5, "wrong_column_count"),
        (6, "wrong_column_count"),
        (9, "no_request_id"),
        (11, "unreadable_created_date"),
        (14, "wrong_column_count"),
        (15, "no_request_id"),
    ]
    assert numbers(result.counts) == (8, 2, 0, 0, 6)


def test_an_open_quote_swallows_the_rows_up_to_the_next_one_and_is_counted_as_one(store: Store) -> None:
    first, second, third, fourth = lines(row(1), row(2, Note="never closed"), row(3), row(4, Note='a "word"'))
    content = (
        "\n".join([HEADER_LINE, first, second.replace("never", '"never'), third, fourth, *lines(row(5), row(""))])
        + "\n"
    )
    result = store.sync(content)
    assert store.quarantined() == [(3, "unreadable_line"), (7, "no_request_id")]
    assert numbers(result.counts) == (4, 2, 0, 0, 2)


def test_a_bad_row_is_kept_once_however_often_it_comes(store: Store) -> None:
    rows = [row(1), row("", Area="Hill"), row(2, created="soon")]
    assert numbers(store.sync(rows).counts) == (3, 1, 0, 0, 2)
    again = store.sync(rows)
    assert (numbers(again.counts), again.published) == ((3, 0, 0, 1, 2), False)
    assert len(store.quarantined()) == 2
    more = store.sync([*rows, row("", Area="Dale")])
    assert (numbers(more.counts), more.published) == ((4, 0, 0, 1, 3), True)
    assert len(store.quarantined()) == 3


def test_a_file_of_bad_rows_only_is_refused_with_the_reason(store: Store) -> None:
    store.sync([row(1)])
    with pytest.raises(
        SourceError, match=r"None of the 2 rows of .* because the created date cannot be read; dates are"
    ):
        store.sync([row(2, created="soon"), row(3, created="later")])
    assert store.requests().index.tolist() == ["1"]


def test_the_quarantine_keeps_the_row_as_it_was(store: Store) -> None:
    store.sync(csv_text([row(1)]) + "2,half\n")
    assert store.work("SELECT raw, file FROM quarantine") == [("2,half", "rows.csv")]


@pytest.mark.parametrize("value", ["", "abc", "é\n\x1f", "long " * 500])
def test_the_hash_of_a_single_text_is_the_one_of_the_engine(value: str) -> None:
    engine = create_engine("duckdb://")
    with engine.connect() as connection:
        assert connection.scalar(select(stable_hash(literal(value)))) == hash_of(value)
    engine.dispose()


# --- full loads ------------------------------------------------------------------------------------------------------


def test_a_full_load_removes_what_it_lacks_and_keeps_a_tombstone(store: Store) -> None:
    rows = [row(number) for number in range(10)]
    store.sync(rows)
    result = store.sync(rows[:8], full=True)
    assert (numbers(result.counts), result.counts.removed, result.version) == ((8, 0, 0, 8, 0), 2, 2)
    assert store.requests().index.tolist() == [str(number) for number in range(8)]
    assert store.work("SELECT request_id, run FROM tombstones ORDER BY 1") == [("8", 2), ("9", 2)]
    assert "somebody's own words" in store.work("SELECT raw FROM tombstones")[0][0]
    back = store.sync(rows)
    assert (numbers(back.counts), back.counts.removed) == ((10, 2, 0, 8, 0), 0)


def test_removing_more_than_a_fifth_is_blocked_and_said(store: Store) -> None:
    rows = [row(number) for number in range(10)]
    store.sync(rows)
    seen = store.seen()
    with pytest.raises(SourceError, match="lacks 3 of the 10 stored requests, more than 20%; nothing was changed"):
        store.sync(rows[:7], full=True)
    assert (store.version(), store.seen()) == (1, seen)
    assert store.work("SELECT count(*) FROM raw_rows") == [(10,)]


def test_new_rows_do_not_make_up_for_removed_ones(store: Store) -> None:
    store.sync([row(f"old {number}") for number in range(5)])
    with pytest.raises(SourceError, match="lacks 5 of the 5 stored requests"):
        store.sync([row(f"new {number}") for number in range(50)], full=True)
    assert len(store.requests()) == 5


def test_a_row_that_a_full_load_holds_but_that_cannot_be_read_is_not_removed(store: Store) -> None:
    rows = [row(number) for number in range(10)]
    store.sync(rows)
    result = store.sync([*rows[:9], row(9, created="soon")], full=True)
    assert (numbers(result.counts), result.counts.removed) == ((10, 0, 0, 9, 1), 0)
    assert len(store.requests()) == 10


def test_a_full_load_of_several_files_keeps_the_rows_of_all(store: Store) -> None:
    store.sync([row(1), row(2), row(3)])
    result = store.sync([row(1)], [row(2), row(3)], full=True)
    assert (result.counts.removed, result.published) == (0, False)


# --- a changed city file, and data through ---------------------------------------------------------------------------


def test_a_changed_city_file_reads_the_stored_rows_again(store: Store) -> None:
    store.sync([row(1), row(2, District="4", Note="one\ntwo")], [row(3, Area="Hill")])
    store.city = make_city(values={"district": {"3": "Third"}})
    result = store.sync([row(4, District="9")])
    assert (numbers(result.counts), result.version) == ((1, 1, 0, 0, 0), 2)
    assert store.requests()["district"].tolist() == ["Third", "4", "Third", "9"]


def test_a_changed_city_file_gives_what_a_clean_sync_gives(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [
        row(1, due := "2024-03-04 09:00:00"),
        row(2, due, "2024-03-05 10:00:00", Department="Streets", Due="2024-03-10"),
    ]
    store.sync(rows)
    changed = make_city(
        date_only_departments=["Streets"], default_addresses=["33 Beacon St"], time_zone="America/Chicago"
    )
    store.city = changed
    assert store.sync(rows).published
    clean = Store(tmp_path_factory.mktemp("clean") / "data", changed)
    clean.sync(rows)
    assert store.seen() == clean.seen()


def test_a_stored_row_that_a_changed_city_file_cannot_read_is_in_the_quarantine(store: Store) -> None:
    store.sync([row(1), row(2)])
    schema = make_city().schemas["rows"].model_dump() | {"time_formats": ["%d.%m.%Y %H:%M"]}
    store.city = make_city(schemas={"rows": schema})
    store.sync([row(3, "05.03.2024 10:00")])
    assert store.requests().index.tolist() == ["3"]
    with store.snapshot() as snapshot:
        reasons = quality.quarantine(snapshot).set_index("reason")["n"].to_dict()
    assert reasons == {"unreadable_created_date": 2}


def test_stored_rows_of_a_schema_that_is_gone_are_said(store: Store) -> None:
    store.sync([row(1)])
    schema = make_city().schemas["rows"].model_dump()
    store.city = make_city(schemas={"other": schema})
    with pytest.raises(SourceError, match="the schema 'rows', which Testville's file no longer has"):
        store.sync([row(1)])


def test_data_through_is_the_newest_time_of_the_rows(store: Store) -> None:
    store.sync(
        [row(1, "2024-03-04 09:00:00"), row(2, closed="2024-03-09 10:00:00"), row(3, Updated="2024-03-11 08:00:00")]
    )
    with store.snapshot() as snapshot:
        assert snapshot.data_through_local.isoformat() == "2024-03-11T08:00:00-04:00"
        assert (snapshot.data_from.isoformat(), snapshot.data_to.isoformat()) == ("2024-03-04", "2024-03-04")


def test_times_after_the_moment_of_reading_do_not_move_data_through(store: Store) -> None:
    store.sync(
        [
            row(1),
            row(2, closed="2030-01-01 00:00:00"),
            row(3, Updated="2030-01-01 00:00:00"),
            row(4, "2031-01-01 00:00:00"),
        ]
    )
    with store.snapshot() as snapshot:
        assert snapshot.data_through_local.isoformat() == "2024-03-04T09:00:00-05:00"
        assert snapshot.data_to.isoformat() == "2024-03-04"


def test_a_given_data_through_is_kept_and_one_before_the_rows_is_refused(store: Store) -> None:
    rows = [row(1), row(2, closed="2024-03-09 10:00:00")]
    store.sync(rows, data_through=datetime(2024, 3, 20, tzinfo=UTC))
    with store.snapshot() as snapshot:
        assert snapshot.data_through == datetime(2024, 3, 20, tzinfo=UTC).timestamp()
    with pytest.raises(SourceError, match="The rows run to 2024-03-09 10:00:00, later than the --data-through given"):
        store.sync(rows, data_through=datetime(2024, 3, 9, 14, 59, 59, tzinfo=UTC))
    assert store.version() == 1
    assert not store.sync(rows, data_through=datetime(2024, 3, 20, tzinfo=UTC)).published
    assert store.sync(rows, data_through=datetime(2024, 3, 9, 15, 0, tzinfo=UTC)).version == 2


def test_a_data_through_that_was_given_once_does_not_hold_later_rows_back(store: Store) -> None:
    store.sync([row(1)], data_through=datetime(2024, 3, 20, tzinfo=UTC))
    store.sync([row(2, closed="2024-03-19 10:00:00")])
    with store.snapshot() as snapshot:
        assert snapshot.data_through == datetime(2024, 3, 20, tzinfo=UTC).timestamp()
    store.sync([row(3, "2024-05-01 10:00:00")])
    with store.snapshot() as snapshot:
        assert snapshot.data_through_local.isoformat() == "2024-05-01T10:00:00-04:00"


# --- two at once -----------------------------------------------------------------------------------------------------


def test_a_second_sync_at_the_same_time_is_told_to_wait(store: Store) -> None:
    store.sync([row(1)])
    with (
        city_lock(store.folder),
        pytest.raises(
            SyncLocked, match=r"Another sync of testville is running \(process \d+\); wait until it has finished\."
        ),
    ):
        store.sync([row(2)])
    assert store.version() == 1
    assert store.sync([row(2)]).counts.stored == 1


def test_another_city_syncs_meanwhile(store: Store) -> None:
    with city_lock(store.data_dir / "elsewhere"):
        assert store.sync([row(1)], now=NOW).version == 1
