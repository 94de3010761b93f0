"""The project's answers on Boston's 121,145 real rows against the independent recount of tests/oracle.py.

Counts agree exactly. What is read off the curve differs by the bins of duration: a bin is at most 2 % wide, and of its
censored, half count as at risk. So shares closed within N days agree to 0.003 from 1,000 requests on, and to
0.003 + 1 / n below; a quantile agrees to 2 %, or lies, within those 2 %, where the recount's curve crosses its level
to within the same tolerance (where the curve is nearly level, a hair of height is weeks of width).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.domain.comparison import comparison_range
from dashboard.domain.filters import MULTIPLE, Filters
from data_access.answers.series import MEASURES, series
from data_access.answers.summary import grouped, summary
from data_access.store.published import Snapshot
from tests import oracle
from tests.sample_data import boston_csv

pytestmark = pytest.mark.xdist_group("boston")

THROUGH = datetime(2016, 1, 12, 22, 22, 40, tzinfo=oracle.NEW_YORK)
DATES = {"data_from": date(2015, 1, 1), "data_to": date(2015, 12, 31), "data_through": THROUGH}
YEAR = Filters("boston", date(2015, 1, 1), date(2015, 12, 31), period=None)
COUNTS = ("requests", "duplicates", "open", "closed_of_these", "cancelled", "closed", "backlog", "overdue")
FIELD = {attribute: field for field, attribute in MULTIPLE.items()}
INTERVALS = ("day", "week", "month", "quarter", "year")


@pytest.fixture(scope="module")
def rows() -> list[oracle.Row]:
    return oracle.read_boston(boston_csv())


def asked(filters: Filters) -> dict[str, Any]:
    """Filters as the recount takes them."""
    chosen = {attribute: getattr(filters, attribute) for attribute in MULTIPLE.values()}
    return {"start": filters.start, "end": filters.end, "origin": filters.origin, **DATES, **chosen}


def curve(rows: list[oracle.Row], filters: Filters, moment: datetime = THROUGH) -> list[oracle.Step]:
    """The recount's curve of a cohort."""
    chosen = oracle.wanted(**{attribute: getattr(filters, attribute) for attribute in MULTIPLE.values()})
    observations = []
    for one in rows:
        if (
            one.duplicate
            or not one.usable
            or one.created > moment
            or not filters.start <= one.created_day <= filters.end
            or not oracle.of_origin(one, filters.origin)
            or not oracle.passes(one, chosen)
        ):
            continue
        still_open = oracle.standing(one, moment) == "open"
        observations.append(((moment - one.created).total_seconds() if still_open else one.duration(), not still_open))
    return oracle.kaplan_meier(observations)


def assert_same_counts(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for name in COUNTS:
        if name in found:
            assert found[name] == expected[name], name
    for name in ("n", "events", "observed_days"):
        assert found["wait"][name] == expected["wait"][name], name
    assert found["left_out"] == expected["left_out"]
    for name, count in expected["on_time"].items():
        assert found["on_time"][name] == (
            pytest.approx(count, abs=1e-6) if name == "rate" and count is not None else count
        ), name


def assert_same_wait(found: dict[str, Any], expected: dict[str, Any], steps: Callable[[], list[oracle.Step]]) -> None:
    n = expected["n"]
    tolerance = 0.003 if n >= 1000 else 0.003 + 1 / max(n, 1)
    for days, share in expected["closed_within"].items():
        assert found["closed_within"][days] == (None if share is None else pytest.approx(share, abs=tolerance)), days
    assert_same_quantile(found["p50_days"], expected["p50_days"], steps, 0.5, tolerance)
    assert_same_quantile(found["p90_days"], expected["p90_days"], steps, 0.9, tolerance)
    if n >= 30:
        assert found["closed_only_p50_days"] == (
            None if not found["events"] else pytest.approx(expected["closed_only_p50_days"], rel=0.02)
        )


def assert_same_quantile(
    found: float | None, expected: float | None, steps: Callable[[], list[oracle.Step]], p: float, tolerance: float
) -> None:
    if found is not None and expected is not None and abs(found - expected) <= 0.02 * expected + 1e-5:
        return
    if found is None and expected is None:
        return
    drawn = steps()
    before = oracle.closed_by(drawn, float("inf") if found is None else found / 1.02 * oracle.DAY - 1)
    after = 1.0 if found is None else oracle.closed_by(drawn, found * 1.02 * oracle.DAY + 1)
    assert before - tolerance <= p <= after + tolerance, (found, expected)


def assert_adds_up(found: dict[str, Any]) -> None:
    """The identities that the definitions promise."""
    distinct = found["requests"] - found["duplicates"]
    parts = {name: count for name, count in found["on_time"].items() if name != "rate"}
    assert distinct == found["wait"]["n"] + found["left_out"]["no_duration"]
    assert distinct == found["open"] + found["closed_of_these"] + found["cancelled"]
    assert distinct == sum(parts.values())
    assert found["closed_of_these"] + found["cancelled"] == sum(found["outcomes"].values())
    assert found["wait"]["events"] <= found["wait"]["n"]


# --- the whole year --------------------------------------------------------------------------------------------------


def test_the_dates_of_the_source(boston: Snapshot) -> None:
    assert (boston.rows, boston.data_from, boston.data_to) == (121_145, DATES["data_from"], DATES["data_to"])
    assert boston.data_through_local == THROUGH


def test_boston_2015_has_the_numbers_known_for_it(boston: Snapshot) -> None:
    numbers = summary(boston, YEAR)
    assert {name: numbers[name] for name in COUNTS} == {
        "requests": 84_437,
        "duplicates": 2_596,
        "open": 15_223,
        "closed_of_these": 66_618,
        "cancelled": 0,
        "closed": 65_675,
        "backlog": 16_166,
        "overdue": 8_454,
    }
    wait = numbers["wait"]
    assert (wait["n"], wait["events"], wait["observed_days"]) == (81_841, 66_618, 12)
    assert wait["p50_days"] == pytest.approx(7.93, rel=0.01)
    assert wait["p50_low"] < 7.93 < wait["p50_high"] * 1.01
    assert wait["p90_days"] is None
    assert wait["closed_within"] == pytest.approx({"7": 0.475, "30": 0.694, "90": 0.795}, abs=0.0005)
    assert wait["closed_only_p50_days"] == pytest.approx(4.87, rel=0.01)
    assert numbers["on_time"] == {
        "rate": pytest.approx(0.582, abs=0.0005),
        "on_time": 34_083,
        "late_closed": 16_069,
        "open_overdue": 8_454,
        "not_yet_due": 6_995,
        "without_target": 16_240,
        "no_closing_time": 0,
    }
    assert numbers["left_out"] == {"city": 27_474, "information": 9_234, "no_duration": 0}
    assert numbers["compare"] is None  # nothing came before 2015
    assert_adds_up(numbers)


def test_boston_2015_is_the_recount_of_it(boston: Snapshot, rows: list[oracle.Row]) -> None:
    expected = oracle.summary(rows, **asked(YEAR))
    found = summary(boston, YEAR)
    assert_same_counts(found, expected)
    assert_same_wait(found["wait"], expected["wait"], lambda: curve(rows, YEAR))
    assert found["wait"]["p50_low"] == pytest.approx(expected["wait"]["p50_low"], rel=0.02)
    assert found["wait"]["p50_high"] == pytest.approx(expected["wait"]["p50_high"], rel=0.02)


def test_all_origins_are_the_sum_of_the_three(boston: Snapshot) -> None:
    everything = summary(boston, replace(YEAR, origin="all"))
    parts = [summary(boston, replace(YEAR, origin=origin)) for origin in ("resident", "city", "information")]
    assert (everything["requests"], everything["duplicates"]) == (121_145, 3_227)
    for name in COUNTS:
        assert everything[name] == sum(part[name] for part in parts)
    assert everything["left_out"] == {"city": 0, "information": 0, "no_duration": 0}


def test_flags_are_those_of_the_recount(boston: Snapshot, rows: list[oracle.Row]) -> None:
    from sqlalchemy import func, select

    from data_access.store.tables import flag_counts

    found = boston.count(select(flag_counts.c.flag, func.sum(flag_counts.c.n).label("n")).group_by(flag_counts.c.flag))
    counted = dict(zip(found["flag"], found["n"].astype(int), strict=True))
    for flag in (
        "closed_before_created",
        "closed_without_time",
        "open_with_close",
        "instant_close",
        "bulk_close",
        "impossible_date",
        "default_location",
        "no_district",
        "unknown_category",
    ):
        assert counted.get(flag, 0) == sum(flag in one.flags for one in rows), flag


# --- any filter ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def names(boston: Snapshot) -> dict[str, tuple[str, ...]]:
    return {attribute: boston.options.fields[key].names for key, attribute in MULTIPLE.items()}


@settings(max_examples=25)
@given(data=st.data())
def test_any_selection_is_the_recount_of_it(
    boston: Snapshot, rows: list[oracle.Row], names: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    start = date(2014, 12, 1) + timedelta(days=data.draw(st.integers(0, 420), label="start"))
    days = data.draw(st.one_of(st.just(0), st.integers(1, 40), st.integers(41, 450)), label="days")
    fields = data.draw(st.sets(st.sampled_from(sorted(names)), min_size=1, max_size=2), label="fields")
    chosen = {
        field: tuple(sorted(data.draw(st.sets(st.sampled_from(names[field]), min_size=1, max_size=4), label=field)))
        for field in sorted(fields)
    }
    origin = data.draw(st.sampled_from(["resident", "resident", "city", "information", "all"]), label="origin")
    filters = Filters("boston", start, start + timedelta(days=days), None, **chosen, origin=origin)
    some = [one for one in rows if all((getattr(one, FIELD[name]) or oracle.NONE) in chosen[name] for name in chosen)]
    expected = oracle.summary(some, **asked(filters))
    found = summary(boston, filters, with_compare=False)
    assert_same_counts(found, expected)
    assert_adds_up(found)
    within = replace(filters, start=max(filters.start, DATES["data_from"]), end=min(filters.end, DATES["data_to"]))
    assert_same_wait(found["wait"], expected["wait"], lambda: curve(some, within))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2013, 1, 1), date(2013, 12, 31)),
        (date(2016, 1, 5), date(2016, 1, 5)),
        (date(1, 1, 1), date(9999, 12, 31)),
        (date(2015, 3, 8), date(2015, 3, 8)),
        (date(2015, 11, 1), date(2015, 11, 1)),
    ],
)
def test_dates_outside_the_data_and_odd_days(boston: Snapshot, rows: list[oracle.Row], start: date, end: date) -> None:
    filters = replace(YEAR, start=start, end=end)
    found = summary(boston, filters)
    assert_same_counts(found, oracle.summary(rows, **asked(filters)))
    assert_adds_up(found)


# --- groups ----------------------------------------------------------------------------------------------------------


def test_districts_are_the_recount_of_them(boston: Snapshot, rows: list[oracle.Row]) -> None:
    filters = replace(YEAR, start=date(2015, 5, 11), end=date(2015, 9, 3))
    expected = oracle.grouped(rows, "district", **asked(filters))
    found = {group["name"]: group for group in grouped(boston, filters, "district")}
    assert set(found) == set(expected)
    for name, numbers in found.items():
        assert_same_counts(numbers, expected[name])
        assert_same_wait(
            numbers["wait"], expected[name]["wait"], lambda name=name: curve(rows, replace(filters, districts=(name,)))
        )
        assert_adds_up(numbers)


@pytest.mark.parametrize("field", list(MULTIPLE))
@pytest.mark.parametrize(
    "filters",
    [YEAR, replace(YEAR, start=date(2015, 2, 1), end=date(2015, 2, 28), departments=("Public Works Department",))],
    ids=["year", "February's works"],
)
def test_groups_add_up_to_the_summary(boston: Snapshot, field: str, filters: Filters) -> None:
    whole, groups = summary(boston, filters), grouped(boston, filters, field)
    assert len(groups) > 1 or field == "department"
    for name in COUNTS:
        assert sum(group[name] for group in groups) == whole[name], name
    for part in ("on_time", "outcomes"):
        for name, count in whole[part].items():
            if name != "rate":
                assert sum(group[part][name] for group in groups) == count, name
    for name in ("n", "events"):
        assert sum(group["wait"][name] for group in groups) == whole["wait"][name]
    for group in groups:
        assert_adds_up(group)
        assert group["name"] in boston.options.fields[field].names


def test_a_group_has_the_numbers_of_its_own_summary(boston: Snapshot) -> None:
    for group in grouped(boston, YEAR, "channel"):
        alone = summary(boston, YEAR.only("channel", group["name"]))
        assert {name: alone[name] for name in group if name not in ("name", "slug")} == {
            name: value for name, value in group.items() if name not in ("name", "slug")
        }


# --- over time -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("measure", MEASURES)
def test_series_are_the_recount_of_them(boston: Snapshot, rows: list[oracle.Row], measure: str, interval: str) -> None:
    span = (date(2015, 3, 4), date(2015, 4, 17)) if interval == "day" else (date(2014, 11, 5), date(2015, 11, 18))
    filters = replace(
        YEAR, start=span[0], end=span[1], interval=interval, departments=("Transportation - Traffic Division",)
    )  # type: ignore[arg-type]
    some = [one for one in rows if one.department == filters.departments[0]]
    expected = oracle.series(some, measure, interval, **asked(filters))
    found = series(boston, filters, measure)  # type: ignore[arg-type]
    assert len(found) == len(expected)
    for point, (first, last, value, n) in zip(found.itertuples(), expected, strict=True):
        assert (point.start, point.end) == (max(first, filters.start, DATES["data_from"]), min(last, filters.end))
        assert point.n == n, first
        if measure == "wait":
            if n >= 30:
                within = replace(filters, start=point.start, end=point.end)
                assert_same_quantile(
                    float(point.value) if point.value == point.value and point.value is not None else None,
                    value,
                    lambda within=within: curve(some, within),
                    0.5,
                    0.003 + 1 / n,
                )
        elif value is None:
            assert point.value is None or point.value != point.value
        else:
            assert point.value == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("interval", INTERVALS)
def test_series_add_up_to_the_summary(boston: Snapshot, interval: str) -> None:
    filters = replace(YEAR, start=date(2015, 2, 10), end=date(2015, 10, 20), interval=interval)  # type: ignore[arg-type]
    whole = summary(boston, filters)
    found = {measure: series(boston, filters, measure) for measure in MEASURES}
    assert found["requests"]["value"].sum() == found["requests"]["n"].sum() == whole["requests"]
    assert found["closed"]["value"].sum() == whole["closed"]
    assert found["backlog"]["value"].iloc[-1] == whole["backlog"]
    assert found["wait"]["n"].sum() == whole["wait"]["n"]
    on_time = whole["on_time"]
    assert found["on_time"]["n"].sum() == on_time["on_time"] + on_time["late_closed"] + on_time["open_overdue"]
    met = (found["on_time"]["value"].fillna(0).astype(float) * found["on_time"]["n"]).sum()
    assert met == pytest.approx(on_time["on_time"], abs=0.5)
    for frame in found.values():
        assert frame["start"].iloc[0] == filters.start
        assert frame["end"].iloc[-1] == filters.end
        assert (frame["start"].iloc[1:].tolist()) == [day + timedelta(days=1) for day in frame["end"].iloc[:-1]]


def test_nothing_is_drawn_outside_the_data(boston: Snapshot) -> None:
    beyond = replace(YEAR, start=date(2015, 12, 20), end=date(2016, 3, 1), interval="week")
    assert series(boston, beyond, "requests")["end"].max() == date(2015, 12, 31)
    assert series(boston, replace(YEAR, start=date(2016, 1, 1), end=date(2016, 1, 5)), "requests").empty


# --- the earlier period, at the same age -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "compare"),
    [
        (date(2015, 7, 1), date(2015, 7, 31), "year"),  # no July 2014: the 31 days before
        (date(2015, 12, 1), date(2015, 12, 31), "previous"),  # 12 days of follow-up only
        (date(2015, 12, 31), date(2015, 12, 31), "previous"),
        (date(2015, 3, 2), date(2015, 3, 22), "previous"),  # across the night that the clock changed
    ],
)
def test_the_earlier_period_is_looked_at_as_of_the_same_age(
    boston: Snapshot, rows: list[oracle.Row], start: date, end: date, compare: str
) -> None:
    filters = replace(
        YEAR, start=start, end=end, compare=compare, channels=("Constituent Call", "Citizens Connect App")
    )  # type: ignore[arg-type]
    found = summary(boston, filters)["compare"]
    days = (end - start).days + 1
    first, last = start - timedelta(days=days), start - timedelta(days=1)
    assert (found["from"], found["to"], found["kind"]) == (first.isoformat(), last.isoformat(), "just_before")

    def midnight_after(day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=oracle.NEW_YORK).astimezone(UTC)

    as_of = midnight_after(last) + (THROUGH.astimezone(UTC) - midnight_after(end))
    assert datetime.fromisoformat(found["observed_to"]) == as_of
    earlier = replace(filters, start=first, end=last)
    expected = oracle.summary(rows, **asked(earlier), as_of=as_of)
    assert_same_counts(found, expected)
    assert_same_wait(found["wait"], expected["wait"], lambda: curve(rows, earlier, as_of))
    assert_adds_up(found)
    assert (
        expected["wait"]["events"] < oracle.summary(rows, **asked(earlier))["wait"]["events"]
    )  # it does make a difference


def test_no_earlier_period_no_comparison(boston: Snapshot) -> None:
    assert comparison_range(YEAR.start, YEAR.end, "year", boston.data_from) is None
    assert (
        summary(boston, replace(YEAR, start=date(2015, 7, 1), end=date(2015, 7, 31), compare="none"))["compare"] is None
    )
    assert summary(boston, replace(YEAR, start=date(2015, 12, 1), end=date(2016, 1, 31)))["compare"] is None


def test_an_earlier_period_without_requests_has_the_same_numbers_all_zero(boston: Snapshot) -> None:
    last = replace(YEAR, start=date(2015, 12, 30), end=date(2015, 12, 30), compare="previous")
    name = next(group["name"] for group in reversed(grouped(boston, YEAR, "category")) if group["requests"] == 1)
    full, empty = (summary(boston, filters)["compare"] for filters in (last, replace(last, categories=(name,))))
    assert empty.keys() == full.keys()
    assert empty["requests"] == 0
    assert empty["wait"]["observed_days"] == full["wait"]["observed_days"] == 13
