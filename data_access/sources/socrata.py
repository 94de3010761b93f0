"""Socrata portals (SODA 2.1): pages of CSV by the row's own id, so that rows that come and go make no other be missed."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet
from data_access.sources.asked_ids import batches, id_column
from data_access.sources.base import Ask, Page, WholeFile
from data_access.sources.csv_text import read_csv
from data_access.sources.http import Answer, Door
from data_access.sources.marks import Wanted, wanted, watched, write_mark
from data_access.sources.refusals import given_up
from data_access.sources.retries import ATTEMPTS, Unreadable
from data_access.sources.soundness import need_sound

PAGE_ROWS = 50_000
ROW_ID = ":id"
PLAIN_NAME = re.compile(r":?@?[a-z_][a-z0-9_]*")


class Socrata:
    """Reads the data sets of one Socrata portal.

    System columns (':id', ':updated_at', computed regions) are left out of the rows unless a schema names them: they
    change when a portal publishes the same rows again.
    """

    def __init__(self, city: City, door: Door, now: datetime) -> None:
        self._city = city
        self._door = door
        self._now = now
        self._named = {name for schema in city.schemas.values() for name in schema.columns.values()}

    def mark(self, data_set: DataSet) -> str | None:
        """The newest time of each column that tells changes."""
        columns = watched(data_set)
        if not columns:
            return None
        asked = {"$select": ", ".join(f"max({quoted(name)})" for name in columns)}
        if data_set.where:
            asked["$where"] = data_set.where
        values = self._one_line(data_set, asked, len(columns))
        return write_mark(dict(zip(columns, values, strict=True)), self._now, self._city)

    def whole(self, data_set: DataSet, ask: Ask) -> bool:
        """Only what was asked without mark and days is all that there is."""
        del data_set
        return ask.whole

    def can_narrow(self, data_set: DataSet) -> bool:
        """Always."""
        del data_set
        return True

    def is_unchanged(self, data_set: DataSet, ask: Ask, mark: str | None) -> bool:
        """Never: rows that were created lately are read again whatever the mark."""
        del data_set, ask, mark
        return False

    def has_changed(self, data_set: DataSet, mark: str | None) -> bool:
        """Whether the mark is another now."""
        return self.mark(data_set) != mark

    def pages(self, data_set: DataSet, ask: Ask, cursor: str | None, folder: Path) -> Generator[Page | WholeFile]:
        """The wanted rows in the order of their ids, and behind them those that were open.

        The cursor is a question, the last id of a page, the number of its rows so far and of those announced.
        """
        del folder
        questions = [condition(wanted(data_set, ask, self._city), data_set.where), *self._of_open(data_set, ask)]
        begun, last, done, total = json.loads(cursor) if cursor else (0, "", 0, None)
        for place in range(begun, len(questions)):
            yield from self._answers(data_set, questions[place], place, last, done, total, len(ask.open_ids))
            last, done, total = "", 0, None

    def _answers(
        self, data_set: DataSet, where: str, question: int, last: str, done: int, announced: int | None, further: int
    ) -> Generator[Page]:
        """The rows of one question. Raises Replaced if the first one's are not all there in the end."""
        total = self._count(data_set, where, "") if announced is None else announced
        before: frozenset[str] = frozenset()
        idle = 0
        while True:
            page = self._page(data_set, where, last)
            ids = [row[page.header.index(ROW_ID)] for row in page.rows]
            fresh = {one: row for one, row in zip(ids, page.rows, strict=True) if one not in before}
            if fresh:
                # every row up to a page's greatest id is in it, so that none is lost by going on behind its last one,
                # even if the portal has mixed them up: some of them then come again
                before, last, done, idle = frozenset(ids), ids[-1], done + len(fresh), 0
                now, in_all = json.dumps([question, last, done, total]), max(total, done) + further
                yield self._shown(Page(page.header, list(fresh.values()), now, None if question else in_all, share=1.0))
                continue
            idle += 1
            if ids:
                last = ids[-1] if idle > 1 else last
            elif not self._count(data_set, where, last):
                if not question:
                    need_sound(self._city, data_set, done, total, self._count(data_set, where, ""))
                return
            if idle == ATTEMPTS:
                raise given_up(self._city, data_set, idle, "has more rows but does not give them")

    def _of_open(self, data_set: DataSet, ask: Ask) -> list[str]:
        """Conditions for the rows that were open; none where the city's file does not tell the column of their ids."""
        column = id_column(data_set, self._city)
        if not column:
            return []
        further = f"({data_set.where}) AND " if data_set.where else ""
        named = batches(literal(one) for one in ask.open_ids)
        return [f"{further}{quoted(column)} IN ({', '.join(batch)})" for batch in named]

    def _page(self, data_set: DataSet, where: str, last: str) -> Page:
        asked = {"$select": ":*, *", "$order": ROW_ID, "$limit": str(self._city.source.page_rows or PAGE_ROWS)}
        if after := _both(where, last):
            asked["$where"] = after

        def read(answer: Answer) -> Page:
            header, rows = read_csv(answer)
            if ROW_ID not in header:
                raise Unreadable("did not give the ids of its rows, without which no page can follow another")
            return Page(header, rows, "")

        return self._door.ask(data_set, f"resource/{data_set.id}.csv", asked, read)

    def _shown(self, page: Page) -> Page:
        kept = [i for i, name in enumerate(page.header) if not name.startswith(":") or name in self._named]
        rows = [[row[i] for i in kept] for row in page.rows]
        return replace(page, header=tuple(page.header[i] for i in kept), rows=rows)

    def _count(self, data_set: DataSet, where: str, last: str) -> int:
        asked = {"$select": "count(*)"}
        if after := _both(where, last):
            asked["$where"] = after
        (text,) = self._one_line(data_set, asked, 1, counting=True)
        return int(text)

    def _one_line(
        self, data_set: DataSet, asked: dict[str, str], columns: int, *, counting: bool = False
    ) -> Sequence[str]:
        def read(answer: Answer) -> Sequence[str]:
            _, rows = read_csv(answer)
            # the only column of one line may be empty, and then the line is
            line = rows[0] if rows else [""] * answer.body.count(b"\n\n")
            if len(line) != columns or (counting and not line[0].isdigit()):
                raise Unreadable("did not answer what was asked")
            return line

        return self._door.ask(data_set, f"resource/{data_set.id}.csv", asked, read)


def condition(rows: Wanted, further: str = "") -> str:
    """The SoQL condition of the wanted rows; '' for all of them."""
    parts = [f"({further})"] if further else []
    if rows.first:
        parts.append(f"{quoted(rows.created)} >= {literal(_midnight(rows.first))}")
    if rows.last:
        parts.append(f"{quoted(rows.created)} < {literal(_midnight(rows.last + timedelta(days=1)))}")
    if rows.news:
        news = [
            f"{quoted(name)} > {literal(text)}" if text else f"{quoted(name)} IS NOT NULL"
            for name, text in rows.news.items()
        ]
        if rows.reread_from:
            news.append(f"{quoted(rows.created)} >= {literal(_midnight(rows.reread_from))}")
        parts.append(f"({' OR '.join(news)})")
    return " AND ".join(parts)


def literal(text: str) -> str:
    """A text in SoQL: quotes within it are doubled."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A column's name in SoQL. Raises SourceError for one that no portal can have."""
    if PLAIN_NAME.fullmatch(name):
        return name
    if "`" in name:
        raise SourceError(f"'{name}' is not the name of a column; mend the city's file.")
    return f"`{name}`"


def _both(where: str, last: str) -> str:
    after = f"{ROW_ID} > {literal(last)}" if last else ""
    return f"({where}) AND {after}" if where and after else where or after


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00.000"
