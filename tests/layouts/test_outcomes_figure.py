"""The chart of how requests end: bands that add up, told by their names, and nothing where it cannot be said."""

from __future__ import annotations

import itertools

import pandas as pd

from dashboard.domain.request import Outcome
from dashboard.i18n.translator import translator_for
from layouts.figures import outcomes_over_time

TR = translator_for("en")
OPEN = outcomes_over_time.OPEN


def frame(n: int = 500, *, last: float = 200.0, days: tuple[float, ...] = (1.0, 30.0, 90.0)) -> pd.DataFrame:
    """At each of the days work was done on so many hundredths, half of that is not known, 2 % were joined to another."""
    rows: list[dict[str, float]] = []
    for day in (*days, last):
        done = min(day, 90.0) * 0.44 / 90
        shares = {outcome.value: 0.0 for outcome in Outcome} | {"work_done": done, "unknown": done / 2}
        shares |= {"duplicate": 0.02, "cancelled": 0.01}
        rows.append({"days": day, **shares, OPEN: 1 - sum(shares.values()), "n": n})
    return pd.DataFrame(rows)


def test_the_sentence_has_every_band_at_the_longest_horizon() -> None:
    assert outcomes_over_time.sentence(frame(), TR) == (
        "After 90 days: work done 44%, not known 22%, other ends 3%, and still open 31%."
    )
    assert outcomes_over_time.sentence(frame(last=60.0, days=(1.0, 30.0)), TR).startswith("After 30 days: ")
    assert outcomes_over_time.sentence(frame(last=3.0, days=(1.0,)), TR).startswith("After 3 days: ")


def test_the_bands_add_to_all_at_every_time() -> None:
    found = outcomes_over_time.endings(frame())
    assert found is not None
    assert found.days[0] == 0
    assert next(iter(found.bands)) == "work_done"
    assert list(found.bands)[-1] == OPEN
    for place in range(len(found.days)):
        assert abs(sum(shares[place] for shares in found.bands.values()) - 1) < 1e-9


def test_labels_keep_apart_and_stay_in_the_chart() -> None:
    notes = outcomes_over_time.figure(frame(), TR)["layout"]["annotations"]
    assert [note["text"] for note in notes] == ["work done 44%", "not known 22%", "other ends 3%", "still open 31%"]
    heights = [note["y"] for note in notes]
    assert all(above - below > 0.06 for below, above in itertools.pairwise(heights))
    assert 0 < heights[0] < heights[-1] < 1


def test_what_has_all_ended_is_told_at_the_longest_horizon() -> None:
    ended = frame(last=10.0, days=(1.0,))
    ended.loc[ended.index[-1], [OPEN, "unknown"]] = [0.0, 0.97 - ended["work_done"].iloc[-1]]
    assert outcomes_over_time.sentence(ended, TR).startswith("After 90 days: ")
    assert outcomes_over_time.sentence(ended, TR).endswith("still open 0%.")


def test_too_few_and_none_are_said_in_words() -> None:
    assert outcomes_over_time.sentence(frame(29), TR) == "Too few requests (under 30) to say how they end."
    assert outcomes_over_time.figure(frame(29), TR)["data"] == []
    assert outcomes_over_time.sentence(frame().iloc[:0], TR) == "No requests match this selection."
