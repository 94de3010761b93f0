"""Whether a data set was emptied or written anew while it was read, so that rows are missing that nobody has deleted."""

from __future__ import annotations

from data_access.city import City, DataSet
from data_access.sources.base import Replaced
from data_access.sources.refusals import named

FEW_ROWS, SMALL_SHARE = 10, 0.01
"""So many rows, or such a share of them, may well have been deleted, or have changed, while the others were read."""


def is_short(read: int, announced: int, now: int) -> bool:
    """Whether clearly fewer rows were read than were announced at the start, and it was not their deletion.

    `now` is how many there are at the end: if they are there, or if most of what there was is gone at once, a publisher
    has replaced the rows.
    """
    few = max(FEW_ROWS, int(announced * SMALL_SHARE))
    return announced - read > few and (now - read > few or now < announced / 2)


def need_sound(city: City, data_set: DataSet, read: int, announced: int, now: int) -> None:
    """Raise Replaced if rows are missing at the end of a data set."""
    if is_short(read, announced, now):
        raise Replaced(
            f"{named(city, data_set)} announced {announced:,} rows and gave {read:,}, and has {now:,} now: it was emptied "
            "or replaced while it was read; try again later, then it is read from the start."
        )
