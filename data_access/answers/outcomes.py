"""How requests end over time: work done and every other outcome, with the others competing; and closes that say little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dashboard.domain.durations import BINS
from dashboard.domain.filters import Filters
from dashboard.domain.incidence import Incidence, cumulative_incidence
from dashboard.domain.method import HORIZONS
from dashboard.domain.request import Outcome
from dashboard.domain.survival import Survival
from data_access.answers.untimed import has_closing_times
from data_access.queries import cohort
from data_access.store.published import Snapshot

OUTCOME_HORIZONS = (7, 30, 90, 365)
STILL_OPEN = "still_open"
TOTALS = ("outcome", "n", "days", "share", "low", "high", "observed")
CURVE = ("outcome", "days", "share")


def outcomes_over_time(snapshot: Snapshot, filters: Filters) -> dict[str, list[dict[str, Any]]]:
    """The share of the cohort that ended each way within 7, 30, 90 and 365 days, and the curves to draw.

    `rows` have TOTALS: one for each outcome and the open (`still_open`, without limits) and each of the days; `n` is the
    number of requests that the shares are of. Shares of the same days add to 1. `curve` has CURVE. Both are empty
    without closing times.
    """
    if not has_closing_times(snapshot):
        return {"rows": [], "curve": []}
    incidence = incidence_of(cohort.durations(snapshot, filters, outcomes=tuple(Outcome)), tuple(Outcome))
    rows = [
        {
            "outcome": outcome.value,
            "n": incidence.n,
            "days": days,
            **estimated(incidence, way, days),
        }
        for way, outcome in enumerate(Outcome)
        for days in OUTCOME_HORIZONS
    ]
    rows += [
        {
            "outcome": STILL_OPEN,
            "n": incidence.n,
            "days": days,
            "share": _rounded(incidence.still_open(days)),
            "low": None,
            "high": None,
            "observed": incidence.observed(days),
        }
        for days in OUTCOME_HORIZONS
    ]
    return {"rows": rows, "curve": _curve(incidence)}


def outcome_curve(snapshot: Snapshot, filters: Filters) -> pd.DataFrame:
    """The same curves, one row a time. Columns: days, a share for each outcome, STILL_OPEN, n (requests in all).

    No rows without requests, or without closing times.
    """
    columns = [*(outcome.value for outcome in Outcome), STILL_OPEN]
    found = outcomes_over_time(snapshot, filters)
    n = found["rows"][0]["n"] if found["rows"] else 0
    if not n:
        return pd.DataFrame(columns=["days", *columns, "n"])
    curve = pd.DataFrame(found["curve"], columns=list(CURVE))
    wide = curve.pivot(index="days", columns="outcome", values="share")[columns]
    return wide.rename_axis(columns=None).reset_index().assign(n=n)


def outcome_totals(snapshot: Snapshot, filters: Filters) -> list[dict[str, Any]]:
    """Per outcome: n ended requests of the cohort, their share of all that ended, and the words of the city's rules for it.

    The share is None where none has ended.
    """
    counted = cohort.counts(snapshot, filters)
    n = {outcome: int(counted[cohort.outcome_column(outcome)].sum()) for outcome in Outcome}
    ended = sum(n.values())
    words = rule_words(snapshot)
    return [
        {
            "outcome": outcome.value,
            "n": n[outcome],
            "share": _rounded(n[outcome] / ended) if ended else None,
            "words": words[outcome.value],
        }
        for outcome in Outcome
    ]


def rule_words(snapshot: Snapshot) -> dict[str, list[str]]:
    """The words of the city's rules for each outcome, in their order and each once; none where no rule leads to it."""
    rules = snapshot.city.rules.outcome
    return {
        outcome.value: list(dict.fromkeys(rule.words for rule in rules if rule.then == outcome and rule.words))
        for outcome in Outcome
    }


def incidence_of(frame: pd.DataFrame, outcomes: Sequence[Outcome]) -> Incidence:
    """The incidence of the given outcomes, all others joined as one more that competes, of a frame of cohort.durations."""
    bins = frame["bin"].to_numpy(dtype=np.int64)

    def by_bin(column: str) -> np.ndarray[Any, np.dtype[np.int64]]:
        counts = np.zeros(BINS, dtype=np.int64)
        np.add.at(counts, bins, frame[column].to_numpy(dtype=np.int64))
        return counts

    ways = [by_bin(cohort.outcome_column(outcome)) for outcome in outcomes]
    others = by_bin("events") - sum(ways, start=np.zeros(BINS, dtype=np.int64))
    return cumulative_incidence([*ways, others], by_bin("censored"))


def estimated(incidence: Incidence, way: int, days: int) -> dict[str, Any]:
    """A share with its limits, and whether somebody was followed for so long."""
    found = incidence.within(way, days)
    return {
        "share": _rounded(found.value),
        "low": _rounded(found.low),
        "high": _rounded(found.high),
        "observed": incidence.observed(days),
    }


def work_done_numbers(incidence: Incidence, longest_follow_up: int) -> dict[str, Any]:
    """The share on which work was done within 7, 30 and 90 days, in the shape of `closed_within` of the wait."""
    found = {str(days): estimated(incidence, 0, days) for days in HORIZONS}
    complete = incidence.overall.censored_count == 0
    return {
        "work_done_within": {days: one["share"] for days, one in found.items()},
        "work_done_within_low": {days: one["low"] for days, one in found.items()},
        "work_done_within_high": {days: one["high"] for days, one in found.items()},
        "work_done_within_observed": {
            days: one["observed"] and (complete or longest_follow_up >= int(days)) for days, one in found.items()
        },
    }


def instant_numbers(instant: int, rest: Survival) -> dict[str, Any]:
    """Requests closed within a minute, their share of all with a usable duration, and the typical wait of the `rest`."""
    n = rest.n + instant
    return {
        "n": instant,
        "share": _rounded(instant / n) if n else None,
        "p50_days_without_instant": _rounded(rest.quantile(0.5).value),
    }


def repeat_numbers(eligible: int, followed: int) -> dict[str, Any]:
    """Closed requests that could be judged, those followed by the same again, and their share."""
    return {
        "eligible": eligible,
        "followed": followed,
        "rate": _rounded(followed / eligible) if eligible else None,
    }


def _curve(incidence: Incidence) -> list[dict[str, Any]]:
    curve = incidence.curve()
    names = [outcome.value for outcome in Outcome]
    shares = [*zip(names, curve.share, strict=False), (STILL_OPEN, curve.still_open)]
    return [
        {"outcome": name, "days": round(float(day), 6), "share": round(float(share), 6)}
        for name, values in shares
        for day, share in zip(curve.days, values, strict=True)
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
