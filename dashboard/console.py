"""What the command line does besides words: a progress bar, plain lines without a terminal, and starting the server."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from dashboard.api.health import WARMING
from dashboard.domain.errors import SettingsError
from dashboard.settings import Settings
from data_access.sources.base import Tell

WAIT_SECONDS = 120
SPARE_THREADS = 16


@contextmanager
def progress(*, quiet: bool = False) -> Generator[Tell]:
    """Yield what may be told how far things are: bars with rows, rate and time left on a terminal, else a line for each new
    thing and for every tenth of it that has rows. Writes to stderr."""
    if quiet:
        yield _nothing
        return
    if not sys.stderr.isatty():
        yield _lines()
        return
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bar:
        yield _bars(bar)


def _bars(bar: Progress) -> Tell:
    tasks: dict[str, tuple[TaskID, float]] = {}

    def tell(what: str, share: float, rows: int = 0) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=1.0, rows=""), time.monotonic()
        task, begun = tasks[what]
        rate = rows / max(time.monotonic() - begun, 0.001)
        if rows:
            bar.update(task, completed=share, rows=f"{rows:,} rows, {rate:,.0f} a second")
        else:
            bar.update(task, completed=share)

    return tell


def serve(settings: Settings) -> None:
    """Replace this process by gunicorn; prints the address once the server answers that it is ready."""
    if not settings.data_dir.is_dir():
        raise SettingsError(
            f"There is no data folder {settings.data_dir}; run 'fixedyet demo' or 'fixedyet sync CITY --from FILE' first."
        )
    _check_address(settings)
    from dashboard.page_files import ASSETS_FOLDER, pack_all

    pack_all(ASSETS_FOLDER)  # before the first reader, and before there are processes to do it twice
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self) -> None:
            options = {
                "bind": f"{settings.host}:{settings.port}",
                "workers": settings.workers,
                "worker_class": "gthread",
                # those that compute or wait for it, and as many again as it takes to answer from what is kept meanwhile
                "threads": settings.queries_at_once + settings.queries_waiting + SPARE_THREADS,
                "timeout": 120,
                "graceful_timeout": 20,
                "control_socket_disable": True,
                "accesslog": None,
                "errorlog": "-",
                "loglevel": "warning",
                "limit_request_line": 8190,
                "proc_name": "fixedyet",
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from dashboard.wsgi import create

            return create(settings)

    address = f"http://{settings.host if settings.host != '0.0.0.0' else '127.0.0.1'}:{settings.port}"
    threading.Thread(target=_announce, args=(address, os.getpid()), daemon=True).start()
    Server().run()


def _check_address(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"Nothing can listen on {settings.host}:{settings.port} ({error.strerror}); choose another port with "
                "--port or FIXEDYET_PORT."
            ) from error


def _announce(address: str, parent: int) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end and os.getpid() == parent:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                typer.echo(f"Fixed Yet? is ready at {address}")
                sys.stdout.flush()
                return
        except urllib.error.HTTPError as error:
            told = error.read().decode(errors="replace")[:300]
            if error.code == 503 and WARMING not in told:
                typer.echo(f"Fixed Yet? answers at {address}, but has nothing to show yet: {told}")
                return
            time.sleep(0.2)
        except OSError:
            time.sleep(0.2)


def _lines() -> Tell:
    told: dict[str, int] = {}

    def tell(what: str, share: float, rows: int = 0) -> None:
        tenth = int(share * 10) if rows else 0
        if what not in told or tenth > told[what]:
            told[what] = tenth
            typer.echo(f"{what} ... {rows:,} rows, {share:.0%}" if rows else f"{what} ...", err=True)

    return tell


def _nothing(what: str, share: float, rows: int = 0) -> None:
    """Tell nobody."""
    del what, share, rows
