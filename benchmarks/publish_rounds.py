"""A program for benchmarks.publish: a store of made-up requests, published by turns from what changed and whole.

Arguments: a folder, the city, the requests, how many of them change in a round, rounds, and a seed. Requests come over 15
years, the changes are one further day's: a third new, most others closings, the rest told otherwise or gone.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, text

from dashboard.domain.filters import Filters
from data_access.answers.summary import summary
from data_access.city import load_city
from data_access.replaced import keep_replaced
from data_access.store.publish import publish
from data_access.store.published import Published
from data_access.store.tables import records
from data_access.store.work import finish_run, next_run, work_file, write_state

LAST = 1_735_689_600
YEARS = 15
MADE = """
INSERT INTO {target}
SELECT printf('%08d', i), made, CASE WHEN closed THEN made + took END, NULL, NULL,
    CAST(to_timestamp(made) AT TIME ZONE 'UTC' AS DATE),
    CASE WHEN closed THEN CAST(to_timestamp(made + took) AT TIME ZONE 'UTC' AS DATE) END, NULL,
    CASE WHEN closed THEN 'closed' ELSE 'open' END, CASE WHEN closed THEN 'work_done' ELSE 'unknown' END, NULL,
    'Kind ' || CAST(floor(200 * pow(h1, 3)) AS INTEGER), NULL, 'Department ' || CAST(floor(20 * h1) AS INTEGER),
    'District ' || CAST(floor(59 * h2) AS INTEGER), 'Quarter ' || CAST(floor(59 * h2) AS INTEGER),
    ['PHONE', 'APP', 'WEB'][1 + CAST(floor(3 * h4) AS INTEGER)], 'phone', 'resident', 0,
    40.5 + h2 * 0.4, -74.2 + h3 * 0.4,
    CAST(1 + CAST(floor(300 * h3) AS INTEGER) AS TEXT) || ' STREET ' || CAST(floor(8000 * h2) AS INTEGER),
    CASE WHEN closed THEN took END, 0, NULL, NULL, NULL, NULL
FROM (SELECT *, CAST(30 + 400000 * pow(h5, 3) AS BIGINT) AS took, h4 < 0.97 AND made < {open_from} OR h4 < 0.6 AS closed
    FROM (SELECT i, {made} AS made, (hash(i, {seed}, 1) % 1000000) / 1e6 AS h1,
        floor((hash(i % {points}, {seed}, 2) % 1000000) / 1e6 * 50000) / 50000 AS h2,
        floor((hash(i % {points}, {seed}, 3) % 1000000) / 1e6 * 50000) / 50000 AS h3,
        (hash(i, {seed}, 4) % 1000000) / 1e6 AS h4, (hash(i, {seed}, 5) % 1000000) / 1e6 AS h5
        FROM range({first}, {last}) t(i)))
"""
RAW = "INSERT INTO raw_rows SELECT request_id, 0, 0, 0, {read_at}, {run}, '' FROM {source}"


def make(connection: Connection, target: str, first: int, last: int, *, total: int, seed: int, days: int) -> None:
    """Put requests of these numbers into a table like `records`; the newest `days` of all go on past LAST."""
    span = YEARS * 365 * 86_400
    made = f"CAST({LAST - span} + (i / {total}.0) * {span} AS BIGINT)"
    if days:
        made = f"CAST({LAST + (days - 1) * 86_400} + (hash(i, 9) % 86400) AS BIGINT)"
    values = {"target": target, "made": made, "first": first, "last": last, "seed": seed}
    connection.execute(
        text(MADE.format(**values, points=max(total // 20, 1), open_from=LAST - 30 * 86_400).replace(":", "\\:"))
    )


def store_all(connection: Connection, rows: int, seed: int) -> None:
    """The first run: all requests."""
    run = next_run(connection, "made up", LAST)
    make(connection, "records", 0, rows, total=rows, seed=seed, days=0)
    connection.execute(text(RAW.format(read_at=LAST + 86_400, run=run, source="records")))
    _end(connection, run)


def store_changes(connection: Connection, rows: int, changed: int, seed: int, number: int) -> None:
    """A further run, as an upsert leaves it."""
    run = next_run(connection, "made up", LAST)
    new = changed // 3
    connection.execute(text("CREATE OR REPLACE TEMP TABLE come AS SELECT * FROM records LIMIT 0"))
    first = rows + (number - 1) * new
    make(connection, "come", first, first + new, total=rows, seed=seed, days=number)
    others = f"FROM records WHERE hash(request_id, {number}) % {{every}} = 0 {{more}} LIMIT {{n}}"
    closing = others.format(every=2, more="AND status = 'open' ", n=changed // 3)
    now = LAST + number * 86_400 - 3_600
    connection.execute(
        text(
            f"INSERT INTO come SELECT * REPLACE ({now} AS closed_at, 'closed' AS status, 'work_done' AS outcome, "
            f"{now} - created_at AS seconds, CAST(to_timestamp({now}) AT TIME ZONE 'UTC' AS DATE) AS closed_day) {closing}"
        )
    )
    left = changed - (connection.scalar(text("SELECT count(*) FROM come")) or 0)
    every = max(rows // (2 * left), 1)
    told = others.format(every=every, more="AND status = 'closed' ", n=left)
    connection.execute(text(f"INSERT INTO come SELECT * REPLACE (category || ' told otherwise' AS category) {told}"))
    gone = records.c.request_id.in_(text("SELECT request_id FROM come"))
    keep_replaced(connection, run, gone)
    for target in ("records", "raw_rows"):
        connection.execute(text(f"DELETE FROM {target} WHERE request_id IN (SELECT request_id FROM come)"))  # noqa: S608
    connection.execute(text("INSERT INTO records SELECT * FROM come"))
    connection.execute(text(RAW.format(read_at=now, run=run, source="come")))
    _end(connection, run)


def _end(connection: Connection, run: int) -> None:
    finish_run(connection, run, finished_at=LAST)
    write_state(connection, "revision", uuid4().hex)


class Reader(threading.Thread):
    """Asks for the headline numbers of the last year until it is stopped."""

    def __init__(self, data: Path, city: str) -> None:
        super().__init__()
        self.published, self.city, self.stopped = Published(data, threads=1), city, threading.Event()
        self.answered, self.errors = 0, list[BaseException]()

    def run(self) -> None:
        try:
            while not self.stopped.wait(0.05):
                with self.published.open(self.city) as snapshot:
                    filters, _ = Filters.parse("period=12m", snapshot.options)
                    summary(snapshot, filters)
                self.answered += 1
        except BaseException as error:
            self.errors.append(error)


def main(data: Path, city_id: str, rows: int, changed: int, rounds: int, seed: int) -> dict[str, object]:
    """Measure; returns what is printed."""
    city = load_city(city_id)
    folder = data / city_id
    folder.mkdir(parents=True)
    with work_file(folder) as connection:
        store_all(connection, rows, seed)
    publish(folder, city, "0", None)
    reader = Reader(data, city_id)
    reader.start()
    changes: list[float] = []
    whole: list[float] = []
    for number in range(1, rounds + 1):
        with work_file(folder) as connection:
            store_changes(connection, rows, changed, seed, number)
        for times, made_whole in ((changes, False), (whole, True)):
            begun = time.perf_counter()
            version = publish(folder, city, f"{number} {made_whole}", None, whole=made_whole)
            times.append(time.perf_counter() - begun)
            note = json.loads((folder / f"v{version}" / "version.json").read_text())
            if bool(note["changed"]) is made_whole:
                raise AssertionError(f"version {version} was made the other way")
    reader.stopped.set()
    reader.join()
    if reader.errors:
        raise reader.errors[0]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"changes": changes, "whole": whole, "memory": memory, "answered": reader.answered}


if __name__ == "__main__":
    place, name, *numbers = sys.argv[1:]
    print(json.dumps(main(Path(place), name, *map(int, numbers))))  # noqa: T201
