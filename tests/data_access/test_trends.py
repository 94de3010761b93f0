"""Trends recounted from rows made by hand, one bucket and value at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from dashboard.domain.filters import Filters
from dashboard.domain.trend import FOLLOWED, OTHER
from data_access.answers.series import MEASURES, series
from data_access.answers.summary import summary
from data_access.answers.trends import bulk_closes, trend, volumes
from data_access.store.published import Snapshot
from tests.builders import Store, row

TYPES = ("Pothole", "Noise", "Graffiti", "Tree", "Lamp", "Sign", "Sewer", "Litter", "Ice", "Bench")
FIRST = datetime(2022, 7, 1, 9)  # noqa: DTZ001  a local time
LAST = datetime(2024, 6, 30, 9)  # noqa: DTZ001
STAMP = "%Y-%m-%d %H:%M:%S"
Made = list[dict[str, str]]


def rows() -> Made:
    """Two years of requests: of the kinds ever fewer, closed after so many days or never, each with a due time."""
    found: Made = []
    for number in range(1400):
        created = FIRST + timedelta(days=number % 700, minutes=number)
        kind = TYPES[min(number % 55, 54 - number % 55) % len(TYPES)]
        days = (number * 7) % 40
        ended = created + timedelta(days=days, seconds=30 if days == 0 else 0)
        closed = "" if number % 9 == 0 or ended > LAST else ended.strftime(STAMP)
        due = (created + timedelta(days=14)).strftime(STAMP)
        found.append(
            row(number, created.strftime(STAMP), closed, Type=kind, Due=due, Note="Fixed" if number % 2 else "Else")
        )
    return found


@pytest.fixture
def snapshot(store: Store) -> Iterator[Snapshot]:
    store.sync(rows())
    with store.snapshot() as found:
        yield found


def asked(snapshot: Snapshot, query: str = "from=2023-07-01&to=2024-05-31") -> Filters:
    filters, problems = Filters.parse(query, snapshot.options)
    assert not problems
    return filters


@pytest.mark.parametrize("interval", ["week", "month", "quarter"])
def test_without_a_breakdown_it_is_the_published_series(snapshot: Snapshot, interval: str) -> None:
    filters = asked(snapshot, f"from=2023-07-05&to=2024-05-20&interval={interval}")
    for measure in MEASURES:
        mine, known = trend(snapshot, filters, measure), series(snapshot, filters, measure)
        for column in ("start", "end", "n", "value", "mature"):
            left, right = mine[column].astype(object), known[column].astype(object)
            assert left.where(mine[column].notna(), None).tolist() == right.where(known[column].notna(), None).tolist()


def test_every_kind_and_month_is_counted(snapshot: Snapshot) -> None:
    found = trend(snapshot, asked(snapshot), "requests", "category", ["Pothole", "Noise"])
    assert list(dict.fromkeys(found["name"])) == ["Pothole", "Noise", OTHER]
    made = [(each["Type"], each["Created"][:7]) for each in rows()]
    for line in found.to_dict("records"):
        month = line["start"].strftime("%Y-%m")
        kinds = {"Pothole": {"Pothole"}, "Noise": {"Noise"}}.get(line["name"], set(TYPES) - {"Pothole", "Noise"})
        assert line["value"] == sum(kind in kinds and when == month for kind, when in made)
        year = month.replace(month[:4], str(int(month[:4]) - 1))
        assert line["before"] == sum(kind in kinds and when == year for kind, when in made)


def test_the_parts_of_the_backlog_add_up_and_are_those_open_then(snapshot: Snapshot) -> None:
    found = trend(snapshot, asked(snapshot), "backlog", "category")
    whole = trend(snapshot, asked(snapshot), "backlog")
    for line in whole.to_dict("records"):
        day = line["end"].isoformat()
        still = [
            each for each in rows() if each["Created"][:10] <= day and (not each["Closed"] or each["Closed"][:10] > day)
        ]
        assert line["value"] == len(still)
        assert found[found["start"] == line["start"]]["value"].sum() == len(still)


def test_the_year_before_is_seen_at_the_same_age(snapshot: Snapshot) -> None:
    """The newest month has few days of follow-up: closings of the year before that came later are not known either."""
    newest = trend(snapshot, asked(snapshot), "share_work_done").to_dict("records")[-1]
    through = snapshot.data_through_local.replace(tzinfo=None) - (date(2024, 5, 31) - date(2023, 5, 31))
    ended = [
        each
        for each in rows()
        if each["Created"][:7] == "2023-05" and each["Closed"] and datetime.strptime(each["Closed"], STAMP) <= through  # noqa: DTZ007
    ]
    assert newest["before_n"] == len(ended)
    assert newest["before"] == pytest.approx(sum(each["Note"] == "Fixed" for each in ended) / len(ended), abs=1e-6)
    every = [each for each in rows() if each["Created"][:7] == "2023-05" and each["Closed"]]
    assert len(every) > len(ended)


def test_the_values_with_most_requests_are_chosen(snapshot: Snapshot) -> None:
    most = volumes(snapshot, asked(snapshot), "category")
    assert [n for _, n in most] == sorted((n for _, n in most), reverse=True)
    found = trend(snapshot, asked(snapshot), "wait", "category")
    assert list(dict.fromkeys(found["name"])) == [name for name, _ in most[:8]]


def test_a_measure_without_parts_that_add_up_has_no_rest(snapshot: Snapshot) -> None:
    for measure, followed in FOLLOWED.items():
        names = set(trend(snapshot, asked(snapshot), measure, "category", ["Pothole"])["name"])
        assert names == ({"Pothole", OTHER} if followed.unit == "count" else {"Pothole"}), measure


def test_how_they_ended_adds_up_to_all_that_were_made(snapshot: Snapshot) -> None:
    parts = trend(snapshot, asked(snapshot), "requests", "outcome", None)
    whole = trend(snapshot, asked(snapshot), "requests")
    assert parts.groupby("start")["value"].sum().tolist() == whole["value"].tolist()


def test_closings_in_one_go_are_found(store: Store) -> None:
    many = [row(number, f"2024-03-0{1 + number % 5} 09:00:00", "2024-04-02 12:00:00") for number in range(25)]
    store.sync([*many, row("x", "2024-03-01 09:00:00", "2024-04-03 12:00:00"), row("y", "2024-05-01 09:00:00")])
    with store.snapshot() as snapshot:
        assert bulk_closes(snapshot, asked(snapshot, "from=2024-03-01&to=2024-06-01")) == [(date(2024, 4, 2), 25)]
        assert bulk_closes(snapshot, asked(snapshot, "from=2024-03-01&to=2024-04-01")) == []


def test_work_done_and_repeats_of_a_bucket_are_those_of_its_summary(snapshot: Snapshot) -> None:
    months = trend(snapshot, asked(snapshot), "repeats")["start"].tolist()
    for by in ("none", "category"):
        found = {
            measure: {
                (line["name"], line["start"]): line
                for line in trend(snapshot, asked(snapshot), measure, by, ["Noise"]).to_dict("records")
            }
            for measure in ("work_done_within_7", "work_done_within_30", "work_done_within_90", "repeats")
        }
        for month in months[::4]:
            name = "" if by == "none" else "Noise"
            end = found["repeats"][name, month]["end"]
            only = "" if by == "none" else "&category=Noise"
            numbers = summary(snapshot, asked(snapshot, f"from={month}&to={end}{only}"), with_compare=False)
            for days in ("7", "30", "90"):
                line = found[f"work_done_within_{days}"][name, month]
                assert line["value"] == numbers["work_done_within"][days]
                assert (line["low"], line["high"]) == (
                    numbers["work_done_within_low"][days],
                    numbers["work_done_within_high"][days],
                )
                assert line["n"] == numbers["wait"]["n"]
            line = found["repeats"][name, month]
            assert line["n"] == numbers["repeats"]["eligible"]
            assert line["value"] == numbers["repeats"]["rate"] or not line["n"]


def test_buckets_are_complete_when_all_in_them_were_followed(snapshot: Snapshot) -> None:
    """The data end on 30 June 2024; a request counts within 30 days until 31 May, within 90 until 31 March."""
    for measure, newest in (
        ("work_done_within_30", date(2024, 5, 1)),
        ("work_done_within_90", date(2024, 3, 1)),
        ("repeats", snapshot.data_to),
    ):
        found = trend(snapshot, asked(snapshot, "from=2023-07-01&to=2024-06-30"), measure)
        mature = found[found["mature"]]["end"].tolist()
        if measure == "repeats":
            assert mature == [end for end in found["end"] if end + timedelta(days=30) <= newest]
        else:
            assert found[found["mature"]]["start"].max() <= newest
            assert all(
                end + timedelta(days=FOLLOWED[measure].days) <= snapshot.data_through_local.date() for end in mature
            )
