"""The filter object: what it is written as is read back equal, and nothing in an address bar makes it fall over."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.domain.filters import CHOICES, KEYS, MAX_VALUES, MULTIPLE, FieldOptions, Filters, Options, Problem
from dashboard.domain.ids import unique_slugs
from dashboard.domain.periods import PERIODS, period_range

NAMES = {
    "category": (
        "Pothole Repair",
        "Graffiti & Tags",
        "graffiti & tags",
        "100% noise",
        "a=b&c",
        "Église",
        "ÉGLISE",
        "straße",
        "none",
    ),
    "department": ("Parks", "PARKS", "parks-2", "Parks 2"),
    "district": ("1", "2", "10", "none"),
    "neighbourhood": ("Allston / Brighton", "South Boston", "東京", "+", "none"),
    "channel": ("Phone", "Web"),
}
ALIASES = {
    "category": {"Potholes": "Pothole Repair", "Hole in the road": "Pothole Repair", "Gone": "No longer there"},
    "district": {"Downtown": "1"},
}
FIELDS = {
    key: FieldOptions(names, unique_slugs(names), ALIASES.get(key, {}), dict.fromkeys(names, 5))
    for key, names in NAMES.items()
}
OPTIONS = Options("testville", date(2014, 3, 5), date(2015, 12, 31), 7, FIELDS)


def parsed(query: str) -> Filters:
    filters, problems = Filters.parse(query, OPTIONS)
    assert problems == ()
    return filters


def problems_of(query: str) -> list[tuple[str, str]]:
    return [(problem.parameter, problem.value) for problem in Filters.parse(query, OPTIONS)[1]]


# --- there and back --------------------------------------------------------------------------------------------------


@st.composite
def any_filters(draw: st.DrawFn) -> Filters:
    """Any filters that a query string can say."""
    period = draw(st.sampled_from([None, *PERIODS]))
    if period is None:
        start = draw(st.dates())
        end = draw(st.dates(min_value=start))
    else:
        start, end = period_range(period, OPTIONS.data_from, OPTIONS.data_to, OPTIONS.fiscal_year_starts)
    chosen = {
        attribute: tuple(sorted(draw(st.sets(st.sampled_from(NAMES[key]))))) for key, attribute in MULTIPLE.items()
    }
    choices = {key: draw(st.sampled_from(CHOICES[key])) for key in ("origin", "interval", "compare")}
    return Filters("testville", start, end, period, **chosen, **choices)  # type: ignore[arg-type]


@given(any_filters())
def test_what_is_written_is_read_back_equal(filters: Filters) -> None:
    found, problems = Filters.parse(filters.to_query(), OPTIONS)
    assert problems == ()
    assert found == filters
    assert hash(found) == hash(filters)
    assert found.to_query() == filters.to_query()


@given(any_filters(), st.randoms())
def test_order_repeats_and_unknown_keys_do_not_matter(filters: Filters, chance: Any) -> None:
    pairs = parse_qsl(filters.to_query())
    several = pairs * 2 + [("utm_source", "mail"), ("", "x")]
    chance.shuffle(several)
    assert Filters.parse("?" + urlencode(several), OPTIONS) == (filters, ())


def test_the_default_is_the_shortest_query() -> None:
    filters = parsed("")
    assert (filters.start, filters.end, filters.period) == (date(2015, 1, 1), date(2015, 12, 31), "12m")
    assert (filters.origin, filters.interval, filters.compare) == ("resident", "month", "year")
    assert filters.to_query() == "city=testville"
    assert filters.to_query(with_city=False) == ""
    assert filters.selected() == {}


def test_the_canonical_query() -> None:
    filters = parsed("channel=web&district=10&district=2&to=2015-02-03&from=2015-01-02&origin=ALL&category=a%3Db%26c")
    assert filters.to_query() == (
        "city=testville&from=2015-01-02&to=2015-02-03&category=a%3Db%26c&district=10&district=2&channel=Web&origin=all"
    )
    assert filters.selected() == {"category": ("a=b&c",), "district": ("10", "2"), "channel": ("Web",)}


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Pothole Repair", "Pothole Repair"),
        ("  pothole repair ", "Pothole Repair"),
        ("POTHOLE REPAIR", "Pothole Repair"),
        ("pothole-repair", "Pothole Repair"),
        ("Pothole-Repair", "Pothole Repair"),
        ("potholes", "Pothole Repair"),
        ("HOLE IN THE ROAD", "Pothole Repair"),
        ("hole-in-the-road", "Pothole Repair"),
        ("100-noise", "100% noise"),
        ("Graffiti & Tags", "Graffiti & Tags"),
        ("graffiti & tags", "graffiti & tags"),
        ("graffiti-tags-2", "graffiti & tags"),
        ("GRAFFITI & TAGS", "Graffiti & Tags"),
        ("STRASSE", "straße"),
        ("strae", "straße"),
        ("none", "none"),
        ("None", "none"),
    ],
)
def test_names_slugs_aliases_and_case(text: str, name: str) -> None:
    assert parsed(urlencode({"category": text})).categories == (name,)


def test_a_name_wins_over_the_slug_of_another() -> None:
    assert FIELDS["department"].slugs == {
        "Parks": "parks",
        "PARKS": "parks-2",
        "parks-2": "parks-2-2",
        "Parks 2": "parks-2-3",
    }
    assert FIELDS["department"].find("parks-2") == "parks-2"
    assert FIELDS["department"].by_slug("parks-2") == "PARKS"  # in a path only slugs stand


@pytest.mark.parametrize("slug", ["pothole-repair", "potholes", "hole-in-the-road"])
def test_slugs_in_paths_know_aliases(slug: str) -> None:
    assert FIELDS["category"].by_slug(slug) == "Pothole Repair"


@pytest.mark.parametrize("slug", ["", "Pothole Repair", "gone", "Gone", "no-longer-there", "%", "../etc"])
def test_other_slugs_are_none(slug: str) -> None:
    assert FIELDS["category"].by_slug(slug) is None


def test_every_published_name_is_found_by_itself_and_by_its_slug() -> None:
    for options in FIELDS.values():
        for name in options.names:
            assert options.find(name) == name
            assert options.by_slug(options.slugs[name]) == name


def test_unknown_names_are_told_and_dropped_one_by_one() -> None:
    filters, problems = Filters.parse("category=pothole+repair&category=Nope&district=99&channel=phone", OPTIONS)
    assert (filters.categories, filters.districts, filters.channels) == (("Pothole Repair",), (), ("Phone",))
    assert [(problem.parameter, problem.value) for problem in problems] == [("category", "Nope"), ("district", "99")]
    assert all(problem.expected for problem in problems)


def test_an_alias_of_a_name_that_is_not_published_any_more_is_unknown() -> None:
    assert problems_of("category=Gone") == [("category", "Gone")]


def test_a_field_that_the_city_does_not_have() -> None:
    bare = Options("bare", date(2020, 1, 1), date(2020, 12, 31))
    filters, problems = Filters.parse("district=1&category=x", bare)
    assert filters.selected() == {}
    assert len(problems) == 2


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "start", "end", "period"),
    [
        ("from=2015-02-01&to=2015-02-28", date(2015, 2, 1), date(2015, 2, 28), None),
        ("from=2015-02-01&to=2015-02-01", date(2015, 2, 1), date(2015, 2, 1), None),
        ("from=2015-02-01", date(2015, 2, 1), date(2015, 12, 31), None),
        ("to=2015-02-01", date(2014, 3, 5), date(2015, 2, 1), None),
        ("from=1999-01-01&to=2099-12-31", date(1999, 1, 1), date(2099, 12, 31), None),  # outside the data: valid
        ("from=2016-05-01", date(2016, 5, 1), date(2016, 5, 1), None),  # after the data: valid, and nothing
        ("to=2001-05-01", date(2001, 5, 1), date(2001, 5, 1), None),
        ("from=2015-02-01&period=30d", date(2015, 2, 1), date(2015, 12, 31), None),  # given dates win over a preset
        ("period=FY", date(2015, 7, 1), date(2015, 12, 31), "fy"),
        ("period=last_fy", date(2014, 7, 1), date(2015, 6, 30), "last_fy"),
        ("period=all", date(2014, 3, 5), date(2015, 12, 31), "all"),
    ],
)
def test_dates(query: str, start: date, end: date, period: str | None) -> None:
    filters = parsed(query)
    assert (filters.start, filters.end, filters.period) == (start, end, period)


@pytest.mark.parametrize("query", ["from=2015-03-02&to=2015-03-01", "from=2015-03-02&to=2015-03-01&period=12m"])
def test_from_after_to_is_told_and_the_default_taken(query: str) -> None:
    filters, problems = Filters.parse(query, OPTIONS)
    assert (filters.period, filters.start) == ("12m", date(2015, 1, 1))
    assert problems == (Problem("from", "2015-03-02", "a date on or before 2015-03-01"),)


@pytest.mark.parametrize(
    "text",
    ["2015-02-30", "02/03/2015", "yesterday", "2015", "0000-01-01", "2015-1-1", "20150101junk", "９９９９-01-01"],
)
def test_dates_that_are_none_are_told(text: str) -> None:
    assert problems_of(urlencode({"from": text})) == [("from", text)]


@pytest.mark.parametrize(
    ("key", "text"),
    [("origin", "nobody"), ("interval", "hour"), ("compare", "yes"), ("period", "13m"), ("origin", "resident city")],
)
def test_choices_that_are_none_are_told_and_the_default_taken(key: str, text: str) -> None:
    filters, problems = Filters.parse(urlencode({key: text}), OPTIONS)
    assert filters == parsed("")
    assert [(problem.parameter, problem.value) for problem in problems] == [(key, text)]
    assert all(choice in problems[0].expected for choice in CHOICES[key])


# --- hostile ---------------------------------------------------------------------------------------------------------

HOSTILE = st.one_of(
    st.text(max_size=200),
    st.lists(st.tuples(st.sampled_from([*KEYS, "x", ""]), st.text(max_size=30)), max_size=12).map(
        lambda pairs: "&".join(f"{key}={value}" for key, value in pairs)
    ),
    st.lists(
        st.tuples(
            st.sampled_from(KEYS), st.binary(max_size=12).map(lambda raw: "".join(f"%{byte:02x}" for byte in raw))
        ),
        max_size=8,
    ).map(lambda pairs: "&".join(f"{key}={value}" for key, value in pairs)),
)


@given(HOSTILE)
@example("from=%ED%A0%80&category=%00&district=%F0%9F")
@example("&&&===%%%;;;?????")
@example("from=\ud800&category=\udfff")
@example("category=' OR 1=1 --&category=<script>alert(1)</script>&from=../../etc/passwd")
@example("from=" + "9" * 5000)
def test_no_string_at_all_makes_it_raise(query: str) -> None:
    filters, problems = Filters.parse(query, OPTIONS)
    assert filters.start <= filters.end
    assert filters.city == "testville"
    for key, attribute in MULTIPLE.items():
        assert set(getattr(filters, attribute)) <= set(NAMES[key])
    assert Filters.parse(filters.to_query(), OPTIONS) == (filters, ())
    assert all(problem.parameter in (*KEYS, "query") for problem in problems)


@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9))))
def test_pairs_are_read_like_a_query(pairs: list[tuple[str, str]]) -> None:
    filters, _ = Filters.parse(pairs, OPTIONS)
    assert filters.start <= filters.end


def test_too_many_values_are_told_and_cut() -> None:
    query = "&".join(["district=2"] * MAX_VALUES + ["district=10"])
    filters, problems = Filters.parse(query, OPTIONS)
    assert filters.districts == ("2",)
    assert [(problem.parameter, problem.expected) for problem in problems] == [
        ("query", f"at most {MAX_VALUES} values")
    ]
    assert problems_of("&".join(["district=2"] * MAX_VALUES)) == []


# --- the value -------------------------------------------------------------------------------------------------------


def test_filters_are_values() -> None:
    one, other = parsed("district=2&district=10"), parsed("district=10&district=2&district=2")
    assert one == other
    assert len({one, other}) == 1
    with pytest.raises(FrozenInstanceError):
        one.origin = "all"  # type: ignore[misc]


def test_narrowing_and_moving_give_new_filters() -> None:
    filters = parsed("district=2&category=none&period=fy")
    narrowed = filters.only("district", "10")
    assert (narrowed.districts, narrowed.categories, filters.districts) == (("10",), ("none",), ("2",))
    moved = filters.between(date(2015, 1, 1), date(2015, 1, 2))
    assert moved == replace(filters, start=date(2015, 1, 1), end=date(2015, 1, 2), period=None)
    assert moved.end - moved.start == timedelta(days=1)
