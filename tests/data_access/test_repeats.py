"""What counts as the same again after a close: by hand, and request by request from Boston's file."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from math import cos, radians
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dashboard.domain.request import Code
from data_access.store.published import Snapshot
from data_access.store.tables import facts
from tests import oracle
from tests.builders import Store, row
from tests.data_access.test_answers_boston import THROUGH
from tests.sample_data import boston_csv

LAT, LON = 42.33, -71.09
METRE = 180 / (3.141592653589793 * 6_371_008.8)  # degrees of latitude
CLOSED = "2024-03-05 09:00:00"


def place(north: float = 0.0, east: float = 0.0) -> dict[str, str]:
    """A point so many metres from the first one."""
    return {
        "Lat": f"{LAT + north * METRE:.7f}",
        "Lon": f"{LON + east * METRE / cos(radians(LAT)):.7f}",
    }


def first(**columns: Any) -> dict[str, str]:
    """A closed request that could be repeated; what is in `columns` replaces its own."""
    return row(
        "first", "2024-03-04 09:00:00", CLOSED, **({"Type": "Pothole", "Address": "1 Elm St"} | place() | columns)
    )


def then(created: str = "2024-03-20 09:00:00", **columns: Any) -> dict[str, str]:
    """Another request, still open."""
    return row("then", created, **({"Type": "Pothole", "Address": "1 Elm St"} | place() | columns))


NO_POINT = {"Lat": "", "Lon": ""}
LATE = row("late", "2024-06-30 09:00:00", Type="Other")
"""Keeps the data going, so that everything of March could be watched for 30 days."""


CASES: list[tuple[tuple[dict[str, str], ...], int | None]] = [
    ((first(), then()), 1),
    ((first(),), 0),
    ((first(), then(**place(north=49))), 1),
    ((first(), then(**place(east=-49))), 1),
    ((first(), then(**place(north=34, east=34))), 1),
    ((first(), then(**place(north=36, east=36))), 0),
    ((first(), then(**place(north=52))), 0),
    ((first(), then(**place(east=52))), 0),
    ((first(), then(CLOSED)), 0),
    ((first(), then("2024-03-05 09:00:01")), 1),
    ((first(), then("2024-03-04 20:00:00")), 0),
    ((first(), then("2024-04-04 10:00:00")), 1),  # 30 x 24 h: the clocks went forward in between
    ((first(), then("2024-04-04 10:00:01")), 0),
    ((first(), then(Type="Other")), 0),
    ((first(), then(Note="duplicate of first")), 0),
    ((first(), then(Source="Crew")), 0),
    ((first(), then(Kind="Question")), 0),
    ((first(), then(Status="Cancelled", Closed="2024-03-21 09:00:00")), 1),
    ((first(Status="Cancelled"), then()), None),
    ((first(Note="duplicate of another"), then()), None),
    ((first(Source="Crew"), then()), None),
    ((first(Type=""), then(Type="")), None),
    ((first(Lat="42.0", Lon="-71.0"), then(Lat="42.0", Lon="-71.0")), None),
    ((first(**NO_POINT), then(**NO_POINT)), 1),
    ((first(**NO_POINT), then(**NO_POINT, Address="2 Elm St")), 0),
    ((first(**NO_POINT, Address=""), then(**NO_POINT, Address="")), None),
    ((first(**NO_POINT), then()), 0),  # an address and a point cannot be compared
    ((first(Created="2024-03-05 09:00:30"),), 0),  # a clock that is behind: it does not follow itself
]


@pytest.fixture(scope="module")
def repeat_by_case(tmp_path_factory: pytest.TempPathFactory) -> list[int | None]:
    """What each of the cases comes to; all are synced at once, every case with a category of its own."""
    store = Store(tmp_path_factory.mktemp("cases"))
    rows = [
        one | {"Id": f"{one['Id']} {case}", "Type": f"{one['Type']} {case}" if one["Type"] else ""}
        for case, (members, _) in enumerate(CASES)
        for one in members
    ]
    store.sync([*rows, LATE])
    with store.snapshot() as snapshot:
        frame = snapshot.count(
            select(facts.c.category, facts.c.repeat).where(facts.c.closed_day == date(2024, 3, 5))
        ).astype(object)
        codes = snapshot.codes["category"]
    found = {int(code): None if pd.isna(value) else int(value) for code, value in frame.to_numpy().tolist()}
    return [
        found[codes[f"Pothole {case}"] if members[0]["Type"] else int(Code.NONE)]
        for case, (members, _) in enumerate(CASES)
    ]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_what_counts_as_the_same_again(repeat_by_case: list[int | None], case: int) -> None:
    assert repeat_by_case[case] == CASES[case][1], CASES[case]


def test_a_close_of_the_last_30_days_cannot_be_judged_even_if_it_was_followed(store: Store) -> None:
    store.sync([first(), then("2024-03-06 09:00:00"), row("end", "2024-04-03 09:00:00", Type="Other")])
    with store.snapshot() as snapshot:
        assert snapshot.count(select(facts.c.repeat))["repeat"].isna().all()


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_equals_a_loop_over_all_pairs(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    rng = np.random.default_rng(seed)
    start = datetime(2024, 1, 1, 12)  # noqa: DTZ001 - as the file writes it
    rows, known = [], []
    for number in range(400):
        created = start + timedelta(minutes=int(rng.integers(0, 120 * 24 * 60)))
        closed = created + timedelta(minutes=int(rng.integers(0, 20 * 24 * 60)), seconds=number % 60)
        at = place(*rng.integers(-400, 400, 2)) if number % 5 else NO_POINT
        address, kind = f"{rng.integers(1, 6)} Elm St", f"Type {rng.integers(1, 3)}"
        rows.append(row(number, f"{created}", f"{closed}", Type=kind, Address=address, **at))
        known.append((created, closed, kind, address, at))
    store = Store(tmp_path_factory.mktemp("repeats"))
    store.sync([*rows, LATE])
    with store.snapshot() as snapshot:
        found = snapshot.count(select(facts.c.created_at, facts.c.closed_at, facts.c.repeat))
    judged = found[found["repeat"].notna()].astype("int64")
    counted = Counter(map(tuple, judged.to_numpy().tolist()))

    def seconds(moment: datetime) -> int:
        return int(moment.replace(tzinfo=oracle.NEW_YORK).timestamp())

    def near(one: Any, other: Any) -> bool:
        if not one[4]["Lat"] or not other[4]["Lat"]:
            return one[4] == other[4] and one[3] == other[3]
        north = (float(one[4]["Lat"]) - float(other[4]["Lat"])) / METRE
        east = (float(one[4]["Lon"]) - float(other[4]["Lon"])) / METRE * cos(radians(LAT))
        return north**2 + east**2 <= 50.0**2

    expected = Counter[tuple[int, int, int]]()
    for one in known:
        again = any(
            one[2] == other[2] and near(one, other) and 0 < seconds(other[0]) - seconds(one[1]) <= 30 * 86_400
            for other in known
        )
        expected[seconds(one[0]), seconds(one[1]), int(again)] += 1
    assert counted.total() == 400
    # a point is kept to the metre, so a pair at almost exactly 50 m may fall on either side
    assert (counted - expected).total() <= 4
    assert 40 < sum(n for key, n in counted.items() if key[2]) < 360


@pytest.mark.xdist_group("boston")
@pytest.mark.parametrize("category", ["Graffiti Removal", "Rodent Activity", "Unsatisfactory Living Conditions"])
def test_boston_recounted_with_a_loop_over_all_pairs_of_a_category(boston: Snapshot, category: str) -> None:
    rows = [one for one in oracle.read_boston(boston_csv()) if one.category == category]
    judged = oracle.repeats(rows, date(2015, 12, 31), THROUGH.astimezone(UTC))
    by_id = {one.request_id: one for one in rows}
    expected = Counter(
        (int(by_id[name].created.timestamp()), int(by_id[name].closed.timestamp()), int(again))  # type: ignore[union-attr]
        for name, again in judged.items()
    )
    of_category = facts.c.category == boston.codes["category"][category]
    found = boston.count(
        select(facts.c.created_at, facts.c.closed_at, facts.c.repeat).where(of_category, facts.c.repeat.is_not(None))
    )
    assert Counter(map(tuple, found.astype("int64").to_numpy().tolist())) == expected
    assert 0 < sum(judged.values()) < len(judged)
