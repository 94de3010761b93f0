"""The packed arrays of a version hold what its table of facts holds, row by row, whatever part a row is in."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from dashboard.domain.request import DIMENSIONS, Flag
from data_access.packing import PART_PENDING, PART_SETTLED, share_settled
from data_access.store.packed import LATER, NO_DAY, NONE, SETTLED, open_packed
from data_access.store.published import Snapshot
from data_access.store.tables import facts
from tests.builders import Store
from tests.data_access.small_rows import mixed_rows


@pytest.fixture
def synced(store: Store) -> Store:
    store.sync(mixed_rows(400, seed=1))
    return store


def told_by_facts(snapshot: Snapshot) -> Counter[tuple[Any, ...]]:
    """One tuple a row of the table, unknown things as the arrays have them."""
    frame = snapshot.count(select(facts))
    found: Counter[tuple[Any, ...]] = Counter()
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        days = [NO_DAY if row[name] is None else number(row[name]) for name in ("created_day", "closed_day")]
        seconds = [int(row[name] or 0) for name in ("created_at", "closed_at", "due_at")]
        due = 0 if row["due_at"] is None else 1 if row["due_at"] <= snapshot.data_through else 2
        kind = [int(row[name]) for name in ("origin", "status", "outcome", "duplicate")]
        kind += [NONE if row[name] is None else int(row[name]) for name in ("event", "late")]
        kind += [due, int(row["closed_at"] is not None), int(bool(row["flags"] & Flag.INSTANT_CLOSE.bit))]
        kind += [NONE if row["repeat"] is None else int(row["repeat"])]
        codes = [int(row[name]) for name in DIMENSIONS]
        found[*days, *seconds, *codes, *kind, int(row["bin"] or 0), row["part"] == PART_SETTLED] += int(row["n"])
    return found


def told_by_arrays(snapshot: Snapshot) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for segment, name in zip(snapshot.packed.segments, (SETTLED, LATER), strict=True):
        for place in range(segment.rows):
            cell = int(segment["cell"][place])
            told = [int(segment[column][place]) for column in ("created_day", "closed_day", "created_at", "closed_at")]
            told += [int(segment["due_at"][place]), *(int(segment[column][place]) for column in DIMENSIONS)]
            kind = segment.cells.kind_of[cell]
            told += [*(int(part[kind]) for part in in_order(segment.cells.kinds)), int(segment.cells.bins[cell])]
            found[*told, name == SETTLED] += 1 if segment.n is None else int(segment.n[place])
    return found


def in_order(kinds: dict[str, Any]) -> list[Any]:
    names = ("origin", "status", "outcome", "duplicate", "event", "late", "due", "timed", "instant", "repeat")
    return [kinds[name] for name in names]


def number(day: Any) -> int:
    return (pd.Timestamp(day).date() - date(1970, 1, 1)).days


def test_the_arrays_hold_what_the_table_holds(synced: Store) -> None:
    with synced.snapshot() as snapshot:
        assert told_by_arrays(snapshot) == told_by_facts(snapshot)
        assert all(segment.rows for segment in snapshot.packed.segments), "both parts are there"


def test_rows_stand_in_the_order_of_creation_and_closings_in_theirs(synced: Store) -> None:
    with synced.snapshot() as snapshot:
        for segment in snapshot.packed.segments:
            assert (np.diff(segment["created_day"].astype(int)) >= 0).all()
            closed = segment["closed_day"][segment.by_closing].astype(int)
            assert (np.diff(closed) >= 0).all()
            assert len(closed) == int((np.asarray(segment["closed_day"]) != NO_DAY).sum())


def test_what_time_alone_can_change_is_not_settled(synced: Store) -> None:
    with synced.snapshot() as snapshot:
        frame = snapshot.count(select(facts))
        waits = frame["status"].isin([0, 1]) | (frame["due_at"].fillna(0) > snapshot.data_through)
        assert (frame["part"] == PART_PENDING).tolist() == waits.tolist()
        assert set(frame["part"]) == {PART_SETTLED, PART_PENDING}


def test_a_version_can_share_the_settled_rows_of_another(synced: Store) -> None:
    with synced.snapshot() as snapshot:
        other = synced.data_dir / "other"
        other.mkdir()
        share_settled(snapshot.folder, other)
        for path in (snapshot.folder / "packed").glob(f"{LATER}-*.npy"):
            (other / "packed" / path.name).write_bytes(path.read_bytes())
        shared = open_packed(other)
        for ours, theirs in zip(snapshot.packed.segments, shared.segments, strict=True):
            assert ours.rows == theirs.rows
            assert all((ours[name] == theirs[name]).all() for name in ours.columns)
        assert (other / "packed" / "settled-cell.npy").stat().st_nlink == 2
