"""Value axes with round ticks that are written by the translator."""

from collections.abc import Sequence
from math import ceil, floor, log10

from dashboard.i18n.translator import Translator
from layouts.figures import theme

_HOURS = 24


def round_step(top: float, most: int = 4) -> float:
    """The smallest of 1, 2, 2.5, 5 x 10^k that reaches `top` in at most `most` steps."""
    rough = max(top, 1e-9) / most
    power = 10.0 ** floor(log10(rough))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if rough <= factor * power * (1 + 1e-9))


def ticks_to(top: float, *, whole: bool = False, most: int = 4) -> list[float]:
    """Round ticks from 0 to the first one at or above `top`; `whole` keeps them whole numbers."""
    step = round_step(top, most)
    if whole and step % 1:
        step = float(ceil(step))
    return [step * index for index in range(ceil(top / step - 1e-9) + 1)] if top > 0 else [0.0, step or 1.0]


def count_axis(title: str, top: float, tr: Translator, scheme: str) -> theme.Figure:
    """An axis of counts from 0."""
    ticks = ticks_to(max(top, 1.0), whole=True)
    return theme.axis(
        title, scheme, range=[0, ticks[-1] * 1.02], tickvals=ticks, ticktext=[tr.number(tick) for tick in ticks]
    )


def share_axis(title: str, tr: Translator, scheme: str) -> theme.Figure:
    """An axis of shares from 0 % to 100 %."""
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    return theme.axis(title, scheme, range=[0, 1.02], tickvals=ticks, ticktext=[tr.percent(tick) for tick in ticks])


def days_axis(title: str, horizon: float, ticks: Sequence[float], tr: Translator, scheme: str) -> theme.Figure:
    """An axis of days from 0 to a horizon, with ticks at given days."""
    return theme.axis(
        title,
        scheme,
        range=[0, horizon],
        tickvals=list(ticks),
        ticktext=[tr.number(tick) for tick in ticks],
        showgrid=False,
        showline=True,
        ticks="outer",
        ticklen=4,
        tickcolor=theme.palette(scheme).muted,
    )


def in_hours(top: float) -> bool:
    """Whether waits up to `top` days read better in hours."""
    return top < 1.5


def wait_axis(title_days: str, title_hours: str, top: float, tr: Translator, scheme: str) -> theme.Figure:
    """An axis of waits in days from 0, with ticks and title in hours where everything is short."""
    unit = _HOURS if in_hours(top) else 1
    ticks = ticks_to(max(top * unit, 1.0), whole=True)
    return theme.axis(
        title_hours if unit == _HOURS else title_days,
        scheme,
        range=[0, ticks[-1] / unit * 1.02],
        tickvals=[tick / unit for tick in ticks],
        ticktext=[tr.number(tick) for tick in ticks],
    )
