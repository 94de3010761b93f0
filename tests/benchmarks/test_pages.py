"""The benchmark of pages runs in a browser and measures what it says; how fast is not asked here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import pages
from benchmarks.page_probe import Readings
from tests.e2e.demo_site import CITY, demo_data, free_port

AS_IT_IS = pages.Line(bits=0, latency=0, slower=1)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_data(tmp_path_factory)


def test_a_small_run_measures(demo: Path) -> None:
    with pages.served(demo, CITY, free_port()) as address:
        found = pages.measure(address, ("/",), rounds=1, line=AS_IT_IS)
    (home,) = found
    assert home.path == "/"
    assert home.first_bytes > 10 * home.repeat_bytes > 0
    assert home.first_requests > home.repeat_requests > 0
    assert 0 < home.heading_ms < (home.charts_ms or 0)
    assert home.change_bytes > 0
    assert home.change_requests >= 1
    assert home.change_ms > 0
    assert "/  " in pages.table(found, AS_IT_IS)


def test_what_the_browser_kept_is_not_counted() -> None:
    seen = Readings(page=None)
    seen.from_memory({"requestId": "1"})
    seen.answered({"requestId": "2", "response": {"fromDiskCache": True}})
    for number in "123":
        seen.finished({"requestId": number, "encodedDataLength": 700})
    assert (seen.bytes, seen.requests) == (700, 1)
