"""A portal that nobody can connect to: given up soon, and nothing is said to be kept that was never read."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from dashboard.domain.errors import SourceError
from data_access.areas.geojson import read_features
from data_access.sources.http import Door
from data_access.sources.retries import ATTEMPTS
from tests.portals.cities import socrata_city


def nobody() -> str:
    """An address of this machine at which nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{held.getsockname()[1]}"


def test_without_a_connection_a_city_is_given_up_within_three_seconds_of_waiting(tmp_path: Path) -> None:
    city, waits = socrata_city(nobody()), list[float]()
    with Door(city, tmp_path, sleep=waits.append) as door:
        for _ in range(2):  # the second data set of the same portal does not wait again
            with pytest.raises(SourceError, match=r"cannot be reached .*; try again later\.$") as caught:
                door.ask(city.source.data_sets[0], "resource/x.json", {}, lambda answer: answer)
            assert "kept" not in str(caught.value)
    assert 0 < sum(waits) <= 3
    assert len(waits) < ATTEMPTS - 1


@pytest.mark.parametrize("content", [b"junk", b"\x1f\x8bjunk", b"[1, 2]", b'{"features": [{}]}', b"\xff\xfe"])
def test_a_junk_boundary_file_is_told_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    given = tmp_path / "areas.geojson"
    given.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_features(given)
    said = str(caught.value).removeprefix(str(given))
    assert said.startswith((" is not a GeoJSON file of areas; export", " cannot be read: "))
    assert "Error" not in said
    assert said.count(".") == 1
