"""What is said of a city that does not publish when requests were closed: how they stand, and why no more can be said."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.city_facts import CityFacts
from dashboard.i18n.translator import N_, Translator
from layouts import words
from layouts.pages.content import Block, Cell, Charts, Number, Numbers, PageData, Prose

STATUSES = (
    ("open", N_("Open")),
    ("in_progress", N_("In progress")),
    ("closed", N_("Closed")),
    ("cancelled", N_("Cancelled")),
)


def standing(numbers: Numbers) -> dict[str, int]:
    """How the distinct requests stand, each in one of the statuses."""
    return {
        "open": numbers["open"] - numbers["in_progress"],
        "in_progress": numbers["in_progress"],
        "closed": numbers["closed_of_these"],
        "cancelled": numbers["cancelled"],
    }


def status_sentence(numbers: Numbers, city: CityFacts, subject: str, tr: Translator) -> str:
    """How the requests stand, as shares of the distinct ones."""
    counts = standing(numbers)
    total = sum(counts.values())
    if not total:
        return tr("No requests match this selection. Widen the dates or clear a filter.")
    shares = [
        tr("{share} {status}", share=tr.percent(counts[key] / total), status=_in_sentence(key, tr)) for key in counts
    ]
    return tr.n(
        "{subject}: of {n} as the city last showed it on {day}, {shares}.",
        "{subject}: of {n} as the city last showed them on {day}, {shares}.",
        total,
        subject=subject,
        day=tr.date(city.data_through.date()),
        shares=tr.list_of(shares),
    )


def lead(data: PageData, subject: str, tr: Translator) -> str:
    """The sentence under a page's heading: how long requests take, or, where that is not published, how they stand and why."""
    why = data.city.missing.get("closing_time")
    if why is None:
        return words.speed_sentence(data.summary, subject, tr)
    return f"{status_sentence(data.summary, data.city, subject, tr)} {why}"


def status_numbers(numbers: Numbers, tr: Translator) -> list[Number]:
    """The share and the count of each status."""
    counts = standing(numbers)
    total = sum(counts.values())
    return [
        Number(
            tr(name),
            tr.percent(counts[key] / total) if total else tr("no requests"),
            tr.n("{n} request", "{n} requests", counts[key]),
        )
        for key, name in STATUSES
    ]


def status_cells(numbers: Numbers, tr: Translator) -> tuple[Cell, ...]:
    """Count and share of each status, for a row of a table."""
    counts = standing(numbers)
    total = sum(counts.values())
    return tuple(
        tr("{n} ({share})", n=tr.number(counts[key]), share=tr.percent(counts[key] / total)) if total else "–"
        for key, _ in STATUSES
    )


def over_time(data: PageData, heading: str, tr: Translator) -> tuple[Block, ...]:
    """The charts of a page, and what stands in the place of those that cannot be drawn."""
    why = data.city.missing.get("closing_time")
    blocks: list[Block] = [Charts(data.charts, heading)] if data.charts else []
    if why is not None:
        blocks.append(Prose(tr("How long requests take"), (why,), id="no-waits"))
    return tuple(blocks)


def may_be_said(measures: Sequence[str], city: CityFacts) -> list[str]:
    """The measures that the city's rows allow, in their order."""
    needs = {"wait": ("closing_time",), "closed_within": ("closing_time",), "on_time": ("closing_time", "target")}
    return [each for each in measures if not any(kind in city.missing for kind in needs.get(each, ()))]


def _in_sentence(status: str, tr: Translator) -> str:
    told = {
        "open": tr("are open"),
        "in_progress": tr("are in progress"),
        "closed": tr("are closed"),
        "cancelled": tr("are cancelled"),
    }
    return told[status]
