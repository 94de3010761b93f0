"""Windows of time that are made as small as needed, for endpoints that give some rows of a range and do not say which.

A window is full when its answer has as many rows as the endpoint ever gave: then it is halved, since more may follow.
Whether that number really is the endpoint's limit shows when the parts together have more rows than the whole had.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

SHRINK, GROW, GROW_FAST = 0.5, 1.1, 2.0
"""The factors of a window that is full, of one that is not, and of one that has few rows."""
LONGEST = 89 * 86_400
"""Seconds; an endpoint may refuse, or cut, more than 90 days, and a day may have 25 hours."""
SHORTEST = 1
USUAL_LIMIT = 1000
FEWEST = 10
"""No endpoint gives fewer rows than this at a time unless it is asked to: so few are not taken for a full answer."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Where a reading of windows stands. `at` is the second at which the next one begins, `seconds` its length.

    `most` rows were seen in one answer; `limit` is known once parts had more rows than their whole. The doubted window
    ends at `doubted_until` and had `doubted_rows`; `found` of its rows have come since, and `restore` was its length.
    `taken_full` is where a window of SHORTEST seconds began that was taken although it had `most` rows.
    """

    at: int
    end: int
    seconds: int
    most: int = 0
    limit: int | None = None
    doubted_until: int | None = None
    doubted_rows: int = 0
    found: int = 0
    restore: int = 0
    taken_full: int | None = None

    @property
    def until(self) -> int:
        """The second at which the next window ends; it belongs to it."""
        bound = self.end if self.doubted_until is None else self.doubted_until
        return min(self.at + self.seconds, bound)

    @property
    def shortest(self) -> bool:
        """Whether the next window cannot be halved."""
        return self.until - self.at <= SHORTEST

    @property
    def done(self) -> bool:
        """Whether there is no window left."""
        return self.at >= self.end


def first_windows(start: int, end: int) -> Windows:
    """Windows over the seconds from `start` to `end`; the first is as long as may be, which shows the limit at once."""
    return Windows(start, max(end, start + SHORTEST), LONGEST)


def is_full(now: Windows, rows: int, asked: int) -> bool:
    """Whether the next window, with so many rows, may have more; `asked` is how many the endpoint was asked for."""
    if rows >= asked or (now.limit is not None and rows >= now.limit):
        return True
    return now.limit is None and rows >= FEWEST and (rows >= now.most or rows == USUAL_LIMIT)


def is_surely_full(now: Windows, rows: int, asked: int) -> bool:
    """Whether a shortest window with so many rows has to be taken for cut off."""
    return rows == USUAL_LIMIT or rows >= asked or (now.limit is not None and rows >= now.limit)


def halved(now: Windows, rows: int) -> Windows:
    """The same beginning with half of the window, for an answer of so many rows that may have been cut off."""
    doubt = now
    if now.doubted_until is None and now.limit is None:
        doubt = replace(now, doubted_until=now.until, doubted_rows=rows, found=0, restore=now.until - now.at)
    length = max(SHORTEST, int((now.until - now.at) * SHRINK))
    limit = None if now.limit is not None and rows > now.limit else now.limit  # then it was none
    return replace(doubt, seconds=length, most=max(now.most, rows), limit=limit)


def passed(now: Windows, rows: int, new: int, *, doubtful: bool = False) -> Windows:
    """Behind a window whose answer had so many rows; `new` ones came that had not come with the window before.

    `doubtful` says that the window could not be halved, and that it is not sure that all of it came.
    """
    grow = GROW if rows * 4 > now.most else GROW_FAST
    after = replace(
        now,
        at=now.until,
        seconds=min(LONGEST, max(now.seconds + 1, int(now.seconds * grow))),
        most=max(now.most, rows),
        taken_full=now.at if doubtful else now.taken_full,
    )
    if now.doubted_until is None:
        return after
    after = replace(after, found=now.found + new)
    if after.found > now.doubted_rows:
        return replace(after, limit=now.doubted_rows, doubted_until=None)
    if after.at < now.doubted_until:
        return after
    # the parts had no more than the whole, which was not too long then
    return replace(after, seconds=max(after.seconds, now.restore), doubted_until=None, taken_full=None)
