"""The first HTML of a page: the same content that Dash draws, readable before any script has run, and without any."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

import jinja2

from callbacks.page_data import Page
from dashboard.domain.filters import CHOICES, MULTIPLE
from dashboard.domain.measures import measures
from dashboard.domain.periods import PERIODS
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.components.filter_bar import fields_of
from layouts.pages.content import Link, PageContent, Table
from layouts.provenance import banners, source_facts
from layouts.shell import Frame, links_of_cities, navigation, tab_title

TEMPLATES = Path(__file__).resolve().parents[1] / "layouts" / "first"


def document(page: Page, slots: dict[str, str], libraries: Mapping[str, str]) -> str:
    """The whole HTML document of a page; `slots` are the parts that Dash fills (metas, css, config, scripts, ...),
    `libraries` the addresses of the scripts that are loaded where a chart or a map needs them."""
    frame, tr = page.frame, page.tr
    return (
        _templates()
        .get_template("document.html")
        .render(
            tr=tr,
            slots=slots,
            libraries=libraries,
            content=page.content,
            tab_title=tab_title(page.content.title, frame.city),
            frame=frame,
            kind=_kind,
            navigation=navigation(frame, tr),
            banners=banners(frame.city, frame.syncs, frame.now, tr),
            cities=links_of_cities(frame, tr),
            facts=source_facts(frame.city, tr),
            form=_form(page),
            measures=measures(),
        )
    )


def plain_page(content: PageContent, tr: Translator) -> str:
    """A page without a city and without scripts: an error, or that nothing has been published."""
    return _templates().get_template("plain.html").render(tr=tr, content=content, kind=_kind, measures=measures())


def table_fragment(table: Table) -> str:
    """One table, for a card that opens it."""
    return _templates().get_template("table.html").render(table=table)


def _form(page: Page) -> dict[str, Any]:
    """The native form: each field with its values, and which are chosen."""
    frame, tr = page.frame, page.tr
    filters, city = frame.filters, frame.city
    fields = [
        {
            "key": field,
            "label": words.field_name(field, city, tr),
            "values": [
                (name, words.value_name(field, name, city, tr), name in getattr(filters, MULTIPLE[field]))
                for name in frame.options.fields[field].names
            ],
        }
        for field in fields_of(frame.options, city)
    ]
    return {
        "action": quote(frame.path),
        "city": city.id,
        "fields": fields,
        "language": tr.locale if "lang=" in frame.query else "",
        "periods": [(name, tr(words.PERIOD_NAMES[name]), filters.period == name) for name in PERIODS],
        "given": filters.period is None,
        "from": filters.start.isoformat() if filters.period is None else "",
        "to": filters.end.isoformat() if filters.period is None else "",
        "origins": [(name, tr(words.ORIGIN_NAMES[name]), filters.origin == name) for name in CHOICES["origin"]],
        "hidden": _kept(frame),
        "open": bool(filters.selected()) or filters.period is None,
    }


def _kept(frame: Frame) -> list[tuple[str, str]]:
    """What the form has no control for and must not lose: the page's own keys, the interval, what is compared."""
    return [
        *parse_qsl(frame.own),
        *((key, value) for key, value in parse_qsl(frame.query) if key in ("interval", "compare")),
    ]


def _kind(value: object) -> str:
    """The name of a block's type, by which the template chooses its form."""
    return type(value).__name__


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.tests["link"] = lambda value: isinstance(value, Link)
    environment.tests["text"] = lambda value: isinstance(value, str)
    return environment
