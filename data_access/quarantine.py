"""Rows that cannot be stored: where in the file each stands, why, and its text, kept once however often they come."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, TableClause, case, exists, func, insert, select

from dashboard.domain.errors import SourceError
from data_access.sources.files import PlainFile, blank_lines, ends_with, lines_of_bytes
from data_access.staging import Counts, Incoming, fresh, is_bad
from data_access.store.engines import duckdb
from data_access.store.raw_files import raw_text, texts_of
from data_access.store.tables import quarantine
from data_access.store.work import hash_of

REASONS = {
    "no_request_id": "the row has no request id",
    "no_created_date": "the row has no created date",
    "unreadable_created_date": "the created date cannot be read",
    "wrong_column_count": "the row has too many or too few columns",
    "unreadable_line": "the line cannot be read as CSV",
}


def put_aside(connection: Connection, file: PlainFile, incoming: Incoming, run: int) -> tuple[Counts, Counter[str]]:
    """Put the staged rows that cannot be stored into the quarantine; returns the counts and how often each reason came.

    Raises SourceError if the file is cut off in its last line.
    """
    rejects = [] if incoming.regular else duckdb.rejected_rows(connection)
    lines = list({row["line"]: row for row in rejects}.values())
    if lines and not file.ends_with_newline and ends_with(file.path, lines[-1]["csv_line"] or ""):
        raise SourceError(f"{file.name} is cut off in its last line; download it again. Nothing was changed.")
    rejected = _rejected([(row["line"], row["start"], row["csv_line"] or "") for row in lines], file.path)
    found: list[dict[str, Any]] = []
    for row, place in zip(lines, rejected, strict=True):
        kind = "wrong_column_count" if "COLUMNS" in row["error_type"] else "unreadable_line"
        found.append({"reason": kind, "line": place.line, "raw": place.text, "department": None})
    reason = case(
        (fresh.c.request_id.is_(None), "no_request_id"),
        (fresh.c.has_created == 0, "no_created_date"),
        else_="unreadable_created_date",
    )
    bad = (
        _bad_rows(connection, incoming.rows, reason)
        if connection.scalar(select(exists(select(fresh.c.row).where(is_bad()))))
        else []
    )
    if bad:
        physical = _lines_of(
            [row["row"] for row in bad],
            _newlines_before(connection, incoming.rows, [row["row"] for row in bad]),
            rejected,
            blank_lines(file.path),
        )
        found += [
            {"reason": row["reason"], "line": line, "raw": row["raw"], "department": row["department"]}
            for row, line in zip(bad, physical, strict=True)
        ]
    fresh_rows = _keep_new(connection, found, file, run)
    counts = Counts(read=incoming.n_rows + len(lines), quarantined=len(found), new_in_quarantine=fresh_rows)
    return counts, Counter(row["reason"] for row in found)


def _bad_rows(connection: Connection, rows: TableClause, reason: ColumnElement[str]) -> Sequence[RowMapping]:
    chosen = (
        select(
            (fresh.c.row + 1).label("row"),
            raw_text(texts_of(rows)).label("raw"),
            reason.label("reason"),
            fresh.c.department,
        )
        .join(rows, rows.c.row == fresh.c.row)
        .where(is_bad())
        .order_by(fresh.c.row)
    )
    return connection.execute(chosen).mappings().all()


@dataclass(frozen=True, slots=True)
class _Rejected:
    """A row that is no CSV of the right shape: its number among the lines as the engine counts, its first line, its text."""

    counted: int
    line: int
    text: str


def _rejected(rows: list[tuple[int, int, str]], path: Path) -> list[_Rejected]:
    """Rejected rows from (line, byte, text) as the engine gives them, where blank lines belong to the row after them."""
    texts_only = [raw.lstrip("\n") for _, _, raw in rows]
    starts = [start + len(raw) - len(text) for (_, start, raw), text in zip(rows, texts_only, strict=True)]
    lines = lines_of_bytes(path, starts)
    return [_Rejected(counted, line, text) for (counted, _, _), line, text in zip(rows, lines, texts_only, strict=True)]


def _lines_of(rows: list[int], newlines: dict[int, int], rejected: list[_Rejected], blanks: list[int]) -> list[int]:
    """The line of the file in which each accepted row begins; `rows` ascending, numbered from 1."""
    places = [
        reject.counted - bisect_left(blanks, reject.line) for reject in rejected
    ]  # among all rows, the header first
    found: list[int] = []
    before = breaks = passed = 0
    for row in rows:
        while before < len(places) and places[before] <= row + 1 + before:
            breaks += rejected[before].text.rstrip("\n").count("\n")
            before += 1
        line = 1 + row + before + newlines[row] + breaks
        while passed < len(blanks) and blanks[passed] <= line + passed:
            passed += 1
        found.append(line + passed)
    return found


def _newlines_before(connection: Connection, rows: TableClause, wanted: list[int]) -> dict[int, int]:
    """For each wanted row (from 1), how many line breaks stand inside quoted texts of the rows before it."""
    raw = raw_text(texts_of(rows))
    breaks = func.length(raw) - func.length(func.replace(raw, "\n", ""))
    before = func.sum(breaks).over(order_by=rows.c.row) - breaks
    totals = select((rows.c.row + 1).label("row"), before.label("before")).subquery()
    found = connection.execute(select(totals.c.row, totals.c.before).where(totals.c.row.in_(wanted)))
    return {row: int(before) for row, before in found}


def _keep_new(connection: Connection, found: list[dict[str, Any]], file: PlainFile, run: int) -> int:
    if not found:
        return 0
    for row in found:
        row["hash"] = hash_of(row["raw"] or "")
    known = {tuple(row) for row in connection.execute(select(quarantine.c.hash, quarantine.c.reason))}
    new = {(row["hash"], row["reason"]): row for row in found if (row["hash"], row["reason"]) not in known}
    if new:
        connection.execute(insert(quarantine), [{**row, "file": file.name, "run": run} for row in new.values()])
    return len(new)
