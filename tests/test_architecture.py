"""The house rules that can be checked: who imports whom, and what no module may hold."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
CODE = ("dashboard", "layouts", "callbacks", "data_access")
FOLDERS = {*CODE, "assets", "tests", "docs", "deploy", "benchmarks"}
MOST_LINES = 400
MODULES = sorted(path for folder in CODE for path in (ROOT / folder).rglob("*.py"))
DEMO_COMMAND = {("dashboard/cli.py", "riverbend")}
"""The command that makes the demo city has to say which one it is."""

every_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())


def test_imports_go_down_only(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == 0, capsys.readouterr().out


def test_the_contracts_name_every_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    assert set(settings["root_packages"]) == set(CODE)
    layers = " ".join(settings["contracts"][0]["layers"])
    below = {
        path.stem for path in (ROOT / "dashboard").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert {name for name in below - {"__init__"} if f"dashboard.{name}" not in layers} == set()


def test_the_package_itself_is_empty() -> None:
    assert (ROOT / "dashboard" / "__init__.py").read_text("utf-8") == ""


def test_there_are_no_other_folders_with_code() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in ROOT.glob("[!.]*/**/*.py")}
    assert found <= FOLDERS


@every_module
def test_a_module_can_be_read_in_one_go(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


@every_module
def test_a_module_says_what_it_is_for(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not source.strip() or ast.get_docstring(ast.parse(source))


@every_module
def test_a_module_prints_nothing_and_hides_no_mistyped_id(path: Path) -> None:
    source = path.read_text("utf-8")
    called = {
        node.func.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "print" not in called
    assert "suppress_callback_exceptions" not in source
    assert "except:" not in source


@every_module
def test_no_city_is_named_in_code(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    if path.name.startswith("demo"):
        return
    cities = [tomllib.loads(file.read_text("utf-8")) for file in (ROOT / "data_access" / "cities").glob("*.toml")]
    names = {str(city[key]).lower() for city in cities for key in ("id", "name")}
    named = {
        (place, name) for text in spoken(ast.parse(path.read_text("utf-8"))) for name in names if name in text.lower()
    }
    assert named <= DEMO_COMMAND


def spoken(tree: ast.Module) -> Iterator[str]:
    """Every name and text of a module that does something: not docstrings, examples and help."""
    told: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            told.add(id(node.value))
        if isinstance(node, ast.keyword) and node.arg in ("help", "description", "examples", "example"):
            told |= {id(inner) for inner in ast.walk(node.value)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def test_assets_name_no_city_and_no_other_site() -> None:
    for path in (ROOT / "assets").glob("*.[cj]s*"):
        text = path.read_text("utf-8").lower()
        assert "riverbend" not in text
        assert "boston" not in text
        assert "http://" not in text.replace("http://www.w3.org/", "")
        assert "https://" not in text
