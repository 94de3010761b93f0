"""What is published holds nobody's words, no door and no exact point."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import String, column, create_engine, select, table

from dashboard.domain.errors import SourceError
from data_access.addresses import to_the_block
from data_access.store.tables import public_records, published
from tests.builders import Store, make_city, row

Blocks = Callable[[list[str]], list[str | None]]


@pytest.fixture(scope="module")
def blocks() -> Iterator[Blocks]:
    """Addresses as they are published."""
    engine = create_engine("duckdb://")
    given = table("given", column("place"), column("address", String))
    statement = select(to_the_block(given.c.address)).select_from(given).order_by(given.c.place)
    text = str(statement.compile(engine, compile_kwargs={"literal_binds": True}))
    engine.dispose()
    with duckdb.connect() as connection:

        def published_as(addresses: list[str]) -> list[str | None]:
            frame = pd.DataFrame({"place": range(len(addresses)), "address": pd.array(addresses, dtype="str")})
            connection.register("given", frame)
            return [found for (found,) in connection.execute(text).fetchall()]

        yield published_as


# --- addresses -------------------------------------------------------------------------------------------------------

NUMBERS = (
    "{n}",
    "{n}A",
    "{n}-{m}",
    "{n}R-{m}",
    "{n} -{m}",
    "{n} - {m}",
    "{n} 1/2",
    "{n}½",
    "{n},",
    "#{n}",
    "No. {n}",
    "{n} & {m}",
    "{n}/{m}",
    "{n} to {m}",
    "{n}hf",
    "{n}-{m}-{m}",
    " {n}",
)
STREETS = (
    "Beacon St",
    "B St",
    "Brook Farm Rd",
    "Riverway",
    "Broadway",
    "Fleet",
    "Sterling",
    "Flanders",
    "Floral",
    "Roma",
    "Aptos",
    "Stearns Rd",
    "Suitland Ave",
    "St James Ave",
    "O'Callaghan Way",
    "Avenue Louis Pasteur",
    "5th Ave",
    "E 42nd St",
    "EAST 9 STREET",
    "9 STREET",
    "Route 9",
    "Highway 1A",
    "Pier 4 Blvd",
    "Public Alley No. 441",
    "Rue de l'Église",
)
UNITS = (
    "",
    " Apt {u}",
    ", Apt. {u}",
    " APT #{u}",
    " #{u}",
    ", #{u}",
    " Unit {u}",
    " Suite {u}",
    " Ste {u}",
    " Fl {u}",
    ", Floor {u}",
    " Rm {u}",
    " Room {u}",
    " Apartment {u}",
    ", Unit {u}, Floor 3",
    " Apt {u} Rear",
)


def block_of(number: int) -> str:
    return "1-99" if number < 100 else f"{number // 100 * 100}"


def test_a_door_is_published_as_its_block(blocks: Blocks) -> None:
    """Every way to write the number, with every kind of street and of flat."""
    chance = random.Random(4)
    expected: dict[str, str] = {}
    for form, street, unit in product(NUMBERS, STREETS, UNITS):
        number, further = chance.randint(1, 29_999), chance.randint(1, 29_999)
        door = chance.choice(["4", "12", "B", "1204", "4B", "4-B"])
        address = f"{form.format(n=number, m=further)} {street}{unit.format(u=door)}"
        expected[address] = f"{block_of(number)} block of {street}"
    found = dict(zip(expected, blocks(list(expected)), strict=True))
    assert found == expected


WORDS = st.from_regex(r"[A-Z][a-z]{2,9}", fullmatch=True).filter(
    lambda word: (
        word.lower()
        not in {
            "apt",
            "unit",
            "suite",
            "ste",
            "floor",
            "room",
            "apartment",
            "and",
            "street",
            "ave",
            "avenue",
            "place",
            "road",
            "drive",
            "court",
            "terrace",
            "lane",
            "boulevard",
            "blvd",
            "route",
            "rte",
            "highway",
            "hwy",
            "interstate",
            "alley",
            "pier",
            "exit",
        }
    )
)


@settings(max_examples=80)
@given(
    before=st.lists(WORDS, max_size=3),
    number=st.integers(101, 99_999).filter(lambda n: n % 100),
    letter=st.sampled_from(["", "A", " B"]),
    after=st.lists(WORDS, max_size=3),
    glue=st.sampled_from([" ", ", ", " (", " - ", " / "]),
)
@example(before=[], number=765, letter="", after=[], glue=" ")
@example(before=["Front", "Of"], number=765, letter="", after=["Beacon"], glue=" ")
def test_a_house_number_survives_nowhere_in_an_address(
    blocks: Blocks, before: list[str], number: int, letter: str, after: list[str], glue: str
) -> None:
    """Wherever the number stands, also after the street, it is rounded or gone."""
    address = glue.join(part for part in (" ".join(before), f"{number}{letter}", " ".join(after)) if part)
    (found,) = blocks([address])
    left = re.findall(r"\d+", found or "")
    assert left in ([], [str(number // 100 * 100)]), (address, found)


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_any_text_at_all_is_taken(blocks: Blocks, text: str) -> None:
    (found,) = blocks([text.replace("\x00", "")])
    assert found != ""


def test_crossings_and_places_stay(blocks: Blocks) -> None:
    kept = {
        "INTERSECTION of Beacon St & Park St": "Beacon St & Park St",
        "Intersection of 5th Ave & 42nd St": "5th Ave & 42nd St",
        "Boston Common": "Boston Common",
        "Beacon St 33": "Beacon St",
        "33 Beacon St, Boston, MA 02108": "1-99 block of Beacon St, Boston, MA",
        "Apt 4, 33 Beacon St": "1-99 block of Beacon St",
    }
    assert blocks(list(kept)) == list(kept.values())
    assert blocks(["765", "", "#4"]) == [None, None, None]


# --- the published files ---------------------------------------------------------------------------------------------

SECRETS = ("Ann Example", "ann@example.org", "617-555-0100", "her own words")


def all_texts(folder: Path) -> str:
    """Everything that stands in the files of the current version, as one text."""
    version = folder / f"v{(folder / 'CURRENT').read_text().strip()}"
    texts: list[str] = []
    for path in sorted(path for path in version.rglob("*") if path.is_file()):
        if path.suffix != ".duckdb":
            texts.append(path.read_text(errors="replace"))  # the search over addresses holds its texts as they are
            continue
        with duckdb.connect(str(path), read_only=True) as connection:
            for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                texts += [repr(found) for found in connection.execute(f'SELECT * FROM "{table}"').fetchall()]
    return "\n".join(texts)


def secret_rows() -> list[dict[str, str]]:
    return [
        row(
            1,
            Note=f"Fixed by {SECRETS[0]}",
            Detail=SECRETS[3],
            Address="4317 Beacon St Apt 29B",
            Updated="2024-03-06 09:00:00",
        ),
        row(
            2,
            closed="2024-03-05 09:00:00",
            Note=f"duplicate of 1, {SECRETS[1]}",
            Detail=SECRETS[2],
            Address="Beacon St 4317",
        ),
        row("", Note=SECRETS[0], Detail=SECRETS[3], Address="4317 Beacon St"),  # to the quarantine
        row(3, Type="Encampment", Address="4317"),
    ]


def test_published_files_hold_nobodys_words_and_no_door(store: Store) -> None:
    store.sync(secret_rows())
    texts = all_texts(store.folder)
    assert "4300 block of Beacon St" in texts  # the search does see what is there
    for secret in (*SECRETS, "4317", "29B", "123456", "Apt"):
        assert secret not in texts, secret
    rows = store.work(f"SELECT * FROM read_parquet('{store.folder}/raw/*.parquet')")
    raw = " ".join(str(found) for found in (*rows, *store.work("SELECT raw FROM quarantine")))
    assert all(secret in raw for secret in SECRETS)  # the sync's own files have them all


def test_the_bytes_of_the_published_files_hold_none_of_it_either(store: Store) -> None:
    """Also not in what the file's tables do not show any more."""
    store.sync(secret_rows())
    for path in (path for path in (store.folder / "v1").rglob("*") if path.is_file()):
        content = path.read_bytes()
        for secret in (*SECRETS, "4317 Beacon"):
            assert secret.encode() not in content, (path.name, secret)


def test_published_columns_are_these_and_no_others() -> None:
    """A column more is a decision about people's privacy: make it here as well."""
    tables = {table.name: set(table.c.keys()) for table in (*published.sorted_tables, *public_records.sorted_tables)}
    assert tables["requests"] == {
        "request_id",
        "created_at",
        "closed_at",
        "updated_at",
        "due_at",
        "created_day",
        "closed_day",
        "status",
        "outcome",
        "outcome_words",
        "category",
        "department",
        "district",
        "neighbourhood",
        "channel",
        "channel_group",
        "origin",
        "duplicate",
        "duplicate_of",
        "latitude",
        "longitude",
        "address",
        "seconds",
        "late",
        "repeat",
        "flags",
    }
    assert tables["quarantine_counts"] == {"reason", "department", "day", "n"}
    for columns in tables.values():
        assert not columns & {"raw", "closure_reason", "subcategory", "hash"}


def test_points_have_four_decimals_and_those_of_sensitive_categories_three(store: Store) -> None:
    store.sync([row(1), row(2, Type="Encampment"), row(3, Lat="-42.99999", Lon="71.00005")])
    found = store.requests()
    assert found[["latitude", "longitude"]].to_numpy().tolist() == [
        [42.1235, -71.1235],
        [42.123, -71.123],
        [-43.0, 71.0001],
    ]


def test_exact_addresses_only_with_a_reason_in_the_city_file(store: Store) -> None:
    store.city = make_city(exact_addresses_because="Residents asked for it in the council of 3 May.")
    store.sync([row(1), row(2, Address="City Hall")])
    assert store.requests()["address"].fillna("").tolist() == ["33 Beacon St", ""]


def test_a_failed_run_does_not_publish_the_folders_of_the_machine(store: Store) -> None:
    with pytest.raises(SourceError):
        store.sync(store.data_dir.parent / "secret-folder" / "rows.csv")
    store.sync([row(1)])
    told = (store.folder / "runs.json").read_text() + all_texts(store.folder)
    assert "rows.csv" in told
    assert "secret-folder" not in told
