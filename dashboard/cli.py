"""The command line: sync a city, make the demo city, serve, and ask what is there."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from dashboard import console
from dashboard.cli_bench import bench
from dashboard.cli_cities import cities
from dashboard.cli_publish import publish, publish_outdated
from dashboard.cli_sync import print_areas, print_result, sync
from dashboard.domain.errors import FixedYetError
from dashboard.domain.freshness import is_stale, year_without_source
from dashboard.settings import Settings, load
from data_access.answers.quality import syncs
from data_access.boundaries import import_boundaries, import_from_portal, known_kind, with_portal
from data_access.city import city_files, load_city
from data_access.demo_city import DEMO_CITY, is_made, make_demo_city
from data_access.quarantine import REASONS
from data_access.store.publish import current_version
from data_access.store.published import Published, Snapshot
from data_access.store.run_log import read_log
from data_access.yearly import days_to, remembered

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Fixed Yet? shows how fast a city deals with 311 service requests.",
)
app.command()(sync)
app.command()(publish)
app.add_typer(cities, name="cities")
app.add_typer(bench, name="bench")


def main() -> None:
    """Run the command line; what a person can act on is told in one sentence, exit 1."""
    try:
        app()
    except FixedYetError as error:
        typer.echo(f"fixedyet: {error}", err=True)
        sys.exit(1)


@app.command()
def demo(
    rows: Annotated[int, typer.Option(min=1000, help="How many requests to make up.")] = 420_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same city.")] = 311,
    port: Annotated[int | None, typer.Option(help="Port to serve on (default: FIXEDYET_PORT or 8050).")] = None,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it when it is made.")] = True,
) -> None:
    """Make up the demo city Riverbend and serve it.

    Example: fixedyet demo --port 8051
    """
    settings = load(port=port)
    if is_made(settings.data_dir, rows, seed):
        typer.echo("The demo city is there already.")
    else:
        with console.progress() as tell:
            result = make_demo_city(settings.data_dir, rows=rows, seed=seed, progress=tell)
        print_result(result, DEMO_CITY, as_json=False)
    if serve:
        console.serve(settings)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (default 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Port (default: FIXEDYET_PORT or 8050).")] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes (default: FIXEDYET_WORKERS or 2).")] = None,
) -> None:
    """Serve what is published.

    Example: fixedyet serve --host 0.0.0.0 --port 8080 --workers 4
    """
    settings = load(host=host, port=port, workers=workers)
    publish_outdated(settings)
    console.serve(settings)


@app.command()
def boundaries(
    city: Annotated[str, typer.Argument(help="The city's id.")],
    kind: Annotated[str, typer.Argument(help="district or neighbourhood; none: all that a portal has.")] = "",
    source: Annotated[
        Path | None, typer.Option("--from", help="A GeoJSON file, plain or gzipped; without it the portal is asked.")
    ] = None,
    prop: Annotated[
        str, typer.Option("--property", help="The property that holds the name as the rows write it.")
    ] = "",
    vintage: Annotated[str, typer.Option(help="When the areas of the file were drawn, for example 2013.")] = "",
) -> None:
    """Load the boundaries of a city's areas and publish them.

    Example: fixedyet boundaries boston neighbourhood --from boston.geojson --property name
    """
    settings = load()
    found = load_city(city, settings.city_folders)
    folder = settings.data_dir / city
    if source is None:
        kinds = with_portal(found) if not kind else (known_kind(found, kind),)
        stored = import_from_portal(found, kinds, folder, prop or None, token=settings.socrata_token, publish=True)
    elif not kind:
        raise typer.BadParameter(f"say of which kind the file is: {', '.join(found.areas)}", param_hint="KIND")
    else:
        kinds = (known_kind(found, kind),)
        stored = len(import_boundaries(found, kind, source, folder, prop or None, vintage=vintage, publish=True))
    version = current_version(folder)
    if version:
        print_areas(settings.data_dir, found, kinds)
    typer.echo(
        f"{stored} areas stored; "
        + (f"version {version} is published." if version else "they will be shown after the first sync.")
    )


@app.command()
def runs(city: Annotated[str | None, typer.Argument(help="The city's id; none: all.")] = None) -> None:
    """Show the last syncs.

    Example: fixedyet runs boston
    """
    settings = load()
    published = Published(settings.data_dir)
    for each in [city] if city else published.cities():
        zone = _zone(published, each, settings)
        for run in read_log(settings.data_dir / each)[:20]:
            started = datetime.fromtimestamp(run["started_at"], zone)
            what = run["error"] or (
                f"read {run['read']}, stored {run['stored']}, updated {run['updated']}, unchanged {run['unchanged']}, "
                f"quarantined {run['quarantined']}, removed {run['removed']}"
            )
            typer.echo(f"{each} {run['run']:>4}  {started:%Y-%m-%d %H:%M %Z}  {run['source']}: {what}")


@app.command()
def quality(city: Annotated[str, typer.Argument(help="The city's id.")]) -> None:
    """Show what is odd in a city's rows.

    Example: fixedyet quality boston
    """
    from data_access.queries import quality as queries

    settings = load()
    load_city(city, settings.city_folders)
    with Published(settings.data_dir).open(city) as snapshot:
        typer.echo(
            f"{snapshot.city.name}: {snapshot.rows} rows, version {snapshot.version}, requests {snapshot.data_from} to {snapshot.data_to}, "
            f"closings through {snapshot.data_through_local:%Y-%m-%d %H:%M:%S}"
        )
        flags = queries.flags(snapshot).groupby("flag")["n"].sum()
        for flag, n in flags.items():
            typer.echo(f"  {n:>9}  {flag}")
        for row in queries.quarantine(snapshot).itertuples():
            typer.echo(f"  {row.n:>9}  quarantined: {REASONS[str(row.reason)]}")


@app.command()
def doctor() -> None:
    """Check the set-up and say what to do.

    Example: fixedyet doctor
    """
    settings = load()
    problems = 0
    typer.echo(f"Data folder: {settings.data_dir}")
    parent = next(folder for folder in (settings.data_dir, *settings.data_dir.parents) if folder.exists())
    if not os.access(parent, os.W_OK):
        problems += 1
        typer.echo(f"  {parent} cannot be written to: set FIXEDYET_DATA_DIR to a folder that can.")
    published = Published(settings.data_dir)
    if not published.cities():
        problems += 1
        typer.echo("  No city is published: run 'fixedyet demo' or 'fixedyet sync CITY'.")
    for city in published.cities():
        with published.open(city) as snapshot:
            typer.echo(f"  {city}: version {snapshot.version}, {snapshot.rows} rows, requests to {snapshot.data_to}")
            for trouble in _troubles(snapshot):
                problems += 1
                typer.echo(f"    {trouble}")
    if settings.city and settings.city not in published.cities():
        problems += 1
        typer.echo(f"  FIXEDYET_CITY is '{settings.city}', which is not published.")
    for name in city_files(settings.city_folders):
        load_city(name, settings.city_folders)
    typer.echo("All is well." if not problems else f"{problems} to mend.")
    raise typer.Exit(1 if problems else 0)


def _troubles(snapshot: Snapshot) -> list[str]:
    """What keeps a city's data from being what its portal has: a failing sync, silence, a year that no data set holds."""
    city, told, now = snapshot.city, syncs(snapshot), datetime.now(UTC)
    if city.sample or city.invented or not city.source.has_portal:
        return []
    found: list[str] = []
    if told.failed_since is not None:
        found.append(f"Its syncs have failed since {told.failed_since:%Y-%m-%d %H:%M %Z}: {told.error}")
    if is_stale(snapshot.data_through_local, now, city.source.usual_days, told.last_news):
        found.append(f"Nothing newer than {snapshot.data_to} has come: run 'fixedyet sync {city.id}'.")
    known = days_to(city, remembered(snapshot.folder.parent, city))
    year = year_without_source(known, now.astimezone(city.zone).date())
    if year is not None:
        found.append(f"No data set for {year} is named in {city.id}.toml or listed by its portal: add it to data_sets.")
    return found


def _zone(published: Published, city: str, settings: Settings) -> ZoneInfo:
    """A city's time zone; of a published one also where its file is not in sight."""
    if city in published.cities():
        with published.open(city) as snapshot:
            return snapshot.city.zone
    return load_city(city, settings.city_folders).zone


if __name__ == "__main__":
    main()
