"""Readers move from version to version without an error, and no answer ever mixes two of them."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dashboard.domain.errors import NothingPublished
from dashboard.domain.filters import Filters
from data_access.answers.series import series
from data_access.answers.summary import grouped, summary
from data_access.store.published import Published, Snapshot, is_readable, open_snapshot
from data_access.store.tables import requests
from tests.builders import Store, row


def sized(version: int) -> list[dict[str, str]]:
    """The new rows of a version: after it, 10 times its number are stored; half of the rows are closed."""
    numbers = range(10 * (version - 1), 10 * version)
    return [
        row(number, closed="2024-03-04 15:00:00" if number % 2 else "", District=str(number % 3 + 1))
        for number in numbers
    ]


def consistent(snapshot: Snapshot) -> int:
    """Ask several questions of a snapshot; all answers have to be those of its version, which is returned."""
    rows = 10 * snapshot.version
    filters, _ = Filters.parse("period=all&interval=day", snapshot.options)
    numbers = summary(snapshot, filters)
    assert (snapshot.rows, numbers["requests"], numbers["data_version"]) == (rows, rows, snapshot.version)
    assert (numbers["open"], numbers["closed_of_these"], numbers["backlog"]) == (rows // 2, rows // 2, rows // 2)
    assert sum(group["requests"] for group in grouped(snapshot, filters, "district")) == rows
    assert series(snapshot, filters, "requests")["n"].sum() == rows
    assert int(snapshot.read(select(func.count().label("n")).select_from(requests))["n"].iloc[0]) == rows
    assert sum(snapshot.options.fields["district"].counts.values()) == rows
    return snapshot.version


def test_four_threads_read_through_three_publishes(store: Store) -> None:
    store.sync(sized(1))
    published = Published(store.data_dir)
    stop, errors, seen = threading.Event(), [], [[] for _ in range(4)]
    asked = [threading.Event() for _ in range(4)]

    def read(place: int) -> None:
        try:
            while True:
                last = stop.is_set()
                with published.open("testville") as snapshot:
                    seen[place].append(consistent(snapshot))
                asked[place].set()
                if last:
                    return
        except BaseException as error:
            errors.append(error)
            asked[place].set()

    threads = [threading.Thread(target=read, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for version in (2, 3, 4):
        for event in asked:
            event.clear()
            assert event.wait(60)  # every thread has read at least once between two publishes
        assert not errors, errors
        assert store.sync(sized(version)).version == version
    stop.set()
    for thread in threads:
        thread.join(60)
    published.close()
    assert not errors, errors
    for versions in seen:
        assert versions == sorted(versions)
        assert versions[-1] == 4
    assert sorted(path.name for path in store.folder.glob("v*")) == ["v2", "v3", "v4"]


def test_a_snapshot_that_is_held_stays_as_it_is(store: Store) -> None:
    """Through more publishes than versions are kept: its files are gone from the folder, not from under its reader."""
    store.sync(sized(1))
    published = Published(store.data_dir)
    with published.open("testville") as held:
        assert consistent(held) == 1
        for version in (2, 3, 4):
            store.sync(sized(version))
            with published.open("testville") as fresh:
                assert consistent(fresh) == version
        assert not (store.folder / "v1").exists()
        assert consistent(held) == 1
    published.close()


def test_replaced_engines_are_disposed_when_the_last_reader_lets_go(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    disposed: list[str] = []
    store.sync(sized(1))
    published = Published(store.data_dir)

    def watch(snapshot: Snapshot) -> None:
        for engine in (snapshot.counts, snapshot.records):
            real = engine.dispose
            name = f"{snapshot.version} {Path(str(engine.url.database)).stem}"
            monkeypatch.setattr(engine, "dispose", lambda real=real, name=name: (disposed.append(name), real())[1])

    with published.open("testville") as first, published.open("testville") as again:
        assert first.counts is again.counts
        watch(first)
        store.sync(sized(2))
        with published.open("testville") as second:
            watch(second)
            assert second.version == 2
            assert disposed == []
    assert disposed == ["1 counts", "1 records"]
    with published.open("testville") as third:
        assert third.version == 2
        published.close()
        assert disposed == ["1 counts", "1 records"]
        assert consistent(third) == 2
    assert disposed == ["1 counts", "1 records", "2 counts", "2 records"]


def test_nothing_published_is_said_and_published_later_without_a_restart(store: Store) -> None:
    published = Published(store.data_dir)
    assert published.cities() == []
    with (
        pytest.raises(
            NothingPublished, match="No data of 'testville' has been published yet; run 'fixedyet sync testville'"
        ),
        published.open("testville"),
    ):
        pass
    store.sync(sized(1))
    assert published.cities() == ["testville"]
    assert is_readable(published, "testville") == 1
    published.close()


def test_a_version_is_read_only(store: Store) -> None:
    store.sync(sized(1))
    snapshot = open_snapshot(store.folder, 1)
    for statement in (
        "DELETE FROM facts",
        "CREATE TABLE mine (a INTEGER)",
        "SET threads = 8",
        f"SELECT * FROM read_csv('{store.data_dir.parent / 'rows.csv'}')",
        f"ATTACH '{store.folder / 'work.duckdb'}' AS work",
        f"COPY names TO '{store.data_dir / 'out.csv'}'",
    ):
        with snapshot.counts.connect() as connection, pytest.raises(Exception, match=r"(?i)read-only|disabled|locked"):
            connection.exec_driver_sql(statement)
    snapshot.counts.dispose()
    snapshot.records.dispose()


def test_the_revision_and_not_the_run_makes_a_version(store: Store) -> None:
    assert store.sync(sized(1)).version == 1
    assert [store.sync(sized(1)).version for _ in range(3)] == [1, 1, 1]
    assert store.work("SELECT count(*) FROM runs") == [(4,)]


def test_a_version_of_another_form_is_not_read_but_published_again(store: Store) -> None:
    """As after an update of the program: the tables of the version are not those that this one reads."""
    store.sync(sized(1))
    note = store.folder / "v1" / "version.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"form": "of long ago"}))
    published = Published(store.data_dir)
    with (
        pytest.raises(NothingPublished, match="another version of this program; run 'fixedyet publish testville'"),
        published.open("testville"),
    ):
        pass
    again = store.sync(sized(1))
    assert (again.version, again.published, again.counts.unchanged) == (2, True, 10)
    assert is_readable(published, "testville") == 2
    published.close()
