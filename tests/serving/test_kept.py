"""Finished answers: made once however many ask, bounded in bytes, and no failure among them."""

import gzip
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest

from dashboard.domain.errors import TooBusy
from dashboard.serving.gate import Gate, Limits
from dashboard.serving.kept import OVERHEAD, Answers, Finished, Packed, pack


def noise(size: int) -> bytes:
    """Text that hardly compresses."""
    return random.Random(size).randbytes(size // 2).hex().encode()


def plain(packed: Packed) -> bytes:
    return packed.form(())[1]


class Slow:
    """Work that ends when it is let go, and counts how often it was begun."""

    def __init__(self, result: Finished | Exception) -> None:
        self.begun, self.go, self.result, self.times = threading.Event(), threading.Event(), result, 0

    def __call__(self) -> Finished:
        self.times += 1
        self.begun.set()
        assert self.go.wait(20)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def wait_until(there: Callable[[], bool]) -> None:
    """Let the other threads run until this is so."""
    again = threading.Event()
    for _ in range(4000):
        if there():
            return
        again.wait(0.005)
    raise AssertionError("it did not come to be so")


def test_fifty_who_ask_at_once_cost_one_computation():
    answers, slow = Answers(), Slow(Finished(b"x" * 5000, "text/plain"))
    with ThreadPoolExecutor(50) as pool:
        asked = [pool.submit(answers.get, "key", slow) for _ in range(50)]
        wait_until(lambda: answers.gate.waiting == 49)
        slow.go.set()
        found = [each.result(20) for each in asked]
    assert slow.times == 1
    assert {id(each) for each in found} == {id(found[0])}
    assert plain(answers.get("key", slow)) == b"x" * 5000
    assert slow.times == 1


def test_a_failure_reaches_all_who_wait_and_the_next_one_tries_again():
    answers, slow = Answers(), Slow(ZeroDivisionError("once"))
    with ThreadPoolExecutor(10) as pool:
        asked = [pool.submit(answers.get, "key", slow) for _ in range(10)]
        wait_until(lambda: answers.gate.waiting == 9)
        slow.go.set()
        assert {type(each.exception(20)) for each in asked} == {ZeroDivisionError}
    assert slow.times == 1
    assert answers.gate.idle
    assert answers.gate.waiting == 0
    assert plain(answers.get("key", lambda: Finished(b"ok", "text/plain"))) == b"ok"


def test_a_slow_answer_does_not_hold_up_those_that_are_kept():
    answers, slow = Answers(gate=Gate(Limits(at_once=1, waiting=0))), Slow(Finished(b"late", "text/plain"))
    answers.get("kept", lambda: Finished(b"kept", "text/plain"))
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(answers.get, "slow", slow)
        assert slow.begun.wait(20)
        assert plain(answers.get("kept", slow)) == b"kept"
        for key in ("slow", "new"):  # nobody may wait, neither for that answer nor for a turn
            with pytest.raises(TooBusy):
                answers.get(key, slow)
        with pytest.raises(TooBusy):
            answers.once(slow)
        slow.go.set()
        assert plain(coming.result(20)) == b"late"
    assert slow.times == 1


def test_what_is_kept_stays_within_its_bytes():
    answers = Answers(50_000)
    for number in range(200):
        answers.get(str(number), lambda number=number: Finished(noise(1000 + number), "text/plain"))
        assert answers.kept_bytes <= 50_000
    assert answers.holds("199")
    assert not answers.holds("0")
    kept = [str(number) for number in range(200) if answers.holds(str(number))]
    counted = sum(
        sum(map(len, pack(Finished(noise(1000 + int(key)), "text/plain")).forms.values())) + OVERHEAD for key in kept
    )
    assert answers.kept_bytes == counted


def test_an_answer_too_large_or_not_to_be_kept_is_sent_and_forgotten():
    answers = Answers(50_000)
    large, passing = noise(20_000), Finished(b"one chart failed", "text/html", keep=False)
    assert plain(answers.get("large", lambda: Finished(large, "text/plain"))) == large
    assert plain(answers.get("passing", lambda: passing)) == b"one chart failed"
    assert not answers.holds("large")
    assert not answers.holds("passing")
    assert answers.kept_bytes == 0


def test_the_forms_of_an_answer_hold_the_same_bytes():
    body = b"<p>hello</p>" * 500
    packed = pack(Finished(body, "text/html; charset=utf-8"))
    assert packed.form(("br", "gzip")) == ("br", packed.forms["br"])
    assert brotli.decompress(packed.forms["br"]) == gzip.decompress(packed.forms["gzip"]) == plain(packed) == body
    assert pack(Finished(body, "text/html; charset=utf-8")) == packed
    assert pack(Finished(b"short", "text/html")).forms == {"": b"short"}
    assert pack(Finished(body, "image/png")).forms == {"": body}
