"""The ages of what is open: by hand at the borders of the bands, and on Boston row by row."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from dashboard.domain.ages import BANDS, counted
from dashboard.domain.filters import Filters
from data_access.answers.ages import ages
from data_access.answers.summary import summary
from data_access.store.published import Snapshot
from tests import oracle
from tests.builders import Store, make_city, row
from tests.data_access.test_answers_boston import THROUGH, YEAR
from tests.sample_data import boston_csv

LIMITS = (7, 30, 90, 365)


def band_of(days: float) -> str:
    """The band by counting the limits that are reached."""
    return [band.name for band in BANDS][sum(days >= limit for limit in LIMITS)]


def found_by_band(snapshot: Snapshot, filters: Filters, column: str) -> dict[str, int]:
    return {row["band"]: row[column] for row in ages(snapshot, filters)["rows"]}


@pytest.mark.parametrize("days", [0, 6, 7, 29, 30, 89, 90, 364, 365, 5000])
def test_an_age_is_in_one_band(days: int):
    assert {name for name, n in counted([(days, 3)]).items() if n} == {band_of(days)}


def test_an_age_that_cannot_be_is_none():
    assert counted([(-2, 1)])["under_7"] == 1


def test_ages_count_local_days_and_what_was_due(store: Store):
    last = date(2024, 3, 31)
    made = {days: f"{last - timedelta(days=days)} 23:30:00" for days in (0, 6, 7, 29, 30, 89, 90, 364, 365, 400)}
    rows = [row(days, time, Due=time) for days, time in made.items()]
    rows += [row("closed", made[90], f"{last} 10:00:00"), row("later", made[89], "2024-04-02 10:00:00")]
    rows += [row("double", made[30], Note="Duplicate of 1"), row("newest", "2024-04-05 09:00:00")]
    store.sync(rows)
    with store.snapshot() as snapshot:
        filters = Filters(store.city.id, date(2024, 1, 1), last, period=None, origin="all")
        backlog = found_by_band(snapshot, filters, "backlog")
        assert backlog["under_7"] == 2
        assert backlog["30_to_90"] >= 3
        answer, numbers = ages(snapshot, filters), summary(snapshot, filters)
        assert (answer["backlog"], answer["overdue"]) == (numbers["backlog"], numbers["overdue"])
        assert sum(backlog.values()) == answer["backlog"]


def test_a_sample_has_no_backlog_to_age(tmp_path):
    store = Store(tmp_path / "data", make_city(sample=True))
    store.sync([row(1), row(2, "2024-03-05 09:00:00", "2024-03-06 09:00:00")])
    with store.snapshot() as snapshot:
        answer = ages(snapshot, Filters(store.city.id, date(2024, 3, 1), date(2024, 3, 31), period=None))
        assert answer["backlog"] is None
        assert {line["backlog"] for line in answer["rows"]} == {None}


@pytest.mark.xdist_group("boston")
@pytest.mark.parametrize("last", [YEAR.end, date(2015, 6, 30)])
def test_boston_as_recounted(boston: Snapshot, last: date) -> None:
    rows = [one for one in oracle.read_boston(boston_csv()) if one.origin == "resident" and not one.duplicate]
    filters = YEAR.between(date(2015, 1, 1), last)
    still_open = Counter(
        band_of((last - one.created_day).days)
        for one in rows
        if one.created_day <= last and oracle.open_at_end_of(one, last)
    )
    late = Counter(
        band_of((THROUGH - one.due).total_seconds() / oracle.DAY)
        for one in rows
        if one.still_open and one.due is not None and one.due <= THROUGH
    )
    names = [band.name for band in BANDS]
    assert found_by_band(boston, filters, "backlog") == {name: still_open[name] for name in names}
    assert found_by_band(boston, filters, "overdue") == {name: late[name] for name in names}
    assert sum(late.values()) == 8_454
