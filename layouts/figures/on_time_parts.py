"""What became of the requests against their targets: one bar of five parts, each with its count beside its key.

The vertical axis counts px from the top. Parts differ by colour, pattern, order and words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dashboard.i18n.translator import N_, Translator
from layouts.figures import scales, theme
from layouts.figures.buckets import number

BAR, LINE, TOP = 34, 42, 62
PARTS = (
    ("on_time", N_("Closed on time")),
    ("late_closed", N_("Closed late")),
    ("open_overdue", N_("Open and overdue")),
    ("not_yet_due", N_("Not yet due")),
    ("without_target", N_("No published target")),
)
DUE = ("on_time", "late_closed", "open_overdue")
HEIGHT = TOP + BAR + 14 + LINE * len(PARTS) + 6
_KEY = 0.035


@dataclass(frozen=True, slots=True)
class _Look:
    colour: str
    pattern: str


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light") -> theme.Figure:
    """Columns: part (on_time, late_closed, open_overdue, not_yet_due, without_target), value (requests)."""
    counts = _counts(frame)
    total = sum(counts.values())
    if not total:
        return theme.nothing(tr("No requests match this selection."), tr, scheme, HEIGHT)
    axis = scales.share_axis(tr("Share of the requests made"), tr, scheme)
    return {
        "data": _segments(counts, total, tr, scheme),
        "layout": theme.layout(
            tr,
            scheme,
            HEIGHT,
            barmode="overlay",
            xaxis={**axis, "range": [0, 1], "side": "top", "showgrid": False, "automargin": False},
            yaxis={"visible": False, "fixedrange": True, "range": [HEIGHT - TOP - 6, 0]},
            annotations=[_label(index, counts, tr, scheme) for index in range(len(PARTS))],
            margin={"l": 12, "r": 20, "t": TOP, "b": 6},
        ),
    }


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """The parts of those due in percent, which add up, and how many cannot be judged."""
    counts = _counts(frame)
    if not sum(counts.values()):
        return tr("No requests match this selection.")
    due = _due(counts)
    rest = counts["not_yet_due"] + counts["without_target"]
    if not due:
        return tr("None of these requests has a published target date that has passed.")
    judged = _in_percent(counts, due, tr) if due >= theme.ENOUGH else _in_numbers(counts, due, tr)
    if not rest:
        return tr("{judged}.", judged=judged)
    return tr.n(
        "{judged}; {n} more is not due yet or has no published target.",
        "{judged}; {n} more are not due yet or have no published target.",
        rest,
        judged=judged,
    )


def _in_numbers(counts: Mapping[str, int], due: int, tr: Translator) -> str:
    """Percent of a few would say too much."""
    return tr.n(
        "Of {n} request whose target date has passed: closed on time {on_time}, late {late_closed}, still open {open_overdue}",
        "Of {n} requests whose target date has passed: closed on time {on_time}, late {late_closed}, still open {open_overdue}",
        due,
        **{part: tr.number(counts[part]) for part in DUE},
    )


def _in_percent(counts: Mapping[str, int], due: int, tr: Translator) -> str:
    values = {part: tr.percent(counts[part] / due) for part in DUE}
    return tr.n(
        "Of {n} request whose target date has passed, {on_time} were closed on time, {late_closed} late, "
        "and {open_overdue} are still open",
        "Of {n} requests whose target date has passed, {on_time} were closed on time, {late_closed} late, "
        "and {open_overdue} are still open",
        due,
        **values,
    )


def _counts(frame: pd.DataFrame) -> dict[str, int]:
    found = dict.fromkeys((part for part, _ in PARTS), 0)
    for row in frame.to_dict("records"):
        if row["part"] in found:
            found[str(row["part"])] += round(number(row["value"]) or 0)
    return found


def _due(counts: dict[str, int]) -> int:
    return sum(counts[part] for part in DUE)


def _looks(scheme: str) -> tuple[_Look, ...]:
    colours = theme.palette(scheme)
    return (
        _Look(colours.accent, ""),
        _Look(colours.late, "/"),
        _Look(colours.overdue, "x"),
        _Look(colours.volume, ""),
        _Look(colours.volume, "."),
    )


def _row(index: int) -> float:
    return BAR + 14 + LINE * (index + 0.5)


def _segments(counts: dict[str, int], total: int, tr: Translator, scheme: str) -> list[theme.Figure]:
    """One trace a part, of two bars: its piece of the whole and its key beside the label."""
    drawn: list[theme.Figure] = []
    base = 0.0
    card = theme.palette(scheme).card
    for index, ((part, _), look) in enumerate(zip(PARTS, _looks(scheme), strict=True)):
        share = counts[part] / total
        text = _text(index, counts, tr)
        drawn.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": theme.typed([share, _KEY]),
                "base": theme.typed([base, 0.0]),
                "y": theme.typed([BAR / 2, _row(index)]),
                "width": theme.typed([float(BAR), 14.0]),
                "marker": {
                    "color": look.colour,
                    "line": {"color": card, "width": 1},
                    "pattern": {"shape": look.pattern, "fgcolor": card, "fillmode": "overlay", "size": 6},
                },
                "hoverinfo": "text",
                "hovertext": [text, text],
            }
        )
        base += share
    return drawn


def _text(index: int, counts: dict[str, int], tr: Translator) -> str:
    part, label = PARTS[index]
    due, n = _due(counts), tr.number(counts[part])
    if part in DUE and due:
        share = tr.percent(counts[part] / due)
        return tr("{label}<br><b>{n}</b>, {share} of those due", label=tr(label), n=n, share=share)
    return tr("{label}<br><b>{n}</b>", label=tr(label), n=n)


def _label(index: int, counts: dict[str, int], tr: Translator, scheme: str) -> theme.Figure:
    place = {"xref": "x", "x": _KEY, "xanchor": "left", "xshift": 8, "yref": "y", "yanchor": "middle"}
    return theme.note(_text(index, counts, tr), scheme, name="label", y=_row(index), **place)
