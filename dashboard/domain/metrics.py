"""From counts to numbers: on time and backlog.

Speed is in `dashboard.domain.survival`, what is complete enough to compare in `dashboard.domain.maturity`, and with
what it is compared in `dashboard.domain.comparison`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class OnTime:
    """Counts of a cohort by what became of its due time; every request is in exactly one.

    The first three are due by the time the data run to: closed by then, closed too late, or still open. `not_yet_due`
    are due later, even if closed already: counting those closed early would flatter the newest weeks.
    """

    on_time: int = 0
    late_closed: int = 0
    open_overdue: int = 0
    not_yet_due: int = 0
    without_target: int = 0
    no_closing_time: int = 0

    @property
    def due(self) -> int:
        """Those whose due time has come: what the rate is a share of."""
        return self.on_time + self.late_closed + self.open_overdue

    @property
    def total(self) -> int:
        """All requests of the cohort."""
        return self.due + self.not_yet_due + self.without_target + self.no_closing_time

    @property
    def rate(self) -> float | None:
        """The share of the due that were closed on time, 0 to 1; None where none was due."""
        return self.on_time / self.due if self.due else None

    @property
    def not_yet_due_share(self) -> float | None:
        """The share of those with a target that are not due yet (see `maturity.is_mature`); None without any."""
        with_target = self.due + self.not_yet_due
        return self.not_yet_due / with_target if with_target else None


def backlog(
    opened_by_day: NDArray[np.integer[Any]], closed_by_day: NDArray[np.integer[Any]], start_index: int = 0
) -> NDArray[np.int64]:
    """Distinct requests open at the end of each day: all created so far minus all closed so far.

    Both arrays count distinct requests by local day from *data from* on, one entry a day without gaps, shape (days,); a
    closing counts on its own day, or on the day of creation if it is dated before that. Requests that ended at an
    unknown time are in neither. Returns the days from `start_index` on. ValueError where shapes differ, or where more
    is closed than was ever created: then the counts do not cover the same requests.
    """
    if opened_by_day.ndim != 1 or opened_by_day.shape != closed_by_day.shape:
        raise ValueError(f"created {opened_by_day.shape} and closed {closed_by_day.shape} do not cover the same days")
    if not 0 <= start_index <= len(opened_by_day):
        raise ValueError(f"day {start_index} is not one of the {len(opened_by_day)} counted")
    still_open = np.cumsum(opened_by_day, dtype=np.int64) - np.cumsum(closed_by_day, dtype=np.int64)
    if still_open.size and int(still_open.min()) < 0:
        raise ValueError(f"more requests closed than created by day {int((still_open < 0).argmax())} of the counts")
    return still_open[start_index:]
