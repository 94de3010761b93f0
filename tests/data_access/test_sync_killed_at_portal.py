"""A sync of a portal that is killed at any moment leaves readers what they saw, loses no page, and is made up for."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data_access.portal_sync import sync_city
from tests.builders import NOW, Store
from tests.data_access.killed_at_portal import MOMENTS
from tests.data_access.small_portal import certificates_read_once, no_time, thirteen
from tests.portals.cases import CASES
from tests.portals.exchange import Fault

ROOT = Path(__file__).parents[2]
ASKED = ("asked-1", "asked-3", "asked-5")


@pytest.mark.parametrize(
    ("name", "moments"), [("socrata", sorted([*ASKED, *MOMENTS])), ("ckan-zip", ["asked-3", "fetched"])]
)
def test_a_killed_sync_is_as_if_it_had_not_been_but_for_the_pages_it_read(
    tmp_path: Path, name: str, moments: list[str]
) -> None:
    (case,) = (one for one in CASES if one.name == name)
    table = thirteen()
    with certificates_read_once(), case.portal(table) as portal:
        clean = Store(tmp_path / "clean", case.city_at(portal.url))
        sync(clean)
        old = clean.seen()
        for moment in moments:
            shutil.copytree(clean.data_dir, tmp_path / "killed" / moment)
        table.change("r03", Status="Assigned")
        table.change("r10", Type="Noise")
        # killed while most rows have changed: several pages are read
        table.republish()
        sync(clean)
        new = clean.seen()
        assert new != old

        def kill() -> None:
            os.kill(int((tmp_path / "process").read_text()), signal.SIGKILL)

        with subprocess.Popen(
            [sys.executable, "-m", "tests.data_access.killed_at_portal", str(tmp_path / "killed"), portal.url, name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as program:
            assert program.stdin is not None
            assert program.stdout is not None
            for moment in moments:
                asked = int(moment.removeprefix("asked-")) if moment in ASKED else 0
                portal.faults = [Fault(at=asked, first=kill)] if asked else []
                print(moment, file=program.stdin, flush=True)
                assert program.stdout.readline() == f"{moment} {int(signal.SIGKILL)}\n"
            program.stdin.close()

        for moment in moments:
            store = Store(tmp_path / "killed" / moment, case.city_at(portal.url))
            assert store.version() == 1, moment
            assert store.seen() == old, moment
            portal.faults = []
            before = len(portal.log)
            sync(store)
            assert store.seen() == new, moment
            assert store.version() == 2, moment
            if moment == "fetched":
                assert len(portal.log) == before, f"{moment}: what was read whole is not asked for again"
            assert not (store.folder / "incoming").exists()
            assert not list(store.folder.glob("building-*"))


def sync(store: Store) -> None:
    sync_city(store.city, store.data_dir, now=NOW, sleep=no_time)
