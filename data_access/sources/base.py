"""What every portal's reader has in common: what it is asked for, and what it leaves on disk for the store."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from dashboard.domain.errors import SourceError
from data_access.city_source import DataSet

Row = Sequence[str]
"""The texts of one row in the order of its header, '' where there is none."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Which rows of a data set are wanted.

    `mark` is what `Source.mark` said before the last load (None: there was none, everything is wanted); `reread_from`
    the first local day of creation whose rows are read again whatever the mark; `open_ids` requests created before it
    that were open and are read again too, where the source can be asked for them; `since` and `until` local days of
    creation, both inclusive.
    """

    mark: str | None = None
    reread_from: date | None = None
    since: date | None = None
    until: date | None = None
    open_ids: tuple[str, ...] = ()
    refused: tuple[str, str] | None = None
    """The mark of a load of all rows that could not be stored, and the sentence that says why: it is not read again."""

    @property
    def whole(self) -> bool:
        """Whether everything that the data set holds is wanted: what is not there has been removed from it."""
        return self.mark is None and self.since is None and self.until is None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in the source's own order. `cursor` says where the next page begins: after a stop, reading goes on there.

    `total` is how many rows there will be in all, where the source tells; else `share` how much of the whole is read.
    """

    header: tuple[str, ...]
    rows: Sequence[Row]
    cursor: str
    total: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A data set that the portal gives as one file, downloaded: CSV, or a gzip or zip of it."""

    path: Path


class Unsound(SourceError):
    """A source contradicts itself: what has been read of the data set in this load cannot be trusted either."""


class Replaced(Unsound):
    """A data set was emptied or written anew while it was read; reading it from the start may help at once."""


class Tell(Protocol):
    """Is told what is being done, which share of it is done (0 to 1), and how many rows have come, where they are known."""

    def __call__(self, what: str, share: float, rows: int = 0) -> None:
        """Tell; called from one thread at a time."""
        ...


class Source(Protocol):
    """A protocol of portals. One instance reads one city's portal; its methods may be called from several threads."""

    def mark(self, data_set: DataSet) -> str | None:
        """What tells the data set's state at this moment (its newest change, its file's date); None: it cannot tell."""
        ...

    def whole(self, data_set: DataSet, ask: Ask) -> bool:
        """Whether what `pages` gives for an ask is all that the data set has."""
        ...

    def can_narrow(self, data_set: DataSet) -> bool:
        """Whether `pages` gives only the days that are asked for, and not always everything."""
        ...

    def is_unchanged(self, data_set: DataSet, ask: Ask, mark: str | None) -> bool:
        """Whether a mark tells that there is nothing to read: that no row can have changed since the ask's."""
        ...

    def has_changed(self, data_set: DataSet, mark: str | None) -> bool:
        """Whether the data set is known to be another now than at a mark: what was not read of it may be there again."""
        ...

    def pages(self, data_set: DataSet, ask: Ask, cursor: str | None, folder: Path) -> Generator[Page | WholeFile]:
        """The wanted rows from a cursor on (None: from the start), each at least once. Raises SourceError.

        Rows that change, come or go between two pages make no other row be missed. Whole files go into `folder`. Raises
        Replaced where the data set was emptied or written anew meanwhile.
        """
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """One data set's rows on disk, ready for the store.

    `files` are UTF-8 CSV files, or what sources.files can read; none: there is nothing new. `whole` says that they hold
    all that the data set has; `mark` is to be given to the next load.
    """

    data_set: DataSet
    files: tuple[Path, ...]
    whole: bool
    mark: str | None
    moved: bool = False
    """Whether rows changed while all of them were read: what was not seen may be there."""
    error: SourceError | None = None
    """Why the data set did not come; then there is nothing else here."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the outside: when it began (UTC seconds), what was asked, how it went.

    `seconds` it took, `bytes` that came over the wire, `status` of HTTP or None, `error` in a sentence or ''. `what` is
    the path and query without any token.
    """

    at: float
    host: str
    what: str
    seconds: float
    bytes: int = 0
    status: int | None = None
    error: str = ""
    data_set: str = field(default="")
