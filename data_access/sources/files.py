"""A CSV file, plain or gzipped, checked from end to end before the store reads a single row of it."""

from __future__ import annotations

import csv
import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.domain.errors import SourceError

CHUNK = 1 << 22
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A UTF-8 CSV file on disk, its lines ending in a newline, ready to be read; `name` is what the person gave."""

    path: Path
    name: str
    header: tuple[str, ...]
    delimiter: str
    ends_with_newline: bool


@contextmanager
def plain_file(given: Path, progress: Progress | None = None) -> Generator[PlainFile]:
    """Check a CSV or gzipped CSV and yield it as plain UTF-8. Raises SourceError with one sentence saying what to do.

    The whole file is looked at first: a cut-off archive or a wrong encoding is found before anything is changed.
    """
    if not given.exists():
        raise SourceError(f"There is no file {given}; give the path of a CSV file (.csv or .csv.gz).")
    if given.is_dir():
        raise SourceError(f"{given} is a folder; give the path of a CSV file in it (.csv or .csv.gz).")
    with tempfile.TemporaryDirectory(prefix="fixedyet-") as folder:
        path = Path(folder) / "rows.csv"
        last_byte = _copy_checked(given, path, progress)
        header, delimiter = _read_header(path, given)
        yield PlainFile(path, given.name, header, delimiter, last_byte == b"\n")


def lines_of_bytes(path: Path, positions: list[int]) -> list[int]:
    """The line numbers (from 1) that byte positions (from 1, ascending) lie in, from one pass over the file."""
    found: list[int] = []
    line, read = 1, 0
    with path.open("rb") as stream:
        for position in positions:
            while read < position - 1 and (chunk := stream.read(min(CHUNK, position - 1 - read))):
                line += chunk.count(b"\n")
                read += len(chunk)
            found.append(line)
    return found


def blank_lines(path: Path) -> list[int]:
    """The numbers of the blank lines that are not part of a quoted text; a reader of CSV passes over them silently."""
    if not _has(path, b"\n\n"):
        return []
    found: list[int] = []
    quoted = False
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line == b"\n" and not quoted:
                found.append(number)
            quoted ^= bool(line.count(b'"') % 2)
    return found


def ends_with(path: Path, text: str) -> bool:
    """Whether a file's last bytes are a text."""
    wanted = text.encode()
    with path.open("rb") as stream:
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - len(wanted)))
        return stream.read() == wanted


def _has(path: Path, wanted: bytes) -> bool:
    kept = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if wanted in kept + chunk:
                return True
            kept = chunk[1 - len(wanted) :]
    return False


def _copy_checked(given: Path, path: Path, progress: Progress | None) -> bytes:
    total = max(given.stat().st_size, 1)
    line, last = 1, b""
    try:
        with given.open("rb") as packed, path.open("wb") as out:
            gzipped = packed.read(2) == b"\x1f\x8b"
            packed.seek(0)
            stream: io.BufferedIOBase = gzip.GzipFile(fileobj=packed) if gzipped else packed
            pending, held, first = b"", b"", True
            while chunk := stream.read(CHUNK):
                if first:
                    chunk, first = chunk.removeprefix(b"\xef\xbb\xbf"), False
                pending = _check_text(pending + chunk, given, line)
                line += chunk.count(b"\n")
                last = chunk[-1:] or last
                chunk = held + chunk
                held = b"\r" if chunk.endswith(b"\r") else b""  # its newline may be in the next chunk
                out.write(chunk[: len(chunk) - len(held)].replace(b"\r\n", b"\n"))
                if progress:
                    progress(packed.tell() / total)
            out.write(held)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(f"{given} is cut off or damaged ({error}); download it again.") from error
    except OSError as error:
        raise SourceError(f"{given} cannot be read ({error.strerror or error}).") from error
    if pending:
        _refuse_encoding(given, line)
    return last


def _check_text(data: bytes, given: Path, line: int) -> bytes:
    """Raise if bytes are not UTF-8 text; return an unfinished last character."""
    if b"\x00" in data:
        raise SourceError(f"{given} is not a text file; a CSV file in UTF-8 was expected.")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.reason == "unexpected end of data":
            return data[error.start :]
        _refuse_encoding(given, line + data[: error.start].count(b"\n"))
    return b""


def _refuse_encoding(given: Path, line: int) -> None:
    raise SourceError(
        f"{given} is not UTF-8 text (line {line}); convert it first, for example with 'iconv -f WINDOWS-1252 -t UTF-8'."
    )


def _read_header(path: Path, given: Path) -> tuple[tuple[str, ...], str]:
    with path.open(encoding="utf-8", newline="") as stream:
        first = stream.readline()
    if not first.strip():
        raise SourceError(f"{given} is empty; a CSV file with a line of column names was expected.")
    delimiter = max(",;\t|", key=first.count)
    try:
        header = tuple(name.strip() for name in next(csv.reader([first], delimiter=delimiter)))
    except csv.Error as error:
        raise SourceError(
            f"{given} does not begin with a line of column names ({error}); a CSV file was expected."
        ) from error
    return header, delimiter
