"""The command line's quick look at an unknown file: its options, and the city that is made of them."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dashboard import console
from dashboard.domain.errors import SourceError
from data_access.city import City
from data_access.quick.begin import QUICK_LOOK, begin
from data_access.quick.city_text import city_id, city_text, guesses_in_words
from data_access.quick.columns import parse_columns
from data_access.quick.look import Wish, look_at
from data_access.sources.files import plain_file
from data_access.sources.packed import STDIN, spooled

ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column", help="Of 'sync csv': which column holds a field, as in created_at=\"Date Opened\"; repeats."
    ),
]
TimeFormatOption = Annotated[
    list[str] | None,
    typer.Option("--time-format", help="Of 'sync csv': how times are written, as in '%d/%m/%Y %H:%M'; may repeat."),
]
TimeZoneOption = Annotated[
    str, typer.Option("--time-zone", help="Of 'sync csv': the place's time zone, as in America/New_York.")
]
NameOption = Annotated[str, typer.Option("--name", help="Of 'sync csv': what the place is called.")]
PrintCityOption = Annotated[
    bool, typer.Option("--print-city", help="Of 'sync csv': print the city file that is made, and do nothing else.")
]


def wish(
    city: str,
    columns: Sequence[str] | None,
    time_formats: Sequence[str] | None,
    time_zone: str,
    name: str,
    *,
    print_city: bool,
) -> Wish | None:
    """What the options say; None for a city that has a file of its own. Exit 2 if they are given for one."""
    if city == QUICK_LOOK:
        return Wish(parse_columns(columns or ()), time_formats or (), time_zone, name)
    if columns or time_formats or time_zone or name or print_city:
        raise typer.BadParameter(
            f"--column, --time-format, --time-zone, --name and --print-city are for 'fixedyet sync {QUICK_LOOK}'; "
            f"what {city} looks like is said by its city file."
        )
    return None


@contextmanager
def files_on_disk(files: Sequence[Path] | None) -> Generator[list[Path]]:
    """The given files; standard input as one of them, for it is read twice. Raises SourceError without any."""
    if not files:
        raise SourceError(
            f"Give the file to look at: fixedyet sync {QUICK_LOOK} --from FILE --column created_at=COLUMN."
        )
    with tempfile.TemporaryDirectory(prefix="fixedyet-") as folder:
        yield [spooled(Path(folder)) if path == STDIN else path for path in files]


def quick_city(files: Sequence[Path], wished: Wish, data_dir: Path, *, print_city: bool, quiet: bool) -> City | None:
    """Make the city of a quick look from its first file and tell what was guessed; None where it was only to be printed."""
    with console.progress(quiet=quiet) as tell:
        first = files[0]
        with plain_file(first, lambda share: tell(f"Looking at {first.name}", share)) as file:
            look = look_at(file, wished)
    for line in guesses_in_words(look):
        typer.echo(line, err=print_city or quiet)
    today = datetime.now(UTC).date()
    if print_city:
        typer.echo(city_text(look, city_id(look.name), first.name, today))
        return None
    return begin(data_dir, city_text(look, QUICK_LOOK, first.name, today))
