"""Targets of the city's file in words: how long each is, and when it was changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from dashboard.domain.targets import Change, Target, changes
from dashboard.i18n.translator import Translator

NAMED = 3
"""So many changes of one day are told one by one; of more, how many there are."""


def length(target: Target, tr: Translator) -> str:
    """ "5 business days"."""
    if target.business:
        return tr.n("{n} business day", "{n} business days", target.days)
    return tr.n("{n} day", "{n} days", target.days)


def changes_told(targets: Sequence[Target], categories: Sequence[str], tr: Translator) -> list[tuple[date, str]]:
    """Each day from which targets are others, with a sentence; `categories` are the chosen ones, none for all."""
    there = [each for each in changes(targets) if not categories or each.category in categories]
    return [(day, _told(list(same), tr)) for day, same in groupby(there, key=lambda change: change.on)]


def _told(same: Sequence[Change], tr: Translator) -> str:
    if len(same) > NAMED:
        return tr.n("the target of {n} problem is another.", "the targets of {n} problems are others.", len(same))
    parts = [
        tr(
            "“{problem}”: {after} in place of {before}",
            problem=each.category,
            after=length(each.after, tr),
            before=length(each.before, tr),
        )
        for each in same
    ]
    return tr("the target is another. {changes}.", changes=tr.list_of(parts))
