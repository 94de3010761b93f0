"""How old what is open is: for each band of ages a bar for all that is open and one for what is past its target.

The vertical axis counts px from the top: each band has a line of words, its bar, and the bar of the overdue below it.
"""

import pandas as pd

from dashboard.domain.ages import BANDS, Band
from dashboard.i18n.translator import N_, Translator
from layouts.figures import scales, theme
from layouts.figures.buckets import number

BAR, THIN, LINE, GAP, BOTTOM, TOP = 12, 7, 18, 12, 52, 4
NAMES = {
    "under_7": N_("Under 7 days"),
    "7_to_30": N_("7 to 30 days"),
    "30_to_90": N_("30 to 90 days"),
    "90_to_365": N_("90 days to a year"),
    "over_365": N_("Over a year"),
}
HEIGHT = TOP + len(BANDS) * (LINE + BAR + THIN + GAP) + BOTTOM


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light") -> theme.Figure:
    """Columns: band, backlog (open requests by their age), overdue (by the time since they were due); None: no such number."""
    backlog, overdue = _counts(frame, "backlog"), _counts(frame, "overdue")
    if not any(backlog.values()) and not any(overdue.values()):
        return theme.nothing(_nothing(tr), tr, scheme, 160)
    colours = theme.palette(scheme)
    top = float(max(*backlog.values(), *overdue.values()))
    with_overdue = any(overdue.values())
    step = LINE + BAR + (THIN if with_overdue else 0) + GAP
    total = step * len(BANDS)
    middles = [step * index + LINE + BAR / 2 + 2 for index in range(len(BANDS))]
    drawn = [_bars(backlog, middles, BAR, colours.volume, "")]
    if with_overdue:
        below = [middle + (BAR + THIN) / 2 + 1 for middle in middles]
        drawn.append(_bars(overdue, below, THIN, colours.overdue, "/"))
    return {
        "data": drawn,
        "layout": theme.layout(
            tr,
            scheme,
            total + TOP + BOTTOM,
            barmode="overlay",
            xaxis={
                **scales.count_axis(tr("Number of requests"), top, tr, scheme),
                "automargin": False,
                "showgrid": False,
            },
            yaxis={"visible": False, "fixedrange": True, "range": [total, 0]},
            annotations=[
                _label(band, backlog[band.name], overdue[band.name] if with_overdue else None, y, tr, scheme)
                for band, y in zip(BANDS, middles, strict=True)
            ],
            margin={"l": 14, "r": 18, "t": TOP, "b": BOTTOM},
        ),
    }


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """How many are open and which part for over 90 days; how many are overdue and which part for over 30 days."""
    backlog, overdue = _counts(frame, "backlog"), _counts(frame, "overdue")
    said: list[str] = []
    if (total := sum(backlog.values())) > 0:
        old = _from(backlog, 90)
        said.append(
            tr.n(
                "{n} request is open; {share} for 90 days or longer.",
                "{n} requests are open, {share} of them for 90 days or longer.",
                total,
                share=tr.percent(old / total),
            )
        )
    if (total := sum(overdue.values())) > 0:
        old = _from(overdue, 30)
        said.append(
            tr.n(
                "{n} is past its target, {share} by 30 days or more.",
                "{n} are past their target, {share} of them by 30 days or more.",
                total,
                share=tr.percent(old / total),
            )
        )
    return " ".join(said) or _nothing(tr)


def _nothing(tr: Translator) -> str:
    return tr("None of these requests is open.")


def _counts(frame: pd.DataFrame, column: str) -> dict[str, int]:
    found = {str(row["band"]): round(number(row[column]) or 0) for row in frame.to_dict("records")}
    return {band.name: found.get(band.name, 0) for band in BANDS}


def _from(counts: dict[str, int], days: int) -> int:
    return sum(counts[band.name] for band in BANDS if band.low >= days)


def _bars(counts: dict[str, int], middles: list[float], width: int, colour: str, pattern: str) -> theme.Figure:
    return {
        "type": "bar",
        "orientation": "h",
        "x": theme.typed([counts[band.name] for band in BANDS]),
        "y": theme.typed(middles),
        "width": width,
        "marker": {"color": colour, "line": {"width": 0}, "pattern": {"shape": pattern, "size": 5, "solidity": 0.25}},
        "hoverinfo": "skip",
    }


def _label(band: Band, backlog: int, overdue: int | None, middle: float, tr: Translator, scheme: str) -> theme.Figure:
    """The band with the number that is open since then, and the number that has been overdue for so long."""
    colours = theme.palette(scheme)
    text = f"{tr(NAMES[band.name])}  <b>{tr.number(backlog)}</b>"
    if overdue is not None:
        late = tr("{n} overdue for so long", n=tr.number(overdue))
        text += f'<span style="color:{colours.overdue}"> · {late}</span>'
    place = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -2, "yref": "y", "yanchor": "bottom"}
    return theme.note(text, scheme, name="label", y=middle - BAR / 2, **place)
