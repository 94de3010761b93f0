"""How long all numbers of the overview take, uncached, beside exact SQL on the table of facts and beside pandas.

The three are asked in turn for the same selections, so that the ratios hold whatever else the machine does. SQL counts what
the page counts, by one statement a count; pandas counts only the larger part of it, on columns that are already in memory.
Both leave out the estimates, so `counts` is what they are to be held against.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Date, cast, func, literal_column, select

from benchmarks.panel_rows import FIRST, LAST, write_version
from dashboard import chart_rows
from dashboard.domain.filters import MULTIPLE, Filters
from data_access.answers.series import distribution
from data_access.answers.summary import comparison, count_page, grouped, summary
from data_access.queries import cohort, panel, volume
from data_access.queries.conditions import within
from data_access.queries.panel import codes_of
from data_access.queries.repeats import repeats
from data_access.store.published import Snapshot
from data_access.store.tables import facts

GROUPS = {"category": 10, "department": None}
"""The tables of the overview, and how many rows of each are shown."""
RANGES = ((30, 20), (90, 15), (365, 25), (0, 10), (5 * 365, 10), (-1, 20))
"""Days back from the end of the data (0: one of the calendar years, -1: all) and their share in percent."""
MOST_IN_PANDAS = 10_000_000


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of each selection, by who answered it; `short` says which of them are of at most 90 days."""

    rows: int
    bytes: dict[str, int]
    times: dict[str, list[float]]
    short: list[bool]


def measure(rows: int, selections: int = 40, seed: int = 311) -> Measured:
    """Make up a city of so many requests and ask for so many selections."""
    with tempfile.TemporaryDirectory(prefix="fixedyet-bench-") as name:
        snapshot = write_version(Path(name) / "city", rows, seed)
        askers: dict[str, Callable[[Snapshot, Filters], Any]] = {"page": page, "counts": count, "sql": exact_sql}
        if rows <= MOST_IN_PANDAS:
            frame = _frame(snapshot)
            askers["pandas"] = lambda held, filters: by_pandas(held, filters, frame)
        mixed = mix(snapshot, selections, seed)
        times: dict[str, list[float]] = {asker: [] for asker in askers}
        for asker in askers.values():
            asker(replace(snapshot, memo={}), mixed[0])
        for filters in mixed:
            for asker, ask in askers.items():
                held = replace(snapshot, memo={})
                begun = time.perf_counter()
                ask(held, filters)
                times[asker].append((time.perf_counter() - begun) * 1000)
        sizes = {
            "table": (snapshot.folder / "counts.duckdb").stat().st_size,
            "packed": sum(path.stat().st_size for path in (snapshot.folder / "packed").iterdir()),
        }
        snapshot.counts.dispose()
        return Measured(rows, sizes, times, [(each.end - each.start).days < 90 for each in mixed])


def mix(snapshot: Snapshot, n: int, seed: int) -> list[Filters]:
    """Selections as readers make them: ranges by RANGES, every second one of a few categories or districts."""
    chance = random.Random(seed)
    found: list[Filters] = []
    for _ in range(n):
        days = chance.choices([days for days, _ in RANGES], [share for _, share in RANGES])[0]
        start, end = (LAST - timedelta(days=days - 1), LAST) if days > 0 else (FIRST, LAST)
        if days == 0:
            year = chance.randint(FIRST.year + 1, LAST.year - 1)
            start, end = date(year, 1, 1), date(year, 12, 31)
        chosen: dict[str, Any] = {
            MULTIPLE[field]: tuple(sorted(chance.sample(sorted(snapshot.codes[field]), chance.randint(1, 3))))
            for field in ("category", "district")
            if chance.random() < 0.5
        }
        interval = "day" if (end - start).days < 90 else "month"
        found.append(Filters(snapshot.city.id, start, end, period=None, interval=interval, **chosen))
    return found


def page(snapshot: Snapshot, filters: Filters) -> None:
    """What the overview asks for: its numbers now and before, its two tables, its charts."""
    count_page(snapshot, filters, list(GROUPS))
    summary(snapshot, filters)
    for field, most in GROUPS.items():
        grouped(snapshot, filters, field, most)
    chart_rows.made_and_closed(snapshot, filters)
    chart_rows.followed("wait", snapshot, filters)
    chart_rows.followed("backlog", snapshot, filters)
    distribution(snapshot, filters)


def count(snapshot: Snapshot, filters: Filters) -> None:
    """What the page counts, without what is estimated from it."""
    last = within(snapshot, filters)[1]
    count_page(snapshot, filters, list(GROUPS))
    for by in (*GROUPS, panel.TOGETHER):
        panel.closings(snapshot, filters, by)
        panel.backlog(snapshot, filters, last, by)
        panel.overdue(snapshot, filters, by)
    panel.closings(snapshot, filters, panel.BUCKETS)


def exact_sql(snapshot: Snapshot, filters: Filters) -> None:
    """The counts of the page from the table of facts, one statement each; without the estimates."""
    last = within(snapshot, filters)[1]
    for by in ([], *([facts.c[field]] for field in GROUPS)):
        _counts_by_sql(snapshot, filters, by, None)
    other = comparison(snapshot, filters)
    if other is not None:
        _counts_by_sql(snapshot, filters.between(other.start, other.end), [], snapshot.data_through)
    unit = literal_column(f"'{filters.interval}'")
    cohort.durations(snapshot, filters, [cast(func.date_trunc(unit, facts.c.created_day), Date).label("bucket")])
    volume.created_by_day(snapshot, filters)
    volume.closed_by_day(snapshot, filters)
    volume.flows_by_day(snapshot, filters, last)


def _counts_by_sql(snapshot: Snapshot, filters: Filters, by: list[Any], as_of: int | None) -> None:
    cohort.counts(snapshot, filters, by, as_of=as_of)
    cohort.durations(snapshot, filters, by, as_of=as_of)
    cohort.left_out_origins(snapshot, filters, by, as_of=as_of)
    cohort.overdue(snapshot, filters, by, as_of=as_of)
    volume.closed(snapshot, filters, by, as_of=as_of)
    volume.backlog_at(snapshot, filters, within(snapshot, filters)[1], by, as_of=as_of)
    repeats(snapshot, filters, by, as_of=as_of)


def by_pandas(snapshot: Snapshot, filters: Filters, frame: pd.DataFrame) -> None:
    """The counts of the cohort by bin and group, those closed and those open, now only."""
    first, last = map(pd.Timestamp, within(snapshot, filters))
    mine = frame
    for field, codes in codes_of(snapshot, filters).items():
        mine = mine[mine[field].isin(codes)]
    made = mine[mine["created_day"].between(first, last)]
    kinds = ["status", "outcome", "duplicate", "event"]
    made.groupby(kinds).size()
    for field in GROUPS:
        made.groupby([field, *kinds]).size()
        made.groupby([field, "event", "bin"]).size()
    made.groupby([made["created_day"].dt.to_period(filters.interval[0].upper()), "event", "bin"]).size()
    closed = mine[mine["closed_day"].between(first, last)]
    closed.groupby("closed_day").size()
    standing = mine[(mine["created_day"] <= last) & ~(mine["closed_day"] <= last)]
    for field in GROUPS:
        closed.groupby(field).size()
        standing.groupby(field).size()


def _frame(snapshot: Snapshot) -> pd.DataFrame:
    c = facts.c
    kept = (c.created_day, c.closed_day, *(c[field] for field in ("category", "department", "district")))
    return snapshot.count(select(*kept, c.status, c.outcome, c.duplicate, c.event, c.bin))


def table(found: Measured) -> str:
    """What was measured, for people."""
    page_times = found.times["page"]
    lines = [
        f"{found.rows:,} requests, {len(page_times)} selections, {os.cpu_count()} cores; "
        f"table {found.bytes['table'] / 2**20:,.0f} MiB, packed {found.bytes['packed'] / 2**20:,.0f} MiB",
        f"  {'':<8}{'p50 ms':>10}{'p95 ms':>10}{'times the page':>18}",
    ]
    for asker, times in found.times.items():
        ratio = statistics.geometric_mean(a / b for a, b in zip(times, page_times, strict=True))
        lines.append(f"  {asker:<8}{statistics.median(times):>10,.0f}{_high(times):>10,.0f}{ratio:>18,.1f}")
    short = [each for each, is_short in zip(page_times, found.short, strict=True) if is_short]
    if short:
        lines.append(f"  up to 90 days: p50 {statistics.median(short):,.0f} ms")
    return "\n".join(lines)


def _high(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]
