"""A dry run's report as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from data_access.check.report import Report, RuleTable, TimeColumn


def in_words(report: Report) -> Iterator[str]:
    """The report, line by line."""
    yield from _file(report)
    if report.rows:
        yield from _columns(report)
        yield from _times(report.times)
        yield from _rules(report.rules)
        yield from _dropped(report)
        yield from _proposals(report)


def _file(report: Report) -> Iterator[str]:
    if report.schema:
        yield f"{report.file}: {'all' if report.whole else 'the first'} {report.rows:,} rows, read as '{report.schema}'"
    else:
        yield f"{report.file}: no schema fits its columns"
        yield f"  its columns: {', '.join(report.unused)}"
    for name, lacking in report.other_schemas:
        more = f" and {len(lacking) - 6} more" if len(lacking) > 6 else ""
        yield f"  not as '{name}'" + (
            f", for it lacks {', '.join(lacking[:6])}{more}" if lacking else ", which fits less"
        )


def _columns(report: Report) -> Iterator[str]:
    yield ""
    yield "Columns (field <- column, share of rows with a text, first texts after cleaning)"
    for each in report.mappings:
        share = each.filled / report.rows
        yield f"  {each.field:<14} <- {each.column} ({share:.0%}): {_quoted(each.examples)}"
    for label, names in (
        ("missing from the file", report.vanished),
        ("in the file, not read", report.unused),
        ("fields without a column", report.unmapped),
    ):
        if names:
            yield f"  {label}: {', '.join(names)}"


def _times(times: Sequence[TimeColumn]) -> Iterator[str]:
    yield ""
    yield "Times (format: texts read, one before -> after in local time)"
    for column in times:
        yield f"  {column.field} <- {column.column}"
        for each in column.formats:
            yield f"    {each.form}: {each.n:,}, '{each.before}' -> {each.after or 'not used (impossible, or not closed)'}"
        if column.n_unread:
            yield f"    no format reads {column.n_unread:,}: {_quoted(column.unread)}"
        if not column.formats and not column.n_unread:
            yield "    nothing in it"


def _rules(tables: Sequence[RuleTable]) -> Iterator[str]:
    yield ""
    yield "Rules (rows that each decides, and a text)"
    for table in tables:
        if not table.matched:
            yield f"  {table.name}: no rules; {table.otherwise}"
            continue
        yield f"  {table.name}"
        for each in table.matched:
            yield f"    {each.n:>9,}  {each.rule}" + (f", such as '{each.example}'" if each.n else "")
        yield f"    {table.n_unmatched:>9,}  no rule: {table.otherwise}"
        if table.unmatched:
            yield f"    {'':>9}  without a rule: {', '.join(f'{text!r} ({n:,})' for text, n in table.unmatched)}"


def _dropped(report: Report) -> Iterator[str]:
    counts = report.counts
    yield ""
    yield "What a sync would do"
    if report.problem:
        yield f"  refuse the file: {report.problem}"
    else:
        repeated = counts.updated + counts.unchanged
        yield f"  store {counts.stored:,} of {counts.read:,} rows, put {counts.quarantined:,} into the quarantine" + (
            f"; {repeated:,} repeat an id that came before" if repeated else ""
        )
    if report.repaired:
        yield f"  mend {report.repaired:,} broken lines"
    for reason in report.refused:
        yield f"  {reason.n:,} different rows not stored: {reason.reason}"
        yield from (f"    line {line}: {text}" for line, text in reason.examples)
    if report.flags:
        yield f"  mark rows as {', '.join(f'{name} ({n:,})' for name, n in report.flags)}"


def _proposals(report: Report) -> Iterator[str]:
    yield ""
    if not report.proposals:
        yield "Nothing to propose."
        return
    yield "Proposed for the city file (look at each: these are guesses)"
    for each in report.proposals:
        yield f"  # {each.why}"
        yield from (f"  {line}" for line in each.lines)


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts) or "nothing"
