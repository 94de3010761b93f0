"""The errors that a person can act on.

FixedYetError
├── SettingsError        a setting has a value that cannot be used
├── CityFileError        a city's TOML file is missing or wrong
├── SourceError          a file or portal did not give what was expected; nothing was changed
├── SyncLocked           another sync of the same city is running
├── NothingPublished     a city has no data version that could be read
├── TooBusy              more is asked at once than can be computed; ask again
│   └── TookTooLong      one answer needed more time than it may have
└── BadQuery             a query string cannot be understood (the API's 400); names the parameter

Each carries one sentence that says what was expected and what to do.
"""

from __future__ import annotations


class FixedYetError(Exception):
    """The root of all errors that are told to a person in one sentence, never as a traceback."""


class SettingsError(FixedYetError):
    """A setting has a value that cannot be used."""


class CityFileError(FixedYetError):
    """A city's file is missing or wrong."""


class SourceError(FixedYetError):
    """A file or portal did not give what was expected; readers still see what they saw before."""


class SyncLocked(FixedYetError):
    """Another sync of the same city is running."""


class NothingPublished(FixedYetError):
    """A city has no published data version yet."""


class TooBusy(FixedYetError):
    """More is asked at once than this process computes at once; nothing is wrong with the query."""

    retry_seconds = 5
    sentence = "Too many people are asking for something new just now; ask again in a few seconds."

    def __init__(self) -> None:
        super().__init__(self.sentence)


class TookTooLong(TooBusy):
    """An answer needed more time than one may have."""

    retry_seconds = 30
    sentence = (
        "This answer takes too long to compute just now; ask for a shorter period or fewer things, or try again later."
    )


class BadQuery(FixedYetError):
    """A query string that cannot be understood; `parameter` is the key that is wrong, `status` the HTTP status."""

    def __init__(self, detail: str, parameter: str | None = None, status: int = 400) -> None:
        super().__init__(detail)
        self.parameter = parameter
        self.status = status
