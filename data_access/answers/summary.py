"""The numbers of a period, for all chosen requests or per value of a field, as the API, the pages and the exports give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.domain import durations as bins
from dashboard.domain.comparison import Comparison, comparison_range, observed_until
from dashboard.domain.filters import Filters
from dashboard.domain.gaps import touches
from dashboard.domain.incidence import Incidence, one_way_rows
from dashboard.domain.method import HORIZONS, METHOD_VERSION
from dashboard.domain.metrics import OnTime
from dashboard.domain.request import Outcome
from dashboard.domain.survival import Survival, kaplan_meier, kaplan_meier_rows, nearest_rank_days
from data_access.answers.outcomes import instant_numbers, repeat_numbers, work_done_numbers
from data_access.answers.untimed import STANDING, has_closing_times, untimed
from data_access.local_time import utc_to_local
from data_access.queries import cohort, kinds, panel
from data_access.queries.conditions import within
from data_access.queries.tally import Tally, Test
from data_access.store.published import Snapshot

Numbers = dict[str, Any]
AMOUNTS = ("closed", "backlog", "overdue")


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """The curves of a group: of all, of the work done, and of the `rest` without those closed at once (`instant` of them)."""

    curve: Survival
    work_done: Incidence
    instant: int
    rest: Survival


def summary(snapshot: Snapshot, filters: Filters, *, with_compare: bool = True) -> Numbers:
    """The published numbers of the chosen requests; keys as the API documents them, `compare` the same for the other period."""
    numbers = _numbers(snapshot, filters, panel.TOGETHER, None)[0]
    answer = {**header(snapshot, filters), **numbers}
    if with_compare:
        answer["compare"] = compared(snapshot, filters)
    return answer


def count_page(snapshot: Snapshot, filters: Filters, fields: Sequence[str]) -> None:
    """Count in one pass what the numbers, the groups by these fields and the series of a page are put together from."""
    panel.prepare(snapshot, filters, [*fields, panel.BUCKETS, panel.TOGETHER])


def grouped(snapshot: Snapshot, filters: Filters, field: str, most: int | None = None) -> list[Numbers]:
    """The same numbers for each value of a field that any of the chosen requests has, in the order of the options.

    With `most` only those with most requests, so many at most: of equals the first by name.
    """
    found = _numbers(snapshot, filters, field, None, most)
    options = snapshot.options.fields[field]
    codes = snapshot.codes[field]
    rows = [(name, found.get(codes[name])) for name in options.names]
    return [{"name": name, "slug": options.slugs[name], **numbers} for name, numbers in rows if numbers is not None]


def comparison(snapshot: Snapshot, filters: Filters) -> Comparison | None:
    """The earlier period that the filters ask for, if the source reaches back that far and both lie in the data, with no gap."""
    first, last = within(snapshot, filters)
    if (first, last) != (filters.start, filters.end) or touches(first, last, snapshot.gaps):
        return None
    found = comparison_range(filters.start, filters.end, filters.compare, snapshot.data_from)
    if found is not None and found.overlap_days:  # more than a year: "a year earlier" would be compared with itself
        found = comparison_range(filters.start, filters.end, "previous", snapshot.data_from)
    return None if found is None or touches(found.start, found.end, snapshot.gaps) else found


def compared(snapshot: Snapshot, filters: Filters) -> Numbers | None:
    """The numbers of the earlier period, observed as of the same age; None where there is none."""
    other = comparison(snapshot, filters)
    if other is None:
        return None
    as_of = observed_until(other.end, filters.end, snapshot.data_through_local, snapshot.city.zone)
    earlier = replace(filters.between(other.start, other.end), compare="none")
    numbers = _numbers(snapshot, earlier, panel.TOGETHER, int(as_of.timestamp()))[0]
    return {
        "kind": other.kind.value,
        "extra_weekdays": other.extra_weekdays,
        **header(snapshot, earlier),
        "observed_to": as_of.astimezone(snapshot.city.zone).isoformat(timespec="seconds"),
        **numbers,
    }


def header(snapshot: Snapshot, filters: Filters) -> Numbers:
    """What every answer says of itself: city, filters, period, dates of the data, versions."""
    return {
        "city": snapshot.city.id,
        "filters": {
            **{key: list(names) for key, names in filters.selected().items()},
            "origin": filters.origin,
            "period": filters.period,
            "interval": filters.interval,
            "compare": filters.compare,
        },
        "from": filters.start.isoformat(),
        "to": filters.end.isoformat(),
        "data_from": snapshot.data_from.isoformat(),
        "data_to": snapshot.data_to.isoformat(),
        "data_through": snapshot.data_through_local.isoformat(timespec="seconds"),
        "data_version": snapshot.version,
        "method_version": METHOD_VERSION,
        "missing": dict(snapshot.city.missing),
    }


def survival_of(frame: pd.DataFrame) -> Survival:
    """The Kaplan-Meier curve of a frame with the columns bin, events, censored."""
    events, censored = np.zeros(bins.BINS, dtype=np.int64), np.zeros(bins.BINS, dtype=np.int64)
    np.add.at(events, frame["bin"].to_numpy(dtype=np.int64), frame["events"].to_numpy(dtype=np.int64))
    np.add.at(censored, frame["bin"].to_numpy(dtype=np.int64), frame["censored"].to_numpy(dtype=np.int64))
    return kaplan_meier(events, censored)


def wait_numbers(survival: Survival, longest_follow_up: int) -> Numbers:
    """The numbers of speed; days, shares from 0 to 1, null where the curve does not get there.

    `longest_follow_up` is the number of days for which the first requests of the period could be watched. Where the last
    one watched happened to close, the curve falls to 0 although others were lost sight of: then a horizon beyond the
    follow-up is not observed.
    """
    median, ninety = survival.quantile(0.5), survival.quantile(0.9)
    within_days = {str(days): survival.closed_within(days) for days in HORIZONS}
    return {
        "n": survival.n,
        "events": survival.event_count,
        "p50_days": rounded(median.value),
        "p50_low": rounded(median.low),
        "p50_high": rounded(median.high),
        "p90_days": rounded(ninety.value),
        "p90_low": rounded(ninety.low),
        "p90_high": rounded(ninety.high),
        "closed_within": {days: rounded(estimate.value) for days, estimate in within_days.items()},
        "closed_within_low": {days: rounded(estimate.low) for days, estimate in within_days.items()},
        "closed_within_high": {days: rounded(estimate.high) for days, estimate in within_days.items()},
        "closed_within_observed": {
            str(days): survival.observed(days) and (survival.censored_count == 0 or longest_follow_up >= days)
            for days in HORIZONS
        },
        "longest_observed_days": rounded(survival.last_observed_days),
        "closed_only_p50_days": rounded(nearest_rank_days(survival.events, 0.5)),
    }


def on_time_numbers(row: dict[str, Any]) -> Numbers:
    """The parts of on time and their rate."""
    parts = OnTime(**{name: int(row[name]) for name in OnTime.__slots__})
    return {"rate": rounded(parts.rate), **{name: getattr(parts, name) for name in OnTime.__slots__}}


def rounded(value: float | None) -> float | None:
    """Six decimals: what the counts can carry, and the same text on every machine."""
    return None if value is None else round(float(value), 6)


def _numbers(
    snapshot: Snapshot, filters: Filters, by: str, as_of: int | None, most: int | None = None
) -> dict[int, Numbers]:
    """The numbers of each group that has any, by its code (0 for all together)."""
    origin, last = filters.origin, within(snapshot, filters)[1]
    made = panel.cohort(snapshot, filters, by, as_of)
    counts = made.sums(kinds.counted(origin))
    left = made.sums(kinds.left_out(origin))
    timed = has_closing_times(snapshot)
    nothing = {"n": np.zeros_like(counts["requests"])}
    flows = {
        "closed": panel.closings(snapshot, filters, by, as_of) if timed else None,
        "backlog": panel.backlog(snapshot, filters, last, by, as_of) if timed else None,
        "overdue": panel.overdue(snapshot, filters, by, as_of) if timed else None,
    }
    mine = {"n": kinds.of_origin(origin, kinds.distinct)}
    amounts = {name: (nothing if tally is None else tally.sums(mine))["n"] for name, tally in flows.items()}
    there = sum(map(np.abs, amounts.values()), start=counts["requests"])
    groups = np.array([0]) if by == panel.TOGETHER else np.flatnonzero(there)
    if most is not None:
        groups = _first(snapshot, by, groups, counts["requests"], amounts["backlog"], most)
    again = (
        panel.watched(snapshot, filters, by, as_of).sums(kinds.repeats(origin))
        if timed
        else dict.fromkeys(("eligible", "followed"), nothing["n"])
    )
    waits = _waits(made, origin, groups, timed=timed)
    return {
        group: _assembled(
            snapshot,
            filters,
            {name: int(column[group]) for name, column in counts.items()},
            wait,
            {name: int(column[group]) for name, column in again.items()},
            {name: int(column[group]) for name, column in left.items()},
            {name: int(column[group]) for name, column in amounts.items()},
            as_of,
        )
        for group, wait in zip(groups.tolist(), waits, strict=True)
    }


def _first(
    snapshot: Snapshot,
    field: str,
    groups: NDArray[np.int64],
    requests: NDArray[np.int64],
    backlog: NDArray[np.int64],
    most: int,
) -> NDArray[np.int64]:
    """The groups with most requests, of equals those first by name; without any, those with a backlog first."""
    names = {code: name for name, code in snapshot.codes[field].items()}

    def order(code: int) -> tuple[int, bool, str]:
        return -int(requests[code]), not (requests[code] or backlog[code]), names.get(code, "")

    return np.array(sorted(groups.tolist(), key=order)[:most], dtype=np.int64)


def _waits(made: Tally, origin: str, groups: NDArray[np.int64], *, timed: bool) -> list[Waits]:
    """The curves of the groups, all estimated together."""

    def by_bin(test: Test) -> NDArray[np.int64]:
        found = made.by_bin(kinds.of_origin(origin, test))[groups]
        return found if timed else np.zeros_like(found)

    events, censored, instant = map(by_bin, (kinds.followed_end, kinds.waits_on, kinds.instant))
    curves = kaplan_meier_rows(events, censored)
    done = one_way_rows(by_bin(kinds.ended_as(Outcome.WORK_DONE)), curves)
    at_once = instant.any(axis=1)
    rest = iter(kaplan_meier_rows((events - instant)[at_once], censored[at_once]))
    return [
        Waits(curve, work, int(closed.sum()), next(rest) if closed.any() else curve)
        for curve, work, closed in zip(curves, done, instant, strict=True)
    ]


def _assembled(
    snapshot: Snapshot,
    filters: Filters,
    row: dict[str, Any],
    waits: Waits,
    again: Mapping[str, Any],
    excluded: dict[str, Any],
    amounts: Mapping[str, int | None],
    as_of: int | None = None,
) -> Numbers:
    if snapshot.city.sample:  # what is open in a sample says nothing of what is open
        amounts = {**amounts, "backlog": None}
    follow_up = _follow_up(snapshot, filters.start, as_of)
    numbers = {
        **{name: int(row[name]) for name in ("requests", "duplicates", *STANDING)},
        **amounts,
        "wait": {
            **wait_numbers(waits.curve, follow_up),
            "observed_days": observed_days(snapshot, filters, as_of),
        },
        "on_time": on_time_numbers(row),
        "outcomes": {outcome.value: int(row[cohort.outcome_column(outcome)]) for outcome in Outcome},
        **work_done_numbers(waits.work_done, follow_up),
        "repeats": repeat_numbers(int(again["eligible"]), int(again["followed"])),
        "instant": instant_numbers(waits.instant, waits.rest),
        "left_out": {
            "city": int(excluded["city"]),
            "information": int(excluded["information"]),
            "no_duration": int(row["no_duration"]),
        },
    }
    return numbers if has_closing_times(snapshot) else untimed(numbers, earlier=as_of is not None)


def observed_days(snapshot: Snapshot, filters: Filters, as_of: int | None = None) -> int:
    """Days from the period's end to data through, or to `as_of` (UTC seconds): the shortest follow-up of a request of the period."""
    return _follow_up(snapshot, min(filters.end, snapshot.data_to), as_of)


@lru_cache(maxsize=256)
def _follow_up_until(through: int, zone: ZoneInfo, day: date) -> int:
    return max(0, (utc_to_local(through, zone).date() - day).days)


def _follow_up(snapshot: Snapshot, day: date, as_of: int | None) -> int:
    return _follow_up_until(snapshot.data_through if as_of is None else as_of, snapshot.city.zone, day)
