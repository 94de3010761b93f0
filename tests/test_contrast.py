"""The design tokens have enough contrast in both schemes, and the charts use the same colours."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from layouts.figures import theme

CSS = (Path(__file__).parents[1] / "assets" / "10-tokens.css").read_text("utf-8")
BLOCK = re.compile(r":root([^{]*)\{([^}]*)\}")
COLOUR = re.compile(r"--color-([\w-]+):\s*(#[0-9a-f]{6});")
WAIT = tuple(f"wait-{step}" for step in range(1, 6))


def blocks() -> list[dict[str, str]]:
    """The colours of each :root block: light, dark by the system, dark by choice."""
    return [dict(COLOUR.findall(body)) for _, body in BLOCK.findall(CSS)]


LIGHT, DARK_SYSTEM, DARK_CHOSEN = blocks()
SCHEMES = pytest.mark.parametrize("colours", [LIGHT, DARK_SYSTEM], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[index : index + 2], 16) / 255) for index in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@SCHEMES
@pytest.mark.parametrize("text", ["text", "muted", "accent", "good", "late", "overdue", "volume"])
@pytest.mark.parametrize("ground", ["ground", "card"])
def test_text_can_be_read(colours: dict[str, str], text: str, ground: str) -> None:
    assert contrast(colours[text], colours[ground]) >= 4.5


@SCHEMES
@pytest.mark.parametrize("ground", ["accent-ground", "notice-ground"])
def test_text_can_be_read_on_coloured_grounds(colours: dict[str, str], ground: str) -> None:
    assert all(contrast(colours[text], colours[ground]) >= 4.5 for text in ("text", "muted", "accent"))
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5


@SCHEMES
@pytest.mark.parametrize("mark", [*WAIT, "accent", "volume", "good", "late", "overdue", "field", "focus"])
def test_marks_can_be_seen(colours: dict[str, str], mark: str) -> None:
    assert min(contrast(colours[mark], colours["ground"]), contrast(colours[mark], colours["card"])) >= 3


@SCHEMES
def test_the_waiting_scale_moves_away_from_the_ground(colours: dict[str, str]) -> None:
    """Lightness alone tells the steps apart, so that every kind of colour vision reads the order."""
    steps = [contrast(colours[step], colours["card"]) for step in WAIT]
    assert all(after / before >= 1.3 for before, after in pairwise(steps))


def test_both_ways_into_the_dark_have_the_same_colours() -> None:
    assert DARK_SYSTEM == DARK_CHOSEN
    assert set(LIGHT) == set(DARK_SYSTEM)


@pytest.mark.parametrize(("colours", "scheme"), [(LIGHT, "light"), (DARK_SYSTEM, "dark")])
def test_charts_use_the_colours_of_the_page(colours: dict[str, str], scheme: str) -> None:
    palette = theme.palette(scheme)
    plain = [name for name in theme.Palette.__slots__ if name != "wait"]
    assert {name: getattr(palette, name) for name in plain} == {name: colours[name] for name in plain}
    assert palette.wait == tuple(colours[step] for step in WAIT)
    assert f"--font: {theme.FONT};" in CSS
