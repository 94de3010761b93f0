"""When a question is asked again, and after how long."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

ATTEMPTS = 6
ATTEMPTS_AT_NOBODY = 3
"""So often a portal is asked that nobody has been reached at yet: without a network, waiting does not help."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
LONGEST_ASKED_WAIT = 300.0
"""A portal that asks for a longer pause than this is asked again before it ends, and in vain: the load then stops."""
AGAIN = frozenset({202, 408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524})


class AskAgain(Exception):
    """An answer that may be better next time; `reason` completes 'the portal ...', `pause` is what it asked for."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pause = pause


class Nobody(AskAgain):
    """There is no connection: the name is not known, or nothing listens at the address."""


class Unreadable(AskAgain):
    """An answer that came, but not whole or not as asked; a reader of answers raises it."""


def wait_before(attempt: int, pause: float | None, random: float) -> float:
    """Seconds to wait before an attempt (2 is the first repeated one): what was asked for, or doubling and jittered.

    `random` is between 0 and 1; several readers that were refused together do not come back together.
    """
    if pause is not None:
        return min(max(pause, 0.0), LONGEST_ASKED_WAIT) + random
    doubled = min(FIRST_WAIT * 2 ** (attempt - 2), LONGEST_WAIT)
    return doubled * (0.5 + 0.5 * random)


def asked_pause(header: str | None, now: float) -> float | None:
    """The seconds of a Retry-After header, which holds seconds or a date; None: there is none that can be read."""
    text = (header or "").strip()
    if not text:
        return None
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now)
