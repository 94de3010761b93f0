"""Spots that keep coming back: a table on the page of a place, a sentence on the page of a request at one."""

from __future__ import annotations

from datetime import date

from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.content import Column, Link, PageData, Prose, Table
from layouts.pages.open_nearby import request_href

SHOWN = 10


def spots_table(data: PageData, tr: Translator) -> tuple[Table, ...]:
    """The most frequent spots of a place; nothing where the city publishes no points."""
    if "location" in data.city.missing:
        return ()
    spots = data.answer["spots"]
    rows = tuple(
        (
            words.value_name("category", spot["category"], data.city, tr),
            spot["address"] or "–",
            tr.number(spot["n"]),
            Link(tr.date(date.fromisoformat(spot["last_day"])), request_href(data, spot["newest"])),
            tr.number(spot["open_now"]),
        )
        for spot in spots[:SHOWN]
    )
    return (
        Table(
            "spots",
            tr("Spots that keep coming back"),
            (
                Column(tr("Problem"), numeric=False),
                Column(tr("Block"), numeric=False),
                Column(tr("Requests")),
                Column(tr("Last made")),
                Column(tr("Open now")),
            ),
            rows,
            _note(len(spots), tr) if rows else "",
            empty=tr("No problem was reported three times or more at one spot."),
        ),
    )


def at_recurring(data: PageData, tr: Translator) -> tuple[Prose, ...]:
    """What a request that is at a recurring spot says of it."""
    spot = data.answer["recurring"]
    if spot is None:
        return ()
    told = tr.n(
        "This is one of {n} distinct request of residents within 50 m of one point, from {first} to {last}.",
        "This is one of {n} distinct requests of residents within 50 m of one point, from {first} to {last}.",
        spot["n"],
        first=tr.date(date.fromisoformat(spot["first_day"])),
        last=tr.date(date.fromisoformat(spot["last_day"])),
    )
    return (Prose(tr("A spot that keeps coming back"), (told, _caution(tr)), id="recurring"),)


def _note(n: int, tr: Translator) -> str:
    found = tr.n(
        "{shown} of {n} spot with three requests or more within 50 m in the last 12 months of the data.",
        "{shown} of {n} spots with three requests or more within 50 m in the last 12 months of the data.",
        n,
        shown=tr.number(min(n, SHOWN)),
    )
    return f"{found} {_caution(tr)}"


def _caution(tr: Translator) -> str:
    return tr("It is a sign that the cause was not dealt with, not a proof.")
