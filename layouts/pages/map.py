"""The map: the areas of a city by a measure, with the same numbers in a table beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from dashboard.domain.method import TOO_FEW
from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import N_, Translator
from layouts import words
from layouts.figures import theme
from layouts.pages.content import AreaMap, Block, Choice, Link, Numbers, PageContent, PageData, Prose
from layouts.pages.shared import PATHS, group_table, notes
from layouts.untimed import may_be_said

MEASURES = {
    "wait": N_("Typical wait"),
    "requests": N_("Requests"),
    "closed_within": N_("Closed within 30 days"),
    "on_time": N_("On time"),
}
STEPS = 5
HOUR = 1 / 24
LABELLED = 15
"""So many areas have room for their name and value on the map."""
SHARES = tuple(part / 100 for part in range(5, 100, 5))
ROUND: dict[str, tuple[float, ...]] = {
    "wait": (
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        1,
        1.5,
        2,
        2.5,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        12,
        14,
        17,
        21,
        25,
        30,
        40,
        50,
        60,
        75,
        90,
        120,
        180,
        270,
        365,
    ),
    "requests": tuple(float(lead * 10**power) for power in range(7) for lead in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)),
    "closed_within": SHARES,
    "on_time": SHARES,
}
"""Limits that read well, from which the steps of the scale are chosen."""


def content(data: PageData, tr: Translator) -> PageContent:
    """What the map page says; where no boundaries are published, only the table."""
    offered = may_be_said(tuple(MEASURES), data.city)
    measure = data.chosen.get("measure", offered[0])
    measure = measure if measure in offered else offered[0]
    area = data.city.areas[data.kind]
    rows = [row for row in data.groups[data.kind] if row["requests"] or row["backlog"]]
    kinds = tuple(
        (Link(other.plural, _href(data, kind, measure)), kind == data.kind) for kind, other in data.city.areas.items()
    )
    measures = tuple((Link(tr(MEASURES[key]), _href(data, data.kind, key)), key == measure) for key in offered)
    return PageContent(
        title=tr("Map"),
        heading=tr("{measure} by area", measure=tr(MEASURES[measure])),
        sentence=tr("Each area of the map is also a row of the table below it. Choose an area to open its page.")
        if data.kind in data.boundaries
        else tr("Choose an area of the table to open its page."),
        scope=words.scope(data.filters, data.city, tr),
        notes=(
            *notes(data, tr),
            *_misfit(data, tr),
            *((why,) if (why := data.city.missing.get("closing_time")) else ()),
        ),
        matched=data.summary["requests"],
        blocks=(
            *((Choice(tr("Kind of area"), kinds),) if len(kinds) > 1 else ()),
            *((Choice(tr("Show"), measures),) if len(measures) > 1 else ()),
            _map(data, rows, measure, tr),
            group_table(
                data,
                data.kind,
                rows,
                area.plural,
                tr,
                table_id="areas",
                note=tr("Requests measure reports, not problems."),
            ),
        ),
    )


def _misfit(data: PageData, tr: Translator) -> tuple[str, ...]:
    if data.kind not in data.misfits:
        return ()
    return (
        tr(
            "The boundaries that are drawn here do not fit the requests: they are of another time, or of other areas. "
            "The numbers are those of the areas that the requests themselves name."
        ),
    )


def _href(data: PageData, kind: str, measure: str) -> str:
    own = urlencode({"area": kind, "measure": measure})
    return f"/map?{data.query}&{own}" if data.query else f"/map?{own}"


def _map(data: PageData, rows: list[Numbers], measure: str, tr: Translator) -> Block:
    bounds = data.boundaries.get(data.kind)
    if bounds is None:
        return Prose(
            tr("No map yet"),
            (
                tr(
                    "The boundaries of these areas have not been loaded for {city}; the table has the same numbers.",
                    city=data.city.name,
                ),
            ),
            id="no-map",
        )
    step_of, legend = _scale(rows, measure, data.scheme, tr)
    values = {row["name"]: _value(data, row, measure, step_of, tr) for row in rows if row["name"] != NONE_NAME}
    href = f"/api/v1/boundaries/{data.kind}.geojson?" + urlencode({"city": data.city.id, "v": data.city.data_version})
    return AreaMap(
        href,
        bounds,
        values,
        legend,
        tr("Map of {areas} by {measure}", areas=data.city.areas[data.kind].plural, measure=tr(MEASURES[measure])),
        data.tiles,
        data.scheme,
        len(values) <= LABELLED,
    )


def _value(
    data: PageData, row: Numbers, measure: str, step_of: Callable[[Numbers], int | None], tr: Translator
) -> dict[str, Any]:
    name = words.value_name(data.kind, row["name"], data.city, tr)
    shown: Mapping[str, Callable[[], str]] = {
        "wait": lambda: words.wait(row, tr),
        "requests": lambda: tr.number(row["requests"]),
        "closed_within": lambda: words.within(row, 30, tr),
        "on_time": lambda: words.on_time(row, tr),
    }
    value = shown[measure]()
    label = tr("{area}: {value} ({measure})", area=name, value=value, measure=tr(MEASURES[measure]))
    return {
        "step": step_of(row),
        "label": label,
        "short": f"{name}\n{value}",
        "href": data.href(f"{PATHS[data.kind]}/{row['slug']}"),
    }


def _scale(
    rows: list[Numbers], measure: str, scheme: str, tr: Translator
) -> tuple[Callable[[Numbers], int | None], tuple[tuple[str, str], ...]]:
    """Which of the steps a row has, and the legend; the last step is the longest wait, the most requests or the smallest share."""
    named = [row for row in rows if row["name"] != NONE_NAME]
    values = {row["name"]: _measured(row, measure) for row in named}
    rising = measure in ("wait", "requests")
    in_words: Callable[[float], str] = (
        tr.days if measure == "wait" else tr.number if measure == "requests" else tr.percent
    )
    edges = round_edges([value for value in values.values() if value is not None], ROUND[measure])
    ordered = edges if rising else edges[::-1]
    colours = _spread(theme.palette(scheme).wait, len(edges) + 1)

    def step(row: Numbers) -> int | None:
        value = values.get(row["name"])
        if value is None:
            return None
        if value == float("inf"):
            return colours[1][len(edges)]
        return colours[1][sum(value > edge if rising else value < edge for edge in ordered)]

    return step, tuple(zip(colours[0], _legend(ordered, rising, in_words, tr), strict=True))


def round_edges(values: list[float], candidates: tuple[float, ...]) -> list[float]:
    """Up to four round limits that part the values into groups of about equal size, rising; none where all are equal."""
    known = sorted(value for value in values if value != float("inf"))
    if not known:
        return []
    inside = [edge for edge in candidates if known[0] <= edge < known[-1]]
    if len(inside) <= STEPS - 1:
        return inside
    quantiles = [known[min(len(known) - 1, len(known) * part // STEPS)] for part in range(1, STEPS)]
    return sorted({min(inside, key=lambda edge: (abs(edge - wanted), edge)) for wanted in quantiles})


def _spread(colours: tuple[str, ...], steps: int) -> tuple[list[str], list[int]]:
    """The colours of so many steps, spread over the scale, and their places in it."""
    places = [round(index * (len(colours) - 1) / max(steps - 1, 1)) for index in range(steps)]
    return [colours[place] for place in places], places


def _legend(edges: list[float], rising: bool, in_words: Callable[[float], str], tr: Translator) -> list[str]:
    said = [in_words(edge) for edge in edges]
    if not said:
        return [tr("all areas")]
    middle = [
        tr("{low} to {high}", low=low, high=high) if rising else tr("{low} to {high}", low=high, high=low)
        for low, high in pairwise(said)
    ]
    if rising:
        return [tr("up to {value}", value=said[0]), *middle, tr("more than {value}", value=said[-1])]
    return [tr("{value} or more", value=said[0]), *middle, tr("less than {value}", value=said[-1])]


def _measured(row: Numbers, measure: str) -> float | None:
    """The value that colours an area; None where there is too little to say, infinity for a wait that is not reached."""
    if measure == "requests":
        return float(row["requests"])
    if measure == "wait":
        found = row["wait"]
        if found["n"] < TOO_FEW:
            return None
        return float("inf") if found["p50_days"] is None else float(found["p50_days"])
    return _share(row, measure)


def _share(row: Numbers, measure: str) -> float | None:
    if measure == "closed_within":
        found = row["wait"]
        return found["closed_within"]["30"] if found["n"] >= TOO_FEW and found["closed_within_observed"]["30"] else None
    parts = row["on_time"]
    return parts["rate"] if parts["on_time"] + parts["late_closed"] + parts["open_overdue"] >= TOO_FEW else None
