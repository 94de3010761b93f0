"""A file that a portal has for download: streamed to disk, and looked at before it counts as there."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import re
import zipfile
import zlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from data_access.city import DataSet
from data_access.sources.http import Answer, Door
from data_access.sources.retries import Unreadable

CHUNK = 1 << 22
ZIP, GZIP, PARQUET = b"PK\x03\x04", b"\x1f\x8b", b"PAR1"
TIMES = 3
"""A text that cannot be read as UTF-8 is believed to be so when it came so often without a difference."""


def download(door: Door, data_set: DataSet, address: str, folder: Path) -> Path:
    """Put the file of an address into a folder and return its path. Raises SourceError.

    A file that is cut off is asked for again: the announced length tells, and an archive by itself; else two downloads
    are compared.
    """
    partial = folder / "file.partial"
    sizes: list[int] = []
    digests: list[bytes] = []

    def check(answer: Answer) -> None:
        with partial.open("rb") as stream:
            start = stream.read(4)
        sizes.append(partial.stat().st_size)
        if start == ZIP:
            return _check_zip(partial)
        if start[:2] == GZIP:
            return _check_gzip(partial)
        if not {"content-length", "transfer-encoding"} & set(answer.headers) and sizes[-2:-1] != sizes[-1:]:
            # nothing would tell a cut file from a whole one but that it has the same size twice
            raise Unreadable("did not say how long its file is")
        if start.lstrip(b"\xef\xbb\xbf \n")[:1] in (b"{", b"["):
            raise Unreadable("sent JSON in the place of its file")
        if start != PARQUET and not _is_text(partial):
            digests.append(_digest(partial))
            if digests.count(digests[-1]) < TIMES:
                raise Unreadable("sent a file that is not UTF-8 text")
        return None

    door.save(data_set, address, partial, check)
    path = folder / file_name(address)
    partial.replace(path)
    return path


def file_name(address: str) -> str:
    """A harmless name for the file of an address, which people recognise."""
    last = unquote(urlsplit(address).path).rsplit("/", 1)[-1]
    return "file-" + (re.sub(r"[^A-Za-z0-9._-]+", "_", last).strip("._")[-80:] or "rows")


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Unreadable(f"sent a zip file that is cut off or damaged ({error})") from error
    except RuntimeError as error:  # what the standard library says of a password
        raise Unreadable(f"sent a zip file that cannot be opened ({error})") from error
    if broken:
        raise Unreadable(f"sent a zip file whose member {broken} is damaged")


def _check_gzip(path: Path) -> None:
    try:
        with gzip.open(path) as stream:
            while stream.read(CHUNK):
                pass
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(f"sent a gzip file that is cut off or damaged ({error})") from error


def _is_text(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                if b"\x00" in chunk:
                    return False
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _digest(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()
