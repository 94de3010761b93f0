"""Boston's districts compared fairly: recounted row by row from the file, in plain Python and numpy."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, timedelta
from typing import Any

import numpy as np
import pytest

from dashboard.domain.filters import Filters
from data_access.answers.fair import fair
from data_access.store.published import Snapshot
from tests import oracle
from tests.data_access.test_answers_boston import THROUGH, YEAR
from tests.sample_data import boston_csv

pytestmark = pytest.mark.xdist_group("boston")


@pytest.fixture(scope="module")
def rows() -> list[oracle.Row]:
    return oracle.read_boston(boston_csv())


def recount(rows: list[oracle.Row], field: str, days: int, first: date, last: date) -> dict[str, Any]:
    """What stands in each area, and the funnel, without any of the project's code."""
    followed = [
        row
        for row in rows
        if row.origin == "resident"
        and not row.duplicate
        and row.usable
        and first <= row.created_day <= last
        and row.created <= THROUGH.astimezone(UTC) - timedelta(days=days)
    ]
    in_time = [not row.still_open and row.duration() <= days * oracle.DAY for row in followed]
    asked, done = Counter(row.category for row in followed), Counter[str | None]()
    for row, closed in zip(followed, in_time, strict=True):
        done[row.category] += closed
    n, observed, expected = Counter[str](), Counter[str](), Counter[str]()
    for row, closed in zip(followed, in_time, strict=True):
        area = getattr(row, field) or "none"
        n[area] += 1
        observed[area] += closed
        expected[area] += done[row.category] / asked[row.category]
    share = sum(in_time) / len(followed)
    areas = [area for area in n if area != "none"]
    size = np.array([n[area] for area in areas], dtype=float)
    adjusted = np.array([observed[area] / expected[area] * share for area in areas])
    z = np.sort(((adjusted - share) / np.sqrt(share * (1 - share) / size))[size >= 30])
    plain = z.copy()
    cut = len(z) // 10
    if cut:
        z[:cut], z[-cut:] = z[cut], z[-cut - 1]
    return {
        "n": n,
        "observed": observed,
        "expected": expected,
        "adjusted": dict(zip(areas, adjusted, strict=True)),
        "share": share,
        "factor": float(np.mean(z**2)),
        "outside": int((np.abs(plain) > 1.96).sum()),
    }


@pytest.mark.parametrize(("field", "days"), [("district", 30), ("district", 7), ("neighbourhood", 90)])
def test_every_area_is_as_recounted(boston: Snapshot, rows: list[oracle.Row], field: str, days: int) -> None:
    found, expected = fair(boston, YEAR, field, days), recount(rows, field, days, YEAR.start, YEAR.end)
    assert found["share"] == pytest.approx(expected["share"], abs=1e-6)
    assert found["factor"] == pytest.approx(expected["factor"], rel=1e-5)
    assert {row["name"]: (row["n"], row["closed"]) for row in found["rows"]} == {
        area: (expected["n"][area], expected["observed"][area]) for area in expected["n"]
    }
    spread = np.sqrt(max(1.0, expected["factor"]) * expected["share"] * (1 - expected["share"]))
    for row in found["rows"]:
        assert row["expected"] == pytest.approx(expected["expected"][row["name"]], rel=1e-6)
        if row["name"] != "none":
            assert row["adjusted_share"] == pytest.approx(expected["adjusted"][row["name"]], abs=1e-6)
            assert row["high_95"] == pytest.approx(
                min(1.0, expected["share"] + 1.96 * spread / np.sqrt(row["n"])), abs=1e-4
            )
    assert sum(row["expected"] for row in found["rows"]) == pytest.approx(found["closed"], abs=1e-3)


def test_chance_alone_would_put_three_of_nine_districts_outside(boston: Snapshot, rows: list[oracle.Row]) -> None:
    expected = recount(rows, "district", 30, YEAR.start, YEAR.end)
    found = fair(boston, YEAR, "district", 30)
    assert expected["outside"] == 3
    assert found["factor"] == pytest.approx(6.8, abs=0.05)
    assert not found["enough_areas"]
    assert {row["position"] for row in found["rows"]} == {None}


def test_the_choice_of_an_area_does_not_change_what_it_is_compared_with(boston: Snapshot) -> None:
    assert fair(boston, YEAR.only("district", "3"), "district", 30) == fair(boston, YEAR, "district", 30)
    assert fair(boston, YEAR.only("department", "Parks & Recreation Department"), "district", 30)["n"] < 40_000


def test_a_period_that_was_not_followed_for_so_long_has_no_rows(boston: Snapshot) -> None:
    found = fair(boston, Filters("boston", date(2015, 12, 30), date(2015, 12, 31), period=None), "district", 30)
    assert (found["n"], found["closed"], found["share"], found["factor"], found["rows"]) == (0, 0, None, None, [])
