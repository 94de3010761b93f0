"""What holds for the tests themselves: no network, no sleeping, nothing skipped without a word."""

from __future__ import annotations

import ast
import socket
from pathlib import Path

import pytest

from tests.e2e.browsing import launch
from tests.e2e.loopback import OutsideRequest, only_this_machine

TESTS = Path(__file__).resolve().parent
MODULES = sorted(TESTS.rglob("*.py"))
OUTSIDE = ("192.0.2.1", 9)
"""An address that is reserved for examples."""


def test_the_guard_refuses_what_leaves_the_machine() -> None:
    with only_this_machine(), socket.socket() as one:
        with pytest.raises(OutsideRequest, match=r"192\.0\.2\.1"):
            one.connect(OUTSIDE)
        with pytest.raises(OutsideRequest):
            one.connect_ex(OUTSIDE)
        with pytest.raises(OutsideRequest):
            one.connect(("example.org", 80))


def test_the_guard_lets_this_machine_talk_to_itself() -> None:
    with (
        only_this_machine(),
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as one,
    ):
        assert one.getpeername() == server.getsockname()


def test_a_missing_browser_is_a_failure_and_not_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    class Chromium:
        def launch(self, **_options: object) -> None:
            from playwright.sync_api import Error

            raise Error("there is none")

    class Playwright:
        chromium = Chromium()

    monkeypatch.setenv("FIXEDYET_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(pytest.fail.Exception, match="No browser: install"):
        launch(Playwright())  # type: ignore[arg-type]


def test_no_folder_of_tests_is_a_package() -> None:
    assert list(TESTS.rglob("__init__.py")) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_no_test_sleeps(path: Path) -> None:
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name))
    }
    assert not {"sleep", "wait_for_timeout"} & called
