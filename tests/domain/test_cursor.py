"""A cursor comes back as the position that it was made of, and only for its own list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.cursor import LARGEST, read, written

IDS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=40)


@given(st.integers(-LARGEST, LARGEST), IDS, st.text(max_size=20))
def test_a_cursor_is_read_back_for_its_own_list_alone(value: int, request_id: str, of: str) -> None:
    text = written((value, request_id), of)
    assert text.isascii()
    assert read(text, of) == (value, request_id)
    assert read(text, of + "x") is None


@given(st.text(max_size=60))
def test_nothing_else_is_a_cursor(text: str) -> None:
    assert read(text) is None
