"""What is said of one request's wait: where it stands among those like it, or how long it may still take."""

from __future__ import annotations

from dashboard.domain.city_facts import CityFacts
from dashboard.domain.durations import DAY
from dashboard.domain.method import TOO_FEW
from dashboard.i18n.translator import Translator
from layouts import record_words as said
from layouts.pages.content import Numbers

QUARTERS = {1: (0.23, 0.27), 2: (0.48, 0.52), 3: (0.73, 0.77)}
"""Shares that are near enough to so many quarters to be called so."""


def told(record: Numbers, city: CityFacts, tr: Translator) -> str:
    """The sentence under the heading of a request."""
    why = city.missing.get("closing_time")
    if why is not None:
        return tr("{status}. {why}", status=said.status(record, tr), why=why)
    if record["status"] in said.OPEN:
        return _open(record, city, tr)
    if record["seconds"] is None:
        return tr("{outcome}. How long it took cannot be said.", outcome=_ended(record, tr))
    return f"{_ended(record, tr)}. {_stands(record, city, tr)}"


def days_so_far(record: Numbers, city: CityFacts) -> float | None:
    """How long it took, or has been open, in days; None where that is not known."""
    return said.age_days(record, city) if record["seconds"] is None else record["seconds"] / DAY


def _ended(record: Numbers, tr: Translator) -> str:
    if record["outcome"] == "unknown" and not record["outcome_words"]:
        return tr("{status}; the city's text does not say how it ended", status=said.status(record, tr))
    return tr("{status} as “{outcome}”", status=said.status(record, tr), outcome=said.outcome(record, tr))


def _stands(record: Numbers, city: CityFacts, tr: Translator) -> str:
    time = said.took(record, tr)
    found = record["closed_sooner"]
    like = said.group(found["group"], city, tr)
    if found["n"] < TOO_FEW:
        return tr("From report to close: {time}. There are too few {like} to compare it with.", time=time, like=like)
    if not found["share"]:
        return tr(
            "From report to close: {time}. Of {n} {like}, none was closed sooner.",
            time=time,
            n=tr.number(found["n"]),
            like=like,
        )
    return tr(
        "From report to close: {time}. Of {n} {like}, {share} were closed sooner.",
        time=time,
        n=tr.number(found["n"]),
        like=like,
        share=_share(found["share"], tr),
    )


def _share(share: float, tr: Translator) -> str:
    for quarters, (low, high) in QUARTERS.items():
        if low <= share <= high:
            return {1: tr("1 in 4"), 2: tr("half"), 3: tr("3 in 4")}[quarters]
    return tr.percent(share)


def _open(record: Numbers, city: CityFacts, tr: Translator) -> str:
    waiting = record["still_waiting"]
    if waiting is None:
        return tr("{status}; how long it has waited cannot be said.", status=said.status(record, tr))
    age = tr("{status} for {time}.", status=said.status(record, tr), time=tr.days(waiting["age_days"]))
    if waiting["within"] is None:
        return f"{age} {tr('It is older than almost all such requests.')}"
    like, n = said.group(waiting["group"], city, tr), tr.number(waiting["at_risk"])
    shares = waiting["within"]
    parts = [
        tr.n(
            "{share} within {n} more day",
            "{share} within {n} more days",
            int(days),
            share=tr.percent(1 - found["share"]),
        )
        for days, found in shares.items()
        if found["observed"]
    ]
    if not parts:
        return f"{age} {tr('How much longer it will take cannot be said yet.')}"
    closed = tr(
        "Of {n} {like} that had waited as long, {shares} were closed.", n=n, like=like, shares=tr.list_of(parts)
    )
    return f"{age} {closed}"
