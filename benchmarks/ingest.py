"""How fast a file of New York's 41 columns becomes a published version, beside what reading it alone costs."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.nyc_rows import write_rows

CITY = "nyc"
LEAST_ROWS_PER_SECOND, MOST_MEMORY = 100_000, 2 * 2**30
"""What is aimed at on two cores, for a million rows: from the file to the published version, and bytes held meanwhile."""
ROOT = Path(__file__).resolve().parents[1]
READ_ONLY = """
import json, sys, time, duckdb
begun = time.perf_counter()
duckdb.connect().execute("CREATE TABLE rows AS SELECT * FROM read_csv(?, all_varchar = true, header = true)", [sys.argv[1]])
print(json.dumps({"seconds": time.perf_counter() - begun}))
"""
SYNC = """
import json, resource, sys, time
from pathlib import Path
from data_access.city import load_city
from data_access.sync import sync_files
begun = time.perf_counter()
counts = sync_files(load_city(sys.argv[2]), [Path(sys.argv[1])], Path(sys.argv[3])).counts
seconds = time.perf_counter() - begun
print(json.dumps({"seconds": seconds, "stored": counts.stored, "read": counts.read,
                  "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians of the rounds: rows per second from file to published version, peak memory in bytes, and how many times as
    long it took as only reading the file into an empty database."""

    rows: int
    rounds: int
    rows_per_second: float
    times_reading: float
    memory: int
    work_bytes: int
    published_bytes: int

    @property
    def verdicts(self) -> tuple[str, str]:
        """Whether the aims are met, in words."""
        fast, small = self.rows_per_second >= LEAST_ROWS_PER_SECOND, self.memory <= MOST_MEMORY
        return (
            f"{'meets' if fast else 'misses'} {LEAST_ROWS_PER_SECOND:,} rows/s",
            f"{'meets' if small else 'misses'} {MOST_MEMORY // 2**20:,} MiB of memory",
        )


def measure(rows: int, rounds: int = 3, seed: int = 311) -> Measured:
    """Make up so many rows and measure; each round reads and syncs in processes of their own, one after the other."""
    with tempfile.TemporaryDirectory(prefix="fixedyet-bench-") as name:
        folder = Path(name)
        file = folder / "rows.csv"
        write_rows(file, rows, seed)
        synced, ratios, memory = [], [], 0
        for number in range(rounds):
            data = folder / f"data{number}"
            reading = _run(READ_ONLY, str(file))
            found = _run(SYNC, str(file), CITY, str(data))
            if (found["read"], found["stored"]) != (rows, rows):
                raise AssertionError(f"{found['stored']} of {rows} rows were stored")
            synced.append(rows / found["seconds"])
            ratios.append(found["seconds"] / reading["seconds"])
            memory = max(memory, int(found["memory"]))
        city = data / CITY
        published = sum(path.stat().st_size for path in city.glob("v*/*"))
        return Measured(
            rows,
            rounds,
            statistics.median(synced),
            statistics.median(ratios),
            memory,
            sum(path.stat().st_size for path in (city / "work.duckdb", *city.glob("raw/*"))),
            published,
        )


def table(found: Measured) -> str:
    """What was measured, for people."""
    rounds = "1 round" if found.rounds == 1 else f"the median of {found.rounds} rounds"
    lines = [
        f"{found.rows:,} rows of 41 columns, {rounds}, {os.cpu_count()} cores",
        f"  file to published version  {found.rows_per_second:>12,.0f} rows/s",
        f"  against reading it alone   {found.times_reading:>12.1f} times as long",
        f"  peak memory                {found.memory / 2**20:>12,.0f} MiB",
        f"  the sync's own files       {found.work_bytes / 2**20:>12,.0f} MiB",
        f"  the published version      {found.published_bytes / 2**20:>12,.0f} MiB",
        f"  {'; '.join(found.verdicts)}",
    ]
    return "\n".join(lines)


def _run(program: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])
