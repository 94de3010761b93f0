"""The collected texts are current, and every catalog keeps their placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.catalog import Catalog

from dashboard.i18n import catalog
from dashboard.i18n.extract import extract

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def msgids(messages: Catalog) -> set[tuple[str, ...]]:
    return {m.id if isinstance(m.id, tuple) else (m.id,) for m in messages if m.id}


def read(path: Path, locale: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return pofile.read_po(file, locale=locale)


def test_the_template_holds_exactly_the_texts_of_the_code() -> None:
    written, found = msgids(read(catalog.TEMPLATE)), msgids(extract())
    assert (found - written, written - found) == (set(), set()), "run: python -m dashboard.i18n.extract"


@pytest.mark.parametrize("name", catalog.catalog_names())
def test_a_catalog_is_complete_and_keeps_the_placeholders(name: str) -> None:
    messages = read(catalog.catalog_path(name), name)
    missing = msgids(read(catalog.TEMPLATE)) - msgids(messages)
    assert not missing
    for message in messages:
        if not message.id:
            continue
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        wanted = set(PLACEHOLDER.findall(sources[-1]))
        assert not message.fuzzy, message.id
        assert all(texts), message.id
        # A form for one or two may say the number as a word, so that only {n} may be left out.
        assert all(wanted - {"n"} <= set(PLACEHOLDER.findall(text)) <= wanted | {"n"} for text in texts), message.id


def test_texts_are_found_where_they_are_written(tmp_path: Path) -> None:
    for folder in ("dashboard/domain/measures", "layouts/first", "callbacks", "data_access"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "callbacks/page.py").write_text(
        'NAME = N_("marked")\n'
        'tr("outer {x}", x=tr("inner"))\n'
        'self.tr("one" if few else "other")\n'
        'tr.n("{n} day", "{n} days", 3)\n'
        'tr(f"never {x}")\ntr(NAME)\nother("not a text")\ntr.days(3)\n'
    )
    (tmp_path / "layouts/first/page.html").write_text(
        '<p>{{ tr("in a template") }} {{ tr.n("{n} a", "{n} b", 2) }}</p>'
    )
    (tmp_path / "dashboard/domain/measures/wait.toml").write_text('title = "Typical wait"\nlow_is_good = true\n')
    assert msgids(extract(tmp_path)) == {
        ("marked",),
        ("outer {x}",),
        ("inner",),
        ("one",),
        ("other",),
        ("{n} day", "{n} days"),
        ("in a template",),
        ("{n} a", "{n} b"),
        ("Typical wait",),
    }
