"""How requests end over time, each way with the others competing: Aalen-Johansen cumulative incidence over binned durations.

A request that was found a duplicate will never be worked on. To treat it as one that merely left sight (1 - Kaplan-Meier
of one outcome) would count its work as still to come, and the outcomes would add up to more than all. Here the shares of
all outcomes and of what is still open add to 1 at every time. Bins and the half of a bin's censored that count as at
risk are those of `dashboard.domain.survival`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.domain.durations import ANCHOR_DAYS, BINS, DAY, UPPER, edge_bin
from dashboard.domain.survival import NOTHING, TAIL, Z95, Estimate, Survival, kaplan_meier

Floats = NDArray[np.float64]


class IncidenceCurve(NamedTuple):
    """Shares ended each way by so many days, ready to stack: `share` has shape (ways, times), the others (times,)."""

    days: Floats
    share: Floats
    still_open: Floats
    at_risk: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """The share that has ended in each way at the upper edge of every bin: `share`, `low`, `high` of shape (ways, BINS).

    `overall` is the Kaplan-Meier curve of ending at all: its S is the share still open. Beyond the longest follow-up the
    last shares are carried forward; `observed` says whether a time lies within it.
    """

    overall: Survival
    share: Floats
    low: Floats
    high: Floats

    @property
    def n(self) -> int:
        """How many requests the shares are of, open ones included."""
        return self.overall.n

    def within(self, way: int, days: int) -> Estimate:
        """The share ended in one way within so many days; ValueError unless `days` is one of ANCHOR_DAYS.

        Where the time is not `observed` the value is a lower bound, so the upper limit is 1. All None without requests.
        """
        edge = _anchor(days)
        if not self.n:
            return NOTHING
        high = float(self.high[way, edge]) if self.overall.observed_at(edge) else 1.0
        return Estimate(float(self.share[way, edge]), float(self.low[way, edge]), high)

    def still_open(self, days: int) -> float | None:
        """The share that has not ended by then; with every `within` of these days it adds to 1."""
        edge = _anchor(days)
        return float(self.overall.survival[edge]) if self.n else None

    def observed(self, days: int) -> bool:
        """Whether somebody was still followed beyond so many days, or all had ended."""
        return self.overall.observed(days)

    def curve(self) -> IncidenceCurve:
        """The shares at the times of `Survival.curve`."""
        days = self.overall.curve().days
        kept = np.searchsorted(UPPER, np.rint(days * DAY).astype(np.int64))
        return IncidenceCurve(days, self.share[:, kept], self.overall.survival[kept], self.overall.at_risk[kept])


def cumulative_incidence(events: Sequence[NDArray[np.integer[Any]]], censored: NDArray[np.integer[Any]]) -> Incidence:
    """The estimate from counts by bin, each of shape (BINS,): one array for each way to end, and the still open.

    F_k(t) sums S(before) x d_k / at risk. Its variance is Greenwood's, extended to competing ends (Marubini and
    Valsecchi 1995, 10.2: with a single way to end it is Greenwood's own); 95 % limits are log-log on 1 - F, so that they
    are those of Kaplan-Meier where there is one way only. ValueError on other shapes or counts below 0.
    """
    if not events:
        raise ValueError("incidence needs at least one way to end")
    each = np.stack([np.asarray(counts) for counts in events])
    overall = kaplan_meier(each.sum(axis=0), censored)
    if int(each.min()) < 0:
        raise ValueError("a count by bin is negative: signed rows of the store have to be summed first")
    return Incidence(overall, *_estimates(each, overall.events, overall.censored, overall.at_risk, overall.survival))


def one_way_rows(events: NDArray[np.integer[Any]], overall: Sequence[Survival]) -> list[Incidence]:
    """The incidence of one way to end for many groups at once: its counts, shape (groups, BINS), and their curves of
    ending at all."""
    if not overall:
        return []
    stacked = (
        np.stack([getattr(each, name) for each in overall]) for name in ("events", "censored", "at_risk", "survival")
    )
    found = zip(overall, *_estimates(np.asarray(events), *stacked), strict=True)
    return [Incidence(curve, *(values[np.newaxis] for values in estimates)) for curve, *estimates in found]


def _estimates(
    each: NDArray[Any],
    ended: NDArray[np.int64],
    censored: NDArray[np.int64],
    at_risk: NDArray[np.int64],
    survival: Floats,
) -> tuple[Floats, Floats, Floats]:
    """Share and limits of each row of counts; the curves are one for all rows, or one a row."""
    exposed = at_risk - censored / 2.0
    before = np.ones_like(survival)
    before[..., 1:] = survival[..., :-1]
    share = np.cumsum(before * _divided(each, exposed), axis=-1)
    low, high = _limits(share, _variance(share, each, ended, exposed, before), exposed, before)
    return share, low, high


def _variance(share: Floats, each: NDArray[Any], ended: NDArray[np.int64], exposed: Floats, before: Floats) -> Floats:
    """The sum over bins j up to t of (F(t) - F(j))^2 d / (n (n - d)) + S^2 d_k (n - d_k) / n^3 - 2 (F(t) - F(j)) S d_k / n^2.

    With F(t) taken out of the brackets every term is a running sum.
    """
    risk = _divided(ended, exposed * (exposed - ended))
    own = before * _divided(each, exposed**2)
    spread = before**2 * _divided(each * (exposed - each), exposed**3)
    squares = share**2 * np.cumsum(risk, axis=-1) - 2 * share * np.cumsum(share * risk, axis=-1)
    crossed = share * np.cumsum(own, axis=-1) - np.cumsum(share * own, axis=-1)
    return np.maximum(0.0, squares + np.cumsum(share**2 * risk + spread, axis=-1) - 2 * crossed)


def _limits(share: Floats, variance: Floats, exposed: Floats, before: Floats) -> tuple[Floats, Floats]:
    """Log-log limits; where nothing, or everything, has ended in a way Clopper-Pearson for none, or all, of m.

    m is the number at risk divided by S just before (Peto's effective number, 1977), as for Kaplan-Meier.
    """
    low, high = np.zeros_like(share), np.ones_like(share)
    last = BINS - 1 - (exposed[..., ::-1] > 0).argmax(axis=-1)
    last_effective = np.minimum(np.arange(BINS), np.expand_dims(last, -1))
    effective = np.take_along_axis(_divided(exposed, before), last_effective, axis=-1)
    followed = np.broadcast_to(exposed[..., :1] > 0, share.shape)  # at risk at first, if ever
    none = np.broadcast_to(TAIL ** _divided(np.ones(BINS), effective), share.shape)
    nothing, everything = (share == 0) & followed, (share >= 1.0 - 1e-12) & followed
    high[nothing] = 1.0 - none[nothing]
    low[everything] = none[everything]
    inside = followed & ~(nothing | everything)
    rest = np.log1p(-share[inside])
    width = Z95 * np.sqrt(variance[inside]) / (-rest * (1.0 - share[inside]))
    low[inside], high[inside] = 1.0 - np.exp(rest * np.exp(-width)), 1.0 - np.exp(rest * np.exp(width))
    return low, high


def _divided(counts: NDArray[Any], by: NDArray[Any]) -> Floats:
    """The quotient, 0 where nobody is at risk."""
    wide = np.broadcast_to(by, np.broadcast_shapes(counts.shape, by.shape))
    return np.divide(counts, wide, out=np.zeros(wide.shape), where=wide > 0)


def _anchor(days: int) -> int:
    if days not in ANCHOR_DAYS:
        raise ValueError(f"{days} days is not one of {ANCHOR_DAYS}")
    return edge_bin(days * DAY)
