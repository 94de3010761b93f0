"""Published numbers in words: the sentences and cells that several pages share."""

from __future__ import annotations

from datetime import date

from dashboard.domain.city_facts import CityFacts
from dashboard.domain.comparison import relative_change
from dashboard.domain.filters import MAX_VALUES, Filters, Problem
from dashboard.domain.method import TOO_FEW
from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import N_, Translator
from layouts.pages.content import Numbers

FIELD_NAMES = {
    "category": N_("Problem"),
    "department": N_("Department"),
    "district": N_("District"),
    "neighbourhood": N_("Neighborhood"),
    "channel": N_("Channel"),
}
NONE_NAMES = {
    "category": N_("No problem recorded"),
    "department": N_("No department recorded"),
    "district": N_("No district recorded"),
    "neighbourhood": N_("No neighborhood recorded"),
    "channel": N_("No channel recorded"),
}
ORIGINS = {
    "resident": N_("requests of residents"),
    "city": N_("requests made by the city's own staff and systems"),
    "information": N_("questions answered without work"),
    "all": N_("requests of everybody, city staff and questions included,"),
}
PERIOD_NAMES = {
    "30d": N_("Last 30 days"),
    "90d": N_("Last 90 days"),
    "12m": N_("Last 12 months"),
    "fy": N_("This fiscal year"),
    "last_fy": N_("Last fiscal year"),
    "all": N_("All dates"),
}
ORIGIN_NAMES = {
    "resident": N_("Residents"),
    "city": N_("City staff and systems"),
    "information": N_("Questions, no work"),
    "all": N_("Everybody"),
}
CHOICE_NAMES = {
    "origin": N_("Whose requests"),
    "period": N_("Period"),
    "interval": N_("Interval"),
    "compare": N_("Compare with"),
}


def field_name(field: str, city: CityFacts, tr: Translator) -> str:
    """What a field is called; areas have the city's own word."""
    area = city.areas.get(field)
    return area.name if area else tr(FIELD_NAMES[field])


def value_name(field: str, name: str, city: CityFacts, tr: Translator) -> str:
    """How a value of a field is shown."""
    return tr(NONE_NAMES[field]) if name == NONE_NAME else city.label(field, name)


def scope(filters: Filters, city: CityFacts, tr: Translator) -> str:
    """Which requests are meant: whose, when made, and each chosen value. A city's term is quoted, never inflected."""
    parts = [
        tr("{whose} made {when}", whose=tr(ORIGINS[filters.origin]), when=tr.date_range(filters.start, filters.end))
    ]
    for field, names in filters.selected().items():
        shown = tr.list_of([f"“{value_name(field, name, city, tr)}”" for name in names[:5]])
        if len(names) > 5:
            shown = tr.n("{shown} and {n} more", "{shown} and {n} more", len(names) - 5, shown=shown)
        parts.append(f"{field_name(field, city, tr)}: {shown}")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def problem_sentence(problem: Problem, city: CityFacts, tr: Translator) -> str:
    """What of the address was left out, and why."""
    value, key = problem.value[:80], problem.parameter
    if key == "city":
        return tr("There is no city “{value}” here; the numbers are those of {city}.", value=value, city=city.name)
    if key == "without":
        first, last = map(date.fromisoformat, problem.value.split("/"))
        return tr(
            "The dates {dates} were left out: {city} has no requests from then; the numbers are of other days.",
            dates=tr.date_range(first, last),
            city=city.name,
        )
    if key in ("from", "to"):
        return tr(
            "The date “{value}” was left out: a day such as {example} was expected, and a first day that is not after the last.",
            value=value,
            example="2025-03-31",
        )
    if key in CHOICE_NAMES:
        return tr(
            "“{value}” was left out of the filter “{filter}”: it is none of its choices.",
            value=value,
            filter=tr(CHOICE_NAMES[key]),
        )
    if key in FIELD_NAMES:
        return tr(
            "“{value}” was left out of the filter “{filter}”: the data hold nothing of that name.",
            value=value,
            filter=field_name(key, city, tr),
        )
    return tr.n(
        "Only the first {n} value of the address was read.",
        "Only the first {n} values of the address were read.",
        MAX_VALUES,
    )


def is_timed(numbers: Numbers) -> bool:
    """Whether the numbers of speed are there: without published closing times they are not."""
    return numbers["wait"]["n"] is not None


def wait(numbers: Numbers, tr: Translator) -> str:
    """The typical wait in words: a time, 'more than N days', or 'too few to say'."""
    found = numbers["wait"]
    if not is_timed(numbers):
        return tr("not published")
    if not numbers["requests"]:
        return tr("no requests")
    if found["n"] < TOO_FEW:
        return tr("too few to say")
    return tr.days(found["p50_days"], not_reached=_reached(numbers))


def ninety(numbers: Numbers, tr: Translator) -> str:
    """The time within which nine in ten are closed, in words."""
    found = numbers["wait"]
    if not is_timed(numbers):
        return tr("not published")
    if not numbers["requests"]:
        return tr("no requests")
    if found["n"] < TOO_FEW:
        return tr("too few to say")
    return tr.days(found["p90_days"], not_reached=_reached(numbers))


def wait_range(numbers: Numbers, tr: Translator) -> str:
    """The 95 % interval of the typical wait in words; empty where there is none."""
    found = numbers["wait"]
    if found["n"] < TOO_FEW or found["p50_days"] is None:
        return ""
    low = tr.days(found["p50_low"]) if found["p50_low"] is not None else tr.days(0)
    if found["p50_high"] is None:
        return tr("between {low} and an upper limit that is not reached yet (95 %)", low=low)
    high = tr.days(found["p50_high"])
    if low == high:
        return tr("the 95 % interval rounds to the same")
    return tr("between {low} and {high} (95 %)", low=low, high=high)


def within(numbers: Numbers, days: int, tr: Translator) -> str:
    """The share closed within so many days, in words."""
    found = numbers["wait"]
    if not is_timed(numbers):
        return tr("not published")
    if not numbers["requests"]:
        return tr("no requests")
    if found["n"] < TOO_FEW:
        return tr("too few to say")
    if not found["closed_within_observed"][str(days)]:
        return tr("too early to say")
    return tr.percent(found["closed_within"][str(days)])


def on_time(numbers: Numbers, tr: Translator) -> str:
    """The on-time rate in words, or that there is no published target."""
    parts = numbers["on_time"]
    if not is_timed(numbers):
        return tr("not published")
    if not numbers["requests"]:
        return tr("no requests")
    due = parts["on_time"] + parts["late_closed"] + parts["open_overdue"]
    if not due:
        return tr("none due yet") if parts["not_yet_due"] else tr("no published target")
    if due < TOO_FEW:
        return tr("too few to say")
    return tr.percent(parts["rate"])


def speed_sentence(numbers: Numbers, subject: str, tr: Translator) -> str:
    """How long half and nine in ten take, and how many are still open. `subject` names the requests."""
    found = numbers["wait"]
    if not numbers["requests"]:
        return tr("No requests match this selection. Widen the dates or clear a filter.")
    if not found["n"]:
        return tr(
            "{subject}: how long they take cannot be said, because the source has no usable closing times for them.",
            subject=subject,
        )
    if found["n"] < TOO_FEW:
        return tr.n(
            "{subject}: with {n} request there are too few to say how long they take.",
            "{subject}: with {n} requests there are too few to say how long they take.",
            found["n"],
            subject=subject,
        )
    if found["p50_days"] is None:
        first = tr(
            "{subject}: fewer than half were closed within {time}.", subject=subject, time=tr.days(_observed(numbers))
        )
    else:
        first = tr("{subject}: half are closed within {time}.", subject=subject, time=tr.days(found["p50_days"]))
    return f"{first} {_tail(numbers, tr)}".strip()


def _tail(numbers: Numbers, tr: Translator) -> str:
    found = numbers["wait"]
    if found["p90_days"] is not None:
        return tr("Nine in ten are closed within {time}.", time=tr.days(found["p90_days"]))
    for days in ("90", "30", "7"):
        if found["closed_within_observed"][days]:
            return tr.n(
                "{share} are still open after {n} day.",
                "{share} are still open after {n} days.",
                int(days),
                share=tr.percent(1 - found["closed_within"][days]),
            )
    return ""


def count_change(numbers: Numbers, key: str, tr: Translator) -> str:
    """How a count differs from the earlier period, in words; empty where there is none."""
    earlier = numbers.get("compare")
    if not earlier:
        return ""
    if min(numbers[key], earlier[key]) < TOO_FEW:  # a percentage of so few would be noise
        return tr("{when}: {n}", n=tr.number(earlier[key]), when=earlier_name(earlier, tr))
    return (
        tr(
            "{change} than {when}",
            change=tr.change(relative_change(numbers[key], earlier[key])),
            when=earlier_name(earlier, tr),
        )
        if abs(relative_change(numbers[key], earlier[key]) or 0) >= 0.005
        else _same(earlier, tr)
    )


def wait_change(numbers: Numbers, tr: Translator) -> str:
    """Whether the typical wait got longer or shorter beyond what chance explains; empty where it cannot be told."""
    earlier = numbers.get("compare")
    if not earlier or not is_timed(numbers) or numbers["wait"]["n"] < TOO_FEW or earlier["wait"]["n"] < TOO_FEW:
        return ""
    now, before = numbers["wait"], earlier["wait"]
    when = earlier_name(earlier, tr)
    if now["p50_days"] is None or before["p50_days"] is None:
        return ""
    clear = (now["p50_low"] or 0) > (before["p50_high"] or float("inf")) or (before["p50_low"] or 0) > (
        now["p50_high"] or float("inf")
    )
    if not clear:
        return tr("no clear difference from {when} ({before})", when=when, before=tr.days(before["p50_days"]))
    if now["p50_days"] > before["p50_days"]:
        return tr("▲ slower than {when} ({before})", when=when, before=tr.days(before["p50_days"]))
    return tr("▼ faster than {when} ({before})", when=when, before=tr.days(before["p50_days"]))


def earlier_name(earlier: Numbers, tr: Translator) -> str:
    """What the earlier period is called in a sentence."""
    if earlier["kind"] == "just_before":
        return tr("the period just before")
    return tr("a year earlier")


def _same(earlier: Numbers, tr: Translator) -> str:
    return tr("about the same as {when}", when=earlier_name(earlier, tr))


def _observed(numbers: Numbers) -> float:
    return numbers["wait"]["longest_observed_days"] or 0.0


def _reached(numbers: Numbers) -> int:
    return max(1, int(_observed(numbers)))
