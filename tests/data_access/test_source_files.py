"""A file that cannot be used is refused in one sentence that says what to do, and nothing is changed by it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.domain.errors import CityFileError, FixedYetError, SourceError
from data_access.city import load_city, read_city_file
from data_access.sources.files import plain_file
from tests.builders import COLUMNS, HEADER, Store, csv_text, make_city, row

ROWS = [row(1), row(2, closed="2024-03-05 10:00:00"), row(3, Note='Fixed, "at last"\nby hand', Area="Préville")]
TEXT = csv_text(ROWS)
BYTES = TEXT.encode()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What readers see after the plain file was read."""
    store = Store(tmp_path_factory.mktemp("plain") / "data")
    assert store.sync(TEXT).counts.stored == 3
    return store.seen()


def flipped(data: bytes, at: int) -> bytes:
    """The data with all bits of one byte turned round."""
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def one_sentence(error: FixedYetError) -> str:
    """The error's text, which is for a person: short, one paragraph, no trace of the machinery."""
    sentence = str(error)
    assert sentence[0].isupper() or sentence[0] in "/abcdefghijklmnopqrstuvwxyz"
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 500
    for word in ("Traceback", "duckdb", "sqlalchemy", "Error:", "csv_rejects", "None"):
        assert word not in sentence
    return sentence


# --- files that are read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.csv.gz", gzip.compress(BYTES)),
        ("rows.csv", gzip.compress(BYTES)),  # what a file is, its content says and not its name
        ("two-members.csv.gz", gzip.compress(BYTES[:200]) + gzip.compress(BYTES[200:])),
        ("bom.csv", b"\xef\xbb\xbf" + BYTES),
        ("semicolon.csv", csv_text(ROWS, delimiter=";").encode()),
        ("tab.csv", csv_text(ROWS, delimiter="\t").encode()),
        ("no-newline-at-end.csv", BYTES.rstrip(b"\n")),
        ("upper-case.csv", csv_text(ROWS).replace(",".join(HEADER), ",".join(HEADER).upper(), 1).encode()),
        ("other-order.csv", csv_text(ROWS, list(reversed(HEADER))).encode()),
        ("more-columns.csv", csv_text(ROWS, ["Extra", *HEADER]).encode()),
        (
            "quoted-header.csv",
            TEXT.replace(",".join(HEADER), ", ".join(f'"{name}"' for name in HEADER).replace(", ", ","), 1).encode(),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_same_rows_in_another_dress_give_the_same_published_data(
    store: Store, plain: dict[str, object], name: str, content: bytes
) -> None:
    assert store.sync(store.file(content, name)).counts.stored == 3
    assert store.seen() == plain


@pytest.mark.parametrize("lines", [3, 2], ids=["all", "mixed"])
def test_windows_line_ends_give_the_same_published_data(store: Store, plain: dict[str, object], lines: int) -> None:
    content = csv_text(ROWS).replace("\n", "\r\n", lines)
    result = store.sync(content)
    assert (result.counts.stored, result.counts.quarantined) == (3, 0)
    assert store.seen() == plain
    assert store.sync(TEXT).counts.unchanged == 3


def test_letters_beyond_ascii_are_kept(plain: dict[str, object]) -> None:
    assert "'Préville'" in str(plain["requests"])


# --- files that are refused ------------------------------------------------------------------------------------------

PACKED = gzip.compress(BYTES * 50)
REFUSED: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty; a CSV file with a line of column names was expected"),
    "blank": (b"\n\n", "is empty; a CSV file with a line of column names was expected"),
    "only a BOM": (b"\xef\xbb\xbf", "is empty"),
    "header only": (",".join(HEADER).encode() + b"\n", "has column names but no rows"),
    "header without newline": (",".join(HEADER).encode(), "has column names but no rows"),
    "missing column": (
        csv_text(ROWS, [name for name in HEADER if name != "Created"]).encode(),
        "has no column 'Created'",
    ),
    "two missing columns": (csv_text(ROWS, HEADER[2:]).encode(), "has no column 'Id', 'Created'"),
    "another file": (b"name,age\nAnn,3\n", "has no column 'Id', 'Created'"),
    "one endless line": (b"x" * 300_000, "does not begin with a line of column names"),
    "truncated gz": (PACKED[:-20], "is cut off or damaged"),
    "half a gz": (PACKED[: len(PACKED) // 2], "is cut off or damaged"),
    "gz without end": (PACKED[:-4], "is cut off or damaged"),
    "gz with flipped data": (flipped(PACKED, 60), "is cut off or damaged"),
    "gz with flipped checksum": (flipped(PACKED, len(PACKED) - 6), "is cut off or damaged"),
    "gz with flipped header": (flipped(PACKED, 2), "is cut off or damaged"),
    "cut in its last line": (
        BYTES.rstrip(b"\n")[: BYTES.rindex(b"Old Town") + 3],
        "is cut off in its last line; download it again",
    ),
    "cut in quotes": (BYTES[: BYTES.rindex(b"at last") + 3], "is cut off in its last line; download it again"),
    "cut after a newline in quotes": (
        BYTES[: BYTES.rindex(b"by hand") + 2],
        "is cut off in its last line; download it again",
    ),
    "cut with Windows line ends": (
        csv_text(ROWS[:2], newline="\r\n").encode()[:-60],
        "is cut off in its last line; download it again",
    ),
    "latin-1": (TEXT.encode("latin-1"), "is not UTF-8 text (line 5); convert it first"),
    "cut in a letter": (BYTES[: BYTES.index("é".encode()) + 1], "is not UTF-8 text (line 5)"),
    "UTF-16": (TEXT.encode("utf-16"), "is not a text file; a CSV file in UTF-8 was expected"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not a text file"),
    "lone carriage returns": (
        TEXT.replace("Streets", "Str\reets", 1).encode(),
        "cannot be read as CSV, perhaps because its lines end in different ways; save it again",
    ),
}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store that has a version; refused files leave it as it is."""
    store = Store(tmp_path_factory.mktemp("standing") / "data")
    store.sync([row("old", "2024-02-01 08:00:00")])
    return store


def stored(store: Store) -> list[object]:
    """All that a failed sync must leave alone: rows, records, quarantine, state; the story of the run may be told."""
    return [
        store.work(f"SELECT * FROM {table} ORDER BY ALL")
        for table in ("raw_rows", "records", "headers", "quarantine", "tombstones", "state")
    ]


def refused(store: Store, sync: Callable[[], object]) -> str:
    """Run a sync that has to fail, and see that nothing has come of it."""
    version, seen, kept = store.version(), store.seen(), stored(store)
    with pytest.raises(FixedYetError) as caught:
        sync()
    assert store.version() == version
    assert store.seen() == seen
    assert stored(store) == kept
    assert not list(store.folder.glob("building-*"))
    return one_sentence(caught.value)


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_in_one_sentence_and_changes_nothing(standing: Store, case: str) -> None:
    content, expected = REFUSED[case]
    path = standing.file(content, "new.csv")
    assert expected in refused(standing, lambda: standing.sync(path))
    (error,) = standing.work("SELECT error FROM runs ORDER BY run DESC LIMIT 1")[0]
    assert expected in error


def test_a_missing_file_and_a_folder_are_said(standing: Store, tmp_path: Path) -> None:
    assert "There is no file" in refused(standing, lambda: standing.sync(tmp_path / "nowhere.csv"))
    assert "is a folder; give the path of a file in it" in refused(standing, lambda: standing.sync(tmp_path))


def test_the_second_of_two_files_being_bad_leaves_the_first_unstored(standing: Store) -> None:
    sentence = refused(
        standing, lambda: standing.sync(standing.file([row("new")], "good.csv"), standing.file(PACKED[:-20], "bad.csv"))
    )
    assert "bad.csv" in sentence


def test_the_first_sync_being_bad_publishes_nothing(store: Store) -> None:
    with pytest.raises(SourceError):
        store.sync(b"")
    assert store.version() is None
    assert store.work("SELECT count(*) FROM raw_rows") == [(0,)]


def test_a_good_file_is_read_after_a_bad_one(store: Store, plain: dict[str, object]) -> None:
    with pytest.raises(SourceError):
        store.sync(BYTES[: BYTES.rindex(b"at last") + 3])
    assert store.sync(TEXT).counts.stored == 3
    assert store.seen() == plain


# --- city files ------------------------------------------------------------------------------------------------------


def test_an_unknown_city_is_said_with_those_that_there_are() -> None:
    with pytest.raises(CityFileError, match=r"There is no city 'atlantis'; the cities are .*boston.*atlantis\.toml"):
        load_city("atlantis")


CITY_FILE = (Path(__file__).parents[2] / "data_access" / "cities" / "boston.toml").read_text()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("America/New_York", "Eastern"), "time_zone"),
        (('id = "boston"', 'id = "Bos ton"'), "id"),
        (('then = "open"', 'then = "ajar"'), "'ajar' is not one of open, in_progress, closed, cancelled"),
        (('created_at = "OPEN_DT"\n', ""), "name the column of created_at"),
        (("fiscal_year_starts = 7", "fiscal_year_starts = 13"), "fiscal_year_starts"),
        (("[rules]", "[rulez]"), "rule"),
        (("[source]", "[source"), "cannot be read"),
        (('is = ["Open"]', ""), "cannot be read"),
    ],
)
def test_a_wrong_city_file_is_said_with_its_place(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    path = tmp_path / "boston.toml"
    path.write_text(CITY_FILE.replace(*change, 1))
    with pytest.raises(CityFileError) as caught:
        read_city_file(path)
    assert str(path) in str(caught.value)
    assert expected in str(caught.value)


def test_own_city_files_win_over_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "boston.toml").write_text(CITY_FILE.replace('name = "Boston"', 'name = "Our Boston"', 1))
    assert load_city("boston", (tmp_path,)).name == "Our Boston"
    assert load_city("boston").name == "Boston"


def test_the_small_city_has_every_column_of_its_header() -> None:
    assert set(make_city().schemas["rows"].columns.values()) == set(HEADER) == set(COLUMNS.values())


def test_a_plain_file_is_read_where_it_lies_and_any_other_as_a_copy(tmp_path: Path) -> None:
    content = "id,text\n1,café\n".encode()
    given = {
        "plain [1]*.csv": content,
        "bom.csv": b"\xef\xbb\xbf" + content,
        "dos.csv": content.replace(b"\n", b"\r\n"),
    }
    linked = {}
    for name, written in given.items():
        path = tmp_path / name
        path.write_bytes(written)
        with plain_file(path) as file:
            assert file.path.read_bytes() == content
            assert (file.header, file.ends_with_newline) == (("id", "text"), True)
            linked[name] = file.path.is_symlink()
        assert path.read_bytes() == written
    assert linked == {"plain [1]*.csv": True, "bom.csv": False, "dos.csv": False}


def test_a_file_that_is_changed_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "growing.csv"
    path.write_bytes(b"id,text\n1,a\n")
    with pytest.raises(SourceError, match="was changed while it was read"), plain_file(path):
        path.write_bytes(b"id,text\n1,a\n2,b\n")
