"""The curve that is sent has the steps that can be seen: small, and nowhere further off than a pixel or two."""

from __future__ import annotations

import base64
import json
import math
import struct
from typing import Any

import pandas as pd
import pytest

from dashboard.i18n.translator import translator_for
from layouts.figures import closed_share_curve


def decoded(values: dict[str, Any]) -> list[float]:
    raw = base64.b64decode(values["bdata"])
    return list(struct.unpack(f"<{len(raw) // 8}d", raw))


def rows() -> pd.DataFrame:
    """A step for every two percent of waiting, from a second to a year."""
    days = [1.02**power / 86_400 for power in range(875)]
    shares = [1 - math.exp(-math.sqrt(day / 9)) for day in days]
    columns = {"days": days, "closed_share": shares, "low": shares, "high": shares, "at_risk": [900] * len(days)}
    return pd.DataFrame(columns)


@pytest.mark.parametrize("horizon", [90, 365])
def test_the_drawn_curve_is_nowhere_off_by_more_than_can_be_seen(horizon: int) -> None:
    frame = rows()
    figure = closed_share_curve.figure(frame, translator_for("en"), horizon=horizon)
    line = next(each for each in figure["data"] if each["line"].get("shape") == "hv")
    drawn = list(zip(decoded(line["x"]), decoded(line["y"]), strict=True))
    assert len(line["hovertext"]) == len(drawn) < 250
    assert len(json.dumps(figure)) < 60_000
    exact = dict(zip(frame["days"], frame["closed_share"], strict=True))
    assert all(share == exact[day] for day, share in drawn[1:-1])
    for day, share in exact.items():
        if day <= horizon:
            near = [there for at, there in drawn if abs(at - day) <= horizon / 300]
            before = [there for at, there in drawn if at <= day]
            assert min(abs(share - there) for there in [*near, before[-1]]) <= 0.005 + 1e-9
    assert drawn[0] == (0.0, 0.0)
    assert drawn[-1][0] == pytest.approx(horizon)
