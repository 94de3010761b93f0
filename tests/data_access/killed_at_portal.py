"""A program for test_sync_killed_at_portal: syncs copies of a store from a portal and is killed in each at another moment.

Arguments: a folder with one data folder a moment, the portal's address and the name of its case. Each line of the input
names a moment: one of MOMENTS, or another one at which the portal kills the process, whose number is written to the file
`process` beside the folder. One process imports everything once and forks before it opens any database.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from data_access import portal_sync
from data_access.sources import kept
from tests.builders import NOW
from tests.data_access.killed import after, before
from tests.data_access.small_portal import no_time
from tests.portals.cases import CASES

MOMENTS: dict[str, Callable[[], None]] = {
    "page-not-counted": lambda: after(kept, "_append", 2),
    "fetched": lambda: after(portal_sync.fetching, "fetch"),
    "stored": lambda: after(portal_sync, "store"),
    "not-forgotten": lambda: before(portal_sync.fetching, "forget"),
    "forgotten": lambda: after(portal_sync.fetching, "forget"),
}


def main(folder: Path, url: str, name: str) -> None:
    (case,) = (one for one in CASES if one.name == name)
    for line in sys.stdin:
        moment = line.strip()
        child = os.fork()
        if child == 0:
            (folder.parent / "process").write_text(str(os.getpid()))
            MOMENTS.get(moment, lambda: None)()
            portal_sync.sync_city(case.city_at(url), folder / moment, now=NOW, sleep=no_time)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(moment, os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
