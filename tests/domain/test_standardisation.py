"""Mix-adjusted shares, by hand and by their identities."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.standardisation import Cell, standardise


def test_two_groups_by_hand():
    # lights close 90 of 100 in the city, trees 20 of 100; the first group is asked for lights, the second for trees
    found = standardise([Cell(1, 1, 80, 70), Cell(1, 2, 20, 2), Cell(2, 1, 20, 20), Cell(2, 2, 80, 18)])
    assert found[1].expected == pytest.approx(80 * 0.9 + 20 * 0.2)
    assert found[2].expected == pytest.approx(20 * 0.9 + 80 * 0.2)
    assert (found[1].share, found[2].share) == (0.72, 0.38)
    assert found[1].adjusted == pytest.approx(72 / 76 * 110 / 200)
    assert found[2].adjusted == pytest.approx(38 / 34 * 110 / 200)


def test_a_group_of_categories_that_never_close_has_no_ratio():
    found = standardise([Cell(1, 1, 5, 0), Cell(2, 2, 10, 5)])
    assert (found[1].ratio, found[1].adjusted, found[1].share) == (None, None, 0.0)


def test_nothing_is_nothing():
    assert standardise([]) == {}
    assert standardise([Cell(1, 1, 0, 0)])[1].share is None


@pytest.mark.parametrize("cell", [Cell(1, 1, 2, 3), Cell(1, 1, 2, -1)])
def test_impossible_counts_are_refused(cell: Cell):
    with pytest.raises(ValueError, match="more requests closed"):
        standardise([cell])


cells = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 300), st.floats(0, 1)).map(
        lambda drawn: Cell(drawn[0], drawn[1], drawn[2], round(drawn[2] * drawn[3]))
    ),
    max_size=40,
)


@given(cells)
def test_what_is_expected_adds_up_to_what_was_closed(drawn: list[Cell]):
    found = standardise(drawn)
    assert sum(each.expected for each in found.values()) == pytest.approx(sum(cell.closed for cell in drawn))
    assert sum(each.n for each in found.values()) == sum(cell.n for cell in drawn)


@given(cells)
def test_groups_that_close_each_category_like_the_city_are_alike(drawn: list[Cell]):
    """Where every category is closed at one share wherever it is asked, the adjusted shares are all the city's."""
    same = [Cell(cell.group, cell.category, cell.n * 10, cell.n * (cell.category + 1)) for cell in drawn if cell.n]
    totals: dict[int, int] = defaultdict(int)
    for cell in same:
        totals[0] += cell.n
        totals[1] += cell.closed
    for each in standardise(same).values():
        assert each.adjusted == pytest.approx(totals[1] / totals[0])
