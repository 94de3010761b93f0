"""Made-up rows in the shape of New York's CSV export: 41 columns, its agencies' shares, waits, texts and empty fields."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

HEADER = tuple(
    name.strip()
    for line in (
        "Unique Key,Created Date,Closed Date,Agency,Agency Name,Complaint Type,Descriptor,Location Type,Incident Zip",
        "Incident Address,Street Name,Cross Street 1,Cross Street 2,Intersection Street 1,Intersection Street 2",
        "Address Type,City,Landmark,Facility Type,Status,Due Date,Resolution Description",
        "Resolution Action Updated Date,Community Board,BBL,Borough,X Coordinate (State Plane)",
        "Y Coordinate (State Plane),Open Data Channel Type,Park Facility Name,Park Borough,Vehicle Type",
        "Taxi Company Borough,Taxi Pick Up Location,Bridge Highway Name,Bridge Highway Direction,Road Ramp",
        "Bridge Highway Segment,Latitude,Longitude,Location",
    )
    for name in line.split(",")
)
BOROUGHS = ("BROOKLYN", "QUEENS", "MANHATTAN", "BRONX", "STATEN ISLAND")
# agency, its name, share of the rows, median wait in hours
AGENCIES = (
    ("NYPD", "New York City Police Department", 0.42, 2),
    ("HPD", "Department of Housing Preservation and Development", 0.2, 60),
    ("DSNY", "Department of Sanitation", 0.12, 90),
    ("DOT", "Department of Transportation", 0.1, 45),
    ("DEP", "Department of Environmental Protection", 0.07, 34),
    ("DPR", "Department of Parks and Recreation", 0.05, 300),
    ("DOB", "Department of Buildings", 0.04, 900),
)
TYPES_EACH, STREETS, CHUNK = 25, 4_000, 250_000
# So many buildings, few of which get most of the requests; and a share of rows is about the place of one shortly before:
# on a day of the real rows four in five addresses are different, over the years most have come before.
BUILDINGS, UNEVENNESS, REPEATED, BEFORE = 860_000, 1.5, 0.18, 60
ANSWERS = (
    "The Police Department responded to the complaint and took action to fix the condition.",
    "The Police Department responded to the complaint and determined that police action was not necessary.",
    "The complaint you filed is a duplicate of a condition already reported by another tenant for a building-wide condition.",
    "The Department of Transportation inspected this complaint and repaired the problem.",
    "The Department of Sanitation investigated this complaint and found no condition at the location.",
    "",
)
FIRST, DAYS = np.datetime64("2015-01-01T00:00:00"), 3650


def write_rows(path: Path, rows: int, seed: int = 311) -> None:
    """Write a CSV file of so many rows; the same seed gives the same bytes."""
    rng = np.random.default_rng(seed)
    places = _Places.made(rng)
    with csv.CSVWriter(path, pa.schema([(name, pa.string()) for name in HEADER])) as out:
        for start in range(0, rows, CHUNK):
            out.write_table(_table(start, min(CHUNK, rows - start), places, rng))


@dataclass(frozen=True)
class _Places:
    """The city's buildings: the sum of the weights up to each, and what its rows say of where it is."""

    weights: np.ndarray
    street: np.ndarray
    number: np.ndarray
    borough: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    lot: np.ndarray
    easting: np.ndarray
    northing: np.ndarray

    @classmethod
    def made(cls, rng: np.random.Generator) -> _Places:
        """As many as the city has."""
        n = BUILDINGS
        return cls(
            rng.lognormal(0, UNEVENNESS, n).cumsum(),
            rng.integers(0, STREETS, n),
            rng.integers(1, 3000, n),
            rng.integers(0, len(BOROUGHS), n),
            40.5 + 0.4 * rng.random(n),
            -74.2 + 0.5 * rng.random(n),
            rng.integers(1_000_000_000, 5_999_999_999, n),
            rng.integers(913_000, 1_067_000, n),
            rng.integers(120_000, 272_000, n),
        )

    def drawn(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """The building of each of so many rows."""
        found = np.searchsorted(self.weights, rng.random(n) * self.weights[-1])
        again = np.flatnonzero(rng.random(n) < REPEATED)
        found[again] = found[np.maximum(again - rng.integers(1, BEFORE, len(again)), 0)]
        return found


def _table(start: int, n: int, places: _Places, rng: np.random.Generator) -> pa.Table:
    agency = rng.choice(len(AGENCIES), n, p=[each[2] for each in AGENCIES])
    created = FIRST + rng.integers(0, DAYS * 86_400, n).astype("timedelta64[s]")
    hours = np.array([each[3] for each in AGENCIES])[agency] * rng.lognormal(0, 1.3, n)
    closed = created + (hours * 3600).astype("timedelta64[s]")
    date_only = np.isin(agency, [2, 6])
    closed = np.where(date_only, closed.astype("datetime64[D]").astype("datetime64[s]"), closed)
    is_open = rng.random(n) < 0.04
    place = places.drawn(n, rng)
    borough, street = places.borough[place], places.street[place]
    latitude, longitude = places.latitude[place], places.longitude[place]
    kind = rng.integers(0, TYPES_EACH, n)
    streets = _pick([f"STREET {number} AVENUE" for number in range(STREETS)], street)
    crossing = _pick([f"CROSS STREET {number}" for number in range(STREETS)], (street * 7) % STREETS)
    board = _pick([f"{number:02} {name}" for name in BOROUGHS for number in range(1, 19)], borough * 18 + street % 18)
    boroughs = _pick(list(BOROUGHS), borough)
    latitudes, longitudes = (pc.cast(pa.array(np.round(each, 12)), pa.string()) for each in (latitude, longitude))
    closing = pc.if_else(pa.array(is_open), "", _times(closed))
    columns = {
        "Unique Key": pc.cast(pa.array(np.arange(start, start + n) + 40_000_000), pa.string()),
        "Created Date": _times(created),
        "Closed Date": closing,
        "Agency": _pick([each[0] for each in AGENCIES], agency),
        "Agency Name": _pick([each[1] for each in AGENCIES], agency),
        "Complaint Type": _pick(
            [f"Problem {each[0]} {number}" for each in AGENCIES for number in range(TYPES_EACH)],
            agency * TYPES_EACH + kind,
        ),
        "Descriptor": _pick([f"Detail {number}" for number in range(TYPES_EACH)], kind),
        "Location Type": _pick(["Street/Sidewalk", "Residential Building/House", "Store/Commercial", ""], kind % 4),
        "Incident Zip": _pick([str(10_000 + number) for number in range(200)], street % 200),
        "Incident Address": pc.binary_join_element_wise(
            pc.cast(pa.array(places.number[place]), pa.string()), streets, " "
        ),
        "Street Name": streets,
        "Cross Street 1": crossing,
        "Cross Street 2": crossing,
        "Intersection Street 1": crossing,
        "Intersection Street 2": crossing,
        "Address Type": _pick(["ADDRESS", "INTERSECTION"], (kind > 21).astype(int)),
        "City": boroughs,
        "Landmark": streets,
        "Status": pc.if_else(pa.array(is_open), "In Progress", "Closed"),
        "Resolution Description": _pick(list(ANSWERS), rng.integers(0, len(ANSWERS), n)),
        "Resolution Action Updated Date": closing,
        "Community Board": board,
        "BBL": pc.cast(pa.array(places.lot[place]), pa.string()),
        "Borough": boroughs,
        "X Coordinate (State Plane)": pc.cast(pa.array(places.easting[place]), pa.string()),
        "Y Coordinate (State Plane)": pc.cast(pa.array(places.northing[place]), pa.string()),
        "Open Data Channel Type": _pick(["ONLINE", "PHONE", "MOBILE", "UNKNOWN"], rng.integers(0, 4, n)),
        "Park Facility Name": _pick(["Unspecified"], np.zeros(n, dtype=int)),
        "Park Borough": boroughs,
        "Latitude": latitudes,
        "Longitude": longitudes,
        "Location": pc.binary_join_element_wise("(", latitudes, ", ", longitudes, ")", ""),
    }
    empty = pa.array([""]).take(pa.array(np.zeros(n, dtype=np.int32)))
    return pa.table({name: columns.get(name, empty) for name in HEADER})


def _pick(values: list[str], index: np.ndarray) -> pa.Array:
    return pa.array(values).take(pa.array(index))


def _times(moments: np.ndarray) -> pa.Array:
    return pc.strftime(pa.array(moments.astype("datetime64[s]")), format="%m/%d/%Y %I:%M:%S %p")
