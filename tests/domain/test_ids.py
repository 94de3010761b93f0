"""Slugs: plain, never twice, and the same whatever the machine."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.ids import slugify, unique_slugs


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Pothole Repair", "pothole-repair"),
        ("  Trees / Parks ", "trees-parks"),
        ("100% noise", "100-noise"),
        ("Église", "eglise"),
        ("東京", "x"),
        ("", "x"),
        ("--", "x"),
        ("3", "3"),
        ("Fire-Hydrant", "fire-hydrant"),
        ("../etc/passwd", "etc-passwd"),
        ("<script>", "script"),
        ("ﬁre", "fire"),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    assert slugify(name) == slug


@given(st.text())
def test_a_slug_is_plain_and_its_own_slug(name: str) -> None:
    slug = slugify(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert slugify(slug) == slug


def test_equal_slugs_are_numbered_in_the_order_given() -> None:
    assert unique_slugs(["Trees", "trees", "TREES!", "Trees 2"]) == {
        "Trees": "trees",
        "trees": "trees-2",
        "TREES!": "trees-3",
        "Trees 2": "trees-2-2",
    }


@given(st.lists(st.one_of(st.text(max_size=4), st.sampled_from(["a", "A", "a 2", "a-2", "A-2-2"])), unique=True))
def test_no_two_names_have_the_same_slug(names: list[str]) -> None:
    slugs = unique_slugs(names)
    assert list(slugs) == names
    assert len(set(slugs.values())) == len(names)


@given(st.lists(st.text(max_size=4), unique=True), st.lists(st.text(max_size=4), unique=True))
def test_a_name_that_comes_later_does_not_change_the_slugs_before_it(names: list[str], later: list[str]) -> None:
    more = [*names, *(name for name in later if name not in names)]
    assert list(unique_slugs(more).items())[: len(names)] == list(unique_slugs(names).items())
