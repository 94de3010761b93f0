"""A file of rows as plain CSV, checked from end to end before the store reads a single row of it."""

from __future__ import annotations

import csv
import errno
import os
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.domain.errors import SourceError
from data_access.sources.packed import CHUNK, DAMAGED, Opened, opened

Progress = Callable[[float], None]
UNQUESTIONED, MOST_TIMES = 1 << 28, 300
"""An archive may unpack to so many bytes whatever its size, beyond that to so many times its size: zip bombs stay small."""
LONGEST_HEADER = 1 << 20
LONGEST_NAME = 1_000
NOT_ROWS = {"<": "a web page or XML", "{": "JSON", "[{": "JSON"}


@dataclass(frozen=True, slots=True)
class PlainFile:
    """A UTF-8 CSV file on disk, its lines ending in a newline, ready to be read (a link to the file that was given, where that
    is such a file); `name` is what the person gave."""

    path: Path
    name: str
    header: tuple[str, ...]
    delimiter: str
    ends_with_newline: bool


@contextmanager
def plain_file(given: Path, progress: Progress | None = None, member: str = "") -> Generator[PlainFile]:
    """Check a file of rows and yield it as plain UTF-8 CSV. Raises SourceError with one sentence saying what to do.

    It may be CSV, a gzip or zip of it, Parquet, or '-' for standard input; `member` is the pattern of a zip's member.
    The whole file is looked at first: a cut-off archive or a wrong encoding is found before anything is changed.
    """
    with tempfile.TemporaryDirectory(prefix="fixedyet-") as folder:
        path = Path(folder) / "rows.csv"
        try:
            with opened(given, Path(folder), member) as source:
                shown = source.name if given.name in ("", "-") else str(given)
                before = _look_of(source.plain)
                last_byte = _checked_in_place(source, shown, path, progress) if source.plain else None
                in_place = last_byte is not None
                if last_byte is None:
                    last_byte = _copy_checked(source, shown, path, progress)
                header, delimiter = _read_header(path, shown, source.delimiter)
                file = PlainFile(path, source.name, header, delimiter, last_byte == b"\n")
        except DAMAGED as error:
            raise _damaged(str(given), error) from error
        yield file
        if in_place and _look_of(source.plain) != before:
            raise SourceError(f"{shown} was changed while it was read; read it again when it is complete.")


def _look_of(path: Path | None) -> tuple[int, int] | None:
    """By what it is seen that a file was changed."""
    if path is None:
        return None
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def _checked_in_place(source: Opened, given: str, path: Path, progress: Progress | None) -> bytes | None:
    """Check a file that is plain CSV already, and make it known as `path`; returns its last byte. None where it has to be
    copied: it begins with a byte order mark, or has lines that end in another way."""
    assert source.plain is not None
    line, last, pending = 1, b"", b""
    begun = source.stream.tell()
    try:
        while chunk := source.stream.read(CHUNK):
            if b"\r" in chunk or (line == 1 and chunk.startswith(b"\xef\xbb\xbf")):
                source.stream.seek(begun)
                return None
            pending = _check_text(pending + chunk, given, line)
            line += chunk.count(b"\n")
            last = chunk[-1:]
            if progress:
                progress(min(source.packed.tell() / source.total, 1.0))
    except OSError as error:
        raise SourceError(f"{given} cannot be read ({error.strerror or error}).") from error
    if pending:
        _refuse_encoding(given, line)
    path.symlink_to(source.plain.resolve())  # a name of this program: in others, [ and * would mean other files
    return last


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


def _copy_checked(source: Opened, given: str, path: Path, progress: Progress | None) -> bytes:
    line, written, last = 1, 0, b""
    try:
        with path.open("wb") as out:
            pending, held, first = b"", b"", True
            while chunk := source.stream.read(CHUNK):
                if first:
                    chunk, first = chunk.removeprefix(b"\xef\xbb\xbf"), False
                pending = _check_text(pending + chunk, given, line)
                line += chunk.count(b"\n")
                last = chunk[-1:] or last
                chunk = held + chunk
                held = b"\r" if chunk.endswith(b"\r") else b""  # its newline may be in the next chunk
                written += out.write(chunk[: len(chunk) - len(held)].replace(b"\r\n", b"\n"))
                if written > UNQUESTIONED and written > MOST_TIMES * source.total:
                    raise SourceError(
                        f"{given} unpacks to more than {MOST_TIMES} times its size; no rows are like that."
                    )
                if progress:
                    progress(min(source.packed.tell() / source.total, 1.0))
            out.write(held)
    except DAMAGED as error:
        raise _damaged(given, error) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SourceError(
                f"There is no room in {path.parent.parent} to unpack {given}; set TMPDIR to a folder with more."
            ) from error
        raise SourceError(f"{given} cannot be read ({error.strerror or error}).") from error
    if pending:
        _refuse_encoding(given, line)
    return last


def _damaged(given: str, error: Exception) -> SourceError:
    return SourceError(f"{given} is cut off or damaged ({error}); download it again.")


def _check_text(data: bytes, given: str, line: int) -> bytes:
    """Raise if bytes are not UTF-8 text; return an unfinished last character."""
    if b"\x00" in data:
        raise SourceError(f"{given} is not a text file; a CSV file in UTF-8 was expected.")
    if data.isascii():
        return b""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end == len(data) and error.reason == "unexpected end of data":
            return data[error.start :]
        _refuse_encoding(given, line + data[: error.start].count(b"\n"))
    return b""


def _refuse_encoding(given: str, line: int) -> None:
    raise SourceError(
        f"{given} is not UTF-8 text (line {line}); convert it first, for example with 'iconv -f WINDOWS-1252 -t UTF-8'."
    )


def _read_header(path: Path, given: str, delimiter: str) -> tuple[tuple[str, ...], str]:
    with path.open("rb") as stream:
        first = stream.readline(LONGEST_HEADER).decode("utf-8", errors="ignore")
    if not first.strip():
        raise SourceError(f"{given} is empty; a CSV file with a line of column names was expected.")
    for begin, what in NOT_ROWS.items():
        if first.lstrip().startswith(begin):
            raise SourceError(f"{given} is {what}; a CSV file with a line of column names was expected.")
    delimiter = delimiter or max(",;\t|", key=first.count)
    try:
        header = tuple(name.strip() for name in next(csv.reader([first], delimiter=delimiter)))
    except csv.Error as error:
        raise SourceError(
            f"{given} does not begin with a line of column names ({error}); a CSV file was expected."
        ) from error
    if max(map(len, header)) > LONGEST_NAME:
        raise SourceError(
            f"{given} does not begin with a line of column names (one would have more than {LONGEST_NAME:,} characters); "
            "a CSV file was expected."
        )
    return header, delimiter
