"""What a department's scorecard and an area's brief have in common: change, further numbers, the longest waits."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.method import TOO_FEW
from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.content import Cell, Column, Number, Numbered, Numbers, PageData, Table

LONGEST = 10
PRINTED = 5
"""Rows of a table that go on a printed page."""


def further_numbers(data: PageData, tr: Translator) -> tuple[Numbered, ...]:
    """Nine in ten, overdue, what is known of the outcomes and places: the second row of figures."""
    found = data.summary
    numbers: list[Number] = []
    if words.is_timed(found):
        numbers += [
            Number(tr("Nine in ten closed within"), words.ninety(found, tr), _ninety_detail(found, tr), "", "ninety"),
            _overdue(data, tr),
            *_work_done(found, tr),
        ]
    place = data.answer.get("without_place")
    if place is not None and found["requests"]:
        numbers.append(
            Number(
                tr("Without a place"),
                _share(place, found["requests"], tr),
                tr.n("{n} request has no point on the map", "{n} requests have no point on the map", place),
            )
        )
    return (Numbered(tuple(numbers)),) if numbers else ()


def change_table(data: PageData, tr: Translator) -> tuple[Table, ...]:
    """The period beside the earlier one, like for like: the earlier one as it stood at the same age."""
    found, earlier = data.summary, data.summary.get("compare")
    if not earlier or not words.is_timed(found) or not earlier["requests"]:
        return ()
    rows: list[tuple[Cell, ...]] = [
        (
            tr("Requests"),
            tr.number(found["requests"]),
            tr.number(earlier["requests"]),
            words.count_change(found, "requests", tr),
        ),
        (
            tr("Closed"),
            tr.number(found["closed"]),
            tr.number(earlier["closed"]),
            words.count_change(found, "closed", tr),
        ),
        (tr("Typical wait"), words.wait(found, tr), words.wait(earlier, tr), words.wait_change(found, tr)),
        (tr("Nine in ten closed within"), words.ninety(found, tr), words.ninety(earlier, tr), ""),
        (tr("Closed within 30 days"), words.within(found, 30, tr), words.within(earlier, 30, tr), _within(found, tr)),
        (tr("On time"), words.on_time(found, tr), words.on_time(earlier, tr), ""),
    ]
    if found["backlog"] is not None and earlier["backlog"] is not None:
        backlog = (tr.number(found["backlog"]), tr.number(earlier["backlog"]))
        rows.append((tr("Open (backlog)"), *backlog, words.count_change(found, "backlog", tr)))
    return (
        Table(
            "change",
            tr("What changed"),
            (
                Column(tr("Number"), numeric=False),
                Column(tr("Now")),
                Column(tr("Just before") if earlier["kind"] == "just_before" else tr("A year earlier")),
                Column(tr("Change"), numeric=False),
            ),
            tuple((head, *(cell or "–" for cell in rest)) for head, *rest in rows),
            tr("Like for like: the earlier period is seen as it stood at the same age."),
        ),
    )


def longest_waits(data: PageData, tr: Translator) -> tuple[Table, ...]:
    """The problems with the longest typical waits, of those with enough requests; not reached comes first."""
    if not words.is_timed(data.summary):
        return ()
    said = [row for row in data.groups["category"] if row["wait"]["n"] >= TOO_FEW and row["name"] != NONE_NAME]
    ordered = sorted(said, key=_longest_first)[:LONGEST]
    return (
        Table(
            "longest",
            tr("The longest waits"),
            (
                Column(words.field_name("category", data.city, tr), numeric=False),
                Column(tr("Requests")),
                Column(tr("Typical wait")),
                Column(tr("Closed within 30 days")),
            ),
            tuple(
                (
                    words.value_name("category", row["name"], data.city, tr),
                    tr.number(row["requests"]),
                    words.wait(row, tr),
                    words.within(row, 30, tr),
                )
                for row in ordered
            ),
            tr("Problems with 30 requests or more. Some work takes longer than other work."),
            empty=tr("No problem has 30 requests here: too few to say."),
            printed=PRINTED,
        ),
    )


def _longest_first(row: Numbers) -> tuple[float, float, str]:
    wait = row["wait"]
    if wait["p50_days"] is None:
        return (-float("inf"), wait["closed_within"]["30"] or 0.0, row["name"])
    return (-wait["p50_days"], 0.0, row["name"])


def _ninety_detail(found: Numbers, tr: Translator) -> str:
    wait = found["wait"]
    if wait["n"] < TOO_FEW or wait["p90_low"] is None:
        return ""
    if wait["p90_high"] is None:
        return tr("at least {low} (95 %)", low=tr.days(wait["p90_low"]))
    low, high = tr.days(wait["p90_low"]), tr.days(wait["p90_high"])
    if low == high:
        return tr("the 95 % interval rounds to the same")
    return tr("between {low} and {high} (95 %)", low=low, high=high)


def _overdue(data: PageData, tr: Translator) -> Number:
    found = data.summary
    parts = found["on_time"]
    if not found["overdue"] and not parts["not_yet_due"] + parts["on_time"] + parts["late_closed"]:
        why = data.city.missing.get("target", "")
        return Number(tr("Overdue"), tr("no published target"), why, "", "overdue")
    return Number(
        tr("Overdue"),
        tr.number(found["overdue"]),
        tr("open and past the target as of {day}, whenever made", day=tr.date(data.city.data_through.date())),
        "",
        "overdue",
    )


def _work_done(found: Numbers, tr: Translator) -> Sequence[Number]:
    outcomes = found["outcomes"]
    ended = sum(outcomes.values())
    if not ended:
        return ()
    return (
        Number(
            tr("Work done"),
            _share(outcomes["work_done"], ended, tr),
            tr(
                "of those that ended; of {unknown} the closing text does not say",
                unknown=_share(outcomes["unknown"], ended, tr),
            )
            if ended >= TOO_FEW
            else tr.n("{n} request that ended", "{n} requests that ended", ended),
        ),
    )


def _share(part: int, whole: int, tr: Translator) -> str:
    return tr.percent(part / whole) if whole >= TOO_FEW else tr("too few to say")


def _within(found: Numbers, tr: Translator) -> str:
    """Whether more or fewer are closed within 30 days, beyond what chance explains."""
    now, before = found["wait"], found["compare"]["wait"]
    enough = min(now["n"], before["n"]) >= TOO_FEW
    if not enough or not (now["closed_within_observed"]["30"] and before["closed_within_observed"]["30"]):
        return ""
    low, high = "closed_within_low", "closed_within_high"
    if now[low]["30"] > before[high]["30"]:
        return tr("▲ more")
    return tr("▼ fewer") if now[high]["30"] < before[low]["30"] else tr("no clear difference")
