"""What a page costs on a slow phone: bytes, requests and the moments at which something can be read, in Chromium."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from benchmarks.page_probe import BEGIN, CHANGE, PROBE, READ_FIRST, SETTLED, Readings, read_first

ROOT = Path(__file__).resolve().parents[1]
DEBIAN = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
PAGES = ("/", "/departments", "/map", "/trends", "/place", "/data")
CHANGE_TO = "period=90d"
KILOBYTE = 1000
PATIENCE = 120
"""Seconds after which a page or a server is given up."""


@dataclass(frozen=True, slots=True)
class Line:
    """The connection and the processor that are imitated: bits a second (0: as it is), milliseconds there and back, and how
    many times slower."""

    bits: int = 1_600_000
    latency: int = 150
    slower: int = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """One page: medians over the rounds. Bytes as they went over the line, headers included; times in milliseconds."""

    path: str
    first_bytes: int
    first_requests: int
    repeat_bytes: int
    repeat_requests: int
    heading_ms: float
    charts_ms: float | None
    """Until the charts (and maps) in the window are drawn; None on a page without."""
    shift: float
    change_bytes: int
    change_requests: int
    change_ms: float
    """From the arrival of the answer to the last chart in the window, on the slow processor."""


def measure(address: str, paths: Sequence[str] = PAGES, rounds: int = 3, line: Line | None = None) -> list[Visit]:
    """Visit each page twice in a fresh browser, then change its period, so many times."""
    from playwright.sync_api import sync_playwright

    found: list[Visit] = []
    with sync_playwright() as playwright:
        path_of_browser = os.environ.get("FIXEDYET_CHROMIUM") or (DEBIAN if Path(DEBIAN).exists() else None)
        browser = playwright.chromium.launch(executable_path=path_of_browser, args=FLAGS)
        for path in paths:
            visits = [_visit(browser, address, path, line or Line()) for _ in range(rounds)]
            found.append(_median(visits))
        browser.close()
    return found


def _visit(browser: Any, address: str, path: str, line: Line) -> Visit:
    """A first visit, a repeat visit and a change of filter, in a browser without a memory."""
    context = browser.new_context(viewport={"width": 375, "height": 667}, reduced_motion="reduce")
    context.add_init_script(PROBE)
    try:
        first = _load(context, address + path, line)
        first_seen = read_first(first.page.evaluate(READ_FIRST))
        first.page.close()
        again = _load(context, address + path, line)
        before = again.bytes, again.requests
        again.page.evaluate(BEGIN)
        again.page.evaluate(CHANGE, CHANGE_TO)
        again.page.wait_for_function(SETTLED, timeout=PATIENCE * 1000)
        changed = float(again.page.evaluate("() => window.fixedyetProbe.change"))
        return Visit(
            path,
            first.bytes,
            first.requests,
            *before,
            first_seen.heading_ms,
            first_seen.charts_ms,
            first_seen.shift,
            again.bytes - before[0],
            again.requests - before[1],
            changed,
        )
    finally:
        context.close()


def _load(context: Any, url: str, line: Line) -> Readings:
    """A page in a window of its own, on the line, until nothing is under way."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    found = Readings(page)
    wire.on("Network.loadingFinished", found.finished)
    wire.on("Network.requestServedFromCache", found.from_memory)
    wire.on("Network.responseReceived", found.answered)
    wire.send("Network.enable")
    speed = line.bits // 8 if line.bits else -1
    conditions = {"offline": False, "latency": line.latency, "downloadThroughput": speed, "uploadThroughput": speed}
    wire.send("Network.emulateNetworkConditions", conditions)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": line.slower})
    page.goto(url, wait_until="load", timeout=PATIENCE * 1000)
    page.wait_for_function(SETTLED, timeout=PATIENCE * 1000)
    return found


def _median(visits: Sequence[Visit]) -> Visit:
    def middle(name: str) -> Any:
        values = [getattr(each, name) for each in visits]
        return None if None in values else statistics.median(values)

    whole = ("first_bytes", "first_requests", "repeat_bytes", "repeat_requests", "change_bytes", "change_requests")
    return Visit(
        visits[0].path,
        **{name: round(middle(name)) for name in whole},
        **{name: middle(name) for name in ("heading_ms", "charts_ms", "shift", "change_ms")},
    )


def table(found: Sequence[Visit], line: Line | None = None) -> str:
    """What was measured, for people."""
    line = line or Line()
    head = (
        f"{line.bits / 1e6:.1f} Mbit/s, {line.latency} ms, processor {line.slower} times slower, window of 375 x 667 px\n"
        f"{'page':<14}{'first':>10}{'again':>9}{'requests':>10}{'h1':>8}{'charts':>8}{'shift':>8}{'change':>10}{'drawn':>9}"
    )
    return "\n".join([head, *(_row(each) for each in found)])


def _row(each: Visit) -> str:
    charts = "–" if each.charts_ms is None else f"{each.charts_ms / 1000:.1f} s"
    return (
        f"{each.path:<14}{each.first_bytes / KILOBYTE:>7.0f} KB{each.repeat_bytes / KILOBYTE:>6.0f} KB"
        f"{f'{each.first_requests}/{each.repeat_requests}':>10}{each.heading_ms / 1000:>6.1f} s{charts:>8}{each.shift:>8.3f}"
        f"{each.change_bytes / KILOBYTE:>7.0f} KB{each.change_ms:>6.0f} ms"
    )


@contextmanager
def served(data_dir: Path, city: str, port: int) -> Iterator[str]:
    """The address of a server of this checkout over a data folder, once it is ready."""
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--workers", "1", "--port", str(port)]
    environment = {**os.environ, "FIXEDYET_DATA_DIR": str(data_dir), "FIXEDYET_CITY": city}
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(process, f"{address}/readyz")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    ask, end = build_opener(ProxyHandler({})), time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            ask.open(url, timeout=PATIENCE).close()
            return
        except OSError:  # not listening yet, or not ready
            time.sleep(0.2)
    raise AssertionError("the server did not get ready")
