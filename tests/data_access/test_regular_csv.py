"""Files whose lines are all of the right shape go straight into a raw file: as another reader of CSV reads them, or not at all."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import duckdb
import pytest

from data_access.store import regular_csv
from data_access.store.regular_csv import write_regular
from tests.builders import Store, make_city, row

HEAD = "a,b,c\n"
PIECES = [
    "",
    "x",
    "Ærø",
    "1,5",
    'say "so"',
    "two\nlines",
    "\n",
    '"',
    '""',
    ",",
    "  spaced ",
    "-" * 30,
    ",\n,",
    "NULL",
    "NA",
]


def written(folder: Path, text: str, columns: int = 3, delimiter: str = ",") -> list[tuple[str | None, ...]] | None:
    """The rows of the raw file that a text becomes; None where there is none."""
    path, target = folder / "rows.csv", folder / "rows.parquet"
    path.write_text(text, encoding="utf-8", newline="")
    if not write_regular(path, columns, delimiter, target):
        assert not target.exists()
        return None
    names = ", ".join(f"c{place}" for place in range(columns))
    found = duckdb.execute(
        f"SELECT {names} FROM read_parquet('{target}', file_row_number = true) ORDER BY file_row_number"
    )
    return found.fetchall()


@pytest.fixture
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular_csv, "CHUNK", 700)
    monkeypatch.setattr(regular_csv, "BLOCK", 300)


@pytest.mark.usefixtures("in_small_pieces")
@pytest.mark.parametrize("seed", range(20))
def test_rows_are_read_as_another_reader_reads_them_wherever_pieces_end(tmp_path: Path, seed: int) -> None:
    made = random.Random(seed)
    quoting = csv.QUOTE_ALL if seed % 2 else csv.QUOTE_MINIMAL
    delimiter = made.choice(",;\t|")
    path = tmp_path / "made.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator="\n")
        out.writerow("abc")
        out.writerows([[made.choice(PIECES) for _ in range(3)] for _ in range(made.randint(0, 120))])
    text = path.read_text(encoding="utf-8").removesuffix("\n" if made.random() < 0.3 else "")
    (tmp_path / "expected.csv").write_text(text, encoding="utf-8", newline="")
    with (tmp_path / "expected.csv").open(encoding="utf-8", newline="") as stream:
        _, *expected = csv.reader(stream, delimiter=delimiter)
    found = written(tmp_path, text, delimiter=delimiter)
    assert found == [tuple(value or None for value in one) for one in expected]


@pytest.mark.parametrize(
    "odd",
    [
        '1,12" pipe,x\n',
        '1,pipe 12",x\n2,"y",z\n',
        '1,"say"so,x\n',
        '1, "x",y\n',
        '1,"a\\"b",c\n',
        '1,"never closed,x\n',
        "1,2\n",
        "1,2,3,4\n",
        "1,2,3\r4,5,6\n",
        " \n",
        "1,2,3\n4,5",
    ],
)
@pytest.mark.parametrize("before", ["", '7,"8",9\n' * 400])
@pytest.mark.usefixtures("in_small_pieces")
def test_what_readers_may_take_in_different_ways_is_left_to_the_engine(tmp_path: Path, before: str, odd: str) -> None:
    assert written(tmp_path, HEAD + before + odd) is None


def test_a_row_longer_than_a_piece_is_left_to_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regular_csv, "CHUNK", 40)
    assert written(tmp_path, HEAD + "1,2," + "x" * 100 + "\n") is None


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    assert written(tmp_path, HEAD + "\n1,2,3\n\n\n4,5,6\n\n") == [("1", "2", "3"), ("4", "5", "6")]


def test_both_ways_give_a_row_the_same_hash_so_that_it_is_seen_to_be_unchanged(tmp_path: Path) -> None:
    store = Store(tmp_path, make_city())
    store.sync([row(number) for number in range(5)])
    names = list(row(0))
    path = tmp_path / "odd.csv"
    with path.open("w", newline="") as stream:
        out = csv.DictWriter(stream, names, lineterminator="\n")
        out.writeheader()
        out.writerows([row(number) for number in range(5)])
        stream.write("too,few\n")
    counts = store.sync(path).counts
    assert (counts.unchanged, counts.quarantined, counts.stored, counts.updated) == (5, 1, 0, 0)
