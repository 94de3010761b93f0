"""Two files with months between them that nobody has read: what is published of these months, and said."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.domain.filters import Filters
from dashboard.domain.gaps import Gap
from dashboard.settings import load
from data_access.answers.series import MEASURES, series
from data_access.answers.summary import summary
from data_access.answers.trends import trend
from data_access.city import load_city
from data_access.store.published import Snapshot
from data_access.sync import sync_files
from tests.builders import Store, row
from tests.dashboard.reading import both
from tests.sample_data import sample

A_DAY = 8
SAID = "The data hold nothing from Apr 1, 2023 to Jan 31, 2024; nothing is known of these days."


def days_of(first: date, last: date, start: int) -> list[dict[str, str]]:
    """A_DAY requests on each day, closed within two days; the numbers begin with `start`."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        row(start + place, f"{day} 09:00:00", f"{day + timedelta(days=2)} 10:00:00")
        for place, day in enumerate(day for day in days for _ in range(A_DAY))
    ]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(tmp_path_factory.mktemp("gaps") / "data")
    made.sync(
        days_of(date(2022, 11, 1), date(2023, 3, 31), 10_000), days_of(date(2024, 2, 1), date(2024, 4, 30), 20_000)
    )
    return made


@pytest.fixture
def snapshot(store: Store) -> Iterator[Snapshot]:
    with store.snapshot() as held:
        yield held


def asked(snapshot: Snapshot, query: str) -> Filters:
    filters, problems = Filters.parse(query, snapshot.options)
    assert not problems
    return filters


def test_the_gap_is_known(snapshot: Snapshot) -> None:
    assert snapshot.gaps == (Gap(date(2023, 4, 1), date(2024, 1, 31)),)


def test_months_between_the_files_are_unknown_and_not_zero(snapshot: Snapshot) -> None:
    found = series(snapshot, asked(snapshot, "period=all"), "requests")
    values = dict(zip(found["start"], found["value"], strict=True))
    assert values[date(2023, 3, 1)] == 31 * A_DAY
    assert all(values[date(2023, month, 1)] is None for month in range(4, 13))
    assert values[date(2024, 2, 1)] == 29 * A_DAY
    assert sum(value for value in values.values() if value) == snapshot.rows
    assert list(found["mature"]) == [value is not None for value in values.values()]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("interval", ["day", "week", "month", "quarter", "year"])
def test_no_measure_has_a_value_in_the_gap(snapshot: Snapshot, measure: str, interval: str) -> None:
    found = series(snapshot, asked(snapshot, f"period=all&interval={interval}"), measure)  # type: ignore[arg-type]
    (gap,) = snapshot.gaps
    for each in found.to_dict("records"):
        days = {each["start"] + timedelta(days=number) for number in range((each["end"] - each["start"]).days + 1)}
        unknown = {day for day in days if gap.start <= day <= gap.end}
        assert not (unknown and each["mature"]), each
        if unknown == days:
            assert each["n"] == 0
            assert each["value"] is None or math.isnan(each["value"])


def test_the_year_before_a_bucket_is_not_shown_where_it_was_in_the_gap(snapshot: Snapshot) -> None:
    found = trend(snapshot, asked(snapshot, "from=2024-02-01&to=2024-04-30"), "requests")
    before = [None if math.isnan(n) else n for n in found["before"].astype(float)]
    assert before == [28 * A_DAY, 31 * A_DAY, None]
    within = trend(snapshot, asked(snapshot, "from=2023-03-01&to=2023-05-31"), "requests")
    assert list(within["value"].isna()) == [False, True, True]
    assert list(within["mature"]) == [True, False, False]


def test_nothing_is_compared_across_the_gap(snapshot: Snapshot) -> None:
    for query in ("from=2024-02-01&to=2024-03-31&compare=previous", "from=2024-04-01&to=2024-04-30&compare=year"):
        assert summary(snapshot, asked(snapshot, query))["compare"] is None
    for query, days in (
        ("from=2024-04-01&to=2024-04-30&compare=previous", 30),
        ("from=2024-03-01&to=2024-03-31&compare=year", 31),
    ):
        assert summary(snapshot, asked(snapshot, query))["compare"]["requests"] == days * A_DAY


def test_pages_whose_period_touches_the_gap_say_so_once(store: Store) -> None:
    client = create_app(load(data_dir=store.data_dir), clock=lambda: datetime(2024, 7, 2, tzinfo=UTC)).test_client()
    for path in ("/", "/place", "/about"):
        for period, told in (("period=all", 1), ("from=2024-02-01&to=2024-04-30", 0), ("from=2024-01-31", 1)):
            for document in both(client, f"{path}?{period}"):
                notes = [node.text() for node in document.all("p") if node.attributes.get("class") == "note"]
                assert notes.count(SAID) == told, (path, period)


def test_the_interface_gives_null_and_whole_numbers(store: Store) -> None:
    client = create_app(load(data_dir=store.data_dir)).test_client()
    answer = client.get("/api/v1/series?measure=requests&period=all")
    assert '"value": 248,' in answer.text.replace("\n", " ") or '"value":248,' in answer.text
    assert [each["value"] for each in answer.json["rows"]].count(None) == 10  # type: ignore[index]


def test_a_city_with_two_loaded_months_knows_nothing_between_them(tmp_path: Path) -> None:
    city = load_city("los_angeles")
    files = [sample(f"los_angeles/requests-{name}.csv.gz") for name in ("2018-01-export", "2020-01-api")]
    sync_files(city, files, tmp_path, now=datetime(2020, 2, 1, tzinfo=UTC))
    made = Store(tmp_path, city)
    with made.snapshot() as held:
        (gap,) = held.gaps
        assert gap.end == date(2019, 12, 31)
        found = series(held, asked(held, "period=all&interval=month"), "requests")
        assert list(found["value"].isna()) == [False, *[True] * 23, False]
