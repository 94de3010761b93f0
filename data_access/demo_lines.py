"""The demo city's requests as the lines of a CSV file, good ones and bad ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from data_access.demo_catalogue import categories
from data_access.demo_endings import phrases
from data_access.demo_map import ORIGIN, demo_map
from data_access.demo_places import Bools
from data_access.demo_requests import (
    AT_CITY_HALL,
    CANCELLED,
    CHANNELS,
    CLOSED,
    LOCATED,
    OUT_OF_TOWN,
    STATUSES,
    Requests,
)
from data_access.demo_streets import Ints, demo_sites

Texts = Any
"""A pyarrow array of texts: pyarrow ships no types."""
pc: Any = pyarrow.compute

HEADERS = (
    "Request Number", "Created", "Closed", "Last Updated", "Due", "Status", "Resolution", "Request Type", "Detail",
    "Department", "Council District", "Neighborhood", "Latitude", "Longitude", "Address", "Received By",
)  # fmt: skip
CITY_HALL = ("City Hall, 200 River Plaza", f"{ORIGIN[1]:.5f}", f"{ORIGIN[0]:.5f}")
NEXT_TOWN = ("Old Highway 2, Garden Prairie", "40.73820", "-93.27410")
BAD_DATES = ("13/45/2024", "", "2024-02-30 10:15:00", "yesterday", "0000-00-00 00:00:00", "2025-06-12 25:61:00",
             "31.12.2024", "N/A", "45291.4375")  # fmt: skip
WITHOUT_ID, WRONG_COUNT, REPEATED, CORRECTED = 8, 8, 3, 3
QUARANTINED = WITHOUT_ID + len(BAD_DATES) + WRONG_COUNT
"""Lines that no reader should accept. REPEATED others come twice, CORRECTED ones again with another channel."""
EXTRA = QUARANTINED + REPEATED + CORRECTED


def request_numbers(requests: Requests) -> Texts:
    """Ids such as RB-2025-0001234: counted from 1 in each year."""
    years = requests.created.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970
    first = np.searchsorted(years, years)
    count = pc.ascii_lpad(pa.array(np.arange(len(years)) - first + 1).cast(pa.string()), 7, "0")
    return pc.binary_join_element_wise("RB", pa.array(years).cast(pa.string()), count, "-")


def lines(requests: Requests, rng: np.random.Generator) -> Texts:
    """One text a request, with its line end."""
    numbers = request_numbers(requests)
    times = [_times(column) for column in (requests.created, requests.closed, requests.updated, requests.due)]
    columns = [
        numbers,
        *times,
        _looked_up(STATUSES, requests.status),
        _resolutions(requests, numbers),
        *_what(requests, rng),
        *_where(requests),
        _looked_up([f"{channel}\n" for channel in CHANNELS], requests.channel),
    ]
    return pc.binary_join_element_wise(*columns, ",")


def _looked_up(texts: Sequence[str], numbers: Ints) -> Texts:
    """The text at each position, in quotes where a comma needs them; of a negative position the last."""
    quoted = [f'"{text}"' if "," in text else text for text in texts]
    return pa.array(quoted).take(pa.array(np.where(numbers < 0, len(quoted) - 1, numbers)))


def _times(seconds: Ints) -> Texts:
    """Wall-clock times as text, empty where there is none."""
    texts = pa.array(seconds, mask=seconds < 0).cast(pa.timestamp("s")).cast(pa.string())
    return pc.fill_null(texts, "")


def _resolutions(requests: Requests, numbers: Texts) -> Texts:
    """How it ended; of a duplicate the number of the request that it repeats."""
    ended = (requests.status == CLOSED) | (requests.status == CANCELLED)
    words = _looked_up([*phrases(), ""], np.where(ended, requests.phrase, -1))
    original = numbers.take(pa.array(np.maximum(requests.original, 0)))
    repeats = pc.binary_join_element_wise("Duplicate of request", original, " ")
    return pc.if_else(pa.array(ended & (requests.original >= 0)), repeats, words)


def _what(requests: Requests, rng: np.random.Generator) -> list[Texts]:
    """Category, detail and department."""
    kinds = categories()
    details = [kind.details[number % len(kind.details)] for kind in kinds for number in range(60)]
    detail = np.where(requests.category < 0, -1, requests.category * 60 + rng.integers(0, 60, len(requests.category)))
    return [
        _looked_up([*(kind.name for kind in kinds), "Unspecified"], requests.category),
        _looked_up([*details, ""], detail),
        _looked_up([*(kind.department for kind in kinds), ""], requests.category),
    ]


def _where(requests: Requests) -> list[Texts]:
    """District, neighbourhood, latitude, longitude and address."""
    sites = demo_sites()
    home = np.where(requests.district < 0, -1, sites.neighbourhood[requests.site])
    known: list[Bools] = [requests.place == kind for kind in (LOCATED, AT_CITY_HALL, OUT_OF_TOWN)]
    count = len(sites.address)
    row = np.select(known, [requests.site, np.full_like(home, count), np.full_like(home, count + 1)], -1)
    columns = zip((sites.latitude, sites.longitude, sites.address), (1, 2, 0), strict=True)
    return [
        _looked_up([*demo_map().districts, ""], requests.district),
        _looked_up([*sites.neighbourhoods, ""], home),
        *(_looked_up([*texts.tolist(), CITY_HALL[at], NEXT_TOWN[at], ""], row) for texts, at in columns),
    ]


def insert_bad_lines(good: Texts, rng: np.random.Generator) -> list[tuple[int, str]]:
    """Lines to be put in, each before the good line of its position: bad ones and repeated ids."""
    places = np.sort(rng.choice(np.arange(len(good) // 20, len(good)), EXTRA, replace=False))
    kinds = rng.permutation(np.repeat(np.arange(5), (WITHOUT_ID, len(BAD_DATES), WRONG_COUNT, REPEATED, CORRECTED)))
    dates = iter(BAD_DATES)
    result: list[tuple[int, str]] = []
    for number, (place, kind) in enumerate(zip(places.tolist(), kinds.tolist(), strict=True)):
        fields: list[str] = good[place - 1].as_py().rstrip("\n").split(",")
        unused = f"{fields[0][:8]}9{number:06}"
        if kind == 0:
            fields[0] = ""
        elif kind == 1:
            fields[:2] = [unused, next(dates)]
        elif kind == 2:
            # Cut before the resolution, the first text that can hold a quoted comma.
            fields = [unused, *(fields[1:6] if number % 2 else [*fields[1:], "", "moved"])]
        elif kind == 3:
            fields[-1] = "Website" if fields[-1] == "Walk-in" else "Walk-in"
        result.append((place, ",".join(fields)))
    return result
