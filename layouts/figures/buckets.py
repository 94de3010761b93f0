"""The points of a series over time, and how its days, weeks, months, quarters and years are called."""

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from dashboard.i18n.translator import Translator
from layouts.figures import theme

Interval = Literal["day", "week", "month", "quarter", "year"]
Of = Literal["made", "counted", "end"]
_LONGEST: tuple[tuple[Interval, int], ...] = (("day", 1), ("week", 7), ("month", 31), ("quarter", 92))
_STEPS = {"day": (1, 2, 7, 14, 30, 61, 91, 182, 365), "week": (1, 2, 4, 8, 13, 26, 52), "month": (1, 2, 3, 6, 12, 24)}


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket: its first and last day, its count, its value with the limits of its 95 % interval."""

    start: dt.date
    end: dt.date
    value: float | None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    mature: bool = True

    @property
    def enough(self) -> bool:
        """Whether there are requests enough to say a rate or a wait."""
        return self.n is None or self.n >= theme.ENOUGH


def points(frame: pd.DataFrame) -> list[Point]:
    """The rows of a series frame in the order of time.

    Columns: start, end (first and last local day, both included), value (NaN or None: none), and where there are any
    n, low, high, mature.
    """
    found = [
        Point(
            start=pd.Timestamp(row["start"]).date(),
            end=pd.Timestamp(row["end"]).date(),
            value=number(row.get("value")),
            n=None if (n := number(row.get("n"))) is None else int(n),
            low=number(row.get("low")),
            high=number(row.get("high")),
            mature=bool(row.get("mature", True)),
        )
        for row in frame.to_dict("records")
    ]
    return sorted(found, key=lambda point: point.start)


def number(value: Any) -> float | None:
    """A cell of a frame as a float; None for None, NaN and NA."""
    return None if value is None or pd.isna(value) else float(value)


def interval_of(series: Sequence[Point]) -> Interval:
    """The interval of a series by its longest bucket: the outer ones may be cut."""
    longest = max((point.end - point.start).days + 1 for point in series)
    for interval, days in _LONGEST:
        if longest <= days:
            return interval
    return "year"


def name(point: Point, tr: Translator) -> str:
    """ "March 2015", "2015", "Mar 3, 2015"; a cut bucket by its days: "Mar 9 – 31, 2015"."""
    if point.start == point.end:
        return tr.date(point.start)
    match _whole_months(point):
        case 1:
            return tr.month(point.start)
        case 3:
            return tr.quarter(point.start)
        case 12:
            return tr.year(point.start)
        case _:
            return tr.date_range(point.start, point.end)


def when(point: Point, tr: Translator) -> str:
    """A bucket as a sentence needs it: "in March 2015", "on Mar 3, 2015", "in the week Mar 9 – 15, 2015"."""
    if point.start == point.end:
        return tr("on {day}", day=name(point, tr))
    months = _whole_months(point)
    if months == 3:
        return tr("in the {quarter}", quarter=name(point, tr))
    if months:
        return tr("in {period}", period=name(point, tr))
    if (point.end - point.start).days == 6:
        return tr("in the week {range}", range=name(point, tr))
    return tr("in the days {range}", range=name(point, tr))


def axis_title(interval: Interval, of: Of, tr: Translator) -> str:
    """What the time axis counts: when requests were made, when things happened, or the state at the end."""
    titles = {
        "made": {
            "day": tr("Day on which the requests were made"),
            "week": tr("Week in which the requests were made"),
            "month": tr("Month in which the requests were made"),
            "quarter": tr("Quarter in which the requests were made"),
            "year": tr("Year in which the requests were made"),
        },
        "counted": {
            "day": tr("Day"),
            "week": tr("Week, by its first day"),
            "month": tr("Month"),
            "quarter": tr("Quarter"),
            "year": tr("Year"),
        },
        "end": {
            "day": tr("End of each day"),
            "week": tr("End of each week, by its first day"),
            "month": tr("End of each month"),
            "quarter": tr("End of each quarter"),
            "year": tr("End of each year"),
        },
    }
    return titles[of][interval]


def time_axis(series: Sequence[Point], of: Of, tr: Translator, scheme: str) -> theme.Figure:
    """The time axis with at most six ticks, the year named at the first and wherever it changes."""
    interval = interval_of(series)
    starts = sorted({point.start for point in series})
    ticks = starts[:: _step(len(starts), interval)]
    years = [None, *(day.year for day in ticks)]
    labels = [_tick(day, interval, before != day.year, tr) for day, before in zip(ticks, years, strict=False)]
    edge = max((starts[-1] - starts[0]) * 0.03, dt.timedelta(hours=12))
    return theme.axis(
        axis_title(interval, of, tr),
        scheme,
        type="date",
        range=[stamp(starts[0], -edge), stamp(starts[-1], edge)],
        tickvals=[day.isoformat() for day in ticks],
        ticktext=labels,
        showgrid=False,
        showline=True,
        ticks="outer",
        ticklen=4,
        tickcolor=theme.palette(scheme).muted,
    )


def stamp(day: dt.date, away: dt.timedelta) -> str:
    """A place on the time axis some time away from the start of a day."""
    return (dt.datetime(day.year, day.month, day.day) + away).isoformat()  # noqa: DTZ001  a local day, without a zone


def _step(count: int, interval: Interval) -> int:
    most = 5 if interval in ("day", "week") else 6
    steps = _STEPS.get(interval, (1, 2, 4, 8, 16))
    return next((step for step in steps if count <= step * most), -(-count // most))


def _tick(day: dt.date, interval: Interval, with_year: bool, tr: Translator) -> str:
    match interval:
        case "year":
            return tr.year(day)
        case "quarter":
            return tr.quarter(day, short=True).replace(" ", "<br>")
        case "month":
            text = tr.month(day, short=True, year=False)
        case _:
            text = tr.day_of_month(day)
    return f"{text}<br>{tr.year(day)}" if with_year else text


def _whole_months(point: Point) -> int:
    """1, 3 or 12 where the bucket is exactly a calendar month, quarter or year; 0 for all else."""
    if point.start.day != 1 or point.end.day != monthrange(point.end.year, point.end.month)[1]:
        return 0
    months = (point.end.year - point.start.year) * 12 + point.end.month - point.start.month + 1
    aligned = (point.start.month - 1) % months == 0 if months in (1, 3, 12) else False
    return months if aligned else 0
