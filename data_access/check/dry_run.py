"""A file's first rows through the very statements of a sync, in a work file that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Table,
    TableClause,
    Text,
    column,
    insert,
    literal,
    null,
    select,
    table,
)

from dashboard.domain.errors import SourceError
from data_access import drift, staging
from data_access.city import City
from data_access.columns import ByHeader
from data_access.ingest import Load, ingest
from data_access.normalise import texts
from data_access.schema_match import Match, match_schema
from data_access.sources.files import PlainFile
from data_access.sources.repair import repaired
from data_access.store.engines import duckdb
from data_access.store.work import load_zone, work_file

LINES = "lines_as_read"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a dry run leaves for questions: the temporary tables of the sync, and `checked`, the texts of its fields.

    `checked` has the columns row, one a field, and their lower-case ones; `staged` has row and c0, c1, ... as read.
    `problem` is the sentence for which a sync would refuse the file.
    """

    connection: Connection
    city: City
    file: PlainFile
    whole: bool
    match: Match
    load: Load
    problem: str
    checked: Table


@contextmanager
def dry_run(city: City, file: PlainFile, *, rows: int, now: int, schema: str = "") -> Generator[Trial]:
    """Read the first rows of a file into a work file of their own. Raises SourceError if no schema fits its columns."""
    match = match_schema(file.name, file.header, city, schema)
    with tempfile.TemporaryDirectory(prefix="fixedyet-") as folder:
        first, whole = first_rows(file, rows, Path(folder) / "first.csv")
        with work_file(Path(folder)) as connection:
            load_zone(connection, city, now)
            for tables in (staging.temporary, staging.seen.metadata, drift.known_values.metadata):
                duckdb.create_tables(connection, tables)
            load, problem = Load(1, now, Path(folder), is_trial=True), ""
            with repaired(first, match.schema) as (mended, n_repaired):
                try:
                    ingest(connection, mended, city, load, schema=match.name)
                except SourceError as error:
                    if error.__cause__ is not None:  # the engine itself gave up: there is nothing to ask it about
                        raise
                    problem = str(error)
                load.repaired = n_repaired
                # what was read is read again from where it lies: the sync's own mended copy is gone
                duckdb.load_csv(connection, mended.path, len(mended.header), mended.delimiter)
                checked = _checked(connection, mended, city, match, now)
            yield Trial(connection, city, first, whole, match, load, problem, checked)


def first_rows(file: PlainFile, rows: int, path: Path) -> tuple[PlainFile, bool]:
    """A file with a file's header and first rows, and whether these are all; a row ends where no quote is open."""
    left, quoted, last = rows + 1, False, b""
    with file.path.open("rb") as stream, path.open("wb") as out:
        for line in stream:
            if not left:
                return replace(file, path=path, ends_with_newline=True), False
            out.write(line)
            quoted ^= bool(line.count(b'"') % 2)
            left -= not quoted
            last = line
    return replace(file, path=path, ends_with_newline=last.endswith(b"\n")), True


def _checked(connection: Connection, file: PlainFile, city: City, match: Match, now: int) -> Table:
    duckdb.number_lines(connection, LINES)
    staged = staged_table(file)
    raw = ByHeader({name: staged.c[f"c{place}"] for place, name in enumerate(file.header)})
    kept = (staged.c.row, null().label("request_id"), literal(now).label("read_at"))
    found = texts(staged, raw, match.schema, city, *kept)
    names = [each.name for each in found.c if each.name not in ("row", "request_id", "read_at")]
    checked = Table(
        "checked",
        MetaData(),
        Column("row", BigInteger),
        *(Column(name, Text) for name in names),
        prefixes=["TEMPORARY"],
    )
    duckdb.create_tables(connection, checked.metadata)
    names = ["row", *names]
    connection.execute(insert(checked).from_select(names, select(*(found.c[name] for name in names))))
    return checked


def staged_table(file: PlainFile) -> TableClause:
    """The table of the rows as read."""
    return table(LINES, column("row"), *(column(f"c{place}", Text) for place in range(len(file.header))))
