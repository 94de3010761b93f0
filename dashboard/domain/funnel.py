"""Funnel limits: how far a group's share may lie from the city's without that meaning anything.

Spiegelhalter (2005), "Funnel plots for comparing institutional performance", Statistics in Medicine 24, 1185-1202. Groups
differ by more than chance, for reasons that nobody has adjusted for; so the limits of chance alone are widened by the
multiplicative over-dispersion factor, estimated from all groups with the outermost tenth on either side pulled in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from dashboard.domain.method import TOO_FEW

Z95 = 1.959963984540054
Z998 = 3.090232306167813
"""What 95 % and 99.8 % of a standard normal lie within."""
WINSORISED = 0.1
FEWEST_GROUPS = 10
"""With fewer groups the factor is too unsure to call any of them unusual: limits are shown, nothing is flagged."""


class Position(StrEnum):
    """Where a group lies against the limits; a sign to look closer, not a verdict."""

    WITHIN = "within"
    ABOVE_95 = "above_95"
    BELOW_95 = "below_95"
    ABOVE_998 = "above_998"
    BELOW_998 = "below_998"


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares between which 95 and 99.8 % of the groups of one size are to be expected."""

    low_95: float
    high_95: float
    low_998: float
    high_998: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """The city's share, the over-dispersion factor as estimated, and how many groups it rests on."""

    share: float
    factor: float
    groups: int

    @property
    def widening(self) -> float:
        """The factor that limits are widened by: never under 1, since there is no less than chance."""
        return max(1.0, self.factor)

    @property
    def enough_groups(self) -> bool:
        """Whether there are enough groups to call one unusual."""
        return self.groups >= FEWEST_GROUPS

    def limits(self, n: float) -> Limits:
        """The limits for a group of `n` requests, cut at 0 and 1. ValueError without requests."""
        if n <= 0:
            raise ValueError("a group without requests has no limits")
        spread = sqrt(self.widening * self.share * (1.0 - self.share) / n)
        return Limits(
            max(0.0, self.share - Z95 * spread),
            min(1.0, self.share + Z95 * spread),
            max(0.0, self.share - Z998 * spread),
            min(1.0, self.share + Z998 * spread),
        )

    def position(self, value: float | None, n: int) -> Position | None:
        """Where a group's adjusted share lies; None where that is not to be said: few groups, or few requests."""
        if value is None or n < TOO_FEW or not self.enough_groups:
            return None
        limits = self.limits(n)
        if value > limits.high_95:
            return Position.ABOVE_998 if value > limits.high_998 else Position.ABOVE_95
        if value < limits.low_95:
            return Position.BELOW_998 if value < limits.low_998 else Position.BELOW_95
        return Position.WITHIN


def funnel(share: float, groups: Sequence[tuple[int, float]]) -> Funnel:
    """The funnel around a share, from (requests, adjusted share) of each group; those of under 30 requests stay out.

    The factor is the mean square of the winsorised distances z = (value - share) / sqrt(share (1 - share) / n); 1 where
    the share is 0 or 1 or no group is large enough.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not at {share}")
    large = [(n, value) for n, value in groups if n >= TOO_FEW]
    variance = share * (1.0 - share)
    if not large or variance == 0:
        return Funnel(share, 1.0, len(large))
    distances = _winsorised([(value - share) / sqrt(variance / n) for n, value in large])
    return Funnel(share, sum(z * z for z in distances) / len(distances), len(large))


def _winsorised(values: Sequence[float]) -> list[float]:
    """Sorted, with the lowest tenth (rounded down) raised to the next value, and the highest lowered."""
    ordered = sorted(values)
    cut = int(len(ordered) * WINSORISED)
    low, high = ordered[cut], ordered[len(ordered) - 1 - cut]
    return [min(max(value, low), high) for value in ordered]
