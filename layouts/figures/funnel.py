"""Areas in a funnel: each one's share against its number of requests, between the limits of what is to be expected.

Names stand beside the points as far as there is room on the narrowest screen; those outside the limits come first, and
every area is in the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Any

import pandas as pd

from dashboard.domain.funnel import Z95, Z998, Position
from dashboard.i18n.translator import Translator
from layouts.figures import scales, theme
from layouts.figures.buckets import number
from layouts.figures.funnel_labels import Label, Spot, placed

HEIGHT, WIDTH = 420, 300
"""Height in px, and the width of the plot on the narrowest screen, by which names are placed."""
MOST_NAMED = 5
_STEPS = 60
OUTSIDE = (Position.ABOVE_95, Position.BELOW_95, Position.ABOVE_998, Position.BELOW_998)


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its adjusted share, the number of requests it rests on, and where it lies (None: not said)."""

    name: str
    n: int
    value: float
    low: float
    high: float
    position: str | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What all areas are held against: the city's share and the factor that the limits are widened by."""

    share: float
    factor: float

    def limits(self, n: float, z: float) -> tuple[float, float]:
        """Lower and upper limit at a number of requests, cut at 0 and 1."""
        spread = z * sqrt(max(1.0, self.factor) * self.share * (1 - self.share) / n)
        return max(0.0, self.share - spread), min(1.0, self.share + spread)


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light") -> theme.Figure:
    """Columns: name, n, adjusted_share, low, high, low_998, high_998, position, city_share, factor."""
    areas, _ = _areas(frame)
    if not areas:
        return theme.nothing(_nothing(tr), tr, scheme, 160)
    ground = _ground(frame)
    left, right = _width(areas)
    bottom, top = _range(areas, ground)
    return {
        "data": [
            *_limits(ground, min(area.n for area in areas) / 2, right, scheme),
            *_points(areas, tr, scheme),
        ],
        "layout": theme.layout(
            tr,
            scheme,
            HEIGHT,
            xaxis={
                **scales.count_axis(tr("Requests followed for 30 days"), right, tr, scheme),
                "range": [left, right],
                "showgrid": False,
                "showline": True,
            },
            yaxis=_share_axis(bottom, top, tr, scheme),
            annotations=[
                *_names(areas, ground, (left, right), (bottom, top), tr, scheme),
                _city_label(ground, tr, scheme),
            ],
            margin={"l": 8, "r": 14, "t": 16, "b": 8},
        ),
    }


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """How many areas lie outside the limits and which, or that there are too few areas to say so."""
    areas, few = _areas(frame)
    if not areas:
        return _nothing(tr)
    city = tr.percent(_ground(frame).share)
    outside = [area for area in areas if area.position in OUTSIDE]
    if all(area.position is None for area in areas):
        least, most = (pick(areas, key=lambda area: area.value) for pick in (min, max))
        text = tr.n(
            "Adjusted for what is asked of them, from {low} ({least}) to {high} ({most}) are closed within 30 days, "
            "in the whole city {city}. {n} area is too few to call one unusual.",
            "Adjusted for what is asked of them, from {low} ({least}) to {high} ({most}) are closed within 30 days, "
            "in the whole city {city}. {n} areas are too few to call one unusual.",
            len(areas),
            low=tr.percent(least.value),
            least=least.name,
            high=tr.percent(most.value),
            most=most.name,
            city=city,
        )
    elif not outside:
        text = tr.n(
            "The {n} area lies within what is to be expected around the city's {city}, once what is asked is allowed for.",
            "All {n} areas lie within what is to be expected around the city's {city}, once what is asked is allowed for.",
            len(areas),
            city=city,
        )
    else:
        text = tr.n(
            "{n} of {all} areas lies outside the limits around the city's {city} and deserves a closer look: {names}.",
            "{n} of {all} areas lie outside the limits around the city's {city} and deserve a closer look: {names}.",
            len(outside),
            all=tr.number(len(areas)),
            city=city,
            names=_listed(outside, tr),
        )
    return text if not few else f"{text} {_few_text(few, tr)}"


def _listed(outside: list[Area], tr: Translator) -> str:
    said = [
        tr("{name} (more, {share})", name=area.name, share=tr.percent(area.value))
        if area.position in (Position.ABOVE_95, Position.ABOVE_998)
        else tr("{name} (less, {share})", name=area.name, share=tr.percent(area.value))
        for area in outside[:MOST_NAMED]
    ]
    rest = len(outside) - MOST_NAMED
    return tr.list_of([*said, tr.n("{n} more", "{n} more", rest)] if rest > 0 else said)


def _few_text(few: int, tr: Translator) -> str:
    return tr.n(
        "{n} area with under 30 requests is left out: too few to say.",
        "{n} areas with under 30 requests are left out: too few to say.",
        few,
    )


def _nothing(tr: Translator) -> str:
    return tr("No area has 30 requests that were followed for 30 days: too few to compare.")


def _areas(frame: pd.DataFrame) -> tuple[list[Area], int]:
    """The areas with enough requests, by their name, and the number of the others."""
    found = [
        Area(str(row["name"]), int(row["n"]), value, number(row["low"]) or 0.0, number(row["high"]) or 0.0, _place(row))
        for row in frame.to_dict("records")
        if row["n"] >= theme.ENOUGH and (value := number(row["adjusted_share"])) is not None
    ]
    return found, len(frame) - len(found)


def _place(row: Mapping[Any, Any]) -> str | None:
    position = row["position"]
    return position if isinstance(position, str) else None


def _ground(frame: pd.DataFrame) -> Ground:
    row = frame.iloc[0]
    return Ground(float(row["city_share"]), float(row["factor"]))


def _width(areas: list[Area]) -> tuple[float, float]:
    """What the horizontal axis shows: from 0, unless all areas are so large that most of it would be empty."""
    smallest, right = min(area.n for area in areas), max(area.n for area in areas) * 1.12
    return (smallest / 2 if smallest > right / 3 else 0.0), right


def _range(areas: list[Area], ground: Ground) -> tuple[float, float]:
    """What the vertical axis shows: all points, and the outer limits of an area of middling size."""
    sizes = sorted(area.n for area in areas)
    low, high = ground.limits(sizes[len(sizes) // 4], Z998)
    low, high = min(low, *(area.value for area in areas)), max(high, *(area.value for area in areas))
    room = max(0.02, (high - low) * 0.12)
    return max(0.0, low - room), high + room


def _share_axis(bottom: float, top: float, tr: Translator, scheme: str) -> theme.Figure:
    step = scales.round_step(top - bottom, 5)
    ticks = [index * step for index in range(ceil(bottom / step - 1e-9), floor(top / step + 1e-9) + 1)]
    digits = 0 if step >= 0.01 else 1
    return theme.axis(
        tr("Closed within 30 days, adjusted"),
        scheme,
        range=[bottom, top],
        tickvals=ticks,
        ticktext=[tr.percent(min(tick, 1.0), digits) for tick in ticks],
    )


def _limits(ground: Ground, begin: float, right: float, scheme: str) -> list[theme.Figure]:
    """Two bands and the city's line; they begin at half the smallest area, since a funnel opens without end at 0."""
    colours = theme.palette(scheme)
    left = max(1.0, begin)
    sizes = [left * (right / left) ** (index / _STEPS) for index in range(_STEPS + 1)]
    drawn: list[theme.Figure] = []
    for z, opacity in ((Z998, 0.14), (Z95, 0.2)):
        edges = [ground.limits(size, z) for size in sizes]
        line = {"type": "scatter", "mode": "lines", "x": theme.typed(sizes), "hoverinfo": "skip"}
        edge = {"color": colours.volume, "width": 1, "dash": "dot" if z == Z998 else "solid"}
        drawn.append({**line, "y": theme.typed([low for low, _ in edges]), "line": edge})
        fill = {"fill": "tonexty", "fillcolor": theme.faint(colours.volume, opacity)}
        drawn.append({**line, **fill, "y": theme.typed([high for _, high in edges]), "line": edge})
    city = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"color": colours.muted, "width": 1.5}}
    return [*drawn, {**city, "x": theme.typed([0, right]), "y": theme.typed([ground.share] * 2)}]


def _points(areas: list[Area], tr: Translator, scheme: str) -> list[theme.Figure]:
    """One trace for each place: they differ by form and colour."""
    colours = theme.palette(scheme)
    inside = [area for area in areas if area.position not in OUTSIDE]
    near = [area for area in areas if area.position in OUTSIDE[:2]]
    far = [area for area in areas if area.position in OUTSIDE[2:]]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": theme.typed([area.n for area in group]),
            "y": theme.typed([area.value for area in group]),
            "marker": {"color": colour, "size": size, "symbol": symbol, "line": {"color": colours.card, "width": 1}},
            "hoverinfo": "text",
            "hovertext": [_hover(area, tr) for area in group],
        }
        for group, colour, symbol, size in (
            (inside, colours.accent, "circle", 10),
            (near, colours.late, "diamond", 12),
            (far, colours.overdue, "square", 12),
        )
        if group
    ]


def _hover(area: Area, tr: Translator) -> str:
    return tr.n(
        "<b>{name}</b><br>{share} of {n} request, adjusted<br>95% limits {low} to {high}",
        "<b>{name}</b><br>{share} of {n} requests, adjusted<br>95% limits {low} to {high}",
        area.n,
        name=theme.plain(area.name),
        share=tr.percent(min(area.value, 1.0), 1),
        low=tr.percent(area.low, 1),
        high=tr.percent(area.high, 1),
    )


def _names(
    areas: list[Area],
    ground: Ground,
    across: tuple[float, float],
    up: tuple[float, float],
    tr: Translator,
    scheme: str,
) -> list[theme.Figure]:
    """The names that find room, those outside the limits and then the largest areas first."""
    ordered = sorted(areas, key=lambda area: (area.position not in OUTSIDE, -area.n))
    (left, right), (bottom, top), height = across, up, HEIGHT - 70
    spots = [
        Spot(
            (area.n - left) / (right - left) * WIDTH,
            (top - area.value) / (top - bottom) * height,
            theme.wrapped(area.name, 24, 1)[0],
        )
        for area in ordered
    ]
    city = Spot(WIDTH, (top - ground.share) / (top - bottom) * height, _city(ground, tr))
    labels = placed(spots, WIDTH, height, keep_free=city)
    return [_name(ordered[label.spot], label, scheme) for label in labels]


def _name(area: Area, label: Label, scheme: str) -> theme.Figure:
    outside = area.position in OUTSIDE
    return theme.note(
        f"<b>{label.text}</b>" if outside else label.text,
        scheme,
        name="label",
        x=area.n,
        y=area.value,
        xanchor=label.anchor,
        yanchor="middle" if not label.shift_y else ("bottom" if label.shift_y > 0 else "top"),
        xshift=label.shift_x,
        yshift=label.shift_y,
        font={"size": 12, "color": theme.palette(scheme).text},
    )


def _city(ground: Ground, tr: Translator) -> str:
    return tr("Whole city: {share}", share=tr.percent(ground.share))


def _city_label(ground: Ground, tr: Translator, scheme: str) -> theme.Figure:
    return theme.note(
        _city(ground, tr),
        scheme,
        xref="paper",
        x=1,
        xanchor="right",
        y=ground.share,
        yanchor="bottom",
        font={"size": 12, "color": theme.palette(scheme).muted},
    )
