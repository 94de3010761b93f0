"""Blocks that several pages have: headline numbers and tables of groups."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.gaps import touched
from dashboard.domain.method import TOO_FEW
from dashboard.i18n.translator import N_, Translator
from layouts import words
from layouts.pages.content import Cell, Column, Link, Number, Numbered, Numbers, PageData, Table
from layouts.untimed import STATUSES, status_cells, status_numbers

OUTCOMES = {
    "work_done": N_("Work done"),
    "no_action_needed": N_("No action needed"),
    "not_found": N_("Not found, or no access"),
    "duplicate": N_("Joined to another request"),
    "referred": N_("Referred to somebody else"),
    "cancelled": N_("Cancelled"),
    "administrative": N_("Closed for administrative reasons"),
    "unknown": N_("Not known: the text does not say"),
}
ELSEWHERE = ("city", "without")
"""The problems that tell of another city than the one shown."""
PATHS = {"department": "/departments", "district": "/districts", "neighbourhood": "/neighbourhoods"}
TIMED = (
    (N_("Requests"), "requests"),
    (N_("Open"), "backlog"),
    (N_("Typical wait"), "wait"),
    (N_("Nine in ten closed within"), "ninety"),
    (N_("Closed within 30 days"), "closed_within"),
    (N_("On time"), "on_time"),
)
"""The columns (and the measure of each) of a table of groups after the name, where closing times are published."""
MOST_GAPS = 3
MOST_PROBLEMS = 3
"""So many values that were left out of an address are told one by one."""


def headline(data: PageData, tr: Translator) -> Numbered:
    """The figures that every selection has, each with what it rests on."""
    found = data.summary
    requests = Number(
        tr("Requests"),
        tr.number(found["requests"]),
        _duplicates(found, tr),
        words.count_change(found, "requests", tr),
        "requests",
    )
    if not words.is_timed(found):
        return Numbered((requests, *status_numbers(found, tr)))
    waits, parts = found["wait"], found["on_time"]
    due = parts["on_time"] + parts["late_closed"] + parts["open_overdue"]
    numbers = [
        requests,
        Number(
            tr("Typical wait"), words.wait(found, tr), _wait_detail(found, tr), words.wait_change(found, tr), "wait"
        ),
        Number(
            tr("Closed within 30 days"),
            words.within(found, 30, tr),
            tr.n("of {n} request with a known time", "of {n} requests with known times", waits["n"]),
            "",
            "closed_within",
        ),
        Number(tr("On time"), words.on_time(found, tr), _on_time_detail(data, parts, due, tr), "", "on_time"),
    ]
    if not data.city.sample:
        numbers.append(
            Number(tr("Open (backlog)"), tr.number(found["backlog"]), _backlog_detail(data, tr), "", "backlog")
        )
    return Numbered(tuple(numbers))


def group_table(
    data: PageData,
    field: str,
    rows: Sequence[Numbers],
    heading: str,
    tr: Translator,
    *,
    table_id: str,
    more: Link | None = None,
    note: str = "",
    printed: int = 0,
) -> Table:
    """A table with one row a department, area or problem; a sentence where the city does not publish the field."""
    timed = "closing_time" not in data.city.missing
    columns = (
        Column(words.field_name(field, data.city, tr), numeric=False),
        *(
            Column(tr(name), measure=measure)
            for name, measure in (TIMED if timed else (TIMED[0], *((name, "") for _, name in STATUSES)))
        ),
    )
    unpublished = data.city.missing.get(field, "")
    return Table(
        table_id,
        heading,
        columns,
        () if unpublished else tuple(_group_row(data, field, row, tr) for row in rows),
        note,
        None if unpublished else more,
        unpublished or tr("No requests match this selection. Widen the dates or clear a filter."),
        printed=printed,
    )


def outcomes_table(data: PageData, tr: Translator) -> Table:
    """How the ended requests ended, with the words of the rules it was read by; what stays unknown is a row like the others."""
    outcomes = data.summary["outcomes"]
    total = sum(outcomes.values())
    rows = tuple(
        (
            tr(OUTCOMES[outcome]),
            tr.number(n),
            tr.percent(n / total) if total >= TOO_FEW else tr("too few to say"),
            _rule_words(data, outcome, tr),
        )
        for outcome, n in sorted(outcomes.items(), key=lambda item: -item[1])
        if n
    )
    return Table(
        "outcomes",
        tr("How they ended"),
        (
            Column(tr("Outcome"), numeric=False, measure="outcomes"),
            Column(tr("Requests")),
            Column(tr("Share of those that ended")),
            Column(tr("In the words of the rules"), numeric=False),
        ),
        rows,
        tr("Read from the city's closing texts by published rules. Closed is not the same as fixed."),
        empty=tr("None of these requests has ended yet."),
    )


def by_requests(rows: Sequence[Numbers], most: int | None = None) -> list[Numbers]:
    """The groups that have requests or a backlog, those with most requests first."""
    there = [row for row in rows if row["requests"] or row["backlog"]]
    return sorted(there, key=lambda row: (-row["requests"], row["name"]))[:most]


def notes(data: PageData, tr: Translator) -> tuple[str, ...]:
    """What the reader has to know before the numbers: what was dropped, what is left out, what the source lacks."""
    found = [words.problem_sentence(problem, data.city, tr) for problem in data.problems[:MOST_PROBLEMS]]
    if len(data.problems) > MOST_PROBLEMS:
        more = len(data.problems) - MOST_PROBLEMS
        found.append(
            tr.n("{n} more value of the address was left out.", "{n} more values of the address were left out.", more)
        )
    if data.filters.origin != "resident":
        found.append(tr("Every figure on this page covers {whose}.", whose=tr(words.ORIGINS[data.filters.origin])))
    hidden = data.summary["left_out"]["city"] + data.summary["left_out"]["information"]
    if not data.summary["requests"] and hidden:
        found.append(
            tr.n(
                "{n} request that residents did not make matches; “Whose requests” above brings it in.",
                "{n} requests that residents did not make match; “Whose requests” above brings them in.",
                hidden,
            )
        )
    earlier = data.summary.get("compare")
    if earlier and abs(earlier["extra_weekdays"]) > 1:
        found.append(
            tr(
                "Compared periods differ in their number of working days by {n}.",
                n=tr.number(abs(earlier["extra_weekdays"])),
            )
        )
    if data.city.sample:
        found.append(tr("This source is a sample, so no backlog is shown."))
    if data.filters.end > data.city.data_to or data.filters.start < data.city.data_from:
        found.append(
            tr(
                "The data hold requests made {when}; nothing is known outside.",
                when=tr.date_range(data.city.data_from, data.city.data_to),
            )
        )
    return tuple(found)


def notes_of_every_page(data: PageData, tr: Translator) -> tuple[str, ...]:
    """What holds on every page, whatever it is about: the address named another city, or days of the period are not known."""
    found = [
        words.problem_sentence(problem, data.city, tr) for problem in data.problems if problem.parameter in ELSEWHERE
    ]
    unknown = touched(data.filters.start, data.filters.end, data.city.gaps)
    found += [
        tr(
            "The data hold nothing from {first} to {last}; nothing is known of these days.",
            first=tr.date(gap.start),
            last=tr.date(gap.end),
        )
        for gap in unknown[:MOST_GAPS]
    ]
    if len(unknown) > MOST_GAPS:
        more = len(unknown) - MOST_GAPS
        found.append(
            tr.n(
                "Nor do they hold anything of {n} more such stretch of days.",
                "Nor do they hold anything of {n} more such stretches of days.",
                more,
            )
        )
    return tuple(found)


def source_note(data: PageData, tr: Translator) -> str:
    """Which rows the numbers leave out by the default choice."""
    left = data.summary["left_out"]
    if not left["city"] and not left["information"]:
        return ""
    return tr(
        "Left out: {city} made by city staff and systems, {information} answered as questions. “Whose requests” above brings them back.",
        city=tr.n("{n} request", "{n} requests", left["city"]),
        information=tr.n("{n} request", "{n} requests", left["information"]),
    )


def _rule_words(data: PageData, outcome: str, tr: Translator) -> str:
    """What the city's rules take an outcome from, in their own words."""
    found = data.answer["outcome_words"][outcome]
    if found:
        return "; ".join(found)
    return tr("No rule says what was done.") if outcome == "unknown" else "–"


def _group_row(data: PageData, field: str, row: Numbers, tr: Translator) -> tuple[Cell, ...]:
    name = words.value_name(field, row["name"], data.city, tr)
    path = PATHS.get(field)
    head: Cell = Link(name, data.href(f"{path}/{row['slug']}")) if path else name
    if not words.is_timed(row):
        return (head, tr.number(row["requests"]), *status_cells(row, tr))
    return (
        head,
        tr.number(row["requests"]),
        tr.number(row["backlog"]) if not data.city.sample else "–",
        words.wait(row, tr),
        words.ninety(row, tr),
        words.within(row, 30, tr),
        words.on_time(row, tr),
    )


def _duplicates(found: Numbers, tr: Translator) -> str:
    distinct = found["requests"] - found["duplicates"]
    return tr.n("{n} distinct problem, without duplicates", "{n} distinct problems, without duplicates", distinct)


def _wait_detail(found: Numbers, tr: Translator) -> str:
    waits = found["wait"]
    spread = words.wait_range(found, tr)
    if not spread:
        return tr.n("{n} request", "{n} requests", waits["n"])
    if waits["closed_only_p50_days"] is None:
        return spread
    return tr(
        "{range}; counting closed requests only it would read {closed_only}",
        range=spread,
        closed_only=tr.days(waits["closed_only_p50_days"]),
    )


def _on_time_detail(data: PageData, parts: Numbers, due: int, tr: Translator) -> str:
    if not due and "target" in data.city.missing:
        return data.city.missing["target"]
    if not due:
        return tr.n("{n} request without a target", "{n} requests without a target", parts["without_target"])
    return tr(
        "{on_time} on time, {late} closed late, {open} open and overdue",
        on_time=tr.number(parts["on_time"]),
        late=tr.number(parts["late_closed"]),
        open=tr.number(parts["open_overdue"]),
    )


def _backlog_detail(data: PageData, tr: Translator) -> str:
    found = data.summary
    text = tr("at the end of {day}", day=tr.date(min(data.filters.end, data.city.data_to)))
    if found["overdue"]:
        text += ". " + tr.n(
            "As of {day}, {n} open request, whenever made, is past its target.",
            "As of {day}, {n} open requests, whenever made, are past their target.",
            found["overdue"],
            day=tr.date(data.city.data_through.date()),
        )
    if (min(data.filters.end, data.city.data_to) - data.city.data_from).days < data.city.run_in_days:
        text += (" " if found["overdue"] else ". ") + tr(
            "Requests older than {date} are not in this source, so the backlog is understated.",
            date=tr.date(data.city.data_from),
        )
    return text
