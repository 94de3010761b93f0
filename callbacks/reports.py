"""What scorecards, briefs and lists of areas ask of the store for themselves (PageData.answer)."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.domain.filters import Filters
from data_access.answers import fair as fairness
from data_access.store.published import Snapshot
from layouts.pages.content import Numbers


def areas_compared(kind: str, snapshot: Snapshot, filters: Filters, own: Mapping[str, str]) -> Numbers:
    """`fair`: the areas of a kind as /api/v1/fair gives them."""
    del own
    return {"fair": fairness.fair(snapshot, filters, kind, fairness.DAYS[0])}
