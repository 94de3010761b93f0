"""The addresses of places."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.domain.filters import FieldOptions, Options
from dashboard.domain.places import find_place, page_of, place_path

OPTIONS = Options(
    "x",
    date(2024, 1, 1),
    date(2024, 1, 31),
    fields={
        "district": FieldOptions(("3", "Riverside"), {"3": "3", "Riverside": "riverside"}, {"Old Side": "Riverside"}),
        "neighbourhood": FieldOptions(("Riverside", "Old Town"), {"Riverside": "riverside", "Old Town": "old-town"}),
    },
)
BOTH = ("district", "neighbourhood")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("3", ("district", "3")),
        ("riverside", ("district", "Riverside")),
        ("old-side", ("district", "Riverside")),
        ("neighbourhood/riverside", ("neighbourhood", "Riverside")),
        ("old-town", ("neighbourhood", "Old Town")),
        ("district/old-town", None),
        ("channel/phone", None),
        ("nowhere", None),
        ("neighbourhood/old-town/more", None),
    ],
)
def test_a_path_names_a_district_first(path: str, place: tuple[str, str] | None) -> None:
    assert find_place(path.split("/"), BOTH, OPTIONS) == place


def test_a_kind_that_the_city_has_not_is_no_place() -> None:
    assert find_place(["riverside"], ("neighbourhood",), OPTIONS) == ("neighbourhood", "Riverside")
    assert find_place(["3"], ("neighbourhood",), OPTIONS) is None


@pytest.mark.parametrize("kind", BOTH)
def test_every_place_is_found_at_its_path(kind: str) -> None:
    for name, slug in OPTIONS.fields[kind].slugs.items():
        assert find_place(place_path(kind, slug).split("/")[2:], BOTH, OPTIONS) == (kind, name)


def test_an_address_leads_to_its_district_and_without_one_to_its_neighbourhood() -> None:
    near = "100 block of A & B"
    assert page_of({"district": "3", "neighbourhood": "Old Town"}, BOTH, OPTIONS, near) == (
        "/place/3?near=100+block+of+A+%26+B"
    )
    assert page_of({"district": "none", "neighbourhood": "Old Town"}, BOTH, OPTIONS, "x") == (
        "/place/neighbourhood/old-town?near=x"
    )
    assert page_of({"district": "none", "neighbourhood": "none"}, BOTH, OPTIONS, "x") is None
