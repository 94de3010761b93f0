"""About: how the numbers are computed, and the words."""

from __future__ import annotations

from dashboard.domain.measures import glossary, measures
from dashboard.domain.method import METHOD_VERSION
from dashboard.i18n.translator import Translator
from layouts.pages.content import Link, PageContent, PageData, Prose


def content(data: PageData, tr: Translator) -> PageContent:
    """What the about page says."""
    city = data.city
    return PageContent(
        title=tr("About the numbers"),
        heading=tr("How these numbers are computed"),
        sentence=tr(
            "Every number here is made from the published service requests of {city}, by definitions that are the same on every page, "
            "in the downloads and in the programming interface.",
            city=city.name,
        ),
        blocks=(
            _data(data, tr),
            Prose(
                tr("The numbers"),
                (
                    tuple(
                        (tr(measure.title), f"{tr(measure.why)} {tr(measure.formula)}")
                        for measure in sorted(measures().values(), key=lambda each: tr(each.title))
                    ),
                    tr("Method version {version}.", version=METHOD_VERSION),
                ),
                (
                    Link(tr("What changed in the definitions, and when"), data.href("/data") + "#about-corrections"),
                    Link(tr("The definitions as JSON"), "/api/v1/method"),
                ),
                id="numbers",
            ),
            Prose(
                tr("The words"),
                (tuple((tr(term.word), tr(term.meaning)) for term in glossary()),),
                id="words",
            ),
            Prose(
                tr("Privacy"),
                (
                    tr(
                        "No free text, photo or name of staff is published. Addresses are shown to the block or the crossing, "
                        "points are rounded to about ten meters."
                    ),
                ),
                id="privacy",
            ),
            _accessibility(data, tr),
        ),
    )


def _data(data: PageData, tr: Translator) -> Prose:
    city = data.city
    return Prose(
        tr("The data"),
        (
            tr(
                "{rows} made {when}, from “{source}”. How fresh they are, what is odd in them, what was left out and under "
                "which licence they stand is on a page of its own.",
                rows=tr.n("{n} request", "{n} requests", city.rows),
                when=tr.date_range(city.data_from, city.data_to),
                source=city.source_name,
            ),
        ),
        (Link(tr("Freshness and quality of the data"), data.href("/data")),),
        id="source",
    )


def _accessibility(data: PageData, tr: Translator) -> Prose:
    texts = [
        tr(
            "These pages are made to be read with a keyboard, a screen reader, at 200 % zoom and without JavaScript. "
            "Every chart has its numbers as a sentence and as a table."
        )
    ]
    if data.contact:
        texts.append(tr("Tell us what does not work, or which number is wrong: {contact}", contact=data.contact))
    return Prose(tr("Accessibility and corrections"), tuple(texts), id="accessibility")
