"""What the packed arrays add up to, against exact statements over the table of facts, with signed rows among them.

The statements are held against a recount from raw rows elsewhere; here every count of a page is held against them, for
random selections, as things stand and as they stood.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Date, cast, func, insert, literal_column, select

from dashboard.domain.filters import MULTIPLE, Filters
from dashboard.domain.request import Outcome
from data_access.answers.summary import grouped
from data_access.packing import PART_CHANGED, write_packed
from data_access.queries import cohort, kinds, over_time, panel, volume
from data_access.queries.conditions import within
from data_access.queries.repeats import repeats
from data_access.store.engines.duckdb import open_writable
from data_access.store.published import Snapshot, open_snapshot
from data_access.store.tables import facts
from tests.builders import Store, make_city
from tests.data_access.small_rows import mixed_rows

FIELDS = ("category", "department", "district")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    store = Store(tmp_path_factory.mktemp("panel") / "data", make_city())
    store.data_dir.mkdir(parents=True)
    store.sync(mixed_rows(900, seed=2))
    with store.snapshot() as first:
        folder, through, codes = first.folder, first.data_through, first.codes
    change_some(folder, through, codes)
    found = open_snapshot(folder.parent, int(folder.name[1:]))
    yield found
    found.counts.dispose()


def change_some(folder: Path, through: int, codes: dict[str, dict[str, int]]) -> None:
    """Take back every seventh settled row and put another one in its place, as a publish of changes does."""
    engine = open_writable(folder / "counts.duckdb")
    chance = random.Random(3)
    with engine.begin() as connection:
        rows = [dict(row) for row in connection.execute(select(facts).where(facts.c.part == 0)).mappings()][::7]
        assert len(rows) > 20
        taken = [row | {"n": -1, "part": PART_CHANGED} for row in rows]
        put = [row | {"part": PART_CHANGED, "category": chance.choice([*codes["category"].values()])} for row in rows]
        connection.execute(insert(facts), taken + put)
    with engine.connect() as connection:
        write_packed(connection, folder, through)
    engine.dispose()


def selections(snapshot: Snapshot, n: int, seed: int) -> list[Filters]:
    chance = random.Random(seed)
    days = (snapshot.data_to - snapshot.data_from).days
    found = []
    for _ in range(n):
        start = snapshot.data_from + timedelta(days=chance.randrange(days))
        end = min(snapshot.data_to, start + timedelta(days=chance.choice((0, 6, 29, 90, 400))))
        chosen = {
            MULTIPLE[field]: tuple(sorted(chance.sample(sorted(snapshot.codes[field]), chance.randint(1, 2))))
            for field in FIELDS
            if chance.random() < 0.3
        }
        origin = chance.choice(("resident", "all", "city"))
        interval = chance.choice(("day", "week", "month", "quarter"))
        found.append(Filters(snapshot.city.id, start, end, period=None, origin=origin, interval=interval, **chosen))
    return found


def by_code(frame: Any, column: str, by: str | None) -> dict[int, int]:
    """The values of a column that are not 0, by code."""
    keys = frame[by] if by else [0] * len(frame)
    return {int(code): int(n) for code, n in zip(keys, frame[column], strict=True) if n}


def by_group(values: Any) -> dict[int, int]:
    return {int(place): int(values[place]) for place in np.flatnonzero(values)}


def ways(seed: int) -> list[tuple[str | None, str]]:
    return [(None, panel.TOGETHER), *((field, field) for field in FIELDS)][seed % 2 :]


@pytest.mark.parametrize("seed", range(6))
def test_every_count_is_that_of_the_statements(snapshot: Snapshot, seed: int) -> None:
    for filters in selections(snapshot, 4, seed):
        held = replace(snapshot, memo={})
        stood = noon_after(filters.end, seed)
        for as_of in (None, stood):
            for field, by in ways(seed):
                columns = [facts.c[field]] if field else []
                same_cohort(held, filters, columns, field, by, as_of)
                same_amounts(held, filters, columns, field, by, as_of)


def noon_after(day: date, seed: int) -> int:
    """A moment some days after a day, or in the middle of it."""
    return (day - date(1970, 1, 1)).days * 86_400 + 61_200 + 86_400 * (seed % 3) * 20


def same_cohort(
    snapshot: Snapshot, filters: Filters, columns: list[Any], field: str | None, by: str, as_of: int | None
) -> None:
    exact = cohort.counts(snapshot, filters, columns, as_of=as_of)
    tally = panel.cohort(snapshot, filters, by, as_of)
    for name, found in tally.sums(kinds.counted(filters.origin)).items():
        assert by_group(found) == by_code(exact, name, field), name
    left = cohort.left_out_origins(snapshot, filters, columns, as_of=as_of)
    for name, found in tally.sums(kinds.left_out(filters.origin)).items():
        assert by_group(found) == by_code(left, name, field), name
    waits = cohort.durations(snapshot, filters, columns, as_of=as_of, outcomes=(Outcome.WORK_DONE,))
    tests = {
        "events": kinds.followed_end,
        "censored": kinds.waits_on,
        "instant": kinds.instant,
        cohort.outcome_column(Outcome.WORK_DONE): kinds.ended_as(Outcome.WORK_DONE),
    }
    for name, test in tests.items():
        found = tally.by_bin(kinds.of_origin(filters.origin, test))
        expected = np.zeros_like(found)
        for row in waits.to_dict("records"):
            expected[int(row[field]) if field else 0, int(row["bin"])] += int(row[name])
        assert (found == expected).all(), name


def same_amounts(
    snapshot: Snapshot, filters: Filters, columns: list[Any], field: str | None, by: str, as_of: int | None
) -> None:
    last = within(snapshot, filters)[1]
    pairs = {
        "closed": (
            panel.closings(snapshot, filters, by, as_of),
            volume.closed(snapshot, filters, columns, as_of=as_of),
        ),
        "backlog": (
            panel.backlog(snapshot, filters, last, by, as_of),
            volume.backlog_at(snapshot, filters, last, columns, as_of=as_of),
        ),
        "overdue": (
            panel.overdue(snapshot, filters, by, as_of),
            cohort.overdue(snapshot, filters, columns, as_of=as_of),
        ),
    }
    for name, (tally, exact) in pairs.items():
        found = tally.sums({"n": kinds.of_origin(filters.origin, kinds.distinct)})["n"]
        assert by_group(found) == by_code(exact, "n", field), name
    again = repeats(snapshot, filters, columns, as_of=as_of)
    for name, found in panel.watched(snapshot, filters, by, as_of).sums(kinds.repeats(filters.origin)).items():
        assert by_group(found) == by_code(again, name, field), name


@pytest.mark.parametrize("seed", range(4))
def test_every_bucket_is_that_of_the_statements(snapshot: Snapshot, seed: int) -> None:
    for filters in selections(snapshot, 4, 100 + seed):
        held = replace(snapshot, memo={})
        starts = panel.bucket_starts(held, filters)
        unit = literal_column(f"'{filters.interval}'")
        bucket = cast(func.date_trunc(unit, facts.c.created_day), Date).label("bucket")
        exact = cohort.counts(held, filters, [bucket]).to_dict("records")
        for name, found in over_time.counts(held, filters).items():
            expected = {as_date(row["bucket"]): int(row[name]) for row in exact if row[name]}
            assert {starts[place]: n for place, n in by_group(found).items()} == expected, name
        ends = [*(start - timedelta(days=1) for start in starts[1:]), within(held, filters)[1]]
        for end, n in zip(ends, over_time.backlog(held, filters), strict=True):
            assert n == int(volume.backlog_at(held, filters, end)["n"].iloc[0]), end
        closed = volume.closed_by_day(held, filters)
        assert sum(over_time.closed(held, filters)) == int(closed["n"].sum())


def as_date(value: Any) -> date:
    return value if type(value) is date else value.date()


def test_what_was_counted_is_not_counted_again(snapshot: Snapshot) -> None:
    held = replace(snapshot, memo={})
    filters = selections(snapshot, 1, 7)[0]
    panel.prepare(held, filters, ["category", panel.TOGETHER])
    first = panel.cohort(held, filters, "category")
    assert panel.cohort(held, replace(filters, compare="none"), "category") is first
    assert panel.cohort(held, filters.between(held.data_from, held.data_to), "category") is not first
    assert not snapshot.memo


@pytest.mark.parametrize("most", [1, 2, 50])
def test_the_first_groups_are_those_that_a_page_would_show(snapshot: Snapshot, most: int) -> None:
    for filters in selections(snapshot, 6, 9):
        held = replace(snapshot, memo={})
        rows = grouped(held, filters, "category")
        there = [row for row in rows if row["requests"] or row["backlog"]]
        wanted = sorted(there, key=lambda row: (-row["requests"], row["name"]))[:most]
        found = grouped(held, filters, "category", most)
        assert len(found) <= most
        assert [row for row in rows if row in wanted] == [row for row in found if row["requests"] or row["backlog"]]
