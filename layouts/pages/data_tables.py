"""Tables of the data page about the rows themselves: unreadable ones, flags, what is left out, names as given and as shown."""

from __future__ import annotations

from datetime import date

from dashboard.domain.targets import categories_of, of_category
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.content import Cell, Column, Link, PageData, Table
from layouts.quality_words import FLAG_WORDS, LEFT_OUT_WORDS, QUARANTINE_WORDS, in_words
from layouts.target_words import length

MAPPED = ("department", "category")
ANY_TEXT = "…"
"""Stands in a pattern for whatever the source writes there."""
MOST_NAMES = 500
"""A table of names ends here; the API has all."""


def quarantine_tables(data: PageData, tr: Translator) -> tuple[Table, ...]:
    """How many rows could not be read, by reason; and when which were first seen, of which department."""
    reasons = data.quality["quarantine"]
    unread = sum(row["n"] for row in reasons)
    note = tr(
        "They are in no number of this site: {share} of all rows that were read.",
        share=tr.percent(unread / (unread + data.city.rows), 2) if unread else tr.percent(0),
    )
    in_all = Table(
        "quarantine",
        tr("Rows that could not be read"),
        (Column(tr("Why"), numeric=False), Column(tr("Rows"))),
        tuple((in_words(QUARANTINE_WORDS, row["reason"], tr, row["words"]), tr.number(row["n"])) for row in reasons),
        note if reasons else "",
        empty=tr("Every row could be read."),
    )
    details = data.quality["quarantine_by_department"]
    if not details:
        return (in_all,)
    ordered = sorted(details, key=lambda row: (row["day"], row["n"]), reverse=True)[:MOST_NAMES]
    columns = (Column(tr("First seen"), numeric=False), Column(tr("Why"), numeric=False))
    return (
        in_all,
        Table(
            "quarantine-details",
            tr("Rows that could not be read, by day and department"),
            (*columns, Column(tr("Department"), numeric=False), Column(tr("Rows"))),
            tuple(
                (
                    tr.date(date.fromisoformat(row["day"])),
                    in_words(QUARANTINE_WORDS, row["reason"], tr),
                    words.value_name("department", row["department"], data.city, tr),
                    tr.number(row["n"]),
                )
                for row in ordered
            ),
            folded=tr.n("Show {n} row", "Show {n} rows", len(ordered)),
        ),
    )


def flag_tables(data: PageData, tr: Translator) -> tuple[Table, ...]:
    """How many rows have each flag, in all and by department."""
    found = [row for row in data.quality["flags"] if row["n"]]
    by_department = data.quality["flags_by_department"]
    in_all = Table(
        "flags",
        tr("What is odd in the rows"),
        (Column(tr("What"), numeric=False), Column(tr("Rows")), Column(tr("Share"))),
        tuple(
            (in_words(FLAG_WORDS, row["flag"], tr), tr.number(row["n"]), tr.percent(row["share"] or 0.0, 1))
            for row in found
        ),
        tr("A flagged row is kept and counted, never silently changed."),
        empty=tr("Nothing odd was found."),
    )
    if not by_department:
        return (in_all,)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            words.value_name("department", row["department"], data.city, tr),
            in_words(FLAG_WORDS, row["flag"], tr),
            tr.number(row["n"]),
        )
        for row in sorted(by_department, key=lambda row: (row["department"], -row["n"]))
    )
    columns = (Column(tr("Department"), numeric=False), Column(tr("What"), numeric=False), Column(tr("Rows")))
    folded = tr.n("Show {n} row", "Show {n} rows", len(rows))
    return (in_all, Table("flags-by-department", tr("What is odd, by department"), columns, rows, folded=folded))


def left_out_table(data: PageData, tr: Translator) -> Table:
    """What the default view leaves out of the whole store."""
    return Table(
        "left-out",
        tr("What the default view leaves out"),
        (Column(tr("What"), numeric=False), Column(tr("Requests"))),
        tuple(
            (in_words(LEFT_OUT_WORDS, name, tr), tr.number(n))
            for name, n in data.quality["left_out"].items()
            if n is not None
        ),
        tr("“Whose requests” above brings the first two back."),
    )


def mapping_tables(data: PageData, tr: Translator) -> tuple[Table, ...]:
    """Each name of the source, in the words of the city's file, and as it is shown here."""
    return tuple(table for field in MAPPED if (table := _mapping(data, field, tr)) is not None)


def _mapping(data: PageData, field: str, tr: Translator) -> Table | None:
    rows = [row for row in data.quality["mappings"] if row["field"] == field]
    if not rows:
        return None
    ordered = sorted(rows, key=lambda row: (row["shown"] == row["given"], -row["n"], row["given"]))
    changed = sum(row["shown"] != row["given"] for row in rows)
    note = tr.n(
        "{n} name or pattern of the city's file is shown otherwise than it is written; it stands first.",
        "{n} names and patterns of the city's file are shown otherwise than they are written; they stand first.",
        changed,
    )
    if any(ANY_TEXT in row["given"] for row in rows):
        note += " " + tr("“…” stands for any text: the source's own names may tell who works there.")
    if len(ordered) > MOST_NAMES:
        note += " " + tr("The first {n} rows; the programming interface has all.", n=tr.number(MOST_NAMES))
    return Table(
        f"mapping-{field}",
        tr(
            "Names in the words of the city's file, and as they are shown: {field}",
            field=words.field_name(field, data.city, tr),
        ),
        (
            Column(tr("In the words of the city's file"), numeric=False),
            Column(tr("As shown"), numeric=False),
            Column(tr("Rows")),
        ),
        tuple(
            (
                row["given"] or tr("nothing"),
                words.value_name(field, row["shown"], data.city, tr) if row["shown"] else tr("nothing"),
                tr.number(row["n"]),
            )
            for row in ordered[:MOST_NAMES]
        ),
        note,
        folded=tr.n("Show {n} name", "Show {n} names", min(len(ordered), MOST_NAMES)),
    )


def target_tables(data: PageData, tr: Translator) -> tuple[Table, ...]:
    """The targets that stand beside the rows: of which problem, how long, since when, and where the city says so."""
    targets = data.city.targets
    if not targets:
        return ()
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            category,
            length(target, tr),
            tr.date(target.valid_from),
            Link(tr("The city's page"), target.source_url),
        )
        for category in categories_of(targets)
        for target in reversed(of_category(targets, category))
    )
    return (
        Table(
            "targets",
            tr("Targets that the city publishes beside its rows"),
            (
                Column(words.field_name("category", data.city, tr), numeric=False),
                Column(tr("Target"), numeric=False),
                Column(tr("For requests made from"), numeric=False),
                Column(tr("Source"), numeric=False),
            ),
            rows,
            tr(
                "They count only where the row itself has no due time, and end with their last day. "
                "Business days leave out Saturdays, Sundays and holidays."
            ),
        ),
    )
