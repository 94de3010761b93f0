"""The chart of the ages of what is open."""

import json

import pandas as pd

from dashboard.domain.ages import BANDS
from dashboard.i18n.translator import translator_for
from layouts.figures import open_ages

TR = translator_for("en")


def frame(backlog: list[int | None], overdue: list[int | None]) -> pd.DataFrame:
    return pd.DataFrame({"band": [band.name for band in BANDS], "backlog": backlog, "overdue": overdue})


def test_open_and_overdue_are_said_with_their_old_part():
    given = frame([10, 20, 30, 25, 15], [3, 1, 4, 1, 1])
    assert open_ages.sentence(given, TR) == (
        "100 requests are open, 40% of them for 90 days or longer. "
        "10 are past their target, 60% of them by 30 days or more."
    )
    texts = [note["text"] for note in open_ages.figure(given, TR)["layout"]["annotations"]]
    assert "30 to 90 days  <b>30</b>" in texts[2]
    assert "4 overdue for so long" in texts[2]


def test_without_targets_nothing_is_said_of_them():
    given = frame([1, 0, 0, 0, 0], [0, 0, 0, 0, 0])
    assert open_ages.sentence(given, TR) == "1 request is open; 0% for 90 days or longer."
    assert "overdue" not in json.dumps(open_ages.figure(given, TR))


def test_a_sample_has_only_the_overdue_and_nothing_is_nothing():
    assert (
        open_ages.sentence(frame([None] * 5, [0, 0, 1, 0, 0]), TR) == "1 is past its target, 100% by 30 days or more."
    )
    for empty in (frame([None] * 5, [None] * 5), frame([0] * 5, [0] * 5)):
        assert open_ages.sentence(empty, TR) == "None of these requests is open."
        assert open_ages.figure(empty, TR)["data"] == []
