"""Some rows from all over a file: a guess from its first rows alone would know one week of one year."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from data_access.sources.files import PlainFile

PLACES, ROWS_AT_EACH = 40, 500


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of a file as texts without blanks around them; `whole` says that these are all."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    whole: bool

    def column(self, name: str) -> list[str]:
        """The texts of a column that are not empty."""
        place = self.header.index(name)
        return [row[place] for row in self.rows if row[place]]

    def common(self, name: str, most: int = 50) -> list[str]:
        """The texts of a column, the most frequent first."""
        return [text for text, _ in Counter(self.column(name)).most_common(most)]


def sampled(file: PlainFile) -> Sample:
    """Rows from PLACES places of a file, all of a small one; lines that are no row of its width are passed over."""
    size = file.path.stat().st_size
    rows: list[tuple[str, ...]] = []
    with file.path.open("rb") as stream:
        stream.readline()
        begin = stream.tell()
        head = list(islice(stream, PLACES * ROWS_AT_EACH + 1))
        if len(head) <= PLACES * ROWS_AT_EACH:
            return Sample(file.header, tuple(_rows(head, file)), whole=True)
        for place in range(PLACES):
            stream.seek(begin + (size - begin) * place // PLACES)
            if place:
                stream.readline()  # most likely the rest of a line
            rows += _rows(list(islice(stream, ROWS_AT_EACH)), file)
    return Sample(file.header, tuple(rows), whole=False)


def _rows(lines: Sequence[bytes], file: PlainFile) -> list[tuple[str, ...]]:
    texts = (line.decode("utf-8", errors="replace") for line in lines)
    found: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(texts, delimiter=file.delimiter):
            if len(row) == len(file.header):
                found.append(tuple(text.strip() for text in row))
    except csv.Error:  # a quote that was opened before this place: what came until then is enough for a guess
        return found
    return found
