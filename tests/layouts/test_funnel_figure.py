"""The funnel chart: where names stand, what is drawn and what is said."""

import base64
import struct
from typing import Any

import pandas as pd
import pytest

from dashboard.domain.funnel import Funnel, funnel
from dashboard.i18n.translator import translator_for
from layouts.figures import funnel as chart
from layouts.figures.funnel_labels import LINE, POINT, Spot, placed

TR = translator_for("en")
NAMES = [f"District {number}" for number in range(1, 15)]


def frame(areas: list[tuple[str, int, float]], share: float = 0.7) -> pd.DataFrame:
    found = funnel(share, [(n, value) for _, n, value in areas])
    rows: list[dict[str, Any]] = []
    for name, n, value in areas:
        limits, position = found.limits(n), found.position(value, n)
        rows.append(
            {
                "name": name,
                "n": n,
                "adjusted_share": value,
                "low": limits.low_95,
                "high": limits.high_95,
                "low_998": limits.low_998,
                "high_998": limits.high_998,
                "position": position.value if position else None,
                "city_share": share,
                "factor": found.factor,
            }
        )
    return pd.DataFrame(
        rows, columns=["name", "n", "adjusted_share", "low", "high", "position", "city_share", "factor"]
    )


def many() -> list[tuple[str, int, float]]:
    areas = [(name, 400 + 150 * index, 0.7 + 0.004 * (-1) ** index) for index, name in enumerate(NAMES)]
    return [*areas, ("Far & away", 900, 0.4), ("Ahead", 1300, 0.83)]


def numbers(typed: dict[str, str]) -> list[float]:
    raw = base64.b64decode(typed["bdata"])
    return list(struct.unpack(f"<{len(raw) // 8}d", raw))


def test_areas_outside_are_named_and_said():
    drawn, said = chart.figure(frame(many()), TR), chart.sentence(frame(many()), TR)
    labels = [note["text"] for note in drawn["layout"]["annotations"]]
    assert "<b>Far &amp; away</b>" in labels
    assert "<b>Ahead</b>" in labels
    assert said == (
        "2 of 16 areas lie outside the limits around the city's 70% and deserve a closer look: "
        "Far & away (less, 40%) and Ahead (more, 83%)."
    )


def test_few_areas_are_compared_but_not_called_unusual():
    areas = [*many()[:6], ("Far & away", 900, 0.4), ("Tiny", 12, 0.9)]
    assert chart.sentence(frame(areas), TR) == (
        "Adjusted for what is asked of them, from 40% (Far & away) to 70% (District 1) are closed within 30 days, in the "
        "whole city 70%. 7 areas are too few to call one unusual. "
        "1 area with under 30 requests is left out: too few to say."
    )
    assert not any("<b>" in note["text"] for note in chart.figure(frame(areas), TR)["layout"]["annotations"])


def test_areas_that_are_all_as_expected():
    assert chart.sentence(frame(many()[:14]), TR) == (
        "All 14 areas lie within what is to be expected around the city's 70%, once what is asked is allowed for."
    )


@pytest.mark.parametrize("areas", [[], [("Tiny", 12, 0.9)]])
def test_too_few_to_compare(areas: list[tuple[str, int, float]]):
    assert "too few to compare" in chart.sentence(frame(areas), TR)
    assert chart.figure(frame(areas), TR)["data"] == []


def test_the_drawn_limits_are_those_of_the_domain():
    areas = many()
    found = Funnel(0.7, funnel(0.7, [(n, value) for _, n, value in areas]).factor, len(areas))
    outer_low, outer_high, low, high, city = chart.figure(frame(areas), TR)["data"][:5]
    for at in (0, 30, 60):
        limits = found.limits(numbers(low["x"])[at])
        assert numbers(low["y"])[at] == pytest.approx(limits.low_95)
        assert numbers(high["y"])[at] == pytest.approx(limits.high_95)
        assert numbers(outer_low["y"])[at] == pytest.approx(limits.low_998)
        assert numbers(outer_high["y"])[at] == pytest.approx(limits.high_998)
    assert numbers(city["y"]) == [0.7, 0.7]


def test_no_name_covers_another_or_a_point():
    spots = [Spot(20 + 9 * index, 100 + 5 * (index % 3), f"Area {index}") for index in range(25)]
    labels = placed(spots, 300, 350, keep_free=Spot(300, 100, "Whole city: 70%"))
    boxes = [(spot.x - POINT, spot.y - POINT, spot.x + POINT, spot.y + POINT, at) for at, spot in enumerate(spots)]
    for label in labels:
        spot, long = spots[label.spot], len(label.text) * 6.48
        left = (
            spot.x + label.shift_x - (long if label.anchor == "right" else long / 2 if label.anchor == "center" else 0)
        )
        middle = spot.y - label.shift_y
        top = middle - LINE if label.shift_y > 0 else middle if label.shift_y < 0 else middle - LINE / 2
        box = (left, top, left + long, top + LINE)
        for other in boxes:
            if other[4] != label.spot:
                assert not (box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3])
        boxes.append((*box, -1))
    assert 5 < len(labels) < 25
