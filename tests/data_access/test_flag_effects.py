"""What odd rows do to the headline, held against stores in which these rows are not, and when bad rows were first seen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard.domain.filters import Filters
from dashboard.domain.request import Flag
from data_access.answers.flags import flag_effects, flags_over_time
from data_access.answers.quality import quality
from data_access.answers.summary import summary
from tests.builders import Store, row


def lines() -> list[dict[str, str]]:
    """Ninety rows over three months: plain ones, some closed at once, some closed backwards, some at no place."""
    found = []
    for number in range(90):
        made = datetime(2024, 1, 1, 9, tzinfo=UTC) + timedelta(days=number)
        columns: dict[str, str] = {}
        if number % 5 == 0:
            closed = made  # at once
        elif number % 7 == 0:
            closed = made - timedelta(hours=1)
        else:
            closed = made + timedelta(days=1 + number % 13)
        if number % 4 == 0:
            columns |= {"Lat": "", "Lon": ""}
        if number % 11 == 0:
            columns["District"] = ""
        text = f"{closed:%Y-%m-%d %H:%M:%S}" if number % 9 else ""
        found.append(row(number, created=f"{made:%Y-%m-%d %H:%M:%S}", closed=text, **columns))
    return found


def chosen(store: Store, query: str = "period=all") -> tuple[dict[str, dict[str, Any]], pd.DataFrame, dict[str, Any]]:
    with store.snapshot() as snapshot:
        filters, _ = Filters.parse(query, snapshot.options)
        effects = {each["flag"]: each for each in flag_effects(snapshot, filters)}
        return effects, flags_over_time(snapshot, filters), summary(snapshot, filters)


def test_the_headline_without_a_flag_is_that_of_a_store_without_these_rows(store: Store, tmp_path: Path) -> None:
    store.sync(lines())
    effects, _, headline = chosen(store)
    flags = {str(key): int(bits) for key, bits in store.requests()["flags"].items()}
    assert {"instant_close", "closed_before_created", "no_location", "no_district"} <= effects.keys()
    for flag, effect in effects.items():
        marked = {number for number, bits in flags.items() if bits & Flag(flag).bit}
        assert effect["requests"] == len(marked)
        assert effect["share"] == pytest.approx(len(marked) / headline["requests"], abs=1e-6)
        other = Store(tmp_path / flag / "data", store.city)
        other.data_dir.parent.mkdir()
        other.sync(
            [each for each in lines() if each["Id"] not in marked],
            data_through=datetime.fromisoformat(headline["data_through"]),
        )
        _, _, rest = chosen(other)
        assert effect["without"] == {
            "n": rest["wait"]["n"],
            "p50_days": rest["wait"]["p50_days"],
            "closed_within_30": rest["wait"]["closed_within"]["30"],
        }
    assert effects["closed_before_created"]["no_duration"] == effects["closed_before_created"]["requests"]
    assert effects["instant_close"]["no_duration"] == 0


def test_flags_over_time_are_shares_of_what_was_made(store: Store) -> None:
    rows = lines()
    store.sync(rows)
    _, frame, _ = chosen(store)
    made = pd.Series([each["Created"][:7] for each in rows]).value_counts()
    nowhere = pd.Series([each["Created"][:7] for each in rows if not each["Lat"]]).value_counts()
    found = frame[frame["flag"] == "no_location"]
    assert {
        start.strftime("%Y-%m"): n for start, n in zip(found["start"], found["n"], strict=True)
    } == nowhere.to_dict()
    for start, value in zip(found["start"], found["value"], strict=True):
        month = start.strftime("%Y-%m")
        assert value == pytest.approx(nowhere[month] / made[month], abs=1e-6)
    assert set(frame["flag"]) == set(chosen(store)[0])


def test_an_empty_selection_has_no_oddities(store: Store) -> None:
    store.sync(lines())
    effects, frame, _ = chosen(store, "from=1999-01-01&to=1999-12-31")
    assert effects == {}
    assert frame.empty


def test_bad_rows_are_told_by_the_day_they_were_first_seen_and_their_department(store: Store) -> None:
    first, later = (datetime(2024, 3, day, 23, 30, tzinfo=UTC) for day in (10, 12))
    bad = row("", created="2024-03-04 09:00:00")
    lost = row(900, created="the other day", Department="Forestry")
    store.sync([row(1), bad], now=first)
    store.sync([row(1), bad, lost], now=later)
    with store.snapshot() as snapshot:
        found = {
            (each["reason"], each["department"], each["day"], each["n"])
            for each in quality(snapshot)["quarantine_by_department"]
        }
    assert found == {
        ("no_request_id", "Streets", date(2024, 3, 10).isoformat(), 1),
        ("unreadable_created_date", "Forestry", date(2024, 3, 12).isoformat(), 1),
    }
