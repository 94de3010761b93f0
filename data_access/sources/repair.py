"""Lines whose commas nobody quoted: put together again where it is plain how, and counted."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from data_access.city import Schema
from data_access.sources.files import PlainFile


@contextmanager
def repaired(file: PlainFile, schema: Schema) -> Generator[tuple[PlainFile, int]]:
    """The file with its broken lines mended, and how many there were; the file itself if its schema says of none.

    Lines stay lines: a row stands in the line in which it stood. What cannot be mended is left as it is.
    """
    names = [name.casefold() for name in file.header]
    if not schema.repair_column or schema.repair_column.casefold() not in names:
        yield file, 0
        return
    place = names.index(schema.repair_column.casefold())
    with tempfile.TemporaryDirectory(prefix="fixedyet-") as folder:
        path = Path(folder) / "repaired.csv"
        mended = _mend(file, path, place)
        yield replace(file, path=path), mended


def mend(fields: list[str], width: int, place: int, delimiter: str = ",") -> list[str] | None:
    """The fields of one broken line joined to `width` of them, or None where that cannot be.

    From the column at `place` on a piece that begins with a blank belongs to the text before it ("Environment, Climate &
    Forestry"). If that is not enough, those after the column are counted from the right, and what is between belongs to it.
    """
    joined: list[str] = []
    for number, piece in enumerate(fields):
        if number > place and piece.startswith(" ") and piece.strip():
            joined[-1] += delimiter + piece
        else:
            joined.append(piece)
    if len(joined) == width:
        return joined
    extra = len(fields) - width
    if extra <= 0:
        return None
    return [*fields[:place], delimiter.join(fields[place : place + extra + 1]), *fields[place + extra + 1 :]]


def _mend(file: PlainFile, path: Path, place: int) -> int:
    width, mended, quoted = len(file.header), 0, False
    mark = file.delimiter
    with file.path.open(encoding="utf-8", newline="") as lines, path.open("w", encoding="utf-8", newline="") as out:
        for line in lines:
            continued = quoted
            quoted ^= bool(line.count('"') % 2)
            if continued or quoted or line.count(mark) < width:  # whole, or part of a text that runs over several lines
                out.write(line)
                continue
            fields = next(csv.reader([line.rstrip("\n")], delimiter=mark))
            whole = mend(fields, width, place, mark) if len(fields) > width else None
            mended += whole is not None
            out.write(line if whole is None else _line(whole, mark, line))
    return mended


def _line(fields: list[str], delimiter: str, before: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n" if before.endswith("\n") else "").writerow(fields)
    return text.getvalue()
