"""Every chart: what it says, what it hides, and that nothing in it is hard-coded."""

import base64
import inspect
import json
import struct
from collections.abc import Callable, Iterator
from datetime import date
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from dashboard.domain.periods import buckets
from dashboard.i18n.pseudo import undisguised
from dashboard.i18n.translator import translator_for
from layouts.figures import (
    backlog_over_time,
    bars_by_group,
    closed_share_curve,
    counts_over_time,
    on_time_over_time,
    on_time_parts,
    status_mix,
    theme,
    wait_over_time,
)
from layouts.figures import buckets as time_buckets

TR = translator_for("en")
PSEUDO = translator_for("qps")
MONTHS = buckets(date(2015, 1, 1), date(2015, 6, 30), "month")
MODULES = (
    backlog_over_time,
    bars_by_group,
    closed_share_curve,
    counts_over_time,
    on_time_over_time,
    on_time_parts,
    wait_over_time,
)


def counts(values: list[int], immature: int = 0, closed: list[int] | None = None) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for measure, numbers in (("requests", values), ("closed", closed or [])):
        for index, (number, (start, end)) in enumerate(zip(numbers, MONTHS, strict=False)):
            mature = index < len(numbers) - immature
            rows.append(
                {"measure": measure, "start": start, "end": end, "n": number, "value": number, "mature": mature}
            )
    return pd.DataFrame(rows, columns=["measure", "start", "end", "n", "value", "mature"])


def hatches(drawn: dict[str, Any]) -> list[dict[str, Any]]:
    """The traces that are nothing but hatched ground."""
    return [trace for trace in drawn["data"] if trace["type"] == "bar" and "base" in trace]


def series(
    values: list[float | None], *, n: int | list[int] = 500, mature: list[bool] | None = None, band: bool = False
) -> pd.DataFrame:
    size = len(values)
    return pd.DataFrame(
        {
            "start": [start for start, _ in MONTHS[:size]],
            "end": [end for _, end in MONTHS[:size]],
            "n": n if isinstance(n, list) else [n] * size,
            "value": pd.Series(values, dtype="float64"),
            "low": pd.Series([v and v * 0.8 if band else None for v in values], dtype="float64"),
            "high": pd.Series([v and v * 1.2 if band else None for v in values], dtype="float64"),
            "mature": mature or [True] * size,
        }
    )


def curve(shares: list[tuple[float, float]], at_risk: int = 500) -> pd.DataFrame:
    return pd.DataFrame(
        [(day, share, share * 0.9, min(1.0, share * 1.1), at_risk) for day, share in shares],
        columns=["days", "closed_share", "low", "high", "at_risk"],
    )


def groups(rows: list[tuple[str, float | None, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["name", "value", "n"]).assign(low=None, high=None)
    return frame.astype({"value": "float64", "low": "float64", "high": "float64"})


def parts(*values: int) -> pd.DataFrame:
    return pd.DataFrame({"part": [part for part, _ in on_time_parts.PARTS], "value": values})


CURVE = [(1.0, 0.2), (7.0, 0.48), (8.0, 0.51), (30.0, 0.7), (90.0, 0.8)]
FULL: dict[str, tuple[ModuleType, pd.DataFrame, dict[str, Any]]] = {
    "counts": (counts_over_time, counts([5, 9, 7, 3], 1, [4, 8, 7, 2]), {}),
    "backlog": (backlog_over_time, series([10, 20, 30], mature=[False, True, True]), {}),
    "wait": (
        wait_over_time,
        series([9, None, 8, 6, 7], n=[500, 500, 3, 500, 500], mature=[True] * 4 + [False], band=True),
        {},
    ),
    "on_time": (on_time_over_time, series([0.5, 0.6, 0.7], n=[500, 4, 500], mature=[True, True, False]), {}),
    "curve": (closed_share_curve, curve(CURVE), {}),
    "curve of a year": (closed_share_curve, curve(CURVE), {"horizon": 365}),
    "waits": (bars_by_group, groups([("0", 6, 500), ("1", None, 500), ("2", 1, 3)]), {"kind": "wait"}),
    "hours": (bars_by_group, groups([("0", 0.2, 500), ("1", 0.5, 500)]), {"kind": "wait"}),
    "shares": (bars_by_group, groups([("0", 0.6, 500), ("1", None, 500)]), {"kind": "share"}),
    "numbers": (bars_by_group, groups([("0", 600, 600), ("1", 2, 2)]), {"kind": "count"}),
    "parts": (on_time_parts, parts(58, 27, 15, 10, 20), {}),
}
EVERY = pytest.mark.parametrize(("module", "frame", "options"), FULL.values(), ids=FULL)


def texts(node: Any, key: str = "") -> Iterator[str]:
    """Every text of a figure that a reader can see or hover."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from texts(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value, key)
    elif isinstance(node, str) and key in {"text", "ticktext", "hovertext"}:
        yield node


def decoded(values: Any) -> list[float]:
    if isinstance(values, dict):
        raw = base64.b64decode(values["bdata"])
        return list(struct.unpack(f"<{len(raw) // 8}d", raw))
    return values


def sentence(module: ModuleType, frame: pd.DataFrame, tr: Any, options: dict[str, Any]) -> str:
    taken = inspect.signature(module.sentence).parameters
    return module.sentence(frame, tr, **{name: value for name, value in options.items() if name in taken})


@EVERY
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_chart_is_plain_and_calm(
    module: ModuleType, frame: pd.DataFrame, options: dict[str, Any], scheme: str
) -> None:
    before = frame.copy(deep=True)
    drawn = module.figure(frame, TR, scheme, **options)
    layout = drawn["layout"]
    json.dumps(drawn, allow_nan=False)
    pd.testing.assert_frame_equal(frame, before)
    assert layout["height"] > 100
    assert layout["showlegend"] is False
    assert "title" not in layout
    assert layout["separators"] == ".,"
    for name in ("xaxis", "yaxis"):
        axis = layout[name]
        assert axis.get("visible") is False or len(axis["title"]["text"]) > 2
        assert axis["fixedrange"]
        assert axis.get("visible") is False or len(axis["tickvals"]) == len(axis["ticktext"])


@EVERY
def test_no_text_is_hard_coded(module: ModuleType, frame: pd.DataFrame, options: dict[str, Any]) -> None:
    shown = [*texts(module.figure(frame, PSEUDO, **options)), sentence(module, frame, PSEUDO, options)]
    tags = ("<br>", "<b>", "</b>", "</span>", f'<span style="color:{theme.LIGHT.muted}">')
    assert len(shown) > 5
    for text in shown:
        left = undisguised(text)
        for tag in tags:
            left = left.replace(tag, "")
        assert not any(letter.isalpha() for letter in left), text


@pytest.mark.parametrize("module", MODULES)
def test_an_empty_frame_says_so(module: ModuleType) -> None:
    for frame in (pd.DataFrame(), FULL["counts"][1].iloc[:0]):
        drawn = module.figure(frame, TR)
        (note,) = drawn["layout"]["annotations"]
        assert drawn["data"] == []
        assert note["text"].replace("<br>", " ") == module.sentence(frame, TR)
        assert note["text"].endswith(".")


@pytest.mark.parametrize("name", ["counts", "backlog", "wait", "on_time"])
def test_immature_points_are_dotted_and_hollow(name: str) -> None:
    module, frame, _ = FULL[name]
    drawn = module.figure(frame, TR)
    symbols = [
        symbol
        for trace in drawn["data"]
        if isinstance(trace.get("marker", {}).get("symbol"), list)
        for symbol in trace["marker"]["symbol"]
    ]
    assert symbols.count("circle-open") == int((~frame["mature"].astype(bool)).sum())
    assert any(trace.get("line", {}).get("dash") == "dot" for trace in drawn["data"])
    (ground,) = hatches(drawn)
    assert ground["marker"]["pattern"]["shape"] == "/"
    assert any(text.startswith("○") for text in texts(drawn["layout"]["annotations"]))


def test_a_solid_line_has_no_immature_value() -> None:
    drawn = backlog_over_time.figure(series([10, 20, 30], mature=[False, True, True]), TR)
    solid, dotted, points = (decoded(trace["y"]) for trace in drawn["data"] if trace["type"] == "scatter")
    assert [str(value) for value in solid] == ["nan", "20.0", "30.0"]
    assert [str(value) for value in dotted] == ["10.0", "20.0", "nan"]
    assert points == [10, 20, 30]


@pytest.mark.parametrize("module", [wait_over_time, on_time_over_time, backlog_over_time])
def test_no_line_leads_over_days_of_which_nothing_is_known(module: ModuleType) -> None:
    frame = series([0.5, None, None, 0.7, 0.6], n=[500, 0, 0, 500, 500], mature=[True, False, False, True, True])
    drawn = module.figure(frame, TR)
    lines = [decoded(trace["y"]) for trace in drawn["data"] if trace.get("mode") == "lines" and "fill" not in trace]
    assert lines
    for line in lines:
        assert [str(value) for value in line[1:3]] == ["nan", "nan"]
    assert len(hatches(drawn)) == 1


def test_the_hatched_ground_covers_the_immature_buckets_and_no_other() -> None:
    drawn = backlog_over_time.figure(series([10, 20, 30, 40], mature=[False, True, False, False]), TR)
    (ground,) = hatches(drawn)
    starts = [pd.Timestamp(each) for each in ground["x"]]
    ends = [start + pd.Timedelta(milliseconds=width) for start, width in zip(starts, ground["width"], strict=True)]
    days = [pd.Timestamp(each) for each in drawn["data"][0]["x"]]
    covered = [any(start < day < end for start, end in zip(starts, ends, strict=True)) for day in days]
    assert covered == [True, False, True, True]
    low, high = drawn["layout"]["yaxis"]["range"]
    assert (ground["base"], {ground["base"] + each for each in ground["y"]}) == (low, {high})
    assert not hatches(backlog_over_time.figure(series([10, 20, 30], mature=[True] * 3), TR))


def test_of_a_few_targets_the_counts_are_told() -> None:
    parts = ["on_time", "late_closed", "open_overdue", "not_yet_due", "without_target"]
    frame = pd.DataFrame({"part": parts, "value": [1, 0, 2, 0, 0]})
    told = on_time_parts.sentence(frame, TR)
    assert told == "Of 3 requests whose target date has passed: closed on time 1, late 0, still open 2."


def test_a_wait_that_is_not_reached_and_one_of_too_few_are_gaps_with_marks() -> None:
    drawn = wait_over_time.figure(FULL["wait"][1], TR)
    symbols = [trace["marker"].get("symbol") for trace in drawn["data"] if "marker" in trace]
    assert {"triangle-up-open", "x-thin"} <= {symbol for symbol in symbols if isinstance(symbol, str)}
    line = next(trace for trace in drawn["data"] if trace["mode"] == "markers")
    assert [str(value) for value in decoded(line["y"])] == ["9.0", "nan", "nan", "6.0", "7.0"]
    assert "Feb" in "".join(drawn["layout"]["xaxis"]["ticktext"])


def test_short_waits_are_drawn_in_hours() -> None:
    axis = wait_over_time.figure(series([0.2, 0.4]), TR)["layout"]["yaxis"]
    assert axis["title"]["text"] == "Hours until half are closed"
    assert axis["tickvals"][1] == pytest.approx(float(axis["ticktext"][1]) / 24)


def test_names_of_a_city_are_not_markup_and_stay_readable() -> None:
    name = 'Department <a href="https://example.org">of</a> Neighborhood Development and Housing Inspection'
    (text,) = texts(bars_by_group.figure(groups([(name, 5, 500)]), TR, kind="count")["layout"]["annotations"])
    assert "<a" not in text
    assert "&lt;a" in text
    assert "Neighborhood" in text
    assert text.count("<br>") >= 2


def test_bars_of_too_few_are_said_and_not_drawn() -> None:
    drawn = bars_by_group.figure(FULL["waits"][1], TR, kind="wait")
    labels = list(texts(drawn["layout"]["annotations"]))
    assert [len(decoded(trace["x"])) for trace in drawn["data"]] == [1, 1]
    assert "too few to say" in labels[2]
    assert "more than half still open" in labels[1]
    assert drawn["data"][1]["marker"]["pattern"]["shape"] == "/"


def test_the_parts_fill_the_bar() -> None:
    drawn = on_time_parts.figure(parts(58, 27, 15, 10, 20), TR)
    assert sum(decoded(trace["x"])[0] for trace in drawn["data"]) == pytest.approx(1)
    looks = {(trace["marker"]["color"], trace["marker"]["pattern"]["shape"]) for trace in drawn["data"]}
    assert len(looks) == 5


def before(
    frame: pd.DataFrame, value: float | None, *, n: int = 500, low: float | None = None, high: float | None = None
) -> pd.DataFrame:
    """The frame with the same number a year earlier in every bucket."""
    return frame.assign(before_n=n, before=value, before_low=low, before_high=high)


def said(module: ModuleType, **options: Any) -> Callable[[pd.DataFrame], str]:
    return lambda frame: module.sentence(frame, TR, **options)


def test_sentences_of_counts() -> None:
    say = said(counts_over_time)
    assert say(counts([0, 0])) == "No requests match this selection."
    assert say(counts([1])) == "1 request was made in January 2015."
    assert say(counts([1200])) == "1,200 requests were made in January 2015."
    assert say(counts([5, 5])) == "The number of requests was the same throughout (5)."
    assert say(counts([5, 9, 7])) == "Most requests were made in February 2015 (9); the fewest in January 2015 (5)."
    assert say(counts([5, 9, 1], 1)) == "Most requests were made in February 2015 (9); the fewest in January 2015 (5)."
    assert say(counts([7], 1)) == "None of the periods shown is complete yet."
    assert say(counts([60, 40], closed=[30, 40])).endswith("for every 100 made, 70 were closed.")
    assert "for every" not in say(counts([16, 13], closed=[3, 4]))


def test_sentences_of_the_backlog() -> None:
    say = said(backlog_over_time)
    assert say(series([1])) == "1 request was open on Jan 31, 2015."
    assert say(series([100, 112])) == "112 requests were open on Feb 28, 2015."
    assert (
        say(before(series([100, 112]), 100)) == "112 requests were open on Feb 28, 2015, 12% more than a year earlier."
    )
    assert say(before(series([50, 88]), 100)).endswith("12% fewer than a year earlier.")
    assert say(before(series([100, 100]), 100)).endswith("about as many as a year earlier.")
    assert say(before(series([0, 70]), 29)) == "70 requests were open on Feb 28, 2015."
    assert say(series([5], mature=[False])).startswith("At least 5 requests were open on Jan 31, 2015;")


def test_sentences_of_the_wait() -> None:
    say = said(wait_over_time)
    assert say(series([6.2])) == "Half of the requests made in January 2015 were closed within 6 days."
    assert say(series([9, 7, 6.2])) == "Half of the requests made in March 2015 were closed within 6 days."
    assert say(before(series([9, 7, 6.2], band=True), 20, low=18, high=22)) == (
        "Half of the requests made in March 2015 were closed within 6 days, against 20 days a year earlier."
    )
    assert say(before(series([6.2], band=True), 8, low=1, high=60)).endswith(
        "within 6 days, against 8 days a year earlier, which is no clear difference."
    )
    assert say(before(series([6.2]), 6.1)).endswith("within 6 days, as a year earlier.")
    assert say(before(series([6.2]), 9, n=29)).endswith("within 6 days, a year earlier there were too few to say.")
    assert say(series([9, 6, 2], mature=[True, True, False])).startswith("Half of the requests made in February 2015")
    assert say(before(series([9, None]), 9)) == (
        "More than half of the requests made in February 2015 are still open; a year earlier half were closed within 9 days."
    )
    assert say(before(series([9]), None)).endswith("a year earlier more than half were still open at that age.")
    assert say(series([None])) == "More than half of the requests made in January 2015 are still open."
    assert say(series([9], n=29)) == "Too few requests in each of the periods shown to say how long they take."
    assert say(series([9], mature=[False])).startswith("It is too early to say")


def test_sentences_of_the_on_time_share() -> None:
    say = said(on_time_over_time)
    assert say(series([0.5, 0.7])).endswith("70% were closed on time.")
    assert say(before(series([0.5, 0.7]), 0.5)) == (
        "Of the requests made in February 2015 whose target date has passed, 70% were closed on time, "
        "against 50% a year earlier."
    )
    assert say(before(series([0.7]), 0.5, n=3)).endswith("a year earlier there were too few to say.")
    assert say(series([None])) == "None of these requests has a published target date that has passed."
    assert say(series([0.5], n=3)).startswith("Too few requests")
    assert say(series([0.5], mature=[False])).startswith("It is too early")


def test_sentences_of_the_curve() -> None:
    say = said(closed_share_curve)
    assert say(curve(CURVE)) == (
        "Half of the requests were closed within 8 days: 48% within 7 days, 70% within 30 days, and 80% within 90 days."
    )
    assert say(curve(CURVE[:3])) == "Half of the requests were closed within 8 days: 48% within 7 days."
    assert say(curve([(1, 0.1), (30, 0.2)])) == (
        "10% within 7 days and 20% within 30 days were closed; half of the requests have not been closed yet."
    )
    assert say(curve([(0.5, 0.2), (1, 1.0)])).endswith(
        "100% within 7 days, 100% within 30 days, and 100% within 90 days."
    )
    assert say(curve([(2, 0.1)])) == "The requests were made too recently to say how long they take."
    assert say(curve(CURVE, at_risk=29)) == "Too few requests (under 30) to say how long they take."


def test_sentences_of_groups() -> None:
    rows = groups([("Noise", 1, 500), ("Trees", 20, 500), ("Rare", 90, 3)])
    assert said(bars_by_group, kind="wait")(rows) == "Typical waits run from 1 day (Noise) to 20 days (Trees)."
    more = groups([("Noise", 1, 500), ("Trees", 20, 500), ("Walls", None, 90)])
    assert said(bars_by_group, kind="wait")(more).endswith("1 more group has over half still open.")
    assert said(bars_by_group, kind="wait")(groups([("A", 2, 3)])).startswith("Too few requests")
    assert said(bars_by_group, kind="wait")(groups([("A", None, 90)])).startswith("In none of the groups")
    assert said(bars_by_group, kind="count")(rows.assign(value=[60, 30, 10])) == (
        "Noise has most: 60 requests, 60% of those shown."
    )
    assert said(bars_by_group, kind="share")(rows.assign(value=[0.4, 0.9, 0.1])) == "From 40% (Noise) to 90% (Trees)."


def test_sentences_of_the_parts_add_up() -> None:
    say = said(on_time_parts)
    assert say(parts(58, 27, 15, 10, 20)) == (
        "Of 100 requests whose target date has passed, 58% were closed on time, 27% late, and 15% are still open; "
        "30 more are not due yet or have no published target."
    )
    assert say(parts(0, 0, 0, 5, 5)) == "None of these requests has a published target date that has passed."
    assert say(parts(10, 10, 20, 0, 0)).endswith("50% are still open.")


@pytest.mark.parametrize(
    ("start", "end", "name"),
    [
        (date(2015, 3, 1), date(2015, 3, 31), "in March 2015"),
        (date(2015, 4, 1), date(2015, 6, 30), "in the 2nd quarter 2015"),
        (date(2015, 1, 1), date(2015, 12, 31), "in 2015"),
        (date(2015, 3, 3), date(2015, 3, 3), "on Mar 3, 2015"),
        (date(2015, 3, 9), date(2015, 3, 15), "in the week Mar 9 – 15, 2015"),
        (date(2015, 3, 9), date(2015, 3, 31), "in the days Mar 9 – 31, 2015"),
        (date(2015, 2, 1), date(2015, 4, 30), "in the days Feb 1 – Apr 30, 2015"),
    ],
)
def test_buckets_are_called_as_people_call_them(start: date, end: date, name: str) -> None:
    assert time_buckets.when(time_buckets.Point(start, end, 1.0), TR) == name


@pytest.mark.parametrize("interval", ["day", "week", "month", "quarter", "year"])
def test_a_time_axis_has_few_ticks_and_names_the_year(interval: str) -> None:
    spans = buckets(date(2014, 3, 10), date(2015, 12, 31), interval)
    axis = time_buckets.time_axis([time_buckets.Point(a, b, 1.0) for a, b in spans], "counted", TR, "light")
    assert 1 <= len(axis["tickvals"]) <= 8
    assert "2014" in axis["ticktext"][0]
    assert "2015" in "".join(axis["ticktext"])


def test_the_waiting_scale_counts_its_limits_to_the_shorter_step() -> None:
    colours = theme.LIGHT
    steps = [theme.wait_colour(days, colours) for days in (0.5, 1, 2, 7, 30, 90, 91)]
    assert [colours.wait.index(step) for step in steps] == [0, 0, 1, 1, 2, 3, 4]
    assert theme.wait_colour(None, colours) == colours.wait[-1]


def test_of_a_few_requests_the_statuses_are_counted_and_not_put_in_percent() -> None:
    def standing(closed: int) -> pd.DataFrame:
        return pd.DataFrame({"status": ["open", "in_progress", "closed", "cancelled"], "value": [1, 0, closed, 0]})

    few, many = standing(28), standing(29)
    assert status_mix.sentence(few, TR) == "Most have the status “Closed”: 28 of 29 requests."
    assert "%" not in json.dumps(status_mix.figure(few, TR)["layout"], ensure_ascii=False)
    assert status_mix.sentence(many, TR) == "Most have the status “Closed”: 97% of 30 requests."
    assert "(97%)" in json.dumps(status_mix.figure(many, TR), ensure_ascii=False)
