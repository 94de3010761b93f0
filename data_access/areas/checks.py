"""Whether a boundary file fits the requests: those that name their area and have a point are compared with it."""

from __future__ import annotations

from dataclasses import dataclass

from data_access.city import AreaKind

LARGEST_DISAGREEMENT = 0.1
"""Above it the map is taken for one of another time, and no request is given an area by its point."""


@dataclass(frozen=True, slots=True)
class AreaCheck:
    """One kind of area: requests compared, those whose point lies elsewhere than they say, and those given an area."""

    kind: AreaKind
    compared: int
    disagreeing: int
    filled: int
    vintage: str

    @property
    def is_wrong_vintage(self) -> bool:
        """Whether more disagree than geocoding explains; then no request is given an area."""
        return self.disagreeing > LARGEST_DISAGREEMENT * self.compared

    def sentence(self, name: str) -> str:
        """What a person at the command line is told; `name` is what the city calls the kind."""
        drawn = f" of {self.vintage}" if self.vintage else ""
        if self.is_wrong_vintage:
            return (
                f"{name}: {self.disagreeing} of {self.compared} requests ({self.disagreeing / self.compared:.1%}) lie in "
                f"another area of the boundaries{drawn} than the one they name, more than {LARGEST_DISAGREEMENT:.0%}: the "
                "boundaries are of another time or of other areas, so no request was given its area by its point; load "
                "those of the requests' own time."
            )
        agreement = (
            f"{1 - self.disagreeing / self.compared:.1%} of {self.compared} requests lie in the area{drawn} that they name"
            if self.compared
            else "no request has both an area of its own and a point"
        )
        return f"{name}: {agreement}; {self.filled} without one were given that of their point."
