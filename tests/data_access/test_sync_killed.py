"""A sync that is killed at any moment leaves readers what they saw, and the next one ends as if nothing had happened."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.domain.errors import SyncLocked
from data_access.store import publish
from tests.builders import Store, csv_text, row
from tests.data_access.killed import BEFORE_THE_SWITCH, MOMENTS

ROOT = Path(__file__).parents[2]
FIRST = [row(number) for number in range(5)]
SECOND = csv_text([*FIRST[:3], row(3, closed="2024-03-06 09:00:00"), row("new"), row("", Note="bad")]) + "short,row\n"


@pytest.mark.parametrize("moments", [sorted(MOMENTS)[::2], sorted(MOMENTS)[1::2]], ids=["even", "odd"])
def test_a_killed_sync_is_as_if_it_had_not_been(tmp_path: Path, moments: list[str]) -> None:
    clean = Store(tmp_path / "clean")
    clean.sync(FIRST)
    old = clean.seen()
    for moment in moments:
        shutil.copytree(clean.data_dir, tmp_path / "killed" / moment)
    file = clean.file(SECOND, "second.csv")
    clean.sync(file)
    new = clean.seen()
    assert new != old
    run = subprocess.run(
        [sys.executable, "-m", "tests.data_access.killed", str(tmp_path / "killed"), str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.stdout.split("\n")[:-1] == [f"{moment} {int(signal.SIGKILL)}" for moment in moments], run.stderr

    for moment in moments:
        store = Store(tmp_path / "killed" / moment)
        switched = moment not in BEFORE_THE_SWITCH
        assert store.version() == (2 if switched else 1), moment
        assert store.seen() == (new if switched else old), moment
        result = store.sync(file)
        assert store.seen() == new, moment
        assert result.counts.read == 7, moment
        assert result.published != switched, moment
        assert store.quarantined() == clean.quarantined(), moment
        assert not list(store.folder.glob("building-*")), moment


def test_what_a_killed_publish_has_left_behind_does_not_stay(store: Store) -> None:
    store.sync(FIRST)
    (store.folder / "building-left").mkdir()
    (store.folder / "CURRENT.new").write_text("9")
    shutil.copytree(store.folder / "v1", store.folder / "v7")  # renamed, but never pointed to
    assert store.version() == 1
    assert store.sync([row("more")]).version == 8
    assert sorted(path.name for path in store.folder.iterdir() if path.name[0] in "bv") == ["v7", "v8"]
    assert not (store.folder / "CURRENT.new").exists()


@pytest.mark.parametrize("name", ["_sync_to_disk", "_build", "_point_to"])
def test_a_publish_that_fails_keeps_the_version_and_is_made_up_for(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A full disk, for example: the rows are stored, the next sync publishes them although no row has changed."""
    store.sync(FIRST)
    seen = store.seen()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(publish, name, full)
        with pytest.raises(OSError, match="No space left"):
            store.sync([*FIRST, row("more")])
    assert (store.version(), store.seen()) == (1, seen)
    assert not list(store.folder.glob("building-*"))
    result = store.sync([*FIRST, row("more")])
    assert (result.counts.unchanged, result.published) == (6, True)
    assert "more" in store.requests().index


def test_the_lock_of_a_process_that_was_killed_is_free(store: Store) -> None:
    """The system lets go of it; a process id that is left in the file means nothing."""
    store.folder.mkdir(parents=True)
    (store.folder / "sync.lock").write_text("4242")
    assert store.sync(FIRST).version == 1


def test_a_sync_in_another_process_is_told_with_its_number(store: Store) -> None:
    store.sync(FIRST)
    script = "import sys; from pathlib import Path; from data_access.store.lock import city_lock\n"
    script += "with city_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(store.folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(SyncLocked, match=rf"\(process {other.pid}\)"):
            store.sync([row("more")])
        other.communicate("")
    assert store.sync([row("more")]).version == 2
    with (store.folder / "sync.lock").open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert (store.folder / "sync.lock").read_text() == str(os.getpid())
