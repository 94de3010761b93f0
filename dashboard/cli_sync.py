"""The command line's syncs: of files, of a portal, of all portals, and again every so often."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from dashboard import cli_csv, console
from dashboard.domain.errors import FixedYetError, SourceError
from dashboard.domain.request import NONE_NAME
from dashboard.settings import Settings, load
from data_access import drift
from data_access.city import AreaKind, City, load_city
from data_access.portal_sync import sync_city
from data_access.queries.area_checks import area_names, checks
from data_access.schedule import cities_to_sync, interval, repeat, sync_each
from data_access.store.published import Published
from data_access.sync import SyncResult, sync_files

COUNTED = ("read", "stored", "updated", "unchanged", "quarantined", "removed")
SHOWN_DRIFT = 10
DRIFT_WORDS = {
    "new_column": "new column",
    "vanished_column": "column that is gone",
    "status_without_rule": "status without a rule",
    "new_value": "new value",
    "new_data_set": "new data set",
    "vanished_data_set": "data set that is listed no more",
    "changed_while_read": "rows changed while reading, so nothing was removed,",
    "listing_failed": "the list of data sets could not be read",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options of a sync say."""

    full: bool = False
    allow_removal: bool = False
    since: date | None = None
    until: date | None = None
    data_through: str = ""
    as_json: bool = False


def sync(
    city: Annotated[str, typer.Argument(help="The city's id, for example boston; none with --all.")] = "",
    source: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="A file of rows (.csv, .csv.gz, .zip, .parquet; - for standard input); may repeat. "
            "Without it the city's portal is read.",
        ),
    ] = None,
    since: Annotated[str, typer.Option(help="Of a portal, only requests made on or after this day.")] = "",
    until: Annotated[str, typer.Option(help="Of a portal, only requests made on or before this day.")] = "",
    full: Annotated[
        bool, typer.Option("--full", help="Read everything, and remove what the portal or the files no longer hold.")
    ] = False,
    allow_removal: Annotated[
        bool, typer.Option("--allow-removal", help="Remove them even if they are more than a fifth of what is stored.")
    ] = False,
    data_through: Annotated[
        str,
        typer.Option(
            "--data-through", help="Local time up to which closings are known, for example 2016-01-12T22:22:40."
        ),
    ] = "",
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Every city with a portal that was synced into this data folder before; at first, every one that has a portal.",
        ),
    ] = False,
    every: Annotated[str, typer.Option(help="Go on forever: again every so often, as in 30m, 6h or 1d.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")] = False,
    column: cli_csv.ColumnOption = None,
    time_format: cli_csv.TimeFormatOption = None,
    time_zone: cli_csv.TimeZoneOption = "",
    name: cli_csv.NameOption = "",
    print_city: cli_csv.PrintCityOption = False,
) -> None:
    """Read a city's requests, from its portal or from files, and publish them. Only what has changed is read again.

    Example: fixedyet sync boston

    Example: fixedyet sync boston --from requests-2015.csv.gz

    Example: fixedyet sync --all --every 6h

    The city 'csv' is a quick look at any file, whose columns are named here:

    Example: fixedyet sync csv --from rows.csv --column created_at="Date Opened" --time-zone America/New_York
    """
    settings = load()
    wanted = Wanted(full, allow_removal, _day(since, "--since"), _day(until, "--until"), data_through, as_json)
    _check_together(city, source, wanted, everything=everything, every=every)
    wished = cli_csv.wish(city, column, time_format, time_zone, name, print_city=print_city)
    if wished is not None:
        with cli_csv.files_on_disk(source) as files:
            made = cli_csv.quick_city(files, wished, settings.data_dir, print_city=print_city, quiet=as_json)
            if made is not None:
                _sync_files(made, files, settings, wanted)
    elif source:
        _sync_files(load_city(city, settings.city_folders), source, settings, wanted)
    elif every:
        _sync_again_and_again(city, settings, wanted, every)
    elif everything:
        _sync_all(settings, wanted)
    else:
        _sync_portal(load_city(city, settings.city_folders), settings, wanted)


def print_result(result: SyncResult, city: str, as_json: bool) -> None:
    """What a sync did; its last line is a contract."""
    counts = {name: getattr(result.counts, name) for name in COUNTED}
    if as_json:
        about = {"version": result.version, "published": result.published, "seconds": round(result.seconds, 1)}
        found = {"repaired": result.repaired, "drift": list(result.drift)}
        typer.echo(json.dumps({"city": city, **counts, **about, **found}))
        return
    if result.repaired:
        typer.echo(f"{result.repaired} broken lines were put together again.")
    _print_drift(result)
    typer.echo(
        f"Version {result.version} is published."
        if result.published
        else "Nothing has changed; readers see what they saw."
    )
    typer.echo(f"{', '.join(f'{name} {n}' for name, n in counts.items())} ({result.seconds:.1f} s)")


def print_areas(data_dir: Path, city: City, kinds: Sequence[AreaKind] = ()) -> None:
    """How well the published boundaries fit the requests; of some kinds also the names that do not meet."""
    with Published(data_dir).open(city.id) as snapshot:
        for kind in kinds:
            drawn = area_names(snapshot, kind)
            in_rows = set(snapshot.options.fields[kind].names) - {NONE_NAME}
            for text, only in (("no area for", in_rows - drawn), ("no rows in", drawn - in_rows)):
                if only:
                    typer.echo(f"{text}: {', '.join(sorted(only))}")
        for check in checks(snapshot):
            if not kinds or check.kind in kinds:
                typer.echo(check.sentence(city.areas[check.kind].name))


def _check_together(city: str, source: list[Path] | None, wanted: Wanted, *, everything: bool, every: str) -> None:
    """Exit 2 with a sentence where options do not go together."""
    if everything == bool(city):
        raise typer.BadParameter("name a city, as in 'fixedyet sync CITY', or say --all, not both")
    if source and (everything or every):
        raise typer.BadParameter("--from is for one city and one time; leave out --all and --every")
    if source and (wanted.since or wanted.until):
        raise typer.BadParameter("--since and --until narrow what a portal is asked for; files are read whole")
    if wanted.since and wanted.until and wanted.since > wanted.until:
        raise typer.BadParameter("--since is later than --until")
    if every and (wanted.since or wanted.until or wanted.allow_removal):
        raise typer.BadParameter("--since, --until and --allow-removal are for one time; leave out --every")
    if (everything or every) and wanted.data_through:
        raise typer.BadParameter("--data-through is for one city and one time; leave out --all and --every")


def _sync_files(city: City, files: list[Path], settings: Settings, wanted: Wanted) -> None:
    through = _moment(wanted.data_through, city)
    with console.progress(quiet=wanted.as_json) as tell:
        result = sync_files(
            city,
            files,
            settings.data_dir,
            full=wanted.full,
            allow_removal=wanted.allow_removal,
            data_through=through,
            progress=tell,
        )
    _tell(city, result, settings, wanted)


def _sync_portal(city: City, settings: Settings, wanted: Wanted) -> None:
    with console.progress(quiet=wanted.as_json) as tell:
        result = sync_city(
            city,
            settings.data_dir,
            full=wanted.full,
            allow_removal=wanted.allow_removal,
            since=wanted.since,
            until=wanted.until,
            data_through=_moment(wanted.data_through, city),
            token=settings.socrata_token,
            progress=tell,
        )
    _tell(city, result, settings, wanted)


def _sync_all(settings: Settings, wanted: Wanted) -> None:
    failed = _sync_each(cities_to_sync(settings.data_dir, settings.city_folders), settings, wanted)
    if failed:
        raise SourceError(f"The sync of {', '.join(failed)} failed, as said above; the others are done.")


def _sync_again_and_again(city: str, settings: Settings, wanted: Wanted, every: str) -> None:
    try:
        length = interval(every)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--every") from None
    if city and not load_city(city, settings.city_folders).source.has_portal:
        raise SourceError(f"{city} has no portal that could be read again and again; give files with --from.")

    def once() -> None:
        try:
            cities = [city] if city else cities_to_sync(settings.data_dir, settings.city_folders)
            failed = _sync_each(cities, settings, wanted)
        except (
            FixedYetError
        ) as error:  # a city file that cannot be read at this moment may be mended until the next time
            logging.error("%s", error)
            failed = []
        said = f"{len(failed)} failed; " if failed else ""
        typer.echo(f"{said}the next sync begins in {every}.", err=True)

    repeat(once, length)


def _sync_each(cities: Sequence[str], settings: Settings, wanted: Wanted) -> list[str]:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # each call is kept with the run

    def one(city: City) -> None:
        if not wanted.as_json:
            typer.echo(f"{city.name}:")
        _sync_portal(city, settings, wanted)

    return sync_each(cities, settings.city_folders, one)


def _tell(city: City, result: SyncResult, settings: Settings, wanted: Wanted) -> None:
    if result.published and not wanted.as_json:
        print_areas(settings.data_dir, city)
    print_result(result, city.id, wanted.as_json)


def _print_drift(result: SyncResult) -> None:
    for found in result.drift[:SHOWN_DRIFT]:
        rows = f" ({found['n']} rows)" if found["kind"] in drift.COUNTED else ""
        typer.echo(f"{DRIFT_WORDS[str(found['kind'])]} in {found['field']}: {found['value']!r}{rows}")
    if len(result.drift) > SHOWN_DRIFT:
        typer.echo(f"and {len(result.drift) - SHOWN_DRIFT} more; see the page /data")


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter("give a day such as 2026-01-31", param_hint=option) from None


def _moment(text: str, city: City) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("give a time such as 2016-01-12T22:22:40", param_hint="--data-through") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=city.zone)
