"""A version made from what has changed is the one that is made from all rows: random histories, and what ends them."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from dashboard.domain.filters import Filters
from dashboard.domain.request import DIMENSIONS
from data_access import places, preparing, replaced
from data_access.answers.outcomes import outcome_totals, outcomes_over_time
from data_access.answers.quality import quality
from data_access.answers.series import series
from data_access.answers.spots import recurring
from data_access.answers.summary import grouped, header, summary
from data_access.answers.trends import volumes
from data_access.boundaries import import_boundaries
from data_access.delta import building, watching
from data_access.store import publish, tables
from data_access.store.published import Snapshot
from data_access.store.tables import facts, public_records, published, requests
from data_access.sync import republish
from tests.builders import Store, make_city, row
from tests.data_access.squares import AREAS, SOUTH, WEST, file_of, four_squares

TARGETS = [
    {"category": ["Pothole"], "days": 2, "valid_from": "2024-01-01", "source_url": "https://example.org/targets"}
]
NOT_COMPARED = {"version"}


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the rows are, and however many of them change; crowds and work in bulk begin with a few."""
    monkeypatch.setattr(building, "LEAST_ROWS", 0)
    monkeypatch.setattr(building, "MOST_TOUCHED", 10.0)
    monkeypatch.setattr(building, "MOST_ADDED", 1000.0)
    monkeypatch.setattr(replaced, "LARGEST_SHARE", 10.0)
    monkeypatch.setattr(preparing, "BULK", {1: 3, 60: 5})
    for module in (places, watching):
        monkeypatch.setattr(module, "CROWDED", 4)


class City:
    """Rows of a small city that come, change and go by chance."""

    def __init__(self, seed: int) -> None:
        self.chance, self.rows, self.made = random.Random(seed), dict[str, dict[str, str]](), 0
        self.day = 150

    def step(self) -> None:
        """Some days later: new rows, others closed, told otherwise, moved or removed."""
        chance = self.chance
        self.day += chance.choice([0, 1, 12, 40])
        for _ in range(chance.randint(5, 25)):
            self.made += 1
            self.rows[str(self.made)] = self.new_row(str(self.made))
        for name in chance.sample(sorted(self.rows), len(self.rows) // 6):
            self.change(name)
        for name in chance.sample(sorted(self.rows), len(self.rows) // 15):
            del self.rows[name]

    def new_row(self, name: str) -> dict[str, str]:
        chance = self.chance
        day = chance.choice([self.day, self.day, chance.randint(1, self.day)])
        line = row(name, self.moment(day), Type=self.category(), Department=chance.choice(["Streets", "Parks", ""]))
        line |= self.place() | {"Source": chance.choice(["Phone", "Phone", "App", "Crew", f"Robot {day // 9}"])}
        line["District"] = chance.choice(["", "1", "2", "03"])
        if chance.random() < 0.6:
            self.close(line, min(day + chance.randint(0, 50), self.day))
        if chance.random() < 0.2:
            line["Note"] = "duplicate of another"
            line["Detail"] = str(chance.randint(1, self.made + 5))
        return line

    def change(self, name: str) -> None:
        line, what = self.rows[name], self.chance.randint(0, 5)
        if what <= 2 and not line["Closed"]:
            self.close(line, self.day)
        elif what == 3:
            line["Type"] = self.category()
        elif what == 4:
            line |= self.place()
        else:
            self.rows[name] = self.new_row(name)

    def close(self, line: dict[str, str], day: int) -> None:
        moment = self.moment(day) if self.chance.random() < 0.5 else f"{self.date(day)} 17:00:00"
        line |= {"Closed": moment, "Status": "Closed", "Note": self.chance.choice(["Fixed by a crew", "Gone"])}

    def category(self) -> str:
        return self.chance.choice(["Pothole", "Pothole", "pothole", "Graffiti", "Encampment", "", f"New {self.day}"])

    def place(self) -> dict[str, str]:
        """Two corners where much happens, the city, an address alone, and a placeholder."""
        chance, street = self.chance, self.chance.choice(["Beacon St", "Elm St", "Park Ave & Elm St"])
        address = {"Address": f"{chance.randint(1, 300)} {street}"}
        match chance.randint(0, 5):
            case 0:
                return address | {"Lat": "", "Lon": "", "Address": f"{chance.choice((3, 33))} Beacon St"}
            case 1:
                return {"Lat": "42.0", "Lon": "-71.0", "Address": "City Hall"}
            case 2:
                point = chance.uniform(SOUTH - 0.1, SOUTH + 0.25), chance.uniform(WEST - 0.1, WEST + 0.25)
            case _:
                point = 42.15 + chance.randint(0, 6) * 0.0002, -71.15 + chance.choice((0, 0.004))
        return address | {"Lat": f"{point[0]:.6f}", "Lon": f"{point[1]:.6f}"}

    def moment(self, day: int) -> str:
        return f"{self.date(day)} {self.chance.randint(0, 23):02d}:{self.chance.randint(0, 59):02d}:00"

    @staticmethod
    def date(day: int) -> str:
        """Days are counted through months of 28 days, so that none is missing."""
        return f"{2023 + day // 336}-{day % 336 // 28 + 1:02d}-{day % 28 + 1:02d}"


def told(store: Store) -> dict[str, Any]:
    """Every table of the current version, coded fields by their names and signed rows summed; and its search of addresses."""
    with store.snapshot() as snapshot:
        names: dict[str, dict[int, str]] = {field: {0: "none"} for field in DIMENSIONS}
        listed = snapshot.count(select(tables.names))
        for field, code, name in zip(listed["field"], listed["code"], listed["name"], strict=True):
            names[str(field)][int(code)] = str(name)
        found: dict[str, Any] = {}
        for table in [*published.sorted_tables, *public_records.sorted_tables]:
            read = snapshot.read if table.metadata is public_records else snapshot.count
            rows = read(select(table)).astype(object).where(lambda frame: frame.notna(), None)
            found[table.name] = _counted(
                table, [{str(name): value for name, value in line.items()} for line in rows.to_dict("records")], names
            )
        index = sqlite3.connect(snapshot.folder / "addresses.sqlite")
        found["addresses"] = sorted(index.execute("SELECT words, core, n, blocks FROM streets"))
        index.close()
        found["boundaries"] = {kind: path.read_text() for kind, path in snapshot.boundaries().items()}
        found["answers"] = answers(snapshot)
    return found


def _counted(table: Table, rows: list[dict[str, Any]], names: dict[str, dict[int, str]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in rows:
        n = line.pop("n") if table is facts else 1
        if table is facts:
            del line["part"]  # says how a row came, not what it is of
            line |= {field: names[field][line[field]] for field in DIMENSIONS}
        if table is tables.names and (not line["requests"] or line.pop("code") is None):
            continue
        if table.name == "about" and line["key"] in NOT_COMPARED:
            continue
        counted[repr(line)] += n
    return Counter({line: n for line, n in counted.items() if n})


def answers(snapshot: Snapshot) -> list[Any]:
    """What the API says of several filters."""
    found: list[Any] = [snapshot.options.fields]
    for query in ("period=all&interval=month", "origin=all&from=2023-06-01&to=2024-02-01", "category=pothole"):
        filters, _ = Filters.parse(query, snapshot.options)
        numbers = [summary(snapshot, filters), header(snapshot, filters)]
        for one in numbers:
            one.pop("data_version", None)
        found += [
            *numbers,
            *(grouped(snapshot, filters, field) for field in DIMENSIONS),
            *(series(snapshot, filters, measure).to_json() for measure in ("requests", "closed", "backlog", "wait")),
            outcome_totals(snapshot, filters),
            outcomes_over_time(snapshot, filters),
            recurring(snapshot, filters),
            volumes(snapshot, filters, "category"),
        ]
    return [*found, quality(snapshot)["flags"]]


def made_from(store: Store) -> int:
    """How many requests have changed in the current version and those before it since one was made whole."""
    return json.loads((store.folder / f"v{store.version()}" / "version.json").read_text())["changed"]


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_history_of_changes_is_told_as_if_all_were_new(tmp_path: Path, seed: int) -> None:
    city = City(seed)
    columns = make_city().schemas["rows"].columns | {"duplicate_of": "Detail"}
    schemas = {"rows": {"columns": columns, "time_formats": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]}}
    store = Store(tmp_path / "data", make_city(areas=AREAS, targets=TARGETS, schemas=schemas))
    by_changes = 0
    for number in range(5):
        city.step()
        store.sync(list(city.rows.values()), full=True, allow_removal=True)
        if number == 0 and seed != 2:
            import_boundaries(
                store.city, "district", file_of(tmp_path, four_squares()), store.folder, vintage="2023", publish=True
            )
        by_changes += made_from(store) > 0
        shutil.rmtree(tmp_path / "whole", ignore_errors=True)
        shutil.copytree(store.data_dir, tmp_path / "whole")
        whole = Store(tmp_path / "whole", store.city)
        republish(whole.city, whole.folder)
        assert made_from(whole) == 0
        now, then = told(store), told(whole)
        for name, rows in then.items():
            if isinstance(rows, Counter):
                assert (now[name] - rows, rows - now[name]) == (Counter(), Counter()), (name, number)
            assert now[name] == rows, (name, number)
    assert by_changes >= 2


@pytest.fixture
def small(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with ten requests, whose size alone does not have it made whole."""
    monkeypatch.setattr(building, "LEAST_ROWS", 0)
    store.sync([row(number) for number in range(10)])
    return store


def test_changes_pile_up_until_the_version_is_made_whole(small: Store) -> None:
    piled = []
    for number in range(10, 15):
        small.sync([row(number)])
        piled.append(made_from(small))
    assert piled == [1, 2, 3, 0, 1]
    with small.snapshot() as snapshot:
        assert int(snapshot.count(select(facts.c.n))["n"].sum()) == 15


def test_many_changes_at_once_are_made_whole(small: Store) -> None:
    small.sync([row(number, closed="2024-03-05 09:00:00") for number in range(3)])
    assert made_from(small) == 0
    assert small.work("SELECT count(*) FROM replaced") == [(0,)]


def test_another_city_map_and_other_boundaries_are_made_whole(small: Store, tmp_path: Path) -> None:
    small.sync([row("more")])
    assert made_from(small) == 1
    small.city = make_city(areas=AREAS)
    small.sync([row("again")])
    assert made_from(small) == 0
    small.sync([row("and again")])
    assert made_from(small) == 1
    import_boundaries(small.city, "district", file_of(tmp_path, four_squares()), small.folder, vintage="2023")
    small.sync([row("at last")])
    assert made_from(small) == 0
    assert len(small.requests()) == 14


def test_what_a_publish_that_broke_off_has_left_is_published_by_the_next(
    small: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The rows of both syncs, and of the one request that changed in both only what it was when it was published."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(building, "MOST_TOUCHED", 1.0)
    monkeypatch.setattr(building, "MOST_ADDED", 1.0)
    monkeypatch.setattr(replaced, "LARGEST_SHARE", 1.0)
    with monkeypatch.context() as patched:
        patched.setattr(publish, "_point_to", full)
        with pytest.raises(OSError, match="No space left"):
            small.sync([row(1, Type="Graffiti"), row("more")])
    small.sync([row(1, "2024-03-04 09:00:00", "2024-03-05 09:00:00", Type="Noise")])
    assert made_from(small) == 2
    shutil.copytree(small.data_dir, tmp_path / "whole")
    whole = Store(tmp_path / "whole", small.city)
    republish(whole.city, whole.folder)
    assert told(small) == told(whole)


def test_readers_hold_one_version_while_the_next_is_made_of_it(small: Store) -> None:
    with small.snapshot() as held:
        before = int(held.count(select(facts.c.n))["n"].sum())
        small.sync([row("more"), row(1, closed="2024-03-05 09:00:00")])
        assert made_from(small) == 2
        assert int(held.count(select(facts.c.n))["n"].sum()) == before == 10
        assert len(held.read(select(requests))) == 10
    assert len(small.requests()) == 11
