"""The dashboard in this process, over the demo city, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.settings import load
from tests.dashboard.small_cities import SOON, make_cities
from tests.e2e.demo_site import CITY, demo_data
from tests.e2e.loopback import only_this_machine


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    with only_this_machine():
        yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder with the demo city."""
    return demo_data(tmp_path_factory)


@pytest.fixture(scope="session")
def cities_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder with three small cities."""
    return make_cities(tmp_path_factory.mktemp("cities"))


@pytest.fixture(scope="session")
def cities_client(cities_dir: Path) -> FlaskClient:
    """A caller of the three small cities, soon after their data end."""
    return create_app(load(data_dir=cities_dir, city="testville"), clock=lambda: SOON).test_client()


@pytest.fixture(scope="session")
def server(demo: Path) -> Flask:
    """The dashboard as it is served."""
    return create_app(load(data_dir=demo, city=CITY))


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    """A caller without cookies."""
    return server.test_client()
