"""Syncs of several cities, once or again and again: the failure of one stops no other."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from dashboard.domain.errors import FixedYetError, SourceError
from data_access.city import City, city_files, load_city
from data_access.store.work import WORK_FILE

SHORTEST = timedelta(minutes=1)
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
log = logging.getLogger(__name__)


def interval(text: str) -> timedelta:
    """A length of time such as '30m', '6h' or '1d'. Raises ValueError for others and for less than a minute."""
    found = re.fullmatch(r"(\d{1,4})([mhd])", text.strip().lower())
    length = timedelta(**{UNITS[found[2]]: int(found[1])}) if found else timedelta(0)
    if length < SHORTEST:
        raise ValueError(f"'{text}' is no interval such as 30m, 6h or 1d, of at least a minute")
    return length


def cities_to_sync(data_dir: Path, folders: tuple[Path, ...]) -> list[str]:
    """The cities that have a portal and have been synced into this data folder; if none has, all that have a portal.

    Raises SourceError where no city has one.
    """
    with_portal = [name for name in city_files(folders) if load_city(name, folders).source.has_portal]
    if not with_portal:
        raise SourceError("No city has a portal in its file; name a city and give its file with --from.")
    there = [name for name in with_portal if (data_dir / name / WORK_FILE).exists()]
    return there or with_portal


def sync_each(cities: Iterable[str], folders: tuple[Path, ...], sync: Callable[[City], None]) -> list[str]:
    """Sync cities one after the other; returns those that failed, their stories logged in a sentence or, where the
    fault is the program's, with its traceback."""
    failed: list[str] = []
    for name in cities:
        try:
            sync(load_city(name, folders))  # read anew each time: its file may have been mended
        except FixedYetError as error:
            failed.append(name)
            log.error("%s: %s", name, error)
        except Exception:
            failed.append(name)
            log.exception("%s: the sync broke off", name)
    return failed


def repeat(
    once: Callable[[], object],
    every: timedelta,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    goes_on: Callable[[], bool] = lambda: True,
) -> None:
    """Do something every so often, from its start to its next start; what takes longer is begun again at once."""
    while goes_on():
        begun = clock()
        once()
        sleep(max(0.0, begun + every.total_seconds() - clock()))
