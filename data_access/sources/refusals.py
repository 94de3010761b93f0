"""What a person is told when a portal does not give its rows: one sentence that says what to do."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet

LONGEST = 200
HTML_TYPES = ("text/html", "application/xhtml+xml")
HTML_STARTS = (b"<!doctype html", b"<html")


def named(city: City, data_set: DataSet) -> str:
    """How a sentence names a data set: where it is, its id, and its name if it has one."""
    name = f" ({data_set.name})" if data_set.name else ""
    return f"{city.source.portal}, data set '{data_set.id}'{name}" if data_set.id else city.source.portal


class GivenUp(SourceError):
    """A portal was asked as often as it makes sense: it may be the portal that does not answer, not one data set."""


class NotThere(SourceError):
    """What was asked for is not there (404, 410)."""


def refused(city: City, data_set: DataSet, status: int, body: bytes) -> SourceError:
    """The error for a status that asking again does not mend."""
    where, said = named(city, data_set), in_its_words(body)
    if status in (401, 403):
        what = (
            f"set FIXEDYET_SOCRATA_TOKEN to a valid app token of {city.source.portal}"
            if city.source.kind == "socrata"
            else "ask its publisher whether it is still open to all"
        )
        return SourceError(f"{where} may not be read ({status}{said}); {what}.")
    if status in (404, 410):
        return NotThere(
            f"{where} is not there ({status}{said}); look up where it is now and mend data_sets in {city.id}.toml."
        )
    return SourceError(f"{where} refused the question ({status}{said}); compare its columns with {city.id}.toml.")


def moved(city: City, data_set: DataSet, target: str) -> SourceError:
    """The error for an address that leads somewhere else."""
    return SourceError(
        f"{named(city, data_set)} has moved to {target}, which is not followed; mend portal in {city.id}.toml if that is right."
    )


def not_data(city: City, data_set: DataSet) -> SourceError:
    """The error for a page for people in the place of data."""
    token = ", or set FIXEDYET_SOCRATA_TOKEN" if city.source.kind == "socrata" else ""
    return SourceError(
        f"{named(city, data_set)} answered with a web page instead of data; open it in a browser to see why{token}."
    )


def nothing(city: City, data_set: DataSet) -> SourceError:
    """The error for an answer without any content."""
    token = "; set FIXEDYET_SOCRATA_TOKEN, or" if city.source.kind == "socrata" else ";"
    return SourceError(f"{named(city, data_set)} answered, but with nothing at all{token} try again later.")


def too_large(city: City, data_set: DataSet) -> SourceError:
    """The error for an answer that would not fit into the memory."""
    return SourceError(
        f"{named(city, data_set)} gives too much in one answer; set a smaller page_rows in {city.id}.toml."
    )


def given_up(city: City, data_set: DataSet, attempts: int, reason: str, *, kept: bool = True) -> GivenUp:
    """The error after the last attempt; `kept` says that something was read before, which the next load goes on from."""
    token = "set FIXEDYET_SOCRATA_TOKEN, or " if city.source.kind == "socrata" and "(429)" in reason else ""
    asked = f"asked {attempts} times" if attempts > 1 else "asked once"
    there = ": what has been read is kept for a day" if kept else ""
    return GivenUp(f"{named(city, data_set)} {reason}, {asked}; {token}try again later{there}.")


def is_web_page(content_type: str, start: bytes) -> bool:
    """Whether an answer is a page for people, whatever it says of itself."""
    return content_type in HTML_TYPES or start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(HTML_STARTS)


def in_its_words(body: bytes) -> str:
    """What an error answer says, shortened to one line that begins with ': ', or '' if it says nothing to people."""
    text = body[:20_000].decode("utf-8", "replace").strip()
    try:
        text = _message(json.loads(text)) or ""
    except ValueError:
        text = "" if HTML_STARTS[0].decode() in text.lower() else re.sub(r"<[^>]*>", " ", text)
    text = " ".join(text.split())
    return f": {text[: LONGEST - 3] + '...' if len(text) > LONGEST else text}" if text else ""


def _message(found: Any) -> str | None:
    """The message of an error object as the four protocols write it."""
    if isinstance(found, list):
        return _message(cast("list[Any]", found)[0]) if found else None
    if isinstance(found, dict):
        entries = cast("dict[str, Any]", found)
        for key in ("message", "description", "error", "errors"):
            if told := _message(entries.get(key)):
                return told
        own = [_message(value) for key, value in entries.items() if not key.startswith("__") and key != "help"]
        return "; ".join(told for told in own if told) or None
    return found if isinstance(found, str) else None
