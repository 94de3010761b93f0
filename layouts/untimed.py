"""What is said of a city that does not publish when requests were closed: how they stand, and why no more can be said."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.city_facts import CityFacts
from dashboard.domain.method import TOO_FEW
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
    """How the distinct requests stand, as shares, or as counts where there are too few for shares."""
    counts = standing(numbers)
    total = sum(counts.values())
    if not total:
        return tr("No requests match this selection. Widen the dates or clear a filter.")
    shares = [
        tr("{share} {status}", share=_part(n, total, tr), status=_in_sentence(key, n if total < TOO_FEW else total, tr))
        for key, n in counts.items()
        if n
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
    """The share and the count of each status; only the count where there are too few for shares."""
    counts = standing(numbers)
    total = sum(counts.values())
    if 0 < total < TOO_FEW:
        told = tr.n("of {n} request, too few for shares", "of {n} requests, too few for shares", total)
        return [Number(tr(name), tr.number(counts[key]), told) for key, name in STATUSES]
    return [
        Number(
            tr(name),
            tr.percent(counts[key] / total) if total else tr("no requests"),
            tr.n("{n} request", "{n} requests", counts[key]),
        )
        for key, name in STATUSES
    ]


def status_cells(numbers: Numbers, tr: Translator) -> tuple[Cell, ...]:
    """Count and share of each status, for a row of a table; only the count where there are too few for shares."""
    counts = standing(numbers)
    total = sum(counts.values())
    if 0 < total < TOO_FEW:
        return tuple(tr.number(counts[key]) for key, _ in STATUSES)
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


def _part(n: int, total: int, tr: Translator) -> str:
    return tr.number(n) if total < TOO_FEW else tr.percent(n / total)


def _in_sentence(status: str, n: int, tr: Translator) -> str:
    """The predicate of so many requests."""
    told = {
        "open": tr.n("is open", "are open", n),
        "in_progress": tr.n("is in progress", "are in progress", n),
        "closed": tr.n("is closed", "are closed", n),
        "cancelled": tr.n("is cancelled", "are cancelled", n),
    }
    return told[status]
