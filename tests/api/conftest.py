"""The published cities, a server with the API, and a caller."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from data_access.city import load_city
from data_access.store.published import Published
from tests.api.small_city import lines, make_city, serve


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with Boston, and Plainville: a sample without closing times, due times and districts."""
    folder = tmp_path_factory.mktemp("cities")
    target = folder / "data"
    boston = load_city("boston")
    make_city(folder, target, boston, lines())
    plain = boston.model_copy(update={"id": "plainville", "name": "Plainville", "sample": True})
    blank = {"CLOSED_DT": "", "TARGET_DT": "", "city_council_district": "", "LATITUDE": "", "LONGITUDE": ""}
    make_city(folder, target, plain, [row | blank for row in lines()])
    return target


@pytest.fixture(scope="session")
def published(data_dir: Path) -> Iterator[Published]:
    """The published cities."""
    held = Published(data_dir)
    yield held
    held.close()


@pytest.fixture(scope="session")
def server(published: Published) -> Flask:
    """A server whose first city is Boston."""
    return serve(published, city="boston")


@pytest.fixture
def client(server: Flask) -> FlaskClient:
    """A caller."""
    return server.test_client()
