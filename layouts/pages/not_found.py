"""What is said where there is no page."""

from __future__ import annotations

from dashboard.i18n.translator import Translator
from layouts.pages.content import Link, PageContent, Prose


def content(tr: Translator) -> PageContent:
    """A page that says that there is none, and where to go."""
    return PageContent(
        title=tr("Not found"),
        heading=tr("There is no page at this address"),
        sentence=tr("The address may be misspelt, or the department or area may have another name now."),
        blocks=(
            Prose(
                tr("Where to go"),
                (tr("Everything starts at the overview."),),
                (Link(tr("Go to the overview"), "/"),),
                id="where",
            ),
        ),
    )
