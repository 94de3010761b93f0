"""About: how the numbers are computed, and the words."""

from __future__ import annotations

from dashboard.domain.measures import measures
from dashboard.domain.method import METHOD_VERSION
from dashboard.i18n.translator import N_, Translator
from layouts.pages.content import Link, PageContent, PageData, Prose

WORDS = (
    (
        N_("Request"),
        N_("What somebody reported to 311. Several people may report one problem: then there are several requests."),
    ),
    (N_("Open, in progress"), N_("The department has not closed the request.")),
    (
        N_("Closed"),
        N_("The department closed the request. That is not the same as fixed: only the outcome “work done” says so."),
    ),
    (N_("Cancelled"), N_("The request was withdrawn or opened in error.")),
    (
        N_("Duplicate"),
        N_("A request that the city joined to an earlier one. It counts as a report, not in waits or in the backlog."),
    ),
    (N_("Target, overdue"), N_("The time by which the city says that it will be done. Overdue: still open after it.")),
    (N_("Backlog"), N_("What was open at the end of a day.")),
    (N_("Typical wait"), N_("The time within which half of the requests are closed, those still open included.")),
    (
        N_("Data to, data through"),
        N_(
            "The last day of new requests in the data, and the moment up to which closings were seen. Never the clock of this machine."
        ),
    ),
)


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
                        for measure in measures().values()
                    ),
                    tr("Method version {version}.", version=METHOD_VERSION),
                ),
                id="numbers",
            ),
            Prose(tr("The words"), (tuple((tr(word), tr(meaning)) for word, meaning in WORDS),), id="words"),
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
