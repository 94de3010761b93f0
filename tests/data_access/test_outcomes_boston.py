"""How Boston's requests end: recounted row by row from the file, with lifelines' Aalen-Johansen on the raw times."""

from __future__ import annotations

import warnings
from collections import Counter
from datetime import UTC, date

import numpy as np
import pytest
from lifelines import AalenJohansenFitter
from sqlalchemy import select

from dashboard.domain.filters import Filters
from dashboard.domain.request import Outcome
from data_access.answers.outcomes import OUTCOME_HORIZONS, outcome_totals, outcomes_over_time
from data_access.answers.summary import grouped, summary
from data_access.store.published import Snapshot
from data_access.store.tables import requests
from tests import oracle
from tests.data_access.test_answers_boston import THROUGH, YEAR
from tests.sample_data import boston_csv

pytestmark = pytest.mark.xdist_group("boston")
MAY = Filters("boston", date(2015, 5, 1), date(2015, 5, 31), period=None)
NAMES = [outcome.value for outcome in Outcome]


@pytest.fixture(scope="module")
def rows() -> list[oracle.Row]:
    return [one for one in oracle.read_boston(boston_csv()) if one.origin == "resident" and not one.duplicate]


@pytest.fixture(scope="module")
def outcome_of(boston: Snapshot) -> dict[str, str]:
    """The outcome of each request as published; the rules that make it are tested where the city's file is."""
    frame = boston.read(select(requests.c.request_id, requests.c.outcome))
    return dict(zip(frame["request_id"], frame["outcome"], strict=True))


def test_incidence_is_lifelines_on_the_raw_times(
    boston: Snapshot, rows: list[oracle.Row], outcome_of: dict[str, str]
) -> None:
    cohort = [one for one in rows if one.usable and MAY.start <= one.created_day <= MAY.end]
    times = np.array(
        [
            (THROUGH.astimezone(UTC) - one.created).total_seconds() if one.still_open else one.duration()
            for one in cohort
        ]
    )
    how = np.array([0 if one.still_open else 1 + NAMES.index(outcome_of[one.request_id]) for one in cohort])
    found = {(row["outcome"], row["days"]): row for row in outcomes_over_time(boston, MAY)["rows"]}
    assert {row["n"] for row in found.values()} == {len(cohort)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it moves closings of the same second apart
        for name in ("work_done", "administrative"):
            fitter = AalenJohansenFitter(calculate_variance=False, seed=1)
            curve = fitter.fit(times, how, event_of_interest=1 + NAMES.index(name)).cumulative_density_.iloc[:, 0]
            for days in (7, 30, 90):
                truth = float(curve[curve.index <= days * oracle.DAY].iloc[-1])
                assert found[name, days]["share"] == pytest.approx(truth, abs=0.001), (name, days)
                assert found[name, days]["low"] < truth < found[name, days]["high"]
    for days in OUTCOME_HORIZONS:
        assert sum(found[name, days]["share"] for name in (*NAMES, "still_open")) == pytest.approx(1, abs=1e-5)
    numbers = summary(boston, MAY, with_compare=False)
    for days in (7, 30, 90):
        assert numbers["work_done_within"][str(days)] == found["work_done", days]["share"]
        assert numbers["work_done_within_high"][str(days)] == found["work_done", days]["high"]


def test_totals_are_those_of_the_published_requests(
    boston: Snapshot, rows: list[oracle.Row], outcome_of: dict[str, str]
) -> None:
    ended = Counter(
        outcome_of[one.request_id] for one in rows if not one.still_open and MAY.start <= one.created_day <= MAY.end
    )
    totals = {row["outcome"]: row for row in outcome_totals(boston, MAY)}
    assert {name: row["n"] for name, row in totals.items() if row["n"]} == ended
    assert sum(row["share"] for row in totals.values()) == pytest.approx(1, abs=1e-5)
    words = [rule.words for rule in boston.city.rules.outcome if rule.then == "work_done"]
    assert set(totals["work_done"]["words"]) == set(filter(None, words))
    assert totals["unknown"]["n"] > 0


def test_instant_closes_and_the_wait_without_them(boston: Snapshot, rows: list[oracle.Row]) -> None:
    def closed_at_once(one: oracle.Row) -> bool:
        return "instant_close" in one.flags

    cohort = [one for one in rows if one.usable and YEAR.start <= one.created_day <= YEAR.end]
    numbers = summary(boston, YEAR, with_compare=False)["instant"]
    assert numbers["n"] == sum(map(closed_at_once, cohort))
    assert numbers["share"] == pytest.approx(numbers["n"] / len(cohort), abs=1e-6)
    rest = [one for one in cohort if not closed_at_once(one)]
    recounted = oracle.wait(rest, THROUGH.astimezone(UTC), 0)
    assert numbers["p50_days_without_instant"] == pytest.approx(recounted["p50_days"], rel=0.02)


def test_repeats_are_of_the_requests_closed_in_the_period(boston: Snapshot, rows: list[oracle.Row]) -> None:
    few = [one for one in rows if one.category == "Graffiti Removal"]
    judged = oracle.repeats(few, date(2015, 12, 31), THROUGH.astimezone(UTC))
    closed = {one.request_id: one.closed_day for one in few}
    period = Filters("boston", date(2015, 6, 1), date(2015, 12, 31), categories=("Graffiti Removal",), period=None)
    of_period = [again for name, again in judged.items() if (closed[name] or date.min) >= period.start]
    numbers = summary(boston, period, with_compare=False)["repeats"]
    assert (numbers["eligible"], numbers["followed"]) == (len(of_period), sum(of_period))
    assert numbers["rate"] == pytest.approx(sum(of_period) / len(of_period), abs=1e-6)


def test_groups_add_up_to_the_whole(boston: Snapshot) -> None:
    whole, parts = summary(boston, YEAR, with_compare=False), grouped(boston, YEAR, "department")
    for name, key in (("repeats", "eligible"), ("repeats", "followed"), ("instant", "n")):
        assert sum(part[name][key] for part in parts) == whole[name][key]
