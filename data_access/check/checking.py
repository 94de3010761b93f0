"""The dry run of a city file: what it makes of some rows, what it would refuse, and what it may want to say besides."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from dashboard.domain.errors import SourceError
from dashboard.domain.request import Flag
from data_access.check.columns_seen import mappings, refused, times, unmapped, unused
from data_access.check.dry_run import Trial, dry_run
from data_access.check.proposals import proposals
from data_access.check.report import Report
from data_access.check.rule_matches import rule_tables
from data_access.city import City
from data_access.columns import mapped_headers
from data_access.sources.files import PlainFile, Progress, plain_file
from data_access.staging import Counts, fresh

ROWS = 20_000


def check_file(
    city: City,
    path: Path,
    *,
    rows: int = ROWS,
    schema: str = "",
    member: str = "",
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read the first rows of a file with a city's map and tell what would become of them; nothing is kept.

    Raises SourceError if the file cannot be read at all; what a sync would refuse it for is the report's `problem`.
    """
    moment = int((now or datetime.now(UTC)).timestamp())
    with plain_file(path, progress, member) as file:
        others = _lacking(city, file)
        try:
            with dry_run(city, file, rows=rows, now=moment, schema=schema) as trial:
                return _report(trial, file.name, tuple(each for each in others if each[0] != trial.match.name))
        except SourceError as error:
            if error.__cause__ is not None:
                raise
            return Report(file.name, 0, False, "", others, Counts(), 0, problem=str(error), unused=file.header)


def _report(trial: Trial, name: str, others: tuple[tuple[str, tuple[str, ...]], ...]) -> Report:
    rows = trial.connection.scalar(select(func.count()).select_from(fresh)) or 0
    return Report(
        file=name,
        rows=int(rows),
        whole=trial.whole,
        schema=trial.match.name,
        other_schemas=others,
        counts=trial.load.counts,
        repaired=trial.load.repaired,
        problem=trial.problem,
        mappings=mappings(trial),
        vanished=trial.match.vanished,
        unused=unused(trial),
        unmapped=unmapped(trial.match.schema),
        refused=refused(trial),
        rules=rule_tables(trial),
        times=times(trial),
        flags=_flags(trial),
        proposals=proposals(trial),
    )


def _lacking(city: City, file: PlainFile) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each schema, and the columns that it reads and the file lacks."""
    have = {name.casefold() for name in file.header}
    return tuple(
        (name, tuple(each for each in mapped_headers(schema) if each.casefold() not in have))
        for name, schema in city.schemas.items()
    )


def _flags(trial: Trial) -> tuple[tuple[str, int], ...]:
    counts = [func.count().filter(fresh.c.flags.op("&")(flag.bit) != 0) for flag in Flag]
    row = trial.connection.execute(select(*counts)).one()
    return tuple((flag.value, int(n)) for flag, n in zip(Flag, row, strict=True) if n)
