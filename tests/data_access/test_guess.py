"""Guesses about an unknown file: right where the rows tell, and a question to the person where they do not."""

from __future__ import annotations

import csv
import io
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dashboard.domain.errors import SourceError
from data_access.guess.headers import KNOWN, guessed_columns
from data_access.guess.sample import PLACES, ROWS_AT_EACH, sampled
from data_access.guess.time_formats import guess_time_formats
from data_access.guess.words import channel_group_of, says_duplicate, says_nothing, status_of
from data_access.sources.files import plain_file

MOMENTS = [datetime.fromisoformat("2023-01-28T08:05:09") + timedelta(hours=37 * i, seconds=7 * i) for i in range(300)]


def written(form: str) -> list[str]:
    """The moments in a format."""
    return [each.strftime(form) for each in MOMENTS]


@pytest.mark.parametrize(
    "form",
    [
        *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M", "%Y%m%d", "%Y-%m-%dT%H:%M:%S.%f"),
        *("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%m/%d/%y %H:%M", "%m-%d-%Y %H:%M:%S"),
        *("%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M %p", "%d-%m-%Y", "%d.%m.%Y %H:%M", "%d.%m.%y"),
        *("%d-%b-%Y %H:%M:%S", "%b %d, %Y", "%B %d, %Y, %I:%M %p", "%d %B %Y %H:%M"),
    ],
)
def test_a_common_format_is_found_and_reads_every_text(form: str) -> None:
    guess = guess_time_formats({"Opened": written(form)})
    assert guess.read_share == {"Opened": 1.0}
    assert {datetime.strptime(text, guess.formats[0]) for text in written(form)} == {  # noqa: DTZ007
        datetime.strptime(text, form)  # noqa: DTZ007
        for text in written(form)
    }


def test_times_without_padding_and_with_seven_decimals_are_read() -> None:
    bare = [f"{each.month}/{each.day}/{each.year} {each.hour}:{each.minute:02}" for each in MOMENTS]
    assert guess_time_formats({"a": bare}).formats == ("%m/%d/%Y %H:%M",)
    seven = [f"{each:%Y-%m-%d %H:%M:%S}.0000000" for each in MOMENTS]
    assert guess_time_formats({"a": seven}).formats == ("%Y-%m-%d %H:%M:%S.%n",)


def test_columns_may_differ_and_mix() -> None:
    mixed = written("%Y-%m-%d %H:%M:%S")[:200] + written("%Y-%m-%d")[200:]
    guess = guess_time_formats({"Opened": mixed, "Due": written("%Y/%m/%d")})
    assert guess.formats == ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d")


def test_a_zone_in_the_text_is_seen() -> None:
    guess = guess_time_formats({"Opened": written("%Y-%m-%dT%H:%M:%SZ")})
    assert (guess.formats, guess.time_zone) == (("%Y-%m-%dT%H:%M:%S",), "in_text")


@pytest.mark.parametrize("sign", ["/", "-"])
def test_a_day_that_may_be_a_month_is_asked_for(sign: str) -> None:
    texts = [f"{day:02}{sign}{month:02}{sign}2024 10:00" for day in range(1, 13) for month in range(1, 13)]
    with pytest.raises(SourceError) as asked:
        guess_time_formats({"Opened": texts})
    assert str(asked.value) == (
        f"The dates of 'Opened' may be read month first or day first, for example '01{sign}01{sign}2024 10:00'; give "
        f"--time-format '%m{sign}%d{sign}%Y %H:%M' or --time-format '%d{sign}%m{sign}%Y %H:%M'."
    )


def test_another_column_can_tell_which_is_the_day() -> None:
    guess = guess_time_formats(
        {"Opened": ["03/04/2024", "05/06/2024"], "Closed": [f"{day}/04/2024" for day in range(1, 31)]}
    )
    assert guess.formats == ("%d/%m/%Y",)


def test_one_slip_of_the_pen_does_not_tell_which_is_the_day() -> None:
    texts = [f"{day:02}/{month:02}/2024" for day in range(1, 13) for month in range(1, 13)] + ["13/01/2024"]
    with pytest.raises(SourceError, match="month first or day first"):
        guess_time_formats({"Opened": texts})


def test_given_formats_are_taken_and_what_they_do_not_read_is_told() -> None:
    guess = guess_time_formats({"Opened": ["01/02/2024", "soon", "2024-01-02"]}, ["%d/%m/%Y"])
    assert guess.formats == ("%d/%m/%Y",)
    assert guess.unread == {"Opened": ("soon", "2024-01-02")}


def test_texts_that_are_no_times_give_no_format() -> None:
    assert guess_time_formats({"Opened": ["soon", "later", "12"], "Empty": []}).formats == ()


# --- words and headers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *(
            (word, "open")
            for word in ("Open", "NEW", "Received", "Re-opened", "Reopened", "Unassigned", "Not Completed")
        ),
        *((word, "in_progress") for word in ("In Progress", "in_progress", "Assigned to crew", "On Hold", "Pending")),
        *((word, "closed") for word in ("Closed", "Completed", "Resolved", "Completed - Dup", "Closed (Transferred)")),
        *((word, "cancelled") for word in ("Cancelled", "Canceled", "Withdrawn by caller", "VOID")),
        *((word, None) for word in ("", "Blue", "7", "Referred Out")),
    ],
)
def test_status_words_are_known(word: str, status: str | None) -> None:
    assert status_of(word) == status


def test_other_words_are_known() -> None:
    groups = {
        word: channel_group_of(word) for word in ("Phone Call", "Web Form", "Citizen App", "Twitter", "Happy", "Letter")
    }
    assert groups == {
        "Phone Call": "phone",
        "Web Form": "web",
        "Citizen App": "app",
        "Twitter": "social",
        "Happy": None,
        "Letter": None,
    }
    assert [word for word in ("dup", "Duplicate", "DUPE of 1", "Dupont", "duple") if says_duplicate(word)] == [
        *("dup", "Duplicate", "DUPE of 1")
    ]
    assert [word for word in ("N/A", "none", "0", "-", "Unspecified BRONX", "North", "10") if says_nothing(word)] == [
        *("N/A", "none", "0", "-", "Unspecified BRONX")
    ]


def test_headers_are_known_in_any_spelling_and_taken_once() -> None:
    header = ("SR_Number", "DATE OPENED", "dateClosed", "Status", "Request-Type", "Type", "Lat", "Long", "Colour")
    assert guessed_columns(header) == {
        "request_id": "SR_Number",
        "created_at": "DATE OPENED",
        "closed_at": "dateClosed",
        "status": "Status",
        "category": "Request-Type",
        "latitude": "Lat",
        "longitude": "Long",
    }
    assert "status" not in guessed_columns(header, ["Status"])
    assert guessed_columns(("Closed",)) == {"closed_at": "Closed"}


def test_no_name_stands_for_two_fields() -> None:
    names = [name for field in KNOWN for name in {each.replace(" ", "") for each in KNOWN[field]}]
    assert len(names) == len(set(names))


# --- the sample ------------------------------------------------------------------------------------------------------


def test_a_small_file_is_looked_at_whole_and_a_large_one_all_over(tmp_path: Path) -> None:
    noise = random.Random(3)
    rows = [[str(number), 'a "quoted", text' if noise.random() < 0.3 else "plain"] for number in range(60_000)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["n", "t"], *rows])
    path = tmp_path / "rows.csv"
    path.write_text(out.getvalue())
    with plain_file(path) as file:
        sample = sampled(file)
    assert not sample.whole
    assert len(sample.rows) == PLACES * ROWS_AT_EACH
    assert {list(row) == rows[int(row[0])] for row in sample.rows} == {True}
    assert max(int(row[0]) for row in sample.rows) > 58_000
    path.write_text("".join(out.getvalue().splitlines(keepends=True)[:101]))
    with plain_file(path) as file:
        sample = sampled(file)
    assert (sample.whole, [list(row) for row in sample.rows]) == (True, rows[:100])
