"""Requests without an area get the one that their point lies in, if the boundaries fit those that name theirs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dashboard.domain.errors import SourceError, SyncLocked
from dashboard.domain.filters import Filters
from dashboard.domain.request import Flag
from data_access import boundaries
from data_access.answers.summary import grouped
from data_access.areas import lookup
from data_access.areas.checks import AreaCheck
from data_access.areas.placing import places
from data_access.boundaries import import_boundaries
from data_access.city import City
from data_access.queries.area_checks import checks
from data_access.store.lock import city_lock
from data_access.store.tables import facts
from data_access.sync import republish
from tests.builders import Store, make_city, row
from tests.data_access.squares import (
    AREAS,
    NAMES,
    drawn_at,
    file_of,
    four_squares,
    scattered,
    square,
)


def test_requests_without_an_area_get_that_of_their_point(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    named, nameless = scattered(60, 1, own=True, prefix="own"), scattered(90, 2, own=False, prefix="bare")
    odd = [
        row("default", Lat="42.0", Lon="-71.0", District=""),
        row("default address", Lat="42.15", Lon="-71.15", District="", Address="City Hall"),
        row("no point", Lat="", Lon="", District=""),
        row("own stays", Lat="42.15", Lon="-71.15", District="9"),
    ]
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage="2012")
    store.sync([*named, *nameless, *odd])
    found = store.requests()
    expected = {line["Id"]: drawn_at(float(line["Lat"]), float(line["Lon"])) or "none" for line in nameless}
    assert set(expected.values()) == {*NAMES, "none"}
    assert found.loc[list(expected), "district"].to_dict() == expected
    assert found.loc[["default", "default address", "no point"], "district"].tolist() == ["none"] * 3
    assert found.loc["own stays", "district"] == "9"
    without = found["flags"].astype(int) & Flag.NO_DISTRICT.bit != 0
    assert (without == (found["district"] == "none")).all()

    outside = sum(line["District"] == "" for line in named)  # these too lie in no square: they are looked up in vain
    with store.snapshot() as snapshot:
        (check,) = checks(snapshot)
        options = snapshot.options.fields["district"]
        filters, _ = Filters.parse("period=all", snapshot.options)
        groups = {group["name"]: group["requests"] for group in grouped(snapshot, filters, "district")}
    assert check == AreaCheck(
        "district", 60 - outside + 1, 1, sum(name != "none" for name in expected.values()), "2012"
    )
    assert options.counts == groups == Counter(found["district"])


def test_facts_and_requests_tell_the_same(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    for kind, names in (("district", NAMES), ("neighbourhood", ("North", "Old Town", "West", "East"))):
        import_boundaries(store.city, kind, file_of(tmp_path, four_squares(names)), store.folder)
    lines = scattered(80, 3, own=False, prefix="")
    store.sync([line | {"Area": ""} for line in lines])
    published = store.requests()
    with store.snapshot() as snapshot:
        codes = {
            field: {code: name for name, code in snapshot.codes[field].items()}
            for field in ("district", "neighbourhood")
        }
        counted = snapshot.count(select(facts.c.district, facts.c.neighbourhood, facts.c.flags))
        kinds = [check.kind for check in checks(snapshot)]
    pairs = Counter(
        (codes["district"][district], codes["neighbourhood"][quarter], flags)
        for district, quarter, flags in counted.to_numpy().tolist()
    )
    assert pairs == Counter(zip(published["district"], published["neighbourhood"], published["flags"], strict=True))
    assert kinds == ["district", "neighbourhood"]
    assert {(d, q) for d, q, _ in pairs} == {
        ("1", "North"), ("2", "Old Town"), ("3", "West"), ("4", "East"), ("none", "none")
    }  # fmt: skip


def test_above_a_tenth_the_boundaries_are_of_another_time_and_fill_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    middle = {"Lat": "42.15", "Lon": "-71.15"}
    right = [row(f"right{n}", District="1", **middle) for n in range(9)]
    store.sync([*right, row("moved", District="2", **middle), row("bare", District="", **middle)])
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage="2012")
    republish(store.city, store.folder)
    assert store.requests().loc["bare", "district"] == "1"  # one in ten is still what geocoding does
    store.sync([row("moved too", District="5", **middle)])
    assert store.requests().loc["bare", "district"] == "none"
    with store.snapshot() as snapshot:
        (check,) = checks(snapshot)
        assert list(snapshot.boundaries()) == ["district"]
    assert check == AreaCheck("district", 11, 2, 0, "2012")
    assert check.is_wrong_vintage
    assert "2 of 11 requests (18.2%) lie in another area of the boundaries of 2012" in check.sentence("District")
    assert check.sentence("District").endswith(
        "no request was given its area by its point; load those of the requests' own time."
    )


@pytest.mark.parametrize(("loaded_as", "holds"), [("2023", True), ("", True), ("2012", False)])
def test_requests_of_before_the_boundaries_held_are_given_none_of_them(
    loaded_as: str, holds: bool, tmp_path: Path
) -> None:
    dated = {"district": AREAS["district"] | {"vintage": "2023", "boundaries_since": "2024-01-01"}}
    store = Store(tmp_path / "data", make_city(areas=dated))
    place = {"Lat": "42.15", "Lon": "-71.15"}
    # of before, the names are those of another map: half of them lie elsewhere in this one
    lines = [
        row(f"{day}-{name}", created=f"{day} 23:30:00", District=name, **place)
        for day in ("2023-06-01", "2023-12-31", "2024-01-01", "2024-06-01")
        for name in ("", "2" if day < "2024" else "1")
    ]
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage=loaded_as)
    store.sync(lines)
    found = store.requests()["district"].to_dict()
    with store.snapshot() as snapshot:
        (check,) = checks(snapshot)
    if holds:
        expected = {line["Id"]: line["District"] or ("1" if line["Created"] >= "2024" else "none") for line in lines}
        assert check == AreaCheck("district", 2, 0, 2, loaded_as)
    else:  # then they are not the ones that the city file dates, and the rows tell that they do not fit
        expected = {line["Id"]: line["District"] or "none" for line in lines}
        assert check == AreaCheck("district", 4, 2, 0, loaded_as)
    assert found == expected


def test_a_file_of_another_city_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    store.sync(scattered(50, 4, own=True, prefix=""))
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage="2012")
    before = (store.folder / "boundaries" / "district.geojson").read_bytes()
    elsewhere = file_of(tmp_path, [square("1", 10.0, 50.0), square("2", 10.1, 50.0)], "elsewhere.geojson")
    with pytest.raises(
        SourceError, match=r"^Only 0 of 50 places of Testville's requests lie in the areas of elsewhere"
    ):
        import_boundaries(store.city, "district", elsewhere, store.folder)
    assert (store.folder / "boundaries" / "district.geojson").read_bytes() == before
    assert store.version() == 1


def test_boundaries_wait_for_a_running_sync(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    first = file_of(tmp_path, four_squares())
    with (
        city_lock(store.folder),
        pytest.raises(SyncLocked),
    ):  # also the first sync, when there is nothing to compare with
        import_boundaries(store.city, "district", first, store.folder)
    assert not (store.folder / "boundaries").exists()
    store.sync([row(1)])
    import_boundaries(store.city, "district", first, store.folder, vintage="2012", publish=True)
    stored = store.folder / "boundaries" / "district.geojson"
    before = stored.read_bytes()
    with city_lock(store.folder), pytest.raises(SyncLocked):
        import_boundaries(store.city, "district", file_of(tmp_path, four_squares(("4", "3", "2", "1"))), store.folder)
    assert stored.read_bytes() == before
    assert store.version() == 2


def test_no_sync_comes_between_storing_and_publishing_boundaries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    store.sync([row("bare", Lat="42.15", Lon="-71.15", District="")])
    shut: list[bool] = []

    def publish_while_locked(city: City, folder: Path) -> int | None:
        assert (folder / "boundaries" / "district.geojson").is_file()
        with pytest.raises(SyncLocked), city_lock(folder):
            pass
        shut.append(True)
        return republish(city, folder)

    monkeypatch.setattr(boundaries, "republish", publish_while_locked)
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, publish=True)
    assert (shut, store.version(), store.requests()["district"].tolist()) == ([True], 2, ["1"])


def test_a_version_reads_each_boundary_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    for kind in AREAS:
        import_boundaries(store.city, kind, file_of(tmp_path, four_squares()), store.folder)
    opened: list[str] = []
    plainly = Path.open

    def counted(path: Path, *options: Any, **named: Any) -> Any:
        if path.suffix == ".geojson" and path.parent.name == "boundaries":
            opened.append(path.stem)
        return plainly(path, *options, **named)

    monkeypatch.setattr(Path, "open", counted)
    store.sync([row("bare", Lat="42.15", Lon="-71.15", District="", Area="")])
    assert sorted(opened) == sorted(AREAS)


def test_only_new_points_are_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage="2012")
    looked_at: list[int] = []

    def counted(outlines: Any, longitude: Any, latitude: Any) -> Any:
        looked_at.append(len(longitude))
        return places(outlines, longitude, latitude)

    monkeypatch.setattr(lookup, "places", counted)
    monkeypatch.setattr(lookup, "CHUNK", 16)
    lines = scattered(40, 5, own=False, prefix="")
    store.sync([*lines, lines[0] | {"Id": "same place"}])
    assert looked_at == [16, 16, 8]
    looked_at.clear()
    store.sync([row("new", Lat="42.15", Lon="-71.15", District=""), lines[1] | {"Type": "changed"}])
    assert looked_at == [1]
    looked_at.clear()
    republish(store.city, store.folder)
    assert looked_at == []
    before = store.requests()["district"]
    import_boundaries(store.city, "district", file_of(tmp_path, four_squares(("4", "3", "2", "1"))), store.folder)
    looked_at.clear()
    republish(store.city, store.folder)
    assert sum(looked_at) == 41
    turned = {"1": "4", "2": "3", "3": "2", "4": "1", "none": "none"}
    assert store.requests()["district"].tolist() == [turned[name] for name in before]


def test_a_kind_that_the_city_no_longer_has_is_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", make_city(areas=AREAS))
    import_boundaries(store.city, "neighbourhood", file_of(tmp_path, four_squares()), store.folder)
    store.sync([row(1, Area="")])
    assert store.work("SELECT kind, count(*) FROM area_points GROUP BY kind") == [("neighbourhood", 1)]
    store.city = make_city(areas={"district": AREAS["district"]})
    store.sync([row(2)])
    assert store.work("SELECT count(*) FROM area_points") == [(0,)]
    with store.snapshot() as snapshot:
        assert snapshot.boundaries() == {}
        assert checks(snapshot) == ()
