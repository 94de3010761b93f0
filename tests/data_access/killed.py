"""A program for test_sync_killed: syncs copies of a store and is killed in each at another moment.

Arguments: a folder with one data folder a moment, and the file to sync. Each data folder is named after the moment at
which its sync ends itself with SIGKILL. One process imports everything once and forks before it opens any database.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data_access import storing, sync
from data_access.store import publish
from data_access.store.engines import duckdb
from tests.builders import NOW, make_city


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(module: Any, name: str) -> None:
    """Die where a function is called."""
    setattr(module, name, die)


def after(module: Any, name: str, call: int = 1) -> None:
    """Die when a function has come back for the n-th time."""
    real: Callable[..., Any] = getattr(module, name)
    calls = 0

    def deadly(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        found = real(*arguments, **options)
        calls += 1
        if calls == call:
            die()
        return found

    setattr(module, name, deadly)


MOMENTS: dict[str, Callable[[], None]] = {
    "staged": lambda: after(duckdb, "load_csv"),
    "touched": lambda: after(storing, "touch"),
    "stored": lambda: after(sync, "store"),
    "one-checkpoint": lambda: after(duckdb, "checkpoint"),
    "not-synced-to-disk": lambda: before(publish, "_sync_to_disk"),
    "renamed": lambda: before(publish, "_point_to"),
    "pointer-written": lambda: after(publish.os, "fsync", 5),
    "pointed": lambda: after(publish, "_point_to"),
}
BEFORE_THE_SWITCH = [name for name in MOMENTS if name != "pointed"]


def main(folder: Path, file: Path) -> None:
    for moment in sorted(path.name for path in folder.iterdir()):
        child = os.fork()
        if child == 0:
            MOMENTS[moment]()
            sync.sync_files(make_city(), [file], folder / moment, now=NOW)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(moment, os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
