"""One sync of a city at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from dashboard.domain.errors import SyncLocked


@contextmanager
def city_lock(folder: Path) -> Generator[None]:
    """Hold the city's lock; the system releases it when the process ends, however it ends. Raises SyncLocked."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sync.lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise SyncLocked(
                f"Another sync of {folder.name} is running (process {handle.read().strip() or 'unknown'}); "
                "wait until it has finished."
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
