"""What scorecards, briefs and lists of areas ask of the store for themselves (PageData.answer)."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.domain.filters import Filters
from data_access.answers import fair as fairness
from data_access.answers.outcomes import rule_words
from data_access.queries.without_place import without_place
from data_access.store.published import Snapshot
from layouts.pages.content import Numbers


def areas_compared(kind: str, snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> Numbers:
    """`fair`: the areas of a kind as /api/v1/fair gives them."""
    del own
    return {"fair": fairness.fair(snapshot, filters, kind, fairness.DAYS[0])}


def scorecard(snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> Numbers:
    """What a scorecard asks for.

    Keys: `without_place` (how many requests of the period have no place that can be published; null where none has),
    `outcome_words` (the words of the city's rules by outcome).
    """
    del own
    unplaced = None if "location" in snapshot.city.missing else int(without_place(snapshot, filters)["without"].iloc[0])
    return {"without_place": unplaced, "outcome_words": rule_words(snapshot)}


def brief(kind: str, snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> Numbers:
    """A scorecard's answer and that of the list of its kind of area."""
    return {**scorecard(snapshot, filters, own), **areas_compared(kind, snapshot, filters, own)}
