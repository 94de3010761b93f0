"""The same bucket a year earlier, for the sentences of charts over time."""

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from dashboard.domain.comparison import Direction, direction
from dashboard.domain.survival import Estimate
from dashboard.i18n.translator import Translator
from layouts.figures import buckets
from layouts.figures.buckets import Point


def earlier(frame: pd.DataFrame) -> Mapping[dt.date, Point]:
    """What each bucket was a year earlier, by its first day; only those that are held.

    Columns: start, end, before_n, before, before_low, before_high (see data_access.answers.trends); without them none.
    """
    if "before_n" not in frame.columns:
        return {}
    found: dict[dt.date, Point] = {}
    for row in frame.to_dict("records"):
        n = buckets.number(row["before_n"])
        if n is None:
            continue
        start, end = (pd.Timestamp(row[key]).date() for key in ("start", "end"))
        value, low, high = (buckets.number(row[key]) for key in ("before", "before_low", "before_high"))
        found[start] = Point(start, end, value, int(n), low, high)
    return found


def difference(now: Point, before: Point, text: str, earlier_text: str, tr: Translator) -> str:
    """The words that end a sentence: what it was a year earlier, and whether that is clearly different.

    `text` and `earlier_text` are the two values in words.
    """
    if not before.enough:
        return tr("a year earlier there were too few to say")
    if text == earlier_text:
        return tr("as a year earlier")
    estimates = (Estimate(point.value, point.low, point.high) for point in (now, before))
    if direction(*estimates, low_is_good=True) is Direction.SAME:
        return tr("against {earlier} a year earlier, which is no clear difference", earlier=earlier_text)
    return tr("against {earlier} a year earlier", earlier=earlier_text)
