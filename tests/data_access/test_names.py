"""Whatever a city calls its things, each published name selects its own requests and no others."""

from __future__ import annotations

from collections import Counter

import pytest

from dashboard.domain.filters import Filters
from data_access.answers.summary import grouped, summary
from tests.builders import Store, make_city, row

ODD = (
    "Pothole",
    "POTHOLE",
    "pothole",
    "none",
    "None",
    "NONE",
    "Unspecified",
    "",
    " ",
    "\u00a0",
    "\t",
    "10",
    "9",
    "9a",
    "Église",
    "straße",
    "STRASSE",
    "東京",
    "a & b",
    "a+b",
    "a%20b",
    "a=b",
    "'; DROP TABLE facts; --",
    '"quoted"',
    "x" * 300,
    " padded ",
    "padded",
    "\u00a0hard\u00a0",
    "tab\t",
    "two\nlines",
    "<b>",
    "\u202eright to left",
    "🙂",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Each odd name as a category, the n-th n times."""
    store = Store(tmp_path_factory.mktemp("names") / "data")
    store.sync([row(f"{place}-{n}", Type=name) for place, name in enumerate(ODD, start=1) for n in range(place)])
    return store


def expected() -> Counter[str]:
    counts: Counter[str] = Counter()
    for place, name in enumerate(ODD, start=1):
        name = name.strip()
        counts["none" if name in ("", "none", "Unspecified") else name] += place
    return counts


def test_every_name_selects_its_own_requests(store: Store) -> None:
    counts = expected()
    with store.snapshot() as snapshot:
        options = snapshot.options.fields["category"]
        assert set(options.names) == set(counts)
        assert len(options.names) == len(set(options.names)) == len(set(options.slugs.values()))
        assert options.counts == counts
        assert options.names[-1] == "none"
        assert options.names.index("9") < options.names.index("10")
        for name in options.names:
            filters = Filters.parse("period=all", snapshot.options)[0].only("category", name)
            assert Filters.parse(filters.to_query(), snapshot.options) == (filters, ())
            assert Filters.parse(f"period=all&category={options.slugs[name]}", snapshot.options)[0] in (
                filters,
                filters.only("category", options.find(options.slugs[name]) or ""),
            )
            assert options.by_slug(options.slugs[name]) == name
            assert summary(snapshot, filters, with_compare=False)["requests"] == counts[name], name
        groups = grouped(snapshot, Filters.parse("period=all", snapshot.options)[0], "category")
    assert {group["name"]: group["requests"] for group in groups} == counts


def test_earlier_names_of_the_city_file_keep_their_links(store: Store) -> None:
    store = Store(
        store.data_dir.parent / "aliases", make_city(aliases={"category": {"Hole": "Pothole", "Pit": "Nothing now"}})
    )
    store.sync([row(1), row(2, Type="Tree")])
    with store.snapshot() as snapshot:
        filters, problems = Filters.parse("category=hole&category=Pit", snapshot.options)
        assert filters.categories == ("Pothole",)
        assert [problem.value for problem in problems] == ["Pit"]
        assert snapshot.options.fields["category"].by_slug("hole") == "Pothole"
