"""What a person or a portal gives, as a stream of CSV bytes: a plain file, a gzip, a member of a zip, standard input."""

from __future__ import annotations

import gzip
import io
import lzma
import shutil
import sys
import zipfile
import zlib
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from dashboard.domain.errors import SourceError
from data_access.sources.parquet import MAGIC as PARQUET
from data_access.sources.parquet import parquet_as_csv

STDIN = Path("-")
CHUNK = 1 << 22
TEXT_NAMES = (".csv", ".tsv", ".txt", ".csv.gz")
ZIP, GZIP = b"PK", b"\x1f\x8b"
KINDS = ".csv, .csv.gz, .zip or .parquet"
DAMAGED = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile)
"""What reading a cut-off or damaged archive raises."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file: `stream` gives the bytes of its CSV, `packed` the bytes on disk, of which there are `total`.

    `name` is how a person would name it; `delimiter` is '' where the first line has to tell.
    `plain` is the file that was given where its own bytes are the CSV.
    """

    stream: io.BufferedIOBase
    packed: io.BufferedIOBase
    total: int
    name: str
    delimiter: str = ""
    plain: Path | None = None


@contextmanager
def opened(given: Path, folder: Path, member: str = "") -> Generator[Opened]:
    """Open a file by what its content says it is. Raises SourceError with one sentence; `folder` is for large leftovers.

    `member` is the pattern of the wanted member of a zip; 'archive.zip/2025.csv' as a path names one as well. Nothing is
    ever written under a name that comes out of an archive.
    """
    path, member = _zip_and_member(given, member)
    name = path.name
    if path == STDIN:
        path = spooled(folder)
        name = path.name
    elif not path.exists():
        raise SourceError(f"There is no file {given}; give the path of a file ({KINDS}).")
    elif path.is_dir():
        raise SourceError(f"{given} is a folder; give the path of a file in it ({KINDS}).")
    with ExitStack() as stack:
        packed: io.BufferedIOBase = stack.enter_context(path.open("rb"))
        begin, delimiter = packed.read(4), ""
        packed.seek(0)
        if begin == PARQUET:
            path, delimiter = parquet_as_csv(path, name, folder), ","
            stack.callback(path.unlink)
            packed = stack.enter_context(path.open("rb"))
        stream = packed
        if begin[:2] == ZIP:
            archive = stack.enter_context(zipfile.ZipFile(packed))
            info, several = _wanted(archive, name, member)
            name = f"{name}/{info.filename}" if several else name
            found = stack.enter_context(_member(archive, info, name))
            stream, begin = found, found.peek(2)
        if begin[:2] == GZIP:
            stream = stack.enter_context(gzip.GzipFile(fileobj=stream))
        plain = path if stream is packed and begin != PARQUET else None
        yield Opened(stream, packed, max(path.stat().st_size, 1), name, delimiter, plain)


def _zip_and_member(given: Path, member: str) -> tuple[Path, str]:
    """A path that goes on after a zip file, as the zip file and the pattern of its member."""
    if given == STDIN or given.exists():
        return given, member
    for parent in given.parents:
        if parent.is_file() and zipfile.is_zipfile(parent):
            return parent, given.relative_to(parent).as_posix()
    return given, member


def spooled(folder: Path) -> Path:
    """Standard input as a file in a folder: a zip or Parquet file is read from its end."""
    path = folder / "standard input"
    with path.open("wb") as out:
        shutil.copyfileobj(sys.stdin.buffer, out, CHUNK)
    return path


def _wanted(archive: zipfile.ZipFile, name: str, pattern: str) -> tuple[zipfile.ZipInfo, bool]:
    """The one member that holds the rows, and whether others are there that could."""
    there = [info for info in archive.infolist() if _is_a_file(info)]
    if "xl/workbook.xml" in archive.namelist():
        raise SourceError(f"{name} is an Excel workbook; save its sheet of rows as CSV in UTF-8 and give that.")
    texts = [info for info in there if info.filename.lower().endswith(TEXT_NAMES)]
    texts = texts or (there if len(there) == 1 else [])
    found = [info for info in texts or there if _fits(info.filename, pattern)] if pattern else texts
    if len(found) == 1:
        return found[0], len(texts) > 1
    names = ", ".join(info.filename for info in (found or there)[:5])
    names += ", ..." if len(found or there) > 5 else ""
    if not there:
        raise SourceError(f"{name} is a zip file with nothing in it; download it again.")
    if found:
        raise SourceError(
            f"{name} holds several files that could be the rows ({names}); name the one that is meant, as in "
            f"'{name}/{found[0].filename}', or give a narrower pattern as 'member' in the city file."
        )
    if pattern:
        raise SourceError(f"{name} holds no file '{pattern}'; there is {names}.")
    raise SourceError(f"{name} holds no CSV file; there is {names}.")


def _is_a_file(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    return not (info.is_dir() or path.name.startswith(".") or path.parts[0] == "__MACOSX")


def _fits(filename: str, pattern: str) -> bool:
    whole, wanted = filename.lower(), pattern.lower()
    return whole == wanted or fnmatchcase(whole, wanted) or fnmatchcase(PurePosixPath(whole).name, wanted)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> zipfile.ZipExtFile:
    if info.flag_bits & 1:
        raise SourceError(f"{name} is locked with a password; unpack it first and give the CSV file.")
    try:
        member = archive.open(info)
    except NotImplementedError as error:
        raise SourceError(f"{name} is packed in a way that cannot be read here; unpack it first.") from error
    assert isinstance(member, zipfile.ZipExtFile)
    return member
