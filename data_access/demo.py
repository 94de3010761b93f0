"""The seeded demo city: a made-up request file and its two maps, with everything that makes real sources difficult."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_access.demo_lines import HEADERS, Texts, insert_bad_lines, lines
from data_access.demo_map import demo_map, feature_collection
from data_access.demo_quirks import add_mistakes
from data_access.demo_requests import make_requests

FEWEST_ROWS = 1_000


@dataclass(frozen=True)
class DemoFiles:
    """Where the files of the demo city are."""

    requests: Path
    districts: Path
    neighbourhoods: Path


def write_demo(
    folder: Path, *, rows: int = 420_000, seed: int = 311, progress: Callable[[str, float], None] | None = None
) -> DemoFiles:
    """Write the demo city's files into a folder, which is made if need be.

    The same seed and number of rows give the same bytes. `rows` counts good requests, at least 1,000; the file has a
    few more lines, which are bad or repeat an id. `progress` is told what is being done and how far it is, 0 to 1.
    Raises ValueError if `rows` is too small.
    """
    if rows < FEWEST_ROWS:
        raise ValueError(f"The demo city needs at least {FEWEST_ROWS:,} rows, not {rows:,}.")
    tell = progress or _silent
    folder.mkdir(parents=True, exist_ok=True)
    files = DemoFiles(folder / "requests.csv", folder / "districts.geojson", folder / "neighbourhoods.geojson")
    tell("Drawing the map", 0.0)
    _write_areas(files)
    rng = np.random.default_rng(seed)
    tell("Making up requests", 0.15)
    requests = add_mistakes(make_requests(rows, rng), rng)
    tell("Writing the file", 0.6)
    good = lines(requests, rng)
    _write_lines(files.requests, good, insert_bad_lines(good, rng))
    tell("Writing the file", 1.0)
    return files


def _silent(_doing: str, _done: float) -> None:
    """Tell nobody."""


def _write_areas(files: DemoFiles) -> None:
    """Write the two boundary files."""
    city = demo_map()
    for path, areas in ((files.districts, city.districts), (files.neighbourhoods, city.neighbourhoods)):
        path.write_text(json.dumps(feature_collection(areas)), encoding="utf-8", newline="\n")


def _write_lines(path: Path, good: Texts, inserted: list[tuple[int, str]]) -> None:
    """Write the header and the good lines, with the inserted ones before the good line of their position."""
    with path.open("wb") as file:
        file.write((",".join(HEADERS) + "\n").encode())
        written = 0
        for place, line in inserted:
            file.write(_bytes_of(good[written:place]))
            file.write((line + "\n").encode())
            written = place
        file.write(_bytes_of(good[written:]))


def _bytes_of(texts: Texts) -> memoryview:
    """The texts one after the other, as they lie in memory."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data)[ends[0] : ends[-1]]
