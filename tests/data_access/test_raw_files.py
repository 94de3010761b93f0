"""The rows as their source wrote them, in files beside the work file: which there are, and that none is lost or left."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.domain.errors import SourceError
from data_access import compacting
from tests.builders import Store, make_city, row


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data [of] 'mine'", make_city())


def files(store: Store) -> set[str]:
    return {path.name for path in (store.folder / "raw").iterdir()}


def named(store: Store) -> set[str]:
    return {name for (name,) in store.work("SELECT name FROM raw_files")}


def texts(store: Store) -> dict[str, str]:
    """Per request, the text that its raw file has in the place that its raw row names, in the third column after the id."""
    found = {}
    for request, name, place in store.work(
        "SELECT request_id, name, row FROM raw_rows JOIN raw_files USING (file) ORDER BY ALL"
    ):
        path = f"{store.folder}/raw/{name}".replace("'", "''").replace("[", "[[]").replace("?", "[?]")
        rows = store.work(
            f"SELECT * FROM read_parquet('{path}', file_row_number = true) WHERE file_row_number = {place}"
        )
        found[request] = next(str(text) for text in rows[0] if str(text).startswith("note "))
    return found


def noted(number: int, version: str = "a") -> dict[str, str]:
    return row(number, Note=f"note {number} {version}")


def test_a_raw_row_names_the_place_of_its_own_text(store: Store) -> None:
    store.sync([noted(1), row("", Note="note 2 a"), noted(3)])
    store.sync([noted(3, "b"), noted(1), noted(4), noted(4, "c")])
    assert texts(store) == {"1": "note 1 a", "3": "note 3 b", "4": "note 4 c"}
    assert files(store) == named(store)


def test_of_news_only_the_rows_that_are_new_are_kept(store: Store) -> None:
    store.sync([noted(number) for number in range(20)])
    store.sync([noted(number, "b" if number == 7 else "a") for number in range(20)])
    assert sorted(store.work("SELECT rows FROM raw_files")) == [(1,), (20,)]
    store.sync([noted(number, "b" if number == 7 else "a") for number in range(20)])
    assert len(files(store)) == 2


def test_files_of_syncs_that_broke_off_are_deleted_by_the_next(store: Store) -> None:
    store.sync([noted(1)])
    (store.folder / "raw" / "left.parquet").write_bytes(b"half")
    with pytest.raises(SourceError, match="None of the 1 rows"):
        store.sync([row(2, "nonsense")])
    store.sync([noted(1)])
    assert files(store) == named(store)


def test_a_file_whose_rows_have_all_come_anew_is_deleted(store: Store) -> None:
    store.sync([noted(1), noted(2)])
    store.sync([noted(1, "b"), noted(2, "b")])
    assert len(files(store)) == 1
    assert texts(store) == {"1": "note 1 b", "2": "note 2 b"}


def test_many_small_files_and_those_of_which_little_is_needed_are_written_together(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compacting, "MOST_SMALL", 2)
    expected = {}
    for number in range(1, 7):
        store.sync([noted(number), noted(99, str(number))])
        expected |= {str(number): f"note {number} a", "99": f"note 99 {number}"}
        assert texts(store) == expected
        assert files(store) == named(store)
    assert len(files(store)) <= 3
    monkeypatch.setattr(compacting, "SMALL", 0)
    store.sync([noted(number) for number in range(100, 110)])
    store.sync([noted(number, "b") for number in range(100, 107)])
    assert (3,) in store.work("SELECT rows FROM raw_files")
    assert texts(store)["109"] == "note 109 a"
    assert texts(store)["106"] == "note 106 b"


def test_rows_that_are_gone_keep_their_text(store: Store) -> None:
    store.sync([noted(number) for number in range(20)])
    store.sync([noted(number) for number in range(19)], full=True)
    ((request, raw),) = store.work("SELECT request_id, raw FROM tombstones")
    assert request == "19"
    assert "note 19 a" in raw.split("\x1f")
    assert "19" not in texts(store)
