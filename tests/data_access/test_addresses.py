"""The search over published addresses: slips, abbreviations and house numbers, on addresses as cities write them."""

from __future__ import annotations

import sqlite3

import pytest

from data_access.address_index import ADDRESSES, Block, Street, blocks_of, open_index
from data_access.address_words import street_of, wanted, words_of
from data_access.answers.addresses import block_at, is_searchable, search
from data_access.store.publish import publish
from data_access.store.published import Snapshot
from tests.builders import Store, make_city, row

LINES = (
    # address, district, area, how many
    ("312 Commonwealth Ave", "8", "Back Bay", 5),
    ("401 Commonwealth Ave", "8", "Back Bay", 2),
    ("1210 Commonwealth Ave", "9", "Allston", 3),
    ("33 Beacon St", "8", "Beacon Hill", 4),
    ("35 Beacon St", "1", "Hyde Park", 1),
    ("Intersection of Beacon St & Park St", "8", "Beacon Hill", 2),
    ("120 WEST  127 STREET", "7", "Harlem", 3),
    ("2300 9 AVENUE", "7", "Harlem", 2),
    ("12 Main St", "1", "Charlestown", 1),
    ("7 Rue de la Montée", "2", "Bas", 1),
    ("1500 Washington St", "7", "Roxbury", 1),
    ("200 Washington St", "3", "Dorchester", 6),
    ("City Hall", "", "", 9),
)


def sync(store: Store) -> None:
    store.city = make_city(
        areas={
            "district": {"name": "District", "plural": "Districts", "boundary_property": "name"},
            "neighbourhood": {"name": "Area", "plural": "Areas", "boundary_property": "name"},
        }
    )
    rows = [
        row(f"{address}/{i}", Address=address, District=district, Area=area, Lat=f"42.{i + 1}2345", Lon="-71.123456")
        for address, district, area, n in LINES
        for i in range(n)
    ]
    store.sync(rows)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("addresses") / "data")
    sync(store)
    return store


def best(snapshot: Snapshot, text: str) -> tuple[str, str] | None:
    found = search(snapshot, text)
    return (found[0].block.address, found[0].block.neighbourhood) if found else None


@pytest.mark.parametrize(
    ("text", "address", "area"),
    [
        ("312 Commonwealth Ave", "300 block of Commonwealth Ave", "Back Bay"),
        ("399 comonwealth avenue", "300 block of Commonwealth Ave", "Back Bay"),
        ("COMMONWELATH AV", "300 block of Commonwealth Ave", "Back Bay"),
        ("1200 comm wealth ave", "1200 block of Commonwealth Ave", "Allston"),
        ("500 Commonwealth Ave, Apt 4, Testville 02116", "400 block of Commonwealth Ave", "Back Bay"),
        ("Commonwealth Avenue 312", "300 block of Commonwealth Ave", "Back Bay"),
        ("300 block of Commonwealth Ave", "300 block of Commonwealth Ave", "Back Bay"),
        ("5 beacon street", "1-99 block of Beacon St", "Beacon Hill"),
        ("5 beacon st, hyde park", "1-99 block of Beacon St", "Hyde Park"),
        ("5 beacon st hyde park", "1-99 block of Beacon St", "Hyde Park"),
        ("park and beacon", "Beacon St & Park St", "Beacon Hill"),
        ("130 W 127th St", "100 block of WEST  127 STREET", "Harlem"),
        ("west 127 street", "100 block of WEST  127 STREET", "Harlem"),
        ("9th Ave", "2300 block of 9 AVENUE", "Harlem"),
        ("ninth avenue", "2300 block of 9 AVENUE", "Harlem"),
        ("mian st", "1-99 block of Main St", "Charlestown"),
        ("rue de la montee", "1-99 block of Rue de la Montée", "Bas"),
        ("washington roxbury", "1500 block of Washington St", "Roxbury"),
        ("washington", "200 block of Washington St", "Dorchester"),
    ],
)
def test_what_a_text_means(city: Store, text: str, address: str, area: str) -> None:
    with city.snapshot() as snapshot:
        assert best(snapshot, text) == (address, area)


@pytest.mark.parametrize(
    "text", ["", "   ", "zzzz street", "street", "128th street", "'\"*() OR NEAR", "%", "\0", "北京路", "x" * 5000]
)
def test_nothing_is_offered_where_nothing_is_like_it(city: Store, text: str) -> None:
    with city.snapshot() as snapshot:
        assert search(snapshot, text) == []


def test_every_published_address_finds_itself(city: Store) -> None:
    published = set(city.requests()["address"].dropna())
    assert len(published) == 11  # of the two houses on Beacon St one block, and no placeholder
    with city.snapshot() as snapshot:
        for address in published:
            assert search(snapshot, address)[0].block.address == address


def test_the_index_holds_what_the_published_requests_do(city: Store) -> None:
    frame = city.requests()
    keys = ["address", "district", "neighbourhood"]
    expected = {
        (*key, len(rows), round(float(rows["latitude"].mean()), 4), round(float(rows["longitude"].mean()), 4))
        for key, rows in frame[frame["address"].notna()].groupby(keys)  # type: ignore[misc]
    }
    with city.snapshot() as snapshot, open_index(snapshot.folder) as index:
        streets = [Street(*each) for each in index.execute("SELECT street, words, n FROM streets")]
        found = [block for street in streets for block in blocks_of(index, street)]
        assert len(found) == len(expected)
        assert {(b.address, b.district, b.neighbourhood, b.n, b.latitude, b.longitude) for b in found} == expected
        assert sum(street.n for street in streets) == sum(block.n for block in found)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            index.execute("DELETE FROM streets")


def test_a_block_is_found_by_its_name_in_its_area(city: Store) -> None:
    with city.snapshot() as snapshot:
        here = block_at(snapshot, "1-99 BLOCK of beacon st", "neighbourhood", "Hyde Park")
        assert here == Block(0, "1-99 block of Beacon St", "1", "Hyde Park", 1, 42.1235, -71.1235)
        assert block_at(snapshot, "1-99 block of Beacon St", "neighbourhood", "Roxbury") is None
        assert block_at(snapshot, "nowhere") is None
        assert is_searchable(snapshot)


def test_a_city_without_addresses_has_nothing_to_search(store: Store) -> None:
    store.sync([row(1, Address="")])
    with store.snapshot() as snapshot:
        assert not is_searchable(snapshot)
        assert search(snapshot, "Beacon St") == []


def test_the_same_rows_give_the_same_file(city: Store) -> None:
    first = city.folder / f"v{city.version()}" / ADDRESSES
    publish(city.folder, city.city, "again", None)
    second = city.folder / f"v{city.version()}" / ADDRESSES
    assert first != second

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("address", "number", "street"),
    [
        ("1-99 block of Beacon St", 0, "Beacon St"),
        ("2300 block of 9 AVENUE", 2300, "9 AVENUE"),
        ("9 AVENUE", None, "9 AVENUE"),
        ("33 Beacon St", 33, "Beacon St"),
        ("3400 block of 18TH ST, SAN FRANCISCO, CA", 3400, "18TH ST"),
        ("Beacon St & Park St", None, "Beacon St & Park St"),
    ],
)
def test_a_published_address_has_a_number_and_a_street(address: str, number: int | None, street: str) -> None:
    assert street_of(address) == (number, street)


def test_words_have_one_form() -> None:
    assert words_of("O'Neill’s 1st Avenue and Straße") == ("oneills", "1", "ave", "strasse")
    assert wanted("No. 33 Beacon Street #4").words == ("beacon", "st")
    assert wanted("No. 33 Beacon Street #4").house == 33
