"""Publishing again what is stored: after an update of the program, or when one wants to be sure."""

from __future__ import annotations

from typing import Annotated

import typer

from dashboard import console
from dashboard.domain.errors import FixedYetError, NothingPublished
from dashboard.settings import Settings, load
from data_access.city import load_city
from data_access.store.lock import city_lock
from data_access.store.publish import can_read, current_version
from data_access.store.published import Published
from data_access.store.work import WORK_FILE
from data_access.sync import republish


def publish(
    city: Annotated[str | None, typer.Argument(help="The city's id; none: every city that has been synced.")] = None,
) -> None:
    """Publish again what is stored; the source is not asked.

    Example: fixedyet publish boston
    """
    settings = load()
    names = [city] if city else Published(settings.data_dir).cities()
    if not names:
        raise NothingPublished("Nothing is stored yet; run 'fixedyet sync CITY' or 'fixedyet demo'.")
    for name in names:
        typer.echo(f"{name}: version {publish_city(settings, name)} is published.")


def publish_city(settings: Settings, name: str) -> int:
    """Publish what is stored of a city. Raises NothingPublished if there is nothing."""
    found = load_city(name, settings.city_folders)
    folder = settings.data_dir / name
    version = None
    if (folder / WORK_FILE).exists():
        with city_lock(folder), console.progress() as tell:
            version = republish(found, folder, tell)
    if version is None:
        raise NothingPublished(f"Nothing of '{name}' is stored here; run 'fixedyet sync {name}'.")
    return version


def publish_outdated(settings: Settings) -> None:
    """Bring what an earlier program published into the form that this one reads; what cannot be is told and left."""
    for name in Published(settings.data_dir).cities():
        folder = settings.data_dir / name
        version = current_version(folder)
        if version is None or can_read(folder, version):
            continue
        typer.echo(f"{name} was published by another version of this program; it is published again.")
        try:
            publish_city(settings, name)
        except (FixedYetError, OSError) as error:
            typer.echo(f"{name} cannot be shown: {error}", err=True)
