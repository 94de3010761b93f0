"""The map: the areas of a city by a measure, with the same numbers in a table beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from dashboard.domain.method import TOO_FEW
from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import N_, Translator
from layouts import words
from layouts.figures import theme
from layouts.pages.content import AreaMap, Block, Choice, Link, Numbers, PageContent, PageData, Prose
from layouts.pages.shared import PATHS, group_table, notes

MEASURES = {"wait": N_("Typical wait"), "requests": N_("Requests"), "closed_within": N_("Closed within 30 days"), "on_time": N_("On time")}
SHARE_EDGES = (0.8, 0.6, 0.4, 0.2)
STEPS = 5


def content(data: PageData, tr: Translator) -> PageContent:
    """What the map page says; where no boundaries are published, only the table."""
    measure = data.chosen.get("measure", "wait")
    measure = measure if measure in MEASURES else "wait"
    area = data.city.areas[data.kind]
    rows = [row for row in data.groups[data.kind] if row["requests"] or row["backlog"]]
    kinds = tuple((Link(other.plural, _href(data, kind, measure)), kind == data.kind) for kind, other in data.city.areas.items())
    measures = tuple((Link(tr(title), _href(data, data.kind, key)), key == measure) for key, title in MEASURES.items())
    return PageContent(
        title=tr("Map"), heading=tr("{measure} by area", measure=tr(MEASURES[measure])),
        sentence=tr("Each area of the map is also a row of the table below it. Choose an area to open its page."),
        scope=words.scope(data.filters, data.city, tr), notes=notes(data, tr), matched=data.summary["requests"],
        blocks=(
            *((Choice(tr("Kind of area"), kinds),) if len(kinds) > 1 else ()),
            Choice(tr("Show"), measures),
            _map(data, rows, measure, tr),
            group_table(data, data.kind, rows, area.plural, tr, table_id="areas", note=tr("Requests measure reports, not problems.")),
        ),
    )


def _href(data: PageData, kind: str, measure: str) -> str:
    own = urlencode({"area": kind, "measure": measure})
    return f"/map?{data.query}&{own}" if data.query else f"/map?{own}"


def _map(data: PageData, rows: list[Numbers], measure: str, tr: Translator) -> Block:
    bounds = data.boundaries.get(data.kind)
    if bounds is None:
        return Prose(tr("No map yet"), (tr("The boundaries of these areas have not been loaded for {city}; the table has the same numbers.",
                                           city=data.city.name),), id="no-map")
    step_of, legend = _scale(rows, measure, data.scheme, tr)
    values = {row["name"]: _value(data, row, measure, step_of, tr) for row in rows if row["name"] != NONE_NAME}
    href = f"/api/v1/boundaries/{data.kind}.geojson?" + urlencode({"city": data.city.id, "v": data.city.data_version})
    return AreaMap(href, bounds, values, legend, tr("Map of {areas} by {measure}", areas=data.city.areas[data.kind].plural,
                                                    measure=tr(MEASURES[measure])), data.tiles, data.scheme)


def _value(data: PageData, row: Numbers, measure: str, step_of: Callable[[Numbers], int | None], tr: Translator) -> dict[str, Any]:
    name = words.value_name(data.kind, row["name"], data.city, tr)
    shown: Mapping[str, Callable[[], str]] = {
        "wait": lambda: words.wait(row, tr), "requests": lambda: tr.number(row["requests"]),
        "closed_within": lambda: words.within(row, 30, tr), "on_time": lambda: words.on_time(row, tr),
    }
    label = tr("{area}: {value} ({measure})", area=name, value=shown[measure](), measure=tr(MEASURES[measure]))
    return {"step": step_of(row), "label": label, "href": data.href(f"{PATHS[data.kind]}/{row['slug']}")}


def _scale(rows: list[Numbers], measure: str, scheme: str, tr: Translator) -> tuple[Callable[[Numbers], int | None], tuple[tuple[str, str], ...]]:
    """Which of the five steps a row has, and the legend; the darkest step is the longest wait or the smallest share."""
    colours = theme.palette(scheme).wait
    if measure == "wait":
        edges = [tr.days(edge) for edge in theme.WAIT_EDGES]
        texts = [tr("up to {time}", time=edges[0]), *(tr("{low} to {high}", low=low, high=high) for low, high in zip(edges, edges[1:], strict=False)),
                 tr("more than {time}", time=edges[-1])]
        return _wait_step, tuple(zip(colours, texts, strict=True))
    if measure == "requests":
        top = max((row["requests"] for row in rows if row["name"] != NONE_NAME), default=0)
        limits = [max(1, round(top * (index + 1) / STEPS)) for index in range(STEPS)]
        texts = [tr("up to {n}", n=tr.number(limit)) for limit in limits]
        return (lambda row: next((index for index, limit in enumerate(limits) if row["requests"] <= limit), STEPS - 1),
                tuple(zip(colours, texts, strict=True)))
    shares = [tr("{share} or more", share=tr.percent(SHARE_EDGES[0])), *(tr("{low} to {high}", low=tr.percent(low), high=tr.percent(high))
              for high, low in zip(SHARE_EDGES, SHARE_EDGES[1:], strict=False)), tr("less than {share}", share=tr.percent(SHARE_EDGES[-1]))]
    return (lambda row: _share_step(row, measure)), tuple(zip(colours, shares, strict=True))


def _wait_step(row: Numbers) -> int | None:
    found = row["wait"]
    if found["n"] < TOO_FEW:
        return None
    if found["p50_days"] is None:
        return STEPS - 1
    return sum(found["p50_days"] > edge for edge in theme.WAIT_EDGES)


def _share_step(row: Numbers, measure: str) -> int | None:
    if measure == "closed_within":
        found = row["wait"]
        share = found["closed_within"]["30"] if found["n"] >= TOO_FEW and found["closed_within_observed"]["30"] else None
    else:
        parts = row["on_time"]
        due = parts["on_time"] + parts["late_closed"] + parts["open_overdue"]
        share = parts["rate"] if due >= TOO_FEW else None
    return None if share is None else sum(share < edge for edge in SHARE_EDGES)
