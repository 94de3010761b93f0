"""The command line's part about cities: which there are, how one is read, and a dry run of its file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from dashboard import console
from dashboard.domain.errors import SourceError
from dashboard.settings import Settings, load
from data_access.check.checking import ROWS, check_file
from data_access.check.first_page import first_page, sets_to_check
from data_access.check.in_words import in_words
from data_access.check.report import Report
from data_access.city import City, city_files, load_city, read_city_file
from data_access.store.published import Published
from data_access.yearly import remembered

cities = typer.Typer(no_args_is_help=True, help="The cities that are configured.")


@cities.command("list")
def cities_list() -> None:
    """List the cities that are configured and what is published of them.

    Example: fixedyet cities list
    """
    settings = load()
    published = Published(settings.data_dir)
    there = published.cities()
    for name in city_files(settings.city_folders):
        city = load_city(name, settings.city_folders)
        state = "not published"
        if name in there:
            with published.open(name) as snapshot:
                state = f"{snapshot.rows} rows, requests {snapshot.data_from} to {snapshot.data_to}"
        typer.echo(f"{name:<16} {city.name}: {state}")


@cities.command("show")
def cities_show(city: Annotated[str, typer.Argument(help="The city's id, or the path of its file.")]) -> None:
    """Show how a city is read.

    Example: fixedyet cities show boston
    """
    settings = load()
    found = _city(city, settings)
    typer.echo(f"{found.name} ({found.time_zone}), checked {found.checked}")
    typer.echo(f"  {found.source.name}, {found.source.licence}")
    _show_data_sets(found, settings)
    for name, schema in found.schemas.items():
        typer.echo(f"  columns of {name}:")
        for field, column in schema.columns.items():
            typer.echo(f"    {field:<16} {column}")
    for table in ("status", "department", "origin", "channel_group", "duplicate", "outcome"):
        typer.echo(f"  {table}: {len(getattr(found.rules, table))} rules")


@cities.command("check")
def cities_check(
    city: Annotated[str, typer.Argument(help="The city's id, or the path of its file.")],
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", help="A file of rows (.csv, .csv.gz, .zip, .parquet; - for standard input); none: the portal."
        ),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="How many of the first rows to read.")] = ROWS,
    data_set: Annotated[
        str, typer.Option("--data-set", help="Of the portal, the id of the data set; none: one for each schema.")
    ] = "",
) -> None:
    """Read a city's first rows with its file, tell what would become of them, and propose what the file may lack.

    Nothing is stored and nothing changes. Exit 1 if a sync would refuse the rows.

    Example: fixedyet cities check boston --from requests-2015.csv.gz
    """
    settings = load()
    found = _city(city, settings)
    problems: list[str] = []
    with console.progress() as tell:
        for report in _reports(found, source, rows, data_set, settings, tell):
            for line in in_words(report):
                typer.echo(line)
            problems += [report.problem] if report.problem else []
    if problems:
        raise SourceError(problems[0])


def _show_data_sets(city: City, settings: Settings) -> None:
    found = remembered(settings.data_dir / city.id, city)
    for each in found:
        typer.echo(f"  data set {each.id}, {each.name}: found in the portal's list")
    for each in city.source.data_sets:
        days = " to ".join(str(day) for day in (each.first, each.last) if day)
        typer.echo(
            f"  data set {each.id or city.source.portal}{', ' * bool(each.name)}{each.name}{': ' * bool(days)}{days}"
        )
    for each in city.source.yearly:
        typer.echo(f"  each sync looks for later years in the portal's list by '{each.name}'")


def _reports(
    city: City, source: Path | None, rows: int, data_set: str, settings: Settings, tell: console.Tell
) -> Iterator[Report]:
    if source is not None:
        yield check_file(city, source, rows=rows, progress=lambda share: tell(f"Checking {source.name}", share))
        return
    for each in sets_to_check(city, data_set):
        name = f"Reading {each.name or each.id or city.source.name}"
        tell(name, 0.0)
        with tempfile.TemporaryDirectory(prefix="fixedyet-") as folder:
            page = first_page(city, each, Path(folder), rows=rows, token=settings.socrata_token)
            tell(name, 1.0)
            yield check_file(city, page, rows=rows, schema=each.schema_name, member=each.member)


def _city(name: str, settings: Settings) -> City:
    """A city by its id or by the path of its file."""
    return read_city_file(Path(name)) if name.endswith(".toml") else load_city(name, settings.city_folders)
