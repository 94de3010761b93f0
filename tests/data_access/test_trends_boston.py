"""Trends on Boston's sample, recounted with pandas from the file's own rows, a few measures by a few breakdowns."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from dashboard.domain.filters import Filters
from dashboard.domain.trend import OTHER
from data_access.answers.trends import trend
from data_access.store.published import Snapshot
from tests import oracle
from tests.sample_data import boston_csv

pytestmark = pytest.mark.xdist_group("boston")
YEAR = Filters("boston", date(2015, 1, 1), date(2015, 12, 31), period=None, interval="quarter", compare="none")
COLUMNS = {"category": "TYPE", "department": "SUBJECT", "channel": "Source"}
TIMES = "%m/%d/%Y %I:%M:%S %p"
THROUGH = pd.Timestamp("2016-01-12 22:22:40")


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The residents' rows as they stand in the file, with their times and whether they repeat another."""
    rows = pd.read_csv(boston_csv(), dtype=str, keep_default_na=False)
    for column in ("OPEN_DT", "CLOSED_DT", "TARGET_DT"):
        rows[column] = pd.to_datetime(rows[column], format=TIMES, errors="coerce")
    origin = [oracle.boston_origin(*each) for each in zip(rows["REASON"], rows["Source"], strict=True)]
    rows["repeats"] = rows["CLOSURE_REASON"].str.lower().str.contains("duplicate of existing case", regex=False)
    return rows[[each == "resident" for each in origin]].drop_duplicates("CASE_ENQUIRY_ID", keep="last")


def quarter(times: pd.Series) -> pd.Series:
    return times.dt.to_period("Q").dt.start_time.dt.date


def counted(frame: pd.DataFrame, column: str, time: str) -> dict[tuple[str, date], int]:
    inside = frame[frame[time].dt.year == 2015]
    return inside.groupby([inside[column], quarter(inside[time])]).size().to_dict()  # type: ignore[return-value]


@pytest.mark.parametrize("by", COLUMNS)
def test_what_was_made_and_closed(boston: Snapshot, raw: pd.DataFrame, by: str) -> None:
    distinct = raw[~raw["repeats"]]
    closed = distinct[distinct["CLOSED_DT"] <= THROUGH]
    for measure, rows, time in (("requests", raw, "OPEN_DT"), ("closed", closed, "CLOSED_DT")):
        expected = counted(rows, COLUMNS[by], time)
        found = trend(boston, YEAR, measure, by)
        shown = list(dict.fromkeys(found["name"]))
        for row in found[found["name"] != OTHER].to_dict("records"):
            assert row["value"] == expected.get((row["name"], row["start"]), 0), (measure, row)
        rest = found[found["name"] == OTHER].groupby("start")["value"].sum()
        for start, value in rest.items():
            assert value == sum(n for (name, day), n in expected.items() if day == start and name not in shown), start


@pytest.mark.parametrize("by", ["category", "department"])
def test_what_is_on_time(boston: Snapshot, raw: pd.DataFrame, by: str) -> None:
    due = raw[~raw["repeats"] & (raw["TARGET_DT"] <= THROUGH) & (raw["OPEN_DT"].dt.year == 2015)]
    still_open = due["CASE_STATUS"] == "Open"
    usable = due[still_open | (due["CLOSED_DT"] >= due["OPEN_DT"] - pd.Timedelta(seconds=60))]
    met = usable[(usable["CASE_STATUS"] != "Open") & (usable["CLOSED_DT"] <= usable["TARGET_DT"])]
    all_due, in_time = counted(usable, COLUMNS[by], "OPEN_DT"), counted(met, COLUMNS[by], "OPEN_DT")
    found = trend(boston, YEAR, "on_time", by)
    assert len(found) > 20
    for row in found.to_dict("records"):
        key = (row["name"], row["start"])
        assert row["n"] == all_due.get(key, 0), row
        if row["n"]:
            assert row["value"] == pytest.approx(in_time.get(key, 0) / row["n"], abs=1e-6), row


def test_the_typical_wait(boston: Snapshot, raw: pd.DataFrame) -> None:
    """Kaplan-Meier by the plain product, on the raw times: one bin of 2 % is all that it may be off."""
    cohort = raw[~raw["repeats"] & (raw["OPEN_DT"].dt.year == 2015)]
    found = trend(boston, YEAR, "wait", "channel")
    for row in found[found["n"] >= 500].to_dict("records"):
        mine = cohort[(cohort["Source"] == row["name"]) & (quarter(cohort["OPEN_DT"]) == row["start"])]
        is_open = mine["CASE_STATUS"] == "Open"
        mine = mine[is_open | (mine["CLOSED_DT"] >= mine["OPEN_DT"] - pd.Timedelta(seconds=60))]
        is_open = mine["CASE_STATUS"] == "Open"
        waits = (mine["CLOSED_DT"].where(~is_open, THROUGH) - mine["OPEN_DT"]).dt.total_seconds().clip(lower=0)
        steps = pd.DataFrame({"wait": waits, "ended": ~is_open}).groupby("wait")["ended"].agg(["sum", "size"])
        at_risk = len(mine) - steps["size"].cumsum().shift(fill_value=0)
        left = (1 - steps["sum"] / at_risk).cumprod()
        assert row["n"] == len(mine), row["name"]
        median = left[left <= 0.5].index[0] / 86_400
        assert row["value"] == pytest.approx(median, rel=0.021), row
