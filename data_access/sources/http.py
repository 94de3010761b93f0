"""The one door to the network: asks a portal, asks again where that helps, and keeps a record of every attempt."""

from __future__ import annotations

import io
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

import httpx

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet
from data_access.sources import refusals
from data_access.sources.asked import what_was_asked
from data_access.sources.base import Call
from data_access.sources.call_file import append_call
from data_access.sources.retries import (
    AGAIN,
    ATTEMPTS,
    ATTEMPTS_AT_NOBODY,
    AskAgain,
    Nobody,
    asked_pause,
    wait_before,
)

USER_AGENT = "FixedYet/1 (open-source 311 dashboard)"
MOST_REDIRECTS = 5
LARGEST_ANSWER = 512 << 20
"""Bytes of one answer that is held in memory."""
SLOWEST = 20
"""An answer that takes so many times the source's time-out in all, however steadily it drips, is given up."""
Read = TypeVar("Read")
Parameters = Mapping[str, str]
STEPS = 100
"""So often at most it is told how much of a file has come."""


class Stopped(SourceError):
    """The load was stopped elsewhere; what has been read is kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its content ('' if it was written to a file) and its headers, in any case."""

    body: bytes
    headers: Mapping[str, str]


class Door:
    """Asks one city's portal; may be used from several threads.

    `sleep` waits some seconds (default: until `stop` is set), `clock` tells UTC seconds. Every attempt is appended to
    the calls of `folder`. `told` hears which share of a file that is saved has come, where its length is announced.
    """

    def __init__(
        self,
        city: City,
        folder: Path,
        *,
        token: str = "",
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.time,
        stop: threading.Event | None = None,
        told: Callable[[DataSet, float], None] | None = None,
        keeps: bool = True,
    ) -> None:
        """`keeps` says that what is read is kept for the next load."""
        source = city.source
        self._keeps = keeps
        self._reached, self._anything_read = False, False
        self._attempts_at_nobody = ATTEMPTS_AT_NOBODY
        self._told = told
        self.city = city
        self.clock = clock
        self.stop = stop or threading.Event()
        self._sleep = sleep or self.stop.wait
        self._folder = folder
        self._secret = token
        self._token = token if source.kind == "socrata" else ""
        self._home = httpx.URL(source.portal)
        self._slots = threading.BoundedSemaphore(source.at_once)
        self._seconds = source.timeout_seconds
        self._client = httpx.Client(
            timeout=source.timeout_seconds,
            headers={"User-Agent": USER_AGENT},
            limits=httpx.Limits(max_connections=source.at_once),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(
        self,
        data_set: DataSet,
        address: str,
        parameters: Parameters,
        read: Callable[[Answer], Read],
        *,
        method: str = "GET",
    ) -> Read:
        """What `read` makes of the answer to a question; it raises Unreadable for an answer that is not whole.

        `address` is a whole one, or a path below the portal's. Raises SourceError with a sentence for people.
        """

        def once() -> Read:
            held = io.BytesIO()
            url = self._url(address, parameters)
            with self._slots:
                return self._attempt(data_set, httpx.Request(method, url), held, LARGEST_ANSWER, read)

        return self._repeat(data_set, once)

    def save(self, data_set: DataSet, address: str, path: Path, check: Callable[[Answer], Read]) -> Read:
        """Write the answer into a file as it comes; `check` looks at the file and may raise Unreadable."""

        def once() -> Read:
            # unpacked on the way, a file could not be compared with the length that was announced
            request = httpx.Request("GET", self._url(address, {}), headers={"Accept-Encoding": "identity"})
            with self._slots, path.open("wb") as out:
                return self._attempt(data_set, request, out, None, check)

        return self._repeat(data_set, once)

    def _url(self, address: str, parameters: Parameters) -> httpx.URL:
        whole = address if address.startswith(("https://", "http://")) else f"{self.city.source.portal}/{address}"
        try:
            url = httpx.URL(whole)
        except httpx.InvalidURL as error:
            raise SourceError(f"'{whole}' is not an address ({error}); mend {self.city.id}.toml.") from error
        return url.copy_merge_params(dict(parameters)) if parameters else url

    def _repeat(self, data_set: DataSet, once: Callable[[], Read]) -> Read:
        attempt = 1
        while True:
            if self.stop.is_set():
                raise Stopped("The load was stopped; what has been read is kept for a day.")
            try:
                found = once()
                self._anything_read = True
                return found
            except AskAgain as again:
                if attempt >= self._most_attempts(again):
                    if isinstance(again, Nobody):
                        self._attempts_at_nobody = 1
                    kept = self._keeps and self._anything_read
                    raise refusals.given_up(self.city, data_set, attempt, again.reason, kept=kept) from again
                attempt += 1
                # a jitter needs no secure randomness
                self._sleep(wait_before(attempt, again.pause, random.random()))

    def _most_attempts(self, again: AskAgain) -> int:
        """How often a question is asked: where nobody was ever reached, seldom, and once after that was found out."""
        if self._reached or not isinstance(again, Nobody):
            return ATTEMPTS
        return self._attempts_at_nobody

    def _attempt(
        self,
        data_set: DataSet,
        request: httpx.Request,
        out: BinaryIO,
        most: int | None,
        read: Callable[[Answer], Read],
    ) -> Read:
        """One attempt, redirects included, which leaves one line in the record, whatever happens."""
        began = self.clock()
        seen = _Seen(request.url)
        try:
            answer = self._answer(data_set, request, out, most, seen)
            return read(answer)
        except (AskAgain, SourceError) as error:
            seen.error = str(error)
            raise
        except BaseException as error:
            seen.error = f"broken off: {type(error).__name__}"
            raise
        finally:
            call = Call(
                at=began,
                host=seen.url.host,
                what=self._without_token(what_was_asked(str(seen.url))),
                seconds=round(self.clock() - began, 3),
                bytes=seen.bytes,
                status=seen.status,
                error=self._without_token(seen.error),
                data_set=data_set.id,
            )
            append_call(self._folder, call)

    def _answer(
        self, data_set: DataSet, request: httpx.Request, out: BinaryIO, most: int | None, seen: _Seen
    ) -> Answer:
        try:
            for _ in range(MOST_REDIRECTS + 1):
                ready = self._client.build_request(
                    request.method, request.url, headers={**request.headers, **self._token_for(request.url)}
                )
                response = self._client.send(ready, stream=True)
                try:
                    seen.status, self._reached = response.status_code, True
                    if not response.has_redirect_location:
                        return self._content(data_set, response, out, most)
                    target = request.url.join(response.headers["location"])
                finally:
                    seen.bytes += response.num_bytes_downloaded
                    response.close()
                if not self._may_follow(request.url, target):
                    raise refusals.moved(self.city, data_set, f"{target.scheme}://{target.host}")
                request = httpx.Request(request.method, target, headers=request.headers)
                seen.url = target
        except httpx.TimeoutException as error:
            raise AskAgain(f"did not answer within {self._seconds} seconds") from error
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError) as error:
            raise AskAgain(f"broke off its answer ({_plain(error)})") from error
        except httpx.ConnectError as error:
            raise Nobody(f"cannot be reached ({_plain(error)})") from error
        except httpx.TransportError as error:
            raise AskAgain(f"cannot be reached ({_plain(error)})") from error
        except httpx.InvalidURL as error:
            raise refusals.moved(self.city, data_set, "an address that cannot be read") from error
        raise AskAgain("redirects in a circle")

    def _token_for(self, url: httpx.URL) -> dict[str, str]:
        """The header of the app token, for the portal itself and nobody else."""
        home = (url.scheme, url.host, url.port) == (self._home.scheme, self._home.host, self._home.port)
        return {"X-App-Token": self._token} if self._token and home else {}

    def _without_token(self, text: str) -> str:
        return text.replace(self._secret, "...") if self._secret else text

    def _may_follow(self, url: httpx.URL, target: httpx.URL) -> bool:
        """Encrypted addresses, or others of the same host; never from an encrypted one to one that is not."""
        return target.scheme == "https" or (target.host == url.host and target.scheme == url.scheme == "http")

    def _content(self, data_set: DataSet, response: httpx.Response, out: BinaryIO, most: int | None) -> Answer:
        status = response.status_code
        if status in AGAIN:
            raise AskAgain(_why(status), asked_pause(response.headers.get("retry-after"), self.clock()))
        if status >= 300:
            raise refusals.refused(self.city, data_set, status, _some(response))
        start, size = b"", 0
        last = self.clock() + SLOWEST * self._seconds
        length, step = _announced(response) if most is None else 0, 0
        for chunk in response.iter_bytes(1 << 16):
            start = start or chunk[:200]
            size += len(chunk)
            if most is not None and size > most:
                raise refusals.too_large(self.city, data_set)
            if self.clock() > last:
                raise AskAgain(f"did not finish its answer within {SLOWEST * self._seconds} seconds")
            out.write(chunk)
            if self._told and length and size * STEPS // length > step:
                step = size * STEPS // length
                self._told(data_set, min(size / length, 1.0))
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.request.method != "HEAD":
            if refusals.is_web_page(content_type, start):
                raise refusals.not_data(self.city, data_set)
            if not size:
                raise refusals.nothing(self.city, data_set)
        out.flush()
        return Answer(out.getvalue() if isinstance(out, io.BytesIO) else b"", response.headers)


@dataclass(slots=True)
class _Seen:
    """What an attempt has seen so far."""

    url: httpx.URL
    status: int | None = None
    bytes: int = 0
    error: str = ""


def _announced(response: httpx.Response) -> int:
    """The bytes of an answer that its headers announce; 0 where they do not."""
    text = response.headers.get("content-length", "")
    return int(text) if text.isdecimal() else 0


def _some(response: httpx.Response) -> bytes:
    """The first bytes of an error answer; an answer that breaks off has said enough."""
    held = b""
    try:
        for chunk in response.iter_bytes(1 << 14):
            held += chunk
            if len(held) > 1 << 16:
                break
    except httpx.HTTPError:
        return held
    return held


def _why(status: int) -> str:
    if status == 429:
        return "asks for fewer questions (429)"
    if status == 202:
        return "is still preparing its answer (202)"
    return f"has a fault of its own ({status})"


def _plain(error: Exception) -> str:
    return str(error) or type(error).__name__
