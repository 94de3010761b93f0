"""Closed is not fixed: on how many the work was done, what came back, what was closed at once."""

from __future__ import annotations

from dataclasses import replace

from dashboard.domain.method import TOO_FEW
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.content import Block, Charts, Number, Numbered, PageData
from layouts.pages.shared import outcomes_table

CHART = "outcomes-over-time"


def panel(data: PageData, tr: Translator) -> tuple[Block, ...]:
    """The numbers, how requests end over time, and every outcome with its share and the words of the rules."""
    cards = tuple(card for card in data.charts if card.id == CHART)
    return (
        *closed_not_fixed(data, tr),
        *((Charts(cards),) if cards else ()),
        outcomes_table(data, tr),
    )


def without_panel(data: PageData) -> PageData:
    """The page without the chart that stands in the panel."""
    return replace(data, charts=tuple(card for card in data.charts if card.id != CHART))


def closed_not_fixed(data: PageData, tr: Translator) -> tuple[Numbered, ...]:
    """The numbers that stand beside the outcomes; nothing where the city does not publish closing times."""
    if not words.is_timed(data.summary):
        return ()
    return (Numbered((_work_done(data, tr), _came_back(data, tr), _at_once(data, tr)), tr("Closed is not fixed")),)


def _work_done(data: PageData, tr: Translator) -> Number:
    numbers = data.summary
    share = numbers["work_done_within"]["30"]
    return Number(
        tr("Work done within 30 days"),
        _said(share, numbers["wait"]["n"], tr),
        "" if numbers["work_done_within_observed"]["30"] else tr("At least: the newest were followed for less long."),
        measure="work_done",
    )


def _came_back(data: PageData, tr: Translator) -> Number:
    found = data.summary["repeats"]
    return Number(
        tr("Came back within 30 days"),
        _said(found["rate"], found["eligible"], tr),
        tr(
            "Reported again within 50 m, of {n} that could be watched: a sign, not a proof.",
            n=tr.number(found["eligible"]),
        ),
        measure="repeats",
    )


def _at_once(data: PageData, tr: Translator) -> Number:
    found = data.summary["instant"]
    return Number(
        tr("Closed within a minute"),
        _said(found["share"], data.summary["wait"]["n"], tr),
        tr("Of these there are {n}.", n=tr.number(found["n"])),
        measure="instant",
    )


def _said(share: float | None, n: int, tr: Translator) -> str:
    return tr("too few to say") if share is None or n < TOO_FEW else tr.percent(share)
