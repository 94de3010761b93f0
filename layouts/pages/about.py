"""About: how the numbers are computed, the words, and what is known of the data's quality."""

from __future__ import annotations

from dashboard.domain.measures import measures
from dashboard.domain.method import METHOD_VERSION
from dashboard.i18n.translator import N_, Translator
from layouts.pages.content import Column, Link, PageContent, PageData, Prose, Table

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
FLAG_WORDS = {
    "closed_before_created": N_("Closed more than a minute before it was created: no duration"),
    "closed_without_time": N_("Closed, but without a closing time: neither open nor timed"),
    "open_with_close": N_("Has a closing time but is open: counted as open"),
    "date_only_close": N_("Closing day without time of day: counted in whole days"),
    "instant_close": N_("Closed within a minute of its creation"),
    "bulk_close": N_("Closed together with many others at the same moment"),
    "impossible_date": N_("A date before the service began or after the rows were read: no duration"),
    "default_location": N_("At the placeholder point for unknown places: shown without a place"),
    "outside_city": N_("A point far outside the city: shown without a place"),
    "no_location": N_("Without a point on the map"),
    "no_district": N_("Without a district"),
    "unknown_category": N_("Without a problem type"),
    "changed_after_close": N_("Changed more than 30 days after it was closed"),
}
QUARANTINE_WORDS = {
    "no_request_id": N_("No request number"),
    "no_created_date": N_("No date of creation"),
    "unreadable_created_date": N_("A date of creation that cannot be read"),
    "wrong_column_count": N_("Too many or too few columns"),
    "unreadable_line": N_("A line that cannot be read"),
}


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
            _source(data, tr),
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
            *_quality(data, tr),
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


def _source(data: PageData, tr: Translator) -> Prose:
    city = data.city
    facts = [
        (tr("Source"), f"{city.source_name}. {city.attribution}"),
        (tr("Licence"), city.licence),
        (tr("Rows"), tr.number(city.rows)),
        (tr("Requests made"), tr.date_range(city.data_from, city.data_to)),
        (tr("Closings seen through"), tr.moment(city.data_through)),
        (tr("Data version"), tr.number(city.data_version)),
        (tr("Kind of source"), tr("a sample") if city.sample else tr("complete for its dates")),
    ]
    facts += [(tr("Not published"), text) for text in city.not_published]
    links = [
        Link(text, href)
        for text, href in ((tr("The source's page"), city.source_url), (tr("The licence"), city.licence_url))
        if href
    ]
    return Prose(tr("The data"), (tuple(facts),), tuple(links), id="source")


def _quality(data: PageData, tr: Translator) -> tuple[Table, ...]:
    flags = data.quality.get("flags", {})
    quarantine = data.quality.get("quarantine", {})
    share = max(data.city.rows, 1)
    return (
        Table(
            "flags",
            tr("What is odd in the rows"),
            (Column(tr("What"), numeric=False), Column(tr("Rows")), Column(tr("Share"))),
            tuple((tr(FLAG_WORDS[flag]), tr.number(n), tr.percent(n / share, 1)) for flag, n in flags.items() if n),
            tr("A flagged row is kept and counted, never silently changed."),
            empty=tr("Nothing odd was found."),
        ),
        Table(
            "quarantine",
            tr("Rows that could not be read"),
            (Column(tr("Why"), numeric=False), Column(tr("Rows"))),
            tuple((tr(QUARANTINE_WORDS[reason]), tr.number(n)) for reason, n in quarantine.items()),
            empty=tr("Every row could be read."),
        ),
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
