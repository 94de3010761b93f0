"""What can go wrong with an answer: each a function from the right answer to the one that is given."""

from __future__ import annotations

import threading
from dataclasses import replace

from tests.portals.exchange import Answer, Ending, Harm

PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>We will be back soon</h1></body></html>"


def status(code: int, retry_after: str | None = None, body: bytes = b"") -> Harm:
    """Another status: 429, 500, 502, 503, 202."""
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return lambda _right, _before: Answer(code, body, headers)


def html(code: int = 200) -> Harm:
    """A page for people where rows were wanted."""
    return lambda _right, _before: Answer(code, PAGE, {"Content-Type": "text/html; charset=utf-8"})


def html_under_a_false_name() -> Harm:
    """A page for people that calls itself what was wanted."""
    return lambda right, _before: Answer(200, PAGE, right.headers)


def redirect(to: str) -> Harm:
    """Go elsewhere, for example to a page where one signs in."""
    return lambda _right, _before: Answer(302, b"", {"Location": to})


def nothing() -> Harm:
    """200 with an empty body."""
    return lambda right, _before: Answer(200, b"", right.headers)


def cut(ending: Ending, share: float = 0.5) -> Harm:
    """The connection ends after a part of the body."""
    return lambda right, _before: replace(right, ending=ending, share=share)


def cut_after_a_line(share: float = 0.5) -> Harm:
    """The body ends early, but neatly, and nothing says so: no length, or the wrong one told as right."""

    def harmed(right: Answer, _before: Answer) -> Answer:
        end = right.body.rfind(b"\n", 0, int(len(right.body) * share)) + 1
        return replace(right, body=right.body[:end], rows=None, render=None)

    return harmed


def reset() -> Harm:
    """The connection is reset."""
    return lambda right, _before: replace(right, ending=Ending.RESET)


def held(release: threading.Event | None = None) -> Harm:
    """No answer: until `release` is set, or the portal is closed."""
    return lambda right, _before: replace(right, ending=Ending.HELD, release=release)


def repeated() -> Harm:
    """The page before this one once more."""
    return lambda _right, before: before


def reordered() -> Harm:
    """The rows of the page from the last to the first."""
    return lambda right, _before: right.showing(list(reversed(right.rows or ())))


def doubled() -> Harm:
    """Each row of the page twice."""
    return lambda right, _before: right.showing([row for row in right.rows or () for _ in range(2)])


def shortened(share: float = 0.5) -> Harm:
    """Fewer rows than there should be, in an answer that looks right."""
    return lambda right, _before: right.showing((right.rows or ())[: int(len(right.rows or ()) * share)])


def garbled() -> Harm:
    """Some bytes in the middle that are no text."""

    def harmed(right: Answer, _before: Answer) -> Answer:
        middle = len(right.body) // 2
        return replace(right, body=right.body[:middle] + b"\xff\xfe\x00\xff" + right.body[middle + 4 :])

    return harmed
