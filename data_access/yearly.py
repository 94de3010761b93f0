"""The data sets that a portal adds each January: looked up at each sync, and remembered for when its list does not come."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet
from data_access.sources.http import Door, Stopped
from data_access.sources.listing import listed

NAME = "data_sets.json"
"""The file in a city's folder that holds what was found, so that pages and commands can tell it too."""


@dataclass(frozen=True, slots=True)
class Found:
    """A data set that the portal lists and the city's file does not: which of its `yearly` it belongs to, and its year."""

    place: int
    year: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a look into the portal's list gave: the data sets beyond those of the city's file, and what the run has to tell."""

    found: tuple[Found, ...]
    news: tuple[dict[str, Any], ...]


def look_up(city: City, folder: Path, open_door: Callable[[], Door], today: date) -> LookUp:
    """The yearly data sets that came after the newest one of the city's file, as the portal lists them now.

    Where the list does not come, those that were found before. A city without yearly ones is asked nothing.
    """
    if not city.source.yearly:
        return LookUp((), ())
    before = remembered(folder, city)
    try:
        with open_door() as door:
            found = _in_list(city, door, today)
    except Stopped:
        raise
    except SourceError as error:
        return LookUp(before, (_news("listing_failed", str(error)),))
    known, there = {each.id for each in before}, {each.id for each in found}
    news = [_news("new_data_set", each.name) for each in found if each.id not in known]
    news += [_news("vanished_data_set", each.name) for each in before if each.id not in there]
    return LookUp(found, tuple(news))


def with_found(city: City, found: Sequence[Found]) -> City:
    """The city whose file would name these data sets too."""
    if not found:
        return city
    more = tuple(city.source.yearly[each.place].data_set(each.id, each.name, each.year) for each in found)
    source = city.source.model_copy(update={"data_sets": (*more, *city.source.data_sets)})
    return city.model_copy(update={"source": source})


def remember(folder: Path, found: Sequence[Found]) -> None:
    """Keep what was found; the caller holds the city's lock."""
    path = folder / NAME
    if not found:
        path.unlink(missing_ok=True)
        return
    partial = folder / f"{NAME}.new"
    partial.write_text(json.dumps([asdict(each) for each in found]), encoding="utf-8")
    partial.replace(path)


def remembered(folder: Path, city: City) -> tuple[Found, ...]:
    """What the last look into the portal's list found, as far as the city's file does not name it by now."""
    try:
        kept = [Found(**each) for each in json.loads((folder / NAME).read_text(encoding="utf-8"))]
    except (FileNotFoundError, ValueError, TypeError):  # it can be found again
        return ()
    return tuple(each for each in kept if each.place < len(city.source.yearly) and _is_new(city, each))


def days_to(city: City, found: Sequence[Found]) -> date | None:
    """The last day that any data set holds of a city whose portal adds one each year; None where there is no such day."""
    sets = [each for each in with_found(city, found).source.data_sets if each.first is not None]
    if not city.source.yearly or not sets or any(each.last is None for each in sets):
        return None
    return max(each.last for each in sets if each.last is not None)


def _in_list(city: City, door: Door, today: date) -> tuple[Found, ...]:
    found: dict[tuple[int, int], Found] = {}
    for place, yearly in enumerate(city.source.yearly):
        for each in listed(door, city.source, yearly):
            year = yearly.year_of(each.name)
            if year is None or year > today.year + 1:
                continue
            one = Found(place, year, each.id, each.name.strip())
            if _is_new(city, one):  # of two of a year the first: what fits the words that are searched for best
                found.setdefault((place, year), one)
    return tuple(found[key] for key in sorted(found, key=lambda key: (-key[1], key[0])))


def _is_new(city: City, found: Found) -> bool:
    """Whether a data set is none of the city's file, and of a later year than all of them: older ones were left out there
    on purpose."""
    return found.id not in {each.id for each in city.source.data_sets} and found.year > _newest_year(
        city.source.data_sets
    )


def _newest_year(data_sets: Sequence[DataSet]) -> int:
    return max((each.first.year for each in data_sets if each.first is not None), default=0)


def _news(kind: str, value: str) -> dict[str, Any]:
    return {"kind": kind, "field": "data_sets", "value": value, "n": 1}
