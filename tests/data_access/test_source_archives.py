"""Zip, Parquet and standard input are read like the CSV that they hold; what an archive claims does no harm."""

from __future__ import annotations

import csv
import gzip
import io
import random
import sys
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from dashboard.domain.errors import SourceError
from data_access.sources import files
from data_access.sources.files import PlainFile, plain_file
from tests.builders import HEADER, Store, csv_text, row

ROWS = [row(1), row(2, closed="2024-03-05 10:00:00"), row(3, Note='Fixed, "at last"\nby hand', Area="Préville")]
BYTES = csv_text(ROWS).encode()
OTHER = csv_text([row(9)]).encode()


def zipped(members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of some members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def in_parquet(table: pa.Table, **options: object) -> bytes:
    """A table as a Parquet file."""
    out = io.BytesIO()
    parquet.write_table(table, out, **options)
    return out.getvalue()


def as_texts(rows: list[dict[str, str]]) -> pa.Table:
    """Rows as a table whose empty texts are nulls."""
    return pa.table({name: [line[name] or None for line in rows] for name in HEADER})


@contextmanager
def piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> Generator[Path]:
    """Content on standard input."""

    class _Input:
        buffer = io.BytesIO(content)

    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", _Input)
        yield Path("-")


def read(path: Path, member: str = "") -> tuple[PlainFile, list[list[str]]]:
    """The file and its rows as Python's own reader of CSV sees them, the header first."""
    with plain_file(path, None, member) as file:
        content = file.path.read_text("utf-8")
        return file, list(csv.reader(io.StringIO(content), delimiter=file.delimiter))


EXPECTED = list(csv.reader(io.StringIO(BYTES.decode())))

DRESSES = {
    "zip": zipped({"rows.csv": BYTES}),
    "zip that is not packed": zipped({"rows.csv": BYTES}, zipfile.ZIP_STORED),
    "zip in bzip2": zipped({"rows.csv": BYTES}, zipfile.ZIP_BZIP2),
    "zip in lzma": zipped({"rows.csv": BYTES}, zipfile.ZIP_LZMA),
    "zip of a gzip": zipped({"rows.csv.gz": gzip.compress(BYTES)}),
    "zip with a readme": zipped({"readme.pdf": b"%PDF", "data/": b"", "data/rows.CSV": BYTES}),
    "zip made on a Mac": zipped({"rows.csv": BYTES, "__MACOSX/._rows.csv": b"x", ".hidden.csv": b"y"}),
    "zip of one file of another name": zipped({"SR2026": BYTES}),
    "zip that climbs": zipped({"../../../tmp/climbed.csv": BYTES}),
    "zip with an absolute name": zipped({"/etc/rows.csv": BYTES}),
    "Parquet": in_parquet(as_texts(ROWS)),
    "Parquet in groups": in_parquet(as_texts(ROWS), row_group_size=1, compression="gzip"),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What readers see after the plain file was read."""
    store = Store(tmp_path_factory.mktemp("plain") / "data")
    store.sync(BYTES)
    return store.seen()


@pytest.mark.parametrize("dress", DRESSES)
def test_what_a_file_is_its_content_says(tmp_path: Path, dress: str) -> None:
    path = tmp_path / "given"
    path.write_bytes(DRESSES[dress])
    before = sorted(tmp_path.rglob("*"))
    file, rows = read(path)
    assert rows == EXPECTED
    assert (file.name, file.header) == ("given", tuple(HEADER))
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/tmp/climbed.csv").exists()


@pytest.mark.parametrize("dress", ["zip", "Parquet"])
def test_the_same_rows_give_the_same_published_data(store: Store, plain: dict[str, object], dress: str) -> None:
    assert store.sync(store.file(DRESSES[dress], "rows.dat")).counts.stored == 3
    assert store.seen() == plain
    assert store.sync(BYTES).counts.unchanged == 3


@pytest.mark.parametrize("content", [BYTES, gzip.compress(BYTES), DRESSES["zip"], DRESSES["Parquet"]])
def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    with piped(monkeypatch, content) as path:
        file, rows = read(path)
    assert rows == EXPECTED
    assert file.name == "standard input"


def test_an_empty_standard_input_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with piped(monkeypatch, b"") as path, pytest.raises(SourceError, match=r"^standard input is empty; a CSV file"):
        read(path)


# --- which member ----------------------------------------------------------------------------------------------------

SEVERAL = zipped({"2024/rows.csv": OTHER, "2025/rows.csv": BYTES, "2025/codes.csv": OTHER, "notes.md": b"#"})


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """A zip file with several files of CSV."""
    path = tmp_path / "all.zip"
    path.write_bytes(SEVERAL)
    return path


@pytest.mark.parametrize("pattern", ["2025/rows.csv", "2025/r*", "2025/ROWS.CSV"])
def test_a_pattern_names_the_member(several: Path, pattern: str) -> None:
    for path, member in ((several, pattern), (several / pattern, "")):
        file, rows = read(path, member)
        assert rows == EXPECTED
        assert file.name == "all.zip/2025/rows.csv"


def test_a_name_without_its_folder_is_enough(several: Path) -> None:
    assert read(several, "codes*")[0].name == "all.zip/2025/codes.csv"


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("", r"all\.zip holds several files .*2024/rows\.csv, 2025/rows\.csv, .*as in 'all\.zip/2024/rows\.csv'"),
        ("rows.csv", r"holds several files that could be the rows \(2024/rows\.csv, 2025/rows\.csv\)"),
        ("2026*", r"all\.zip holds no file '2026\*'; there is 2024/rows\.csv"),
    ],
)
def test_a_doubtful_member_is_asked_for(several: Path, pattern: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        read(several, pattern)


# --- what is refused -------------------------------------------------------------------------------------------------

NOISE = random.Random(1).randbytes(9_000).hex().encode()
PACKED = zipped({"rows.csv": BYTES + NOISE})


def _locked() -> bytes:
    """A zip file whose member says that it is encrypted."""
    content = bytearray(DRESSES["zip"])
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _strange() -> bytes:
    """A zip file with a method of packing that nobody knows."""
    content = bytearray(DRESSES["zip"])
    content[8] = content[content.index(b"PK\x01\x02") + 10] = 77
    return bytes(content)


REFUSED = {
    "cut zip": (PACKED[:-30], "is cut off or damaged"),
    "half a zip": (PACKED[: len(PACKED) // 2], "is cut off or damaged"),
    "flipped zip": (PACKED[:2000] + bytes([PACKED[2000] ^ 255]) + PACKED[2001:], "is cut off or damaged"),
    "empty zip": (zipped({}), "is a zip file with nothing in it"),
    "no CSV": (zipped({"a.pdf": b"%PDF", "b.png": b"\x89PNG"}), "holds no CSV file; there is a.pdf, b.png"),
    "Excel": (zipped({"[Content_Types].xml": b"<", "xl/workbook.xml": b"<"}), "is an Excel workbook; save its sheet"),
    "locked": (_locked(), "is locked with a password; unpack it first"),
    "strange": (_strange(), "is packed in a way that cannot be read here; unpack it first"),
    "latin-1 in a zip": (zipped({"r.csv": BYTES.decode().encode("latin-1")}), "is not UTF-8 text (line 5)"),
    "zip of nothing": (zipped({"r.csv": b""}), "is empty"),
    "cut Parquet": (DRESSES["Parquet"][:-9], "is cut off or damaged as a Parquet file; download it again"),
    "flipped Parquet": (DRESSES["Parquet"][:-60] + b"\xff" * 52 + DRESSES["Parquet"][-8:], "is cut off or damaged"),
    "web page": (b"<!DOCTYPE html>\n<title>Log in</title>", "is a web page or XML"),
    "JSON": (b'[{"a": 1}]\n', "is JSON; a CSV file with a line of column names was expected"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path: Path, case: str) -> None:
    content, expected = REFUSED[case]
    path = tmp_path / "new.dat"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read(path)
    sentence = str(caught.value)
    assert expected in sentence
    assert sentence.startswith(("new.dat", str(path)))
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped({"rows.csv": content})], ids=["gzip", "zip"])
def test_an_archive_that_unpacks_without_end_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(files, "UNQUESTIONED", 1 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(pack(b"name\n" + b"0" * (1 << 24)))
    with pytest.raises(SourceError, match="unpacks to more than 300 times its size"):
        read(path)


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("This system has no /dev/full.")
    path = tmp_path / "rows.csv"
    path.write_bytes(BYTES.replace(b"\n", b"\r\n") * 100)  # lines that end so are copied, others are read in place
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "rows.csv").symlink_to(full)
    with pytest.raises(SourceError, match=r"There is no room in .*; set TMPDIR"), _in(folder), plain_file(path):
        pass


@contextmanager
def _in(folder: Path) -> Generator[None]:
    """Let the next temporary folder be this one."""

    class _Folder:
        def __init__(self, **_: object) -> None: ...
        def __enter__(self) -> str:
            return str(folder)

        def __exit__(self, *_: object) -> None: ...

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files.tempfile, "TemporaryDirectory", _Folder)
        yield


# --- Parquet's own types ---------------------------------------------------------------------------------------------


def test_columns_of_parquet_are_the_texts_of_a_csv(tmp_path: Path) -> None:
    nine = datetime.fromisoformat("2021-01-01T00:00:09")
    half = datetime.fromisoformat("2021-01-01T00:00:09.5")
    columns: dict[str, tuple[pa.Array, list[str]]] = {
        "text": (pa.array(['a "b"\r\nc', "", None]), ['a "b"\nc', "", ""]),
        "seconds": (pa.array([nine, nine, None], pa.timestamp("s")), ["2021-01-01T00:00:09"] * 2 + [""]),
        "nano": (
            pa.array([nine, half, None], pa.timestamp("ns")),
            ["2021-01-01T00:00:09", "2021-01-01T00:00:09.5", ""],
        ),
        "zoned": (
            pa.array([nine, half, None], pa.timestamp("us", "America/Chicago")),
            ["2021-01-01T00:00:09Z", "2021-01-01T00:00:09.5Z", ""],
        ),
        "day": (pa.array([date(2021, 1, 1), None, date(1999, 12, 31)]), ["2021-01-01", "", "1999-12-31"]),
        "whole": (pa.array([1, None, -3]), ["1", "", "-3"]),
        "float": (pa.array([3.0, 42.123456789, None]), ["3.0", "42.123456789", ""]),
        "decimal": (pa.array([Decimal("1.50"), None, Decimal("0.05")]), ["1.50", "", "0.05"]),
        "yes": (pa.array([True, False, None]), ["true", "false", ""]),
        "coded": (pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]),
        'odd;"name;", it\'s': (pa.array([1, 2, 3]), ["1", "2", "3"]),
    }
    path = tmp_path / "it's [odd] *.parquet"
    path.write_bytes(in_parquet(pa.table({name: array for name, (array, _) in columns.items()})))
    (tmp_path / "it's o.parquet").write_bytes(b"PAR1 is another file")
    file, rows = read(path)
    assert file.header == tuple(columns)
    assert rows[1:] == [list(line) for line in zip(*(texts for _, texts in columns.values()), strict=True)]
