"""Reads a language's gettext catalog (.po) and answers with its wording; English is the msgids themselves."""

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages import pofile

CATALOGS = Path(__file__).parent / "catalogs"
TEMPLATE = CATALOGS / "messages.pot"


def _english_form(n: int) -> int:
    return int(n != 1)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The wording of one language. A text that is missing or marked fuzzy comes back as its English msgid."""

    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    form: Callable[[int], int] = _english_form

    def text(self, msgid: str) -> str:
        return self.texts.get(msgid, msgid)

    def plural(self, singular: str, plural: str, n: int) -> str:
        forms = self.plurals.get(singular)
        if forms is None:
            return (singular, plural)[_english_form(n)]
        return forms[self.form(n)]


def catalog_path(name: str) -> Path:
    """Where the catalog of a language lies; the folder is a locale name: `es`, `zh_Hans`."""
    return CATALOGS / name / "LC_MESSAGES" / "messages.po"


@cache
def catalog_names() -> tuple[str, ...]:
    """The locale names that have a catalog, sorted. English needs none and is not among them."""
    return tuple(sorted(path.parent.parent.name for path in CATALOGS.glob("*/LC_MESSAGES/messages.po")))


@cache
def read_catalog(name: str) -> Catalog:
    """The catalog of one of `catalog_names()`; anything else is English."""
    if name not in catalog_names():
        return Catalog()
    with catalog_path(name).open("rb") as file:
        messages = pofile.read_po(file, locale=name)
    form: Callable[[int], int] = gettext.c2py(messages.plural_expr)
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in messages:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, str):
            if isinstance(message.string, str) and message.string:
                texts[message.id] = message.string
        elif isinstance(message.string, (tuple, list)) and all(message.string):
            plurals[message.id[0]] = tuple(message.string)
            texts.setdefault(message.id[0], message.string[form(1)])
    return Catalog(texts, plurals, form)
