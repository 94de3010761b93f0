"""A CSV file whose lines are all of the right shape, straight into a raw file: several times faster than the engine that
also reads what is broken, and never in another way than it."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from pyarrow import csv, parquet

Rows = Any
"""A pyarrow table of texts: pyarrow ships no types."""
pc: Any = pyarrow.compute

CHUNK, BLOCK = 1 << 25, 1 << 20
"""Bytes that are read and become a row group of the raw file together; they are taken apart in pieces that fit a cache."""
MOST_THREADS, SAMPLE = 4, 20_000
OFTEN = 4
"""A column whose texts come so many times each, by the first rows, is written as numbers of its different texts."""
NEWLINE, QUOTE = b"\n", b'"'


class _Irregular(Exception):
    """Something in the file that readers of CSV may take in different ways."""


def write_regular(path: Path, columns: int, delimiter: str, target: Path) -> bool:
    """Write the rows of a UTF-8 file with a line of column names as Parquet: c0, c1, ... as texts in the order of the lines,
    an empty text as NULL. False, and no file, where a line has too many or too few columns or a quote in an odd place.
    """
    if columns < 2 or len(delimiter.encode()) != 1:
        return False
    try:
        _write(path, [f"c{place}" for place in range(columns)], delimiter, target)
    except (_Irregular, pa.ArrowInvalid):
        target.unlink(missing_ok=True)
        return False
    return True


def _write(path: Path, names: list[str], delimiter: str, target: Path) -> None:
    waiting: deque[Future[Rows]] = deque()
    threads = min(os.cpu_count() or 1, MOST_THREADS)
    with ThreadPoolExecutor(threads) as pool, closing(_Target(target, names)) as out:
        try:
            for chunk in _chunks(path):
                waiting.append(pool.submit(_parsed, chunk, names, delimiter))
                if len(waiting) > threads:
                    out.write(waiting.popleft().result())
            while waiting:
                out.write(waiting.popleft().result())
        finally:
            for each in waiting:
                each.cancel()


class _Target:
    """The raw file, opened with its first rows: by them it is chosen which columns are written as numbers."""

    def __init__(self, path: Path, names: list[str]) -> None:
        self._path, self._names = path, names
        self._writer: parquet.ParquetWriter | None = None

    def write(self, rows: Rows) -> None:
        """Add a row group."""
        if self._writer is None:
            self._writer = self._opened(rows)
        self._writer.write_table(rows, row_group_size=max(len(rows), 1))

    def close(self) -> None:
        """Write the end of the file, also of one without rows."""
        if self._writer is None:
            self._writer = self._opened(pa.table({name: pa.array([], pa.string()) for name in self._names}))
        self._writer.close()

    def _opened(self, rows: Rows) -> parquet.ParquetWriter:
        first = rows.slice(0, SAMPLE)
        often: Any = [name for name in self._names if pc.count_distinct(first[name]).as_py() * OFTEN <= len(first)]
        return parquet.ParquetWriter(
            self._path,
            rows.schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=often,
            write_statistics=False,
            store_schema=False,
        )


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes after the line of column names in pieces of whole rows."""
    with path.open("rb", buffering=0) as stream:
        head = stream.read(CHUNK)
        begin = head.find(NEWLINE) + 1
        if not begin or head.count(QUOTE, 0, begin) % 2:
            raise _Irregular
        while data := _read_at(stream.fileno(), begin):
            end = _end_of_rows(data) if len(data) == CHUNK else len(data)
            if not end:
                raise _Irregular
            yield data if end == len(data) else data[:end]
            begin += end


def _read_at(handle: int, begin: int) -> bytes:
    """A chunk, short only at the end of the file."""
    data = os.pread(handle, CHUNK, begin)
    while len(data) < CHUNK and (more := os.pread(handle, CHUNK - len(data), begin + len(data))):
        data += more
    return data


def _end_of_rows(data: bytes) -> int:
    """Where the last whole row ends: at a newline outside of quotes; 0 if there is none."""
    end = len(data)
    odd = int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord(QUOTE))) % 2
    while (newline := data.rfind(NEWLINE, 0, end)) >= 0:
        odd ^= data.count(QUOTE, newline, end) % 2
        if not odd:
            return newline + 1
        end = newline
    return 0


def _parsed(data: bytes, names: list[str], delimiter: str) -> Rows:
    """Whole rows as a table. Raises _Irregular or pa.ArrowInvalid where a line is not of the right shape."""
    if b"\r" in data or not _quotes_are_regular(np.frombuffer(data, np.uint8), delimiter):
        raise _Irregular
    try:
        return _read(data, names, delimiter, in_values=False)
    except pa.ArrowInvalid:  # perhaps only a text of several lines that lies across two blocks
        return _read(data, names, delimiter, in_values=True)


def _read(data: bytes, names: list[str], delimiter: str, *, in_values: bool) -> Rows:
    return csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(column_names=names, block_size=BLOCK, use_threads=False),
        parse_options=csv.ParseOptions(delimiter=delimiter, newlines_in_values=in_values),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=not data.isascii(),
        ),
    )


def _quotes_are_regular(data: np.ndarray, delimiter: str) -> bool:
    """Whether each quote begins or ends a field, or stands twice within one, so that no reader can take it otherwise."""
    beside = np.zeros(256, dtype=bool)
    beside[[ord(delimiter), ord(NEWLINE), ord(QUOTE)]] = True
    odd = 0
    for begin in range(0, len(data), BLOCK):
        places = np.flatnonzero(data[begin : begin + BLOCK] == ord(QUOTE)) + begin
        opening, ending = places[odd::2], places[1 - odd :: 2]
        before = data[opening - 1]
        if len(opening) and opening[0] == 0:
            before[0] = ord(NEWLINE)
        if not (beside[before].all() and beside[data[np.minimum(ending + 1, len(data) - 1)]].all()):
            return False
        odd ^= len(places) % 2
    return not odd
