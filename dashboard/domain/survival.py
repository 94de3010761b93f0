"""How long things take when some are still open: Kaplan-Meier over binned durations, and what is read off it.

A request that is still open when the data end is *censored*: it took at least so long. Leaving it out would make a city
look faster than it is. Arrays have one entry per bin of `dashboard.domain.durations`, shape (BINS,).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.durations import ANCHOR_DAYS, BINS, DAY, LOWER, UPPER, edge_bin, middle_days

Counts = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]

Z95 = 1.959963984540054  # the 0.975 quantile of the standard normal
TAIL = 0.025  # what a 95 % interval leaves out on either side
ROUNDING = 1e-12  # S is a product of fractions: 0.5000000000000001 has reached one half
ENOUGH_AT_RISK = 30


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % limits; None where the data do not reach that far."""

    value: float | None
    low: float | None
    high: float | None


NOTHING = Estimate(None, None, None)


class Curve(NamedTuple):
    """The share closed over time, ready to draw as steps: arrays of one length, shares from 0 to 1."""

    days: Floats
    closed_share: Floats
    low: Floats
    high: Floats
    at_risk: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """A Kaplan-Meier curve: S, the share still open, at the upper edge of every bin.

    `at_risk` is the number not yet ended at the start of each bin. Beyond the longest follow-up S is undefined unless
    it is 0; the arrays carry the last value forward, and `observed` says where that begins.
    """

    n: int
    event_count: int
    censored_count: int
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    at_risk: NDArray[np.int64]
    survival: Floats
    low: Floats
    high: Floats

    def closed_within(self, days: int) -> Estimate:
        """1 - S at so many days, with the limits of S mirrored; ValueError unless `days` is one of ANCHOR_DAYS.

        Where it is not `observed`, the value is that of the longest follow-up and a lower bound (more can only have
        closed since), so the upper limit is 1. All None when there are no requests.
        """
        edge = _anchor(days)
        if not self.n:
            return NOTHING
        high = 1.0 - float(self.low[edge]) if self.observed_at(edge) else 1.0
        return Estimate(1.0 - float(self.survival[edge]), 1.0 - float(self.high[edge]), high)

    def observed(self, days: int) -> bool:
        """Whether somebody was still followed beyond so many days, or all had closed: S there is known, not assumed."""
        return self.observed_at(_anchor(days))

    def quantile(self, p: float) -> Estimate:
        """The time in days by which a share p (0 < p < 1) has closed: the smallest with S <= 1 - p.

        A time is the geometric middle of its bin. The limits are where the band of S crosses 1 - p (Brookmeyer and
        Crowley 1982). None where not reached; then say "more than `last_observed_days`".
        """
        _check_share(p)
        if not self.n:
            return NOTHING
        return Estimate(*(_first_reached(curve, 1.0 - p) for curve in (self.survival, self.low, self.high)))

    @property
    def last_observed_days(self) -> float | None:
        """What the longest duration, closed or open, exceeds at least (the lower edge of its bin); None without any."""
        seen = np.flatnonzero(self.at_risk)
        return max(0.0, float(LOWER[seen[-1]]) / DAY) if seen.size else None

    def curve(self) -> Curve:
        """The curve to publish: `days` are upper edges; bin 0, the bins where something ended, and the anchors.

        It ends with the longest follow-up: anchors beyond it are given only where S is 0. Empty without requests.
        """
        keep = (self.events + self.censored) > 0
        keep[[0, *(_anchor(days) for days in ANCHOR_DAYS)]] = True
        last_seen = int(np.flatnonzero(self.at_risk)[-1]) if self.n else -1
        if not self.n or self.survival[-1] > 0:
            keep[last_seen + 1 :] = False
        closed, low, high = 1.0 - self.survival[keep], 1.0 - self.high[keep], 1.0 - self.low[keep]
        return Curve(UPPER[keep] / DAY, closed, low, high, self.at_risk[keep])

    def followed_beyond(self, edge: int) -> int:
        """How many had neither ended nor left sight when bin `edge` ended."""
        return int(self.at_risk[edge + 1]) if edge + 1 < BINS else 0

    def observed_at(self, edge: int) -> bool:
        """The same for any bin: whether S at its upper edge is known."""
        return self.n > 0 and (self.followed_beyond(edge) > 0 or float(self.survival[edge]) == 0.0)


def kaplan_meier(events: Counts, censored: Counts) -> Survival:
    """The product-limit estimate from counts by bin, each of shape (BINS,); ValueError on other shapes or below 0.

    Of a bin's censored, half count as at risk (the actuarial rule): hazard d / (not ended before - c / 2). 95 % limits
    are log-log with Greenwood's variance (Kalbfleisch and Prentice 2002, 1.4); where S is 0 or 1 see `_edge_limits`.
    """
    return kaplan_meier_rows(_counts(events)[np.newaxis], _counts(censored)[np.newaxis])[0]


def kaplan_meier_rows(events: Counts, censored: Counts) -> list[Survival]:
    """The same estimate for many groups at once, one a row of counts of shape (groups, BINS)."""
    ended, lost = (_counts(counts, rows=len(events)) for counts in (events, censored))
    n = (ended + lost).sum(axis=1)
    before = np.zeros_like(ended)
    before[:, 1:] = np.cumsum(ended + lost, axis=1)[:, :-1]
    at_risk = n[:, np.newaxis] - before
    exposed = at_risk - lost / 2.0
    left = exposed - ended
    kept = np.divide(left, exposed, out=np.ones(exposed.shape), where=exposed > 0)
    survival = np.cumprod(kept, axis=1, dtype=np.float64)
    variance = np.cumsum(np.divide(ended, exposed * left, out=np.zeros(exposed.shape), where=left > 0), axis=1)
    low, high = _edge_limits(survival, exposed)
    inside = (survival > 0) & (survival < 1)
    log_s = np.log(survival[inside])
    spread = Z95 * np.sqrt(variance[inside]) / -log_s
    low[inside], high[inside] = np.exp(log_s * np.exp(spread)), np.exp(log_s * np.exp(-spread))
    totals = zip(n.tolist(), ended.sum(axis=1).tolist(), lost.sum(axis=1).tolist(), strict=True)
    rows = zip(ended, lost, at_risk, survival, low, high, strict=True)
    return [Survival(*counts, *arrays) for counts, arrays in zip(totals, rows, strict=True)]


def _edge_limits(survival: Floats, exposed: Floats) -> tuple[Floats, Floats]:
    """Limits where S is 1 or 0 and Greenwood's variance is 0: Clopper-Pearson for none, or all, of m.

    m is the number at risk; for S = 0 divided by S just before, so that the closings before count as well (Peto's
    effective number, 1977): without censoring that is everybody, and not just the few of the last bin.
    """
    low, high = np.zeros(survival.shape), np.ones(survival.shape)
    last = BINS - 1 - (exposed[:, ::-1] != 0).argmax(axis=1)
    row, place = np.nonzero((survival == 1) & (exposed[:, :1] != 0))
    low[row, place] = TAIL ** (1.0 / exposed[row, np.minimum(place, last[row])])
    gone = survival == 0
    for row in np.flatnonzero(gone[:, -1]).tolist():
        first = int(gone[row].argmax())
        before = float(survival[row, first - 1]) if first else 1.0
        high[row, first:] = 1.0 - TAIL ** (before / float(exposed[row, first]))
    return low, high


def nearest_rank_days(counts: Counts, p: float) -> float | None:
    """The closed-only quantile in days: the middle of the first bin with at least p * n at or below it (0 < p < 1)."""
    _check_share(p)
    reached = np.cumsum(_counts(counts))
    n = int(reached[-1])
    if not n:
        return None
    rank = max(1, ceil(p * n * (1.0 - ROUNDING)))
    return float(middle_days()[int(np.searchsorted(reached, rank, side="left"))])


@dataclass(frozen=True, slots=True)
class StillWaiting:
    """The share of those waiting at an age who are still waiting later, and how many `at_risk` that rests on."""

    share: Estimate
    at_risk: int
    observed: bool


def still_waiting(group: Survival, age_days: float, further_days: float) -> StillWaiting | None:
    """S(t + u) / S(t) of a group, for a request already t = `age_days` old and u = `further_days` (fractions allowed).

    Both times are read at the last edge at or before them. It is the curve of those at risk at t alone, so the limits
    are theirs. Where nobody was followed to t + u it is not `observed`: an upper bound, with 0 as lower limit.
    None when fewer than 30 are at risk at t; ValueError on negative days.
    """
    if age_days < 0 or further_days < 0:
        raise ValueError("an age cannot be negative")
    now, later = _edge_before(age_days), _edge_before(age_days + further_days)
    if group.followed_beyond(now) < ENOUGH_AT_RISK:
        return None
    after = np.arange(BINS) > now
    rest = kaplan_meier(np.where(after, group.events, 0), np.where(after, group.censored, 0))
    if later == now:
        return StillWaiting(Estimate(1.0, 1.0, 1.0), rest.n, True)
    observed = rest.observed_at(later)
    low = float(rest.low[later]) if observed else 0.0
    return StillWaiting(Estimate(float(rest.survival[later]), low, float(rest.high[later])), rest.n, observed)


def _anchor(days: int) -> int:
    if days not in ANCHOR_DAYS:
        raise ValueError(f"{days} days is not one of {ANCHOR_DAYS}")
    return edge_bin(days * DAY)


def _edge_before(days: float) -> int:
    """The last bin that has ended after so many days; a hair of rounding is forgiven."""
    return int(np.searchsorted(UPPER, floor(days * DAY + 1e-6), side="right")) - 1


def _first_reached(curve: Floats, level: float) -> float | None:
    """Middle of the first bin in which a curve is at or below a level, in days."""
    reached = curve <= level + ROUNDING
    return float(middle_days()[int(reached.argmax())]) if reached.any() else None


def _check_share(p: float) -> None:
    if not 0 < p < 1:
        raise ValueError(f"a quantile needs a share between 0 and 1, not {p}")


def _counts(values: Counts, rows: int | None = None) -> NDArray[np.int64]:
    counts = np.asarray(values)
    if counts.shape != ((BINS,) if rows is None else (rows, BINS)) or not np.issubdtype(counts.dtype, np.integer):
        raise ValueError(f"counts by bin have shape ({BINS},) and are whole numbers")
    if counts.size and int(counts.min()) < 0:
        raise ValueError("a count by bin is negative: signed rows of the store have to be summed first")
    return counts.astype(np.int64)
