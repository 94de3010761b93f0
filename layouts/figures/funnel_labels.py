"""Where names stand beside the points of a chart so that none covers another: greedy, in px of the narrowest screen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from layouts.figures import theme

LINE, POINT = 16.0, 7.0
"""Height of a line of text, and half the size of a point, in px."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in px from the top left, and its name."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name with its place beside its point: the spot's index, the anchor of the text, the shift in px (up is positive)."""

    spot: int
    text: str
    anchor: str
    shift_x: float
    shift_y: float


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def placed(spots: Sequence[Spot], width: float, height: float, *, keep_free: Spot) -> list[Label]:
    """The names that find a free place within `width` x `height` px, first come first served.

    The points are kept free, and a text that ends at `keep_free` and stands on its height.
    """
    taken = [_Box(spot.x - POINT, spot.y - POINT, spot.x + POINT, spot.y + POINT) for spot in spots]
    taken.append(_Box(keep_free.x - _long(keep_free.text), keep_free.y - LINE, keep_free.x, keep_free.y))
    found: list[Label] = []
    for index, spot in enumerate(spots):
        for label, box in _places(index, spot):
            inside = box.left >= 0 and box.right <= width + 10 and box.top >= 0 and box.bottom <= height
            if inside and not any(box.meets(other) for at, other in enumerate(taken) if at != index):
                found.append(label)
                taken.append(box)
                break
    return found


def _places(index: int, spot: Spot) -> Iterator[tuple[Label, _Box]]:
    """Right and left of the point, on its height, higher and lower; then above and below it."""
    long, gap = _long(spot.text), POINT + 1
    for lift in (0.0, gap, -gap):
        middle = spot.y - lift - (LINE / 2 if lift > 0 else -LINE / 2 if lift < 0 else 0)
        up, down = middle - LINE / 2, middle + LINE / 2
        side = gap if not lift else gap / 2
        yield Label(index, spot.text, "left", side, lift), _Box(spot.x + side, up, spot.x + side + long, down)
        yield Label(index, spot.text, "right", -side, lift), _Box(spot.x - side - long, up, spot.x - side, down)
    left, right = spot.x - long / 2, spot.x + long / 2
    yield Label(index, spot.text, "center", 0, gap), _Box(left, spot.y - gap - LINE, right, spot.y - gap)
    yield Label(index, spot.text, "center", 0, -gap), _Box(left, spot.y + gap, right, spot.y + gap + LINE)


def _long(text: str) -> float:
    return len(text) * theme.CHARACTER * 12 / theme.FONT_SIZE
