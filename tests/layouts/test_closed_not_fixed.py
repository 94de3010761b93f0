"""The numbers beside the outcomes, read against the summary that they come from."""

from types import SimpleNamespace
from typing import Any, cast

from dashboard.i18n.translator import translator_for
from layouts.pages.closed_not_fixed import closed_not_fixed
from layouts.pages.content import PageData

HORIZONS = ("7", "30", "90")


def said(n: int = 1000, eligible: int = 200, *, observed: bool = True, timed: bool = True) -> Any:
    numbers = {
        "wait": {"n": n if timed else None, "events": n},
        "closed": 5 if timed else None,
        "work_done_within": dict.fromkeys(HORIZONS, 0.381),
        "work_done_within_observed": dict.fromkeys(HORIZONS, observed),
        "repeats": {"eligible": eligible, "followed": 32, "rate": 0.16},
        "instant": {"n": 9, "share": 0.009, "p50_days_without_instant": 8.0},
    }
    return closed_not_fixed(cast(PageData, SimpleNamespace(summary=numbers)), translator_for("en"))


def values(blocks: Any) -> list[str]:
    return [number.value for number in blocks[0].numbers]


def test_the_shares_are_those_of_the_summary():
    (block,) = said()
    assert values((block,)) == ["38%", "16%", "1%"]
    assert [number.measure for number in block.numbers] == ["work_done", "repeats", "instant"]
    assert "of 200 that could be watched" in block.numbers[1].detail
    assert block.numbers[0].detail == ""


def test_few_requests_say_nothing():
    assert values(said(n=29))[0] == values(said(n=29))[2] == "too few to say"
    assert values(said(eligible=29))[1] == "too few to say"


def test_what_was_not_watched_for_so_long_is_a_lower_bound():
    assert said(observed=False)[0].numbers[0].detail.startswith("At least")


def test_without_closing_times_nothing_is_said():
    assert said(timed=False) == ()
