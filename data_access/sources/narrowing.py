"""Days that are asked for, and data sets that hold other days, or that a portal gives whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet
from data_access.sources.base import Ask, Source, Tell


def holds_days_of(data_set: DataSet, ask: Ask) -> bool:
    """Whether a data set may hold any of the days that are asked for."""
    after = bool(ask.since and data_set.last and data_set.last < ask.since)
    before = bool(ask.until and data_set.first and data_set.first > ask.until)
    return not after and not before


def holds_only_days_of(data_set: DataSet, ask: Ask) -> bool:
    """Whether a data set is known to hold no other days than those that are asked for."""
    from_then = ask.since is None or (data_set.first is not None and data_set.first >= ask.since)
    until_then = ask.until is None or (data_set.last is not None and data_set.last <= ask.until)
    return from_then and until_then


def narrowed(city: City, source: Source, asks: Sequence[tuple[DataSet, Ask]], tell: Tell) -> None:
    """Tell which data sets come whole although only some of their days are asked for.

    Raises SourceError if that is so of all of them: then the days would mean nothing.
    """
    asked = [(one, ask) for one, ask in asks if ask.since or ask.until]
    files = [one for one, ask in asked if not holds_only_days_of(one, ask) and not source.can_narrow(one)]
    if files and len(files) == len(asks):
        raise SourceError(
            f"{city.source.portal} gives whole files, which cannot be narrowed; leave out --since and --until, or ask for "
            f"all days of some of its files, as first and last of the data_sets in {city.id}.toml tell them."
        )
    for one in files:
        tell(f"Reading all of {one.name or one.id}, a file that cannot be narrowed", 0.0)
