"""What is said where a page cannot be made."""

from __future__ import annotations

from dashboard.i18n.translator import Translator
from layouts.pages.content import PageContent


def nothing_published(sentence: str, tr: Translator) -> PageContent:
    """There is no data yet; `sentence` tells the operator what to run."""
    return PageContent(
        title=tr("No data yet"),
        heading=tr("There is nothing to show yet"),
        sentence=tr("The data of this city have not been published here. Please come back later."),
        blocks=(),
        notes=(sentence,),
    )


def too_long(tr: Translator) -> PageContent:
    """The address has more than can be read."""
    return PageContent(
        title=tr("Address too long"),
        heading=tr("This address is too long"),
        sentence=tr("Choose fewer values in the filters and try again."),
        blocks=(),
    )


def busy(tr: Translator) -> PageContent:
    """More is asked at once than can be computed."""
    return PageContent(
        title=tr("Busy"),
        heading=tr("Many people are asking just now"),
        sentence=tr("This page has to be computed anew and others come first. Please try again in a few seconds."),
        blocks=(),
    )


def too_slow(tr: Translator) -> PageContent:
    """The page needed more time than one may have."""
    return PageContent(
        title=tr("Too slow"),
        heading=tr("This page takes too long just now"),
        sentence=tr("Choose a shorter period or fewer things in the filters, or try again later."),
        blocks=(),
    )


def failed(tr: Translator) -> PageContent:
    """Something went wrong here; nothing of it is told, it is in the log."""
    return PageContent(
        title=tr("Error"),
        heading=tr("Something went wrong here"),
        sentence=tr("The page could not be made. Please try again in a moment; the rest of the site may work."),
        blocks=(),
    )
