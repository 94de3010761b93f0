"""Finished answers: what was answered once for a data version is neither computed nor compressed again."""

from __future__ import annotations

import base64
import gzip
import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedTooLong
from dataclasses import dataclass, field

import brotli
from cachetools import LRUCache

from dashboard.domain.errors import TooBusy
from dashboard.serving.gate import Gate

KEPT_BYTES = 64 * 2**20
OVERHEAD = 1024
SMALL = 500
"""Bytes under which compression saves nothing."""
BROTLI, GZIP = "br", "gzip"
BROTLI_QUALITY, GZIP_LEVEL = 5, 6
PACKED_TYPES = ("text/", "application/json", "application/geo+json", "application/problem+json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer as it was made; never changed. `keep` is False where the next one who asks should not get it."""

    body: bytes
    mimetype: str
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Packed:
    """An answer ready to send: its forms by encoding, both compressed ones, or the plain one ("") of a small answer."""

    forms: dict[str, bytes]
    mimetype: str
    headers: tuple[tuple[str, str], ...]
    status: int
    digest: str
    """A strong validator's text, made from the body."""
    size: int = field(default=0)
    """The bytes that keeping it takes."""

    def form(self, encodings: tuple[str, ...]) -> tuple[str, bytes]:
        """The first of the encodings that there is, and the body in it; the plain body is unpacked where it is wanted."""
        for name in encodings:
            if name in self.forms:
                return name, self.forms[name]
        return "", self.forms[""] if "" in self.forms else gzip.decompress(self.forms[GZIP])


def pack(answer: Finished) -> Packed:
    """Compress an answer, once, well enough and fast."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(answer.body).digest()[:18]).decode()
    if len(answer.body) < SMALL or not answer.mimetype.startswith(PACKED_TYPES):
        forms = {"": answer.body}
    else:
        forms = {
            BROTLI: brotli.compress(answer.body, quality=BROTLI_QUALITY),
            GZIP: gzip.compress(answer.body, GZIP_LEVEL, mtime=0),
        }
    size = sum(map(len, forms.values())) + OVERHEAD
    return Packed(forms, answer.mimetype, answer.headers, answer.status, digest, size)


class Answers:
    """The answers given last, up to a number of bytes. One thread computes what several ask for; the others wait for it."""

    def __init__(self, kept_bytes: int = KEPT_BYTES, gate: Gate | None = None) -> None:
        self.gate = gate or Gate()
        self._kept: LRUCache[str, Packed] = LRUCache(kept_bytes, getsizeof=lambda answer: answer.size)
        self._largest = kept_bytes // 8
        self._coming: dict[str, Future[Packed]] = {}
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], Finished]) -> Packed:
        """The answer of this key, made if it is not kept. Raises what `make` raises, to all who waited for it, and TooBusy,
        TookTooLong; a failure is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                return found
            coming = self._coming.get(key)
            mine = coming is None
            if coming is None:
                coming = self._coming[key] = Future()
        if mine:
            self._make(key, make, coming)
            return coming.result()
        with self.gate.beside() as seconds:
            try:
                return coming.result(seconds)
            except WaitedTooLong as error:
                if coming.done():
                    raise
                raise TooBusy() from error

    def once(self, make: Callable[[], Finished]) -> Packed:
        """An answer that is nobody else's: made in turn, within the limits, and not kept."""
        with self.gate.turn():
            return pack(make())

    def holds(self, key: str) -> bool:
        """Whether the answer is kept."""
        with self._lock:
            return key in self._kept

    @property
    def kept_bytes(self) -> int:
        """The bytes of all that is kept."""
        with self._lock:
            return int(self._kept.currsize)

    def _make(self, key: str, make: Callable[[], Finished], coming: Future[Packed]) -> None:
        try:
            with self.gate.turn():
                answer = make()
                packed = pack(answer)
        except BaseException as error:
            with self._lock:
                del self._coming[key]
            coming.set_exception(error)
            return
        with self._lock:
            if answer.keep and packed.size <= self._largest:
                self._kept[key] = packed
            del self._coming[key]
        coming.set_result(packed)
