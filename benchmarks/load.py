"""Readers who click at the same time: how long the server takes for views that were seen before and for new ones, and its memory."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from data_access.demo_city import make_demo_city

ROOT = Path(__file__).resolve().parents[1]
EVERY_SECONDS = 5.0
SHARE_NEW = 0.02
"""The part of the clicks that asks for a view nobody has seen; the others ask for one of SEEN."""
SEEN = ("/", "/trends", "/map", "/departments", "/districts", "/requests", "/data", "/about", "/api/v1/summary")
MOST_SECONDS = 0.5
"""What is aimed at: nineteen of twenty views that were seen before, within this time."""


@dataclass(slots=True)
class Clicks:
    """The seconds that each answer took, and how many clicks got another answer than the page (503 apart), or none."""

    seen: list[float] = field(default_factory=list)
    new: list[float] = field(default_factory=list)
    refused: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it; times in milliseconds, memory in bytes by worker, `own_share` of one core that the readers took."""

    readers: int
    seconds: float
    workers: int
    seen: tuple[int, float, float]
    new: tuple[int, float, float]
    refused: int
    errors: int
    own_share: float
    rss: tuple[int, ...]
    pss: tuple[int, ...]

    @property
    def verdict(self) -> str:
        """Whether the aim is met, in words."""
        good = not self.errors and self.seen[2] <= MOST_SECONDS * 1000
        return f"{'meets' if good else 'misses'} no error and p95 of {MOST_SECONDS * 1000:.0f} ms on views seen before"


def measure(
    readers: int = 500, seconds: float = 60.0, workers: int = 2, rows: int = 150_000, seed: int = 311
) -> Measured:
    """Make up a city, serve it, and let so many readers click every five seconds for so long."""
    with tempfile.TemporaryDirectory(prefix="fixedyet-bench-") as name:
        make_demo_city(Path(name), rows=rows, seed=seed)
        with _served(Path(name), workers) as (port, process):
            clicks, begun, own = Clicks(), time.monotonic(), time.process_time()
            asyncio.run(_all(port, readers, seconds, clicks, random.Random(seed)))
            own_share = (time.process_time() - own) / (time.monotonic() - begun)
            memory = [_memory(pid) for pid in _children(process.pid)]
    return Measured(
        readers,
        seconds,
        workers,
        _told(clicks.seen),
        _told(clicks.new),
        clicks.refused,
        clicks.errors,
        own_share,
        tuple(rss for rss, _ in memory),
        tuple(pss for _, pss in memory),
    )


def table(found: Measured) -> str:
    """What was measured, for people."""
    memory = [
        f"  worker {number}: {rss / 2**20:,.0f} MiB resident, {pss / 2**20:,.0f} MiB its share"
        for number, (rss, pss) in enumerate(zip(found.rss, found.pss, strict=True), 1)
    ]
    lines = [
        f"{found.readers} readers clicking every {EVERY_SECONDS:.0f} s for {found.seconds:.0f} s, {found.workers} workers, "
        f"{os.cpu_count()} cores",
        *(
            f"  {name:<18}{n:>8} clicks   p50 {p50:>8.1f} ms   p95 {p95:>8.1f} ms"
            for name, (n, p50, p95) in (("seen before", found.seen), ("new", found.new))
        ),
        f"  refused (503) {found.refused}, errors {found.errors}; the readers themselves took {found.own_share:.0%} of a core",
        *memory,
        f"  {found.verdict}",
    ]
    return "\n".join(lines)


async def _all(port: int, readers: int, seconds: float, clicks: Clicks, dice: random.Random) -> None:
    end = time.monotonic() + seconds
    await asyncio.gather(*(_reader(port, end, clicks, random.Random(dice.random())) for _ in range(readers)))


async def _reader(port: int, end: float, clicks: Clicks, dice: random.Random) -> None:
    await asyncio.sleep(dice.random() * min(EVERY_SECONDS, max(end - time.monotonic(), 0)))
    while time.monotonic() < end:
        new = dice.random() < SHARE_NEW
        path = (
            f"/departments?from=2024-01-01&to=2025-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
            if new
            else dice.choice(SEEN)
        )
        begun = time.monotonic()
        try:
            status = await asyncio.wait_for(_ask(port, path), 60)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            status = 0
        took = time.monotonic() - begun
        if status == 200:
            (clicks.new if new else clicks.seen).append(took)
        elif status == 503:
            clicks.refused += 1
        else:
            clicks.errors += 1
        await asyncio.sleep(max(EVERY_SECONDS - took, 0))


async def _ask(port: int, path: str) -> int:
    """The status of one answer, read to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: br, gzip\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        answer = await reader.read(-1)
    finally:
        writer.close()
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


@contextmanager
def _served(data: Path, workers: int) -> Generator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--port", str(port), "--workers", str(workers)]
    environment = {**os.environ, "FIXEDYET_DATA_DIR": str(data)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(port, process)
        for path in SEEN * 3 * workers:  # whichever worker answers, it has seen them
            _status(port, path)
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end and process.poll() is None:
        if _status(port, "/readyz") == 200:
            return
        time.sleep(0.3)
    raise AssertionError("the server did not become ready")


def _status(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _memory(pid: int) -> tuple[int, int]:
    """Resident bytes of a process, and its share of them where pages are shared."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("Rss:", "Pss:"))}
    return found["Rss"], found["Pss"]


def _told(times: list[float]) -> tuple[int, float, float]:
    """How many, their median and their 95th percentile in milliseconds."""
    if len(times) < 2:
        return len(times), *(1000 * (times[0] if times else 0.0),) * 2
    return len(times), 1000 * statistics.median(times), 1000 * statistics.quantiles(times, n=20)[-1]
