"""How soon a day's changes are published, beside making the version whole, with somebody reading all the while."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CITY = "nyc"
MOST_SECONDS = 10.0
"""What is aimed at on two cores, for 50,000 changed of 10 million requests."""
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians of the rounds in seconds, of the changes and of a whole version that follows them; peak memory in bytes;
    questions that were answered while it was published, none of which may fail."""

    rows: int
    changed: int
    rounds: int
    seconds: float
    whole_seconds: float
    memory: int
    answered: int

    @property
    def verdict(self) -> str:
        """Whether the aim is met, in words."""
        return f"{'meets' if self.seconds <= MOST_SECONDS else 'misses'} {MOST_SECONDS:g} s"


def measure(rows: int, changed: int, rounds: int = 3, seed: int = 311) -> Measured:
    """Make up so many stored requests, publish them, and measure rounds of changes, each followed by a whole version."""
    with tempfile.TemporaryDirectory(prefix="fixedyet-bench-") as name:
        program = [
            sys.executable,
            "-m",
            "benchmarks.publish_rounds",
            name,
            CITY,
            *map(str, (rows, changed, rounds, seed)),
        ]
        done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(done.stderr[-2000:])
        found = json.loads(done.stdout.splitlines()[-1])
    return Measured(
        rows,
        changed,
        rounds,
        statistics.median(found["changes"]),
        statistics.median(found["whole"]),
        int(found["memory"]),
        int(found["answered"]),
    )


def table(found: Measured) -> str:
    """What was measured, for people."""
    rounds = "1 round" if found.rounds == 1 else f"the median of {found.rounds} rounds"
    return "\n".join(
        [
            f"{found.changed:,} changed of {found.rows:,} stored requests, {rounds}, {os.cpu_count()} cores",
            f"  published by what changed  {found.seconds:>12.1f} s",
            f"  made whole                 {found.whole_seconds:>12.1f} s",
            f"  times as long              {found.whole_seconds / found.seconds:>12.1f}",
            f"  peak memory                {found.memory / 2**20:>12,.0f} MiB",
            f"  answered meanwhile         {found.answered:>12,}, without an error",
            f"  {found.verdict}",
        ]
    )
