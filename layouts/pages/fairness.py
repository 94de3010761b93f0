"""Areas compared fairly: raw beside adjusted for what is asked of them, with what may be said of the difference."""

from __future__ import annotations

from dashboard.domain.method import TOO_FEW
from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import N_, Translator
from layouts import words
from layouts.pages.content import Cell, Column, Link, Numbers, PageData, Table
from layouts.pages.shared import PATHS

POSITIONS = {
    "within": N_("as expected"),
    "above_95": N_("▲ more than expected"),
    "below_95": N_("▼ less than expected"),
    "above_998": N_("▲▲ far more than expected"),
    "below_998": N_("▼▼ far less than expected"),
}


def fair_table(data: PageData, tr: Translator) -> tuple[Table, ...]:
    """The areas of a kind, raw beside adjusted; nothing where the city does not publish closing times."""
    found = data.answer["fair"]
    if found["share"] is None:
        return ()
    rows = [row for row in found["rows"] if row["name"] != NONE_NAME]
    return (
        Table(
            "fair",
            tr("Compared fairly: the same problems everywhere"),
            (
                Column(words.field_name(data.kind, data.city, tr), numeric=False),
                Column(tr("Requests followed for 30 days")),
                Column(tr("Closed within 30 days")),
                Column(tr("Expected for what is asked")),
                Column(tr("Adjusted")),
                Column(tr("Against the limits"), numeric=False),
            ),
            tuple(_row(data, row, tr) for row in rows),
            _note(found, tr),
            empty=tr("No requests match this selection. Widen the dates or clear a filter."),
        ),
    )


def fair_sentence(row: Numbers, city_share: float, tr: Translator) -> str:
    """What one area's share is, raw and adjusted, in a sentence; empty where there are too few requests."""
    if row["n"] < TOO_FEW or row["adjusted_share"] is None:
        return ""
    return tr(
        "Within 30 days {share} are closed here; for what is asked here {expected} was to be expected. Adjusted for that it is "
        "{adjusted}, in the whole city {city}.",
        share=tr.percent(row["share"]),
        expected=tr.percent(row["expected"] / row["n"]),
        adjusted=_adjusted(row, tr),
        city=tr.percent(city_share),
    )


def position(row: Numbers, enough_areas: bool, tr: Translator) -> str:
    """What may be said of an area against the limits."""
    if row["n"] < TOO_FEW or row["adjusted_share"] is None:
        return tr("too few to say")
    if not enough_areas or row["position"] is None:
        return tr("not said: fewer than 10 areas")
    return tr(POSITIONS[row["position"]])


def _row(data: PageData, row: Numbers, tr: Translator) -> tuple[Cell, ...]:
    name = words.value_name(data.kind, row["name"], data.city, tr)
    enough = row["n"] >= TOO_FEW and row["adjusted_share"] is not None
    few = tr("too few to say")
    return (
        Link(name, data.href(f"{PATHS[data.kind]}/{row['slug']}")),
        tr.number(row["n"]),
        tr.percent(row["share"]) if enough else few,
        tr.percent(row["expected"] / row["n"]) if enough else few,
        _adjusted(row, tr) if enough else few,
        position(row, data.answer["fair"]["enough_areas"], tr),
    )


def _adjusted(row: Numbers, tr: Translator) -> str:
    """A comparison can pass 100 %, a share that is read cannot."""
    return tr.percent(min(row["adjusted_share"], 1.0))


def _note(found: Numbers, tr: Translator) -> str:
    text = tr(
        "Expected: if each kind of problem were closed as often as in the whole city ({city}). Adjusted: closed over expected, "
        "times the city's share. No ranking: a difference is a reason to look, not a verdict.",
        city=tr.percent(found["share"]),
    )
    if found["factor"] > 1:
        text += " " + tr(
            "Areas differ {factor} times as much as by chance alone, and the limits are widened for that.",
            factor=tr.number(found["factor"], 1),
        )
    return text
