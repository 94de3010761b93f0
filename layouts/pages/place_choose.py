"""Your place: where a resident chooses the area that they want to know about, by address, position, map or list."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.content import AreaMap, Block, Column, Field, Form, Link, Links, Locate, PageContent, PageData, Table
from layouts.pages.map import LABELLED

HERE = "/place/here"
"""Where the browser's position is posted to."""


def content(data: PageData, tr: Translator) -> PageContent:
    """What the page says; nothing is offered that this city's data cannot answer."""
    found = data.answer
    return PageContent(
        title=tr("Your place"),
        heading=tr("How is it where you live?"),
        sentence=tr(
            "Choose a part of {city} and read how long its problems take, what is open there, and whether it is getting better.",
            city=data.city.name,
        ),
        notes=_notes(data, tr),
        blocks=(
            *((_search(data, tr),) if found["searchable"] else ()),
            *((_locate(data, tr),) if found["locatable"] else ()),
            *((_matches(data, tr),) if "q" in data.chosen else ()),
            *((_map(data, found["map"], tr),) if found["map"] else ()),
            *(_list(data, kind, tr) for kind in found["areas"]),
        ),
    )


def _notes(data: PageData, tr: Translator) -> tuple[str, ...]:
    outside = data.chosen.get("here") == "outside"
    return (
        *(words.problem_sentence(problem, data.city, tr) for problem in data.problems[:3]),
        *(
            (tr("Your browser's position is in none of the areas of {city}; choose one below.", city=data.city.name),)
            if outside
            else ()
        ),
        *(() if data.answer["searchable"] else (tr("The requests of this city come without addresses."),)),
        *(() if data.answer["map"] else (tr("The boundaries of its areas have not been loaded, so there is no map."),)),
    )


def _search(data: PageData, tr: Translator) -> Form:
    return Form(
        "address",
        tr("By address"),
        "/place",
        (
            Field(
                "q",
                tr("Street, crossing, or house number and street"),
                data.chosen.get("q", ""),
                hint=tr("for example: 12 Main St"),
            ),
        ),
        tr("Find"),
        tuple(parse_qsl(data.query)),
        tr(
            "Searched among the addresses of published requests, which are known to the block. Nothing is sent elsewhere."
        ),
    )


def _matches(data: PageData, tr: Translator) -> Table:
    areas = [kind for kind in ("district", "neighbourhood") if kind in data.city.areas]
    rows = tuple(
        (
            Link(match["address"], _joined(data, match["page"])) if match["page"] else match["address"],
            *(words.value_name(kind, match[kind], data.city, tr) for kind in areas),
            tr.number(match["n"]),
        )
        for match in data.answer["matches"]
    )
    return Table(
        "matches",
        tr("Addresses like “{text}”", text=data.chosen["q"][:80]),
        (
            Column(tr("Address"), numeric=False),
            *(Column(words.field_name(kind, data.city, tr), numeric=False) for kind in areas),
            Column(tr("Requests")),
        ),
        rows,
        empty=tr(
            "No published request has an address like this; try the street's name alone, or choose an area below."
        ),
    )


def _locate(data: PageData, tr: Translator) -> Locate:
    return Locate(
        HERE,
        tr("Use my location"),
        tr("Your browser asks you first. The position is rounded to about 100 metres, used once, and not kept."),
        (("query", data.query), ("city", data.city.id)),
        tr("Your browser did not tell where you are; search for an address or choose an area below."),
    )


def _map(data: PageData, kind: str, tr: Translator) -> Block:
    values = {
        name: {"step": None, "label": shown, "short": shown, "href": data.href(path)}
        for name, path in data.answer["areas"][kind]
        if name != NONE_NAME and (shown := words.value_name(kind, name, data.city, tr))
    }
    return AreaMap(
        f"/api/v1/boundaries/{kind}.geojson?" + urlencode({"city": data.city.id, "v": data.city.data_version}),
        data.boundaries[kind],
        values,
        (),
        tr("Map of {areas}; each leads to its page. The list below has the same.", areas=data.city.areas[kind].plural),
        data.tiles,
        data.scheme,
        len(values) <= LABELLED,
    )


def _list(data: PageData, kind: str, tr: Translator) -> Links:
    first = kind == next(iter(data.answer["areas"]))
    links = tuple(
        Link(words.value_name(kind, name, data.city, tr), data.href(path))
        for name, path in data.answer["areas"][kind]
        if name != NONE_NAME
    )
    return Links("areas" if first else f"areas-{kind}", data.city.areas[kind].plural, links)


def _joined(data: PageData, page: str) -> str:
    return f"{page}&{data.query}" if data.query else page
