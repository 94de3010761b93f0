"""Rows of a small city with everything that the counts tell apart: open, closed, cancelled, late, doubled, odd."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from tests.builders import row

BEGIN = datetime(2022, 11, 3, 7, 0, tzinfo=UTC)
FORM = "%Y-%m-%d %H:%M:%S"


def mixed_rows(n: int, *, seed: int, days: int = 600) -> list[dict[str, str]]:
    """So many rows over so many days; the same for the same seed."""
    chance = random.Random(seed)
    return [_row(chance, number, days) for number in range(n)]


def _row(chance: random.Random, number: int, days: int) -> dict[str, str]:
    made = BEGIN + timedelta(seconds=chance.randrange(days * 86_400))
    took = timedelta(seconds=chance.choice((0, 30, 7_200, 86_400, 30 * 86_400, 200 * 86_400)) * (chance.random() + 0.5))
    if chance.random() < 0.04:
        took = timedelta(hours=-2)  # an impossible one
    closed = made + took
    is_closed = chance.random() < 0.7 and closed < datetime(2024, 6, 30, tzinfo=UTC)
    columns = {
        "Type": chance.choice(("Pothole", "Noise", "Graffiti", "Tree")),
        "Department": chance.choice(("Streets", "Police", "Parks", "")),
        "District": chance.choice(("1", "2", "3", "")),
        "Area": chance.choice(("Old Town", "New Town")),
        "Source": chance.choice(("Phone", "Web", "Crew")),
        "Kind": chance.choice(("Work", "Work", "Work", "Question")),
        "Note": chance.choice(("Fixed by a crew", "Duplicate of 7", "Nothing found")) if is_closed else "",
        "Due": (made + timedelta(days=chance.choice((1, 5, 400)))).strftime(FORM) if chance.random() < 0.7 else "",
    }
    if is_closed and chance.random() < 0.1:
        columns["Status"] = "Cancelled"
    elif not is_closed and chance.random() < 0.3:
        columns["Status"] = "Assigned"
    elif not is_closed and chance.random() < 0.1:
        columns["Status"] = "Closed"  # nobody knows when
    closing = closed.strftime(FORM) if is_closed else ""
    return row(number, made.strftime(FORM), closing, **columns)
