"""Trends in words: what measures and breakdowns are called, their values, and what is seen in them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.domain.city_facts import CityFacts
from dashboard.domain.comparison import Direction, direction, relative_change
from dashboard.domain.filters import MULTIPLE
from dashboard.domain.method import TOO_FEW
from dashboard.domain.survival import Estimate
from dashboard.domain.trend import OPEN, OTHER, Followed
from dashboard.i18n.translator import N_, Translator
from layouts import words
from layouts.figures import buckets
from layouts.figures.buckets import Point
from layouts.pages.shared import OUTCOMES

NAMES = {
    "requests": N_("Requests made"),
    "closed": N_("Requests closed"),
    "backlog": N_("Open requests (backlog)"),
    "wait": N_("Typical wait"),
    "ninety": N_("Nine in ten closed within"),
    "closed_within_7": N_("Closed within 7 days"),
    "closed_within_30": N_("Closed within 30 days"),
    "closed_within_90": N_("Closed within 90 days"),
    "work_done_within_7": N_("Work done within 7 days"),
    "work_done_within_30": N_("Work done within 30 days"),
    "work_done_within_90": N_("Work done within 90 days"),
    "on_time": N_("Closed on time"),
    "share_work_done": N_("Ended with work done"),
    "share_no_action_needed": N_("Ended with no action needed"),
    "share_not_found": N_("Ended as not found, or no access"),
    "share_duplicate": N_("Ended as joined to another request"),
    "share_referred": N_("Ended as referred to somebody else"),
    "share_cancelled": N_("Ended as cancelled"),
    "share_administrative": N_("Ended for administrative reasons"),
    "share_unknown": N_("Ended in a way that is not known"),
    "repeats": N_("Came back within 30 days"),
    "instant": N_("Closed within a minute"),
}
AXES = {
    "requests": N_("Number of requests"),
    "closed": N_("Number of requests"),
    "backlog": N_("Open requests"),
    "closed_within_7": N_("Share closed within 7 days"),
    "closed_within_30": N_("Share closed within 30 days"),
    "closed_within_90": N_("Share closed within 90 days"),
    "work_done_within_7": N_("Share with work done within 7 days"),
    "work_done_within_30": N_("Share with work done within 30 days"),
    "work_done_within_90": N_("Share with work done within 90 days"),
    "on_time": N_("Share closed on time"),
    "repeats": N_("Share of the closed requests"),
    "instant": N_("Share of the closed requests"),
}
ENDED_AXIS = N_("Share of the requests that ended")
BREAKDOWN_NAMES = {"none": N_("nothing: one line"), "origin": N_("Whose requests"), "outcome": N_("How they ended")}
LONGEST_LIST = 3
"""So many values of a breakdown are told one by one in a sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the breakdown over time, and for each bucket the same days a year earlier (None: not held)."""

    name: str
    points: tuple[Point, ...]
    before: tuple[Point | None, ...]


def lines_of(frame: pd.DataFrame) -> list[Line]:
    """The lines of a frame with the columns of data_access.answers.trends.trend, in its order."""
    found: list[Line] = []
    for name, part in frame.groupby("name", sort=False):
        points = tuple(buckets.points(part))
        rows = sorted(part.to_dict("records"), key=lambda row: row["start"])
        earlier = tuple(_before(row, point) for row, point in zip(rows, points, strict=True))
        found.append(Line(str(name), points, earlier))
    return found


def _before(row: Mapping[Hashable, Any], point: Point) -> Point | None:
    n = buckets.number(row["before_n"])
    if n is None:
        return None
    value, low, high = (buckets.number(row[key]) for key in ("before", "before_low", "before_high"))
    return Point(point.start, point.end, value, int(n), low, high, point.mature)


def breakdown_name(by: str, city: CityFacts, tr: Translator) -> str:
    """What a breakdown is called."""
    return words.field_name(by, city, tr) if by in MULTIPLE else tr(BREAKDOWN_NAMES[by])


def line_name(by: str, name: str, city: CityFacts, tr: Translator) -> str:
    """What a value of a breakdown is called; the city's own terms stay as they are."""
    if name == OTHER:
        return tr("All others")
    if by == "origin":
        return tr(words.ORIGIN_NAMES[name])
    if by == "outcome":
        return tr("Still open") if name == OPEN else tr(OUTCOMES[name])
    return words.value_name(by, name, city, tr) if by in MULTIPLE else name


def enough(followed: Followed, point: Point) -> bool:
    """Whether there is enough to say the value of a bucket: a count can always be said."""
    return followed.unit == "count" or point.enough


def value_text(followed: Followed, point: Point | None, tr: Translator) -> str:
    """The value of a bucket in words: "1,234", "6 days", "58%", or why there is none."""
    if point is None:
        return "–"
    if followed.unit == "count":
        return tr.number(round(point.value or 0))
    if not point.n:
        return tr("no requests")
    if not point.enough:
        return tr("too few to say")
    if point.value is None:
        return tr("not reached")
    return tr.days(point.value) if followed.unit == "days" else tr.percent(point.value)


def interval_text(followed: Followed, point: Point, tr: Translator) -> str:
    """The 95 % interval of a bucket in words; a dash where there is none."""
    if not enough(followed, point) or point.low is None:
        return "–"
    said = tr.days if followed.unit == "days" else tr.percent
    high = tr("not reached") if point.high is None else said(point.high)
    return tr("{low} to {high}", low=said(point.low), high=high)


def newest(line: Line) -> int | None:
    """The place of the newest bucket that is complete; None where none is."""
    return next((place for place in reversed(range(len(line.points))) if line.points[place].mature), None)


def seen(followed: Followed, lines: list[Line], names: dict[str, str], tr: Translator, *, compare: bool) -> str:
    """What is seen: the newest complete bucket of each line against the same a year earlier."""
    if not any(point.n for line in lines for point in line.points):
        return tr("No requests match this selection. Widen the dates or clear a filter.")
    place = newest(lines[0])
    if place is None:
        return tr("It is too early to say: none of the periods shown is complete yet.")
    measure, when = names["measure"], buckets.when(lines[0].points[place], tr)
    if len(lines) == 1 and not lines[0].name:
        point = lines[0].points[place]
        text = tr("{measure} {when}: {value}.", measure=measure, when=when, value=value_text(followed, point, tr))
        return f"{text} {_against(followed, point, lines[0].before[place], tr)}" if compare else text
    told = [
        _told(followed, line, place, names[line.name], tr, compare=compare)
        for line in [each for each in lines if each.name != OTHER][:LONGEST_LIST]
    ]
    return tr("{measure} {when}:", measure=measure, when=when) + " " + "; ".join(told) + "."


def changed(followed: Followed, now: Point, before: Point | None, tr: Translator) -> str:
    """How a bucket differs from the same a year earlier; empty where it cannot be said."""
    if before is None:
        return ""
    if followed.unit == "count":
        if min(now.value or 0, before.value or 0) < TOO_FEW:
            return ""
        return tr.change(relative_change(now.value, before.value))
    if not now.enough or not before.enough:
        return tr("too few to compare")
    found = direction(_estimate(now), _estimate(before), low_is_good=True)
    if found is Direction.SAME:
        return tr("no clear difference")
    if found is Direction.UNKNOWN:
        return ""
    if followed.unit == "days":
        return tr("clearly longer") if found is Direction.WORSE else tr("clearly shorter")
    return tr("clearly higher") if found is Direction.WORSE else tr("clearly lower")


def _estimate(point: Point) -> Estimate:
    return Estimate(point.value, point.low, point.high)


def _against(followed: Followed, now: Point, before: Point | None, tr: Translator) -> str:
    if before is None:
        return tr("The source does not reach back a year further, so nothing is compared.")
    value, change = value_text(followed, before, tr), changed(followed, now, before, tr)
    if not change:
        return tr("A year earlier: {value}.", value=value)
    return tr("A year earlier: {value}. The change: {change}.", value=value, change=change)


def _told(followed: Followed, line: Line, place: int, name: str, tr: Translator, *, compare: bool) -> str:
    point = line.points[place]
    value = value_text(followed, point, tr)
    change = changed(followed, point, line.before[place], tr) if compare else ""
    earlier = value_text(followed, line.before[place], tr)
    if not change or not enough(followed, point):
        return tr("“{name}”: {value}", name=name, value=value)
    return tr(
        "“{name}”: {value} ({change}; a year earlier {before})", name=name, value=value, change=change, before=earlier
    )
