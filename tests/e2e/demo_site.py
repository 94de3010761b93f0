"""The demo city, made once for a whole test run, and a server of it for each test process."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from data_access.boundaries import import_boundaries
from data_access.city import load_city
from data_access.demo import write_demo
from data_access.sync import sync_files

CITY = "riverbend"
ROWS = 20_000
PATIENCE = 300
"""Seconds after which a server that is not ready is given up, on the slowest machine."""
ROOT = Path(__file__).resolve().parents[2]


def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo city, shared between the test processes; the first to come makes it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-data"
    folder.mkdir(exist_ok=True)
    with (folder.parent / "demo-data.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder.parent / "demo-data.made").exists():
            _make(folder)
            (folder.parent / "demo-data.made").touch()
    return folder


@contextmanager
def served(data_dir: Path, log: Path, city: str = CITY) -> Iterator[str]:
    """The address of `fixedyet serve` over a data folder, once it is ready."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--workers", "2", "--port", str(port)]
    wanted = {"FIXEDYET_DATA_DIR": str(data_dir), "FIXEDYET_CITY": city, "FIXEDYET_WARM_PAGES": "0"}
    environment = os.environ | wanted  # few of the pages of a server are opened in a test
    with log.open("w") as words:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=words, stderr=words)
        try:
            _wait_until_ready(process, address, log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    ask = build_opener(ProxyHandler({}))
    while time.monotonic() < end:
        try:
            with ask.open(f"{address}/readyz", timeout=PATIENCE):
                return
        except OSError:  # not listening yet, or not ready
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.2)
                break
    pytest.fail(f"The server did not get ready: {log.read_text()[-2000:]}", pytrace=False)


def _make(folder: Path) -> None:
    city = load_city(CITY)
    files = write_demo(folder / CITY / "made", rows=ROWS)
    for kind, path in (("district", files.districts), ("neighbourhood", files.neighbourhoods)):
        import_boundaries(city, kind, path, folder / CITY)
    sync_files(city, [files.requests], folder, full=True)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
