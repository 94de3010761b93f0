"""Collects every visible text of the code into `catalogs/messages.pot`: `python -m dashboard.i18n.extract`.

Texts are the first argument of `tr(…)` and `N_(…)` and the first two of `tr.n(…)`, in Python and in Jinja templates,
title, unit, why, formula and words of the measure files, and the log of corrections. Only literal texts can be collected:
anything that is computed and given to `tr` must be marked with `N_` where it is written.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import jinja2
from babel.messages import pofile
from babel.messages.catalog import Catalog
from jinja2 import nodes

from dashboard.i18n.catalog import TEMPLATE

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("dashboard", "layouts", "callbacks", "data_access")
MEASURE_KEYS = ("title", "unit", "why", "formula")
ENTRY_KEYS = ("word", "meaning", "what", "effect")
_TEXTS_OF_CALL = {"tr": 1, "N_": 1, "n": 2}


class Found(NamedTuple):
    """One text, with its plural if it has one, and where it stands."""

    text: str
    plural: str
    path: str
    line: int

    @property
    def texts(self) -> tuple[str, str]:
        return self.text, self.plural


def extract(root: Path = ROOT) -> Catalog:
    """All texts under `root` as a Babel catalog, in the order of their paths."""
    catalog = Catalog(project="Fixed Yet?", charset="utf-8", creation_date=None, fuzzy=False)
    for found in _everything(root):
        # Babel keeps one entry a singular: a text that is also used alone shares the entry of its plural.
        catalog.add(found.texts if found.plural else found.text, locations=[(found.path, found.line)])
    return catalog


def write(catalog: Catalog, path: Path = TEMPLATE) -> None:
    """Write the template; without dates and line numbers, so that it changes only when a text does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(b"# The texts of Fixed Yet?. Made by `python -m dashboard.i18n.extract`: do not edit.\n")
        file.write(b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n')
        pofile.write_po(file, catalog, width=110, omit_header=True, sort_by_file=True, include_lineno=False)


def _everything(root: Path) -> Iterator[Found]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            place = path.relative_to(root).as_posix()
            if path.suffix == ".py":
                yield from _in_python(path.read_text("utf-8"), place)
            elif path.suffix in {".html", ".jinja", ".j2"}:
                yield from _in_template(path.read_text("utf-8"), place)
            elif path.suffix == ".toml" and path.parent.name in ("measures", "domain"):
                yield from _in_measure(path.read_text("utf-8"), place)


def _in_python(source: str, place: str) -> Iterator[Found]:
    for node in ast.walk(ast.parse(source, place)):
        if not isinstance(node, ast.Call):
            continue
        name = _called(node.func)
        count = _TEXTS_OF_CALL.get(name or "", 0)
        choices = [_literals(argument) for argument in node.args[:count]]
        if count == 1 and choices:
            yield from (Found(text, "", place, node.lineno) for text in choices[0])
        elif count == 2 and len(choices) == 2 and all(len(choice) == 1 for choice in choices):
            yield Found(choices[0][0], choices[1][0], place, node.lineno)


def _called(function: ast.expr) -> str | None:
    """`tr`, `N_` or `n` of `tr(…)`, `self.tr(…)`, `N_(…)`, `tr.n(…)`; None for any other call.

    Inside the translator itself `self(…)` and `self.n(…)` are the same calls.
    """
    match function:
        case ast.Name(id="tr" | "self"):
            return "tr"
        case ast.Name(id="N_"):
            return "N_"
        case ast.Attribute(attr="tr" | "n" as name):
            return name
        case _:
            return None


def _literals(argument: ast.expr) -> list[str]:
    """The literal texts that an argument can be: one, or both of `a if c else b`; none if it is computed."""
    match argument:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=other):
            return _literals(body) + _literals(other)
        case _:
            return []


def _in_template(source: str, place: str) -> Iterator[Found]:
    environment = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    for call in environment.parse(source).find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else getattr(call.node, "attr", "")
        count = _TEXTS_OF_CALL.get(name, 0)
        texts = tuple(a.value for a in call.args[:count] if isinstance(a, nodes.Const) and isinstance(a.value, str))
        if count and len(texts) == count:
            yield Found(texts[0], texts[1] if count == 2 else "", place, call.lineno)


def _in_measure(source: str, place: str) -> Iterator[Found]:
    measure = tomllib.loads(source)
    for key in MEASURE_KEYS:
        if text := measure.get(key):
            yield Found(str(text), "", place, 1)
    for each in (*measure.get("terms", ()), *measure.get("entry", ())):
        yield from (Found(each[key], "", place, 1) for key in ENTRY_KEYS if key in each)


def main() -> None:
    catalog = extract()
    write(catalog)
    sys.stdout.write(f"{len(catalog)} texts in {TEMPLATE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
