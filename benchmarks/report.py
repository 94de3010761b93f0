"""All benchmarks one after the other, and what they print as the part of docs/performance.md that is made by this."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True, slots=True)
class Bench:
    """One run of `fixedyet bench`: what it is about, and its words after `bench`."""

    title: str
    words: tuple[str, ...]


BENCHES = (
    Bench("The panels of the overview, 1 million requests", ("panels", "--rows", "1000000")),
    Bench("The panels of the overview, 10 million requests", ("panels", "--rows", "10000000")),
    Bench("The panels of the overview, 40 million requests", ("panels", "--rows", "40000000")),
    Bench("From a file to a published version", ("ingest",)),
    Bench("A day's changes published", ("publish",)),
    Bench("Pages on a slow phone", ("pages",)),
    Bench("Readers at once", ("load",)),
)
Run = Callable[[Bench], str]


def run(bench: Bench) -> str:
    """What a benchmark prints, in a process of its own; one that fails is told in its last line."""
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.cli", "bench", *bench.words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return done.stdout.rstrip()
    said = (done.stderr or done.stdout).strip().splitlines()
    return f"(not measured: {said[-1] if said else f'it ended with {done.returncode}'})"


def measured(benches: Sequence[Bench], now: datetime, run: Run = run) -> str:
    """The part of the document that is made: machine, day, and each benchmark's command and table."""
    parts = [f"Measured on {now:%Y-%m-%d} on {machine()}."]
    for bench in benches:
        parts.append(f"### {bench.title}\n\n`fixedyet bench {' '.join(bench.words)}`\n\n```\n{run(bench)}\n```")
    return "\n\n".join(parts)


def put_into(document: str, part: str) -> str:
    """The document with the part between its two marks. Raises ValueError where a mark is missing."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{DOCUMENT.name} lacks the marks {BEGIN} and {END}, between which the tables are written")
    return f"{before}{BEGIN}\n\n{part}\n\n{END}{after}"


def machine() -> str:
    """This machine in words: processor, cores, memory, Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB of memory, Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
