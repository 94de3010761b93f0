"""Turns and time: who comes first goes first, who is too many is refused, what takes too long is stopped in the engine."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from dashboard.domain.errors import TooBusy, TookTooLong
from dashboard.serving.gate import Gate, Limits
from data_access.store.engines import duckdb
from data_access.store.time_limit import limited, obey
from tests.serving.test_kept import wait_until

ENDLESS = "SELECT sum(a.range * b.range) FROM range(100000000) a, range(100000000) b"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine over an empty file, as published files are opened."""
    path = tmp_path / "empty.duckdb"
    with duckdb.open_writable(path).connect() as connection:
        connection.execute(text("SELECT 1"))
    return obey(duckdb.open_published(path))


def ask(engine: Engine, statement: str) -> object:
    with engine.connect() as connection:
        return connection.execute(text(statement)).scalar()


def test_turns_are_taken_in_the_order_of_asking():
    gate, order, go = Gate(Limits(at_once=1, waiting=10)), [], threading.Event()

    def work(number: int) -> None:
        with gate.turn():
            order.append(number)
            assert go.wait(20)

    with ThreadPoolExecutor(6) as pool:
        for number in range(6):
            pool.submit(work, number)
            wait_until(lambda number=number: len(order) + gate.waiting == number + 1)
        go.set()
    assert order == list(range(6))
    assert gate.idle


def test_no_more_run_at_once_than_may():
    gate, running, most, lock = Gate(Limits(at_once=3, waiting=50)), [], [], threading.Lock()
    three = threading.Barrier(3, timeout=20)  # nobody goes on before three are in

    def work() -> None:
        with gate.turn():
            with lock:
                running.append(1)
                most.append(len(running))
            three.wait()
            with lock:
                running.pop()

    with ThreadPoolExecutor(30) as pool:
        for each in [pool.submit(work) for _ in range(30)]:
            each.result(20)
    assert max(most) == 3


def test_who_waits_too_long_is_told_to_come_again():
    gate = Gate(Limits(at_once=1, waiting=5, seconds=0.05))
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with gate.turn():
            held.set()
            assert go.wait(20)

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert held.wait(20)
        with pytest.raises(TooBusy), gate.turn():
            raise AssertionError("there was no turn")
        go.set()
        holding.result(20)
    with gate.turn():
        pass


def test_an_endless_statement_is_stopped_and_the_engine_goes_on(engine: Engine):
    gate = Gate(Limits(seconds=0.2))
    with pytest.raises(TookTooLong), gate.turn():
        ask(engine, ENDLESS)
    assert gate.idle
    with gate.turn():
        assert ask(engine, "SELECT 42") == 42


def test_work_that_swallows_the_interrupt_is_still_refused(engine: Engine):
    seen = []

    def swallowing() -> None:
        for statement in (ENDLESS, "SELECT 1"):
            try:
                seen.append(ask(engine, statement))
            except Exception as error:
                seen.append(type(error))

    with pytest.raises(TookTooLong), limited(0.2):
        swallowing()
    assert 1 not in seen
    assert len(seen) == 2


def test_a_limit_is_its_own_works_alone(engine: Engine):
    stopped = threading.Event()

    def endless() -> None:
        try:
            with pytest.raises(TookTooLong), limited(0.1):
                ask(engine, ENDLESS)
        finally:
            stopped.set()

    def patient() -> object:
        with limited(60), engine.connect() as connection:
            assert stopped.wait(20)
            return connection.execute(text("SELECT 7")).scalar()

    with ThreadPoolExecutor(2) as pool:
        calm, hasty = pool.submit(patient), pool.submit(endless)
        hasty.result(20)
        assert calm.result(20) == 7
    assert ask(engine, "SELECT 8") == 8


def test_an_error_within_the_time_stays_what_it_is(engine: Engine):
    with pytest.raises(Exception, match="nowhere"), limited(60):
        ask(engine, "SELECT * FROM nowhere")
