"""How the requests made in a period stand: a bar for each status, with its count and its share."""

import pandas as pd

from dashboard.i18n.translator import Translator
from layouts.figures import bars_by_group, theme
from layouts.figures.buckets import number
from layouts.untimed import STATUSES

NAMES = dict(STATUSES)


def figure(frame: pd.DataFrame, tr: Translator, scheme: str = "light") -> theme.Figure:
    """Columns: status (open, in_progress, closed, cancelled), value (distinct requests)."""
    return bars_by_group.figure(_named(frame, tr), tr, scheme, kind="count")


def sentence(frame: pd.DataFrame, tr: Translator) -> str:
    """The status that most requests have, and its share."""
    counts = _counts(frame)
    total = sum(counts.values())
    if not total:
        return tr("No requests match this selection.")
    most = max(counts, key=lambda status: counts[status])
    if total < theme.ENOUGH:
        return tr.n(
            "Most have the status “{status}”: {count} of {n} request.",
            "Most have the status “{status}”: {count} of {n} requests.",
            total,
            status=tr(NAMES[most]),
            count=tr.number(counts[most]),
        )
    return tr.n(
        "Most have the status “{status}”: {share} of {n} request.",
        "Most have the status “{status}”: {share} of {n} requests.",
        total,
        status=tr(NAMES[most]),
        share=tr.percent(counts[most] / total),
    )


def _counts(frame: pd.DataFrame) -> dict[str, int]:
    found = {str(row["status"]): round(number(row["value"]) or 0) for row in frame.to_dict("records")}
    return {status: found.get(status, 0) for status in NAMES}


def _named(frame: pd.DataFrame, tr: Translator) -> pd.DataFrame:
    counts = _counts(frame)
    total = sum(counts.values())
    rows = [{"name": _name(status, n, total, tr), "value": n} for status, n in counts.items() if total]
    return pd.DataFrame(rows, columns=["name", "value"])


def _name(status: str, n: int, total: int, tr: Translator) -> str:
    """The status, with its share unless there are too few to say one."""
    if total < theme.ENOUGH:
        return tr(NAMES[status])
    return tr("{status} ({share})", status=tr(NAMES[status]), share=tr.percent(n / total))
