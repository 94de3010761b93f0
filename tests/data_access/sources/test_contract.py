"""What every source has to do, run on each protocol's made-up portal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.domain.errors import SourceError
from data_access.sources.base import Ask
from data_access.sources.call_file import read_calls_made
from data_access.sources.fetching import fetch, forget
from data_access.sources.retries import ATTEMPTS, LONGEST_WAIT
from tests.builders import row
from tests.data_access.sources.protocols import KINDS, NOW, Kind, Reader, rows_of
from tests.portals import faults
from tests.portals.exchange import Ending, Fault, Harm
from tests.portals.table import Table

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)

LAST = datetime(2024, 5, 25, 9, 30, tzinfo=UTC)
ODD = {
    "r03": 'says "now", and\nthen nothing',
    "r05": "it's; a, b",
    "r08": "Straße am Fluß 🚧",
    "r09": "\ttabs ",
}


def table(kind: Kind, count: int = 24) -> Table:
    """Rows created on as many days until LAST."""
    first = LAST - timedelta(days=kind.days_apart * (count - 1))
    return Table.of(
        row(
            f"r{n:02}",
            f"{first + timedelta(days=n * kind.days_apart):%Y-%m-%d %H:%M:%S}",
            closed=f"{first + timedelta(days=n * kind.days_apart + 3):%Y-%m-%d %H:%M:%S}" if n % 3 else "",
            Detail=ODD.get(f"r{n:02}", "plain"),
            District="" if n % 5 == 0 else "3",
        )
        for n in range(count)
    )


def ids(kind: Kind, rows: Iterable[dict[str, str]]) -> list[str]:
    return sorted(one[kind.header("Id")] for one in rows)


def all_ids(source: Table) -> list[str]:
    return sorted(one["Id"] for one in source.rows())


@every_kind
def test_a_first_load_holds_every_row_once_with_its_texts(kind: Kind, tmp_path: Path) -> None:
    source = table(kind)
    with kind.portal(source) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        fetched = reader.load()
    found = {one[kind.header("Id")]: one for one in rows_of(fetched)}
    assert ids(kind, rows_of(fetched)) == all_ids(source)
    assert fetched.whole
    assert fetched.mark
    for given in source.rows():
        for header in kind.texts:
            assert found[given["Id"]][kind.header(header)] == given[header]
    assert reader.waits == []
    assert reader.told[0][1] == 0.0
    assert reader.told[-1][1] == 1.0
    shares = [share for _, share in reader.told]
    assert shares == sorted(shares)
    assert len(set(shares)) > 2


@every_kind
def test_a_stop_loses_no_finished_page_and_reads_none_again(kind: Kind, tmp_path: Path) -> None:
    source = table(kind)
    broken = Fault(faults.status(500), at=3, times=ATTEMPTS, matching=kind.page)
    with kind.portal(source, broken) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        with pytest.raises(SourceError, match=f"{kind.data_set}.*try again later"):
            reader.load()
        before = [one.text for one in portal.asked(kind.page)]
        source.touch("r23")
        reader.now = NOW + timedelta(hours=1)
        fetched = reader.load()
        after = [one.text for one in portal.asked(kind.page)][len(before) :]
    assert len(reader.waits) == ATTEMPTS - 1
    assert len(set(before)) == 3
    assert not set(before[:2]) & set(after)
    assert after[0] == before[2]
    assert ids(kind, rows_of(fetched)) == all_ids(source)
    # what has changed meanwhile may have been replaced: nothing that is missing counts as removed
    assert fetched.whole == (kind.name == "open311")


@every_kind
def test_a_part_that_was_half_written_when_it_stopped_is_cut_back(kind: Kind, tmp_path: Path) -> None:
    source = table(kind)
    broken = Fault(faults.status(503), at=3, times=ATTEMPTS, matching=kind.page)
    with kind.portal(source, broken) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        with pytest.raises(SourceError):
            reader.load()
        (part,) = tmp_path.glob("*/part-*.csv")
        with part.open("ab") as stream:
            stream.write(b'r99,"half a ro')
        assert ids(kind, rows_of(reader.load())) == all_ids(source)


@every_kind
@pytest.mark.parametrize("why", ["another ask", "a day later", "another file", "a part is gone"])
def test_a_stopped_load_is_begun_anew_when_it_no_longer_fits(kind: Kind, why: str, tmp_path: Path) -> None:
    source = table(kind)
    broken = Fault(faults.status(503), at=3, times=ATTEMPTS, matching=kind.page)
    with kind.portal(source, broken) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        with pytest.raises(SourceError):
            reader.load()
        first = portal.asked(kind.page)[0].text
        ask = Ask()
        if why == "another ask":
            ask = Ask(since=date(2022, 5, 1))
        elif why == "a day later":
            reader.now = NOW + timedelta(hours=25)
        elif why == "another file":
            sets = [one.model_dump(by_alias=True) | {"reread_days": 9} for one in reader.city.source.data_sets]
            reader.city = kind.city(portal.url, data_sets=sets)
        else:
            next(tmp_path.glob("*/part-*.csv")).unlink()
        seen = len(portal.log)
        fetched = reader.load(ask)
        asked = [one.text for one in portal.log[seen:]]
    assert ids(kind, rows_of(fetched)) == all_ids(source)
    if why != "another ask":
        assert first in asked


@every_kind
def test_a_finished_load_asks_nothing_until_it_is_forgotten(kind: Kind, tmp_path: Path) -> None:
    source = table(kind)
    with kind.portal(source) as portal:
        reader = Reader(kind.city(portal.url), tmp_path / "download")
        first = reader.load()
        seen = len(portal.log)
        assert reader.load() == first
        assert len(portal.log) == seen
        forget(tmp_path / "download")
        assert not (tmp_path / "download").exists()
        assert reader.load().files
        assert len(portal.log) > seen


@every_kind
def test_a_later_load_reads_what_is_new_and_what_was_created_lately(kind: Kind, tmp_path: Path) -> None:
    source = table(kind)
    source.frozen = datetime(2024, 6, 10, 12, 0, tzinfo=UTC)
    source.touch("r12")
    with kind.portal(source) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        first = reader.load()
        forget(tmp_path)
        source.frozen += timedelta(hours=30)
        source.change("r01", Status="Closed", Note="done")
        source.add(row("new", "2024-06-11 09:00:00"))
        reader.now += timedelta(hours=1)
        later = reader.load(Ask(mark=first.mark, reread_from=(LAST - timedelta(days=kind.days_apart)).date()))
        found = {one[kind.header("Id")]: one for one in rows_of(later)}
        lately = {"r22", "r23", "new"}
        assert lately <= set(found)
        assert later.mark != first.mark
        if kind.by_column:
            assert set(found) == lately | {"r01", "r12"}  # r12 was changed within the hour before the mark
            assert found["r01"][kind.header("Note")] == "done"
            assert not later.whole


@every_kind
def test_days_are_the_citys_and_both_ends_belong_to_them(kind: Kind, tmp_path: Path) -> None:
    late, early = "2024-05-10 23:59:59", "2024-05-10 00:00:00"
    source = Table.of(
        [
            row("before", "2024-05-09 23:59:59"),
            row("early", early),
            row("late", late),
            row("after", "2024-05-11 00:00:00"),
            row("much later", "2024-06-11 00:00:00"),
        ]
    )
    with kind.portal(source) as portal:
        one_day = Ask(since=date(2024, 5, 10), until=date(2024, 5, 10))
        fetched = Reader(kind.city(portal.url), tmp_path / "1").load(one_day)
        assert ids(kind, rows_of(fetched)) == ["early", "late"]
        assert not fetched.whole
        until = Reader(kind.city(portal.url), tmp_path / "2").load(Ask(until=date(2024, 5, 10)))
        assert ids(kind, rows_of(until)) == ["before", "early", "late"]
        since = Reader(kind.city(portal.url), tmp_path / "3").load(Ask(since=date(2024, 5, 11)))
        assert ids(kind, rows_of(since)) == ["after", "much later"]


@every_kind
@pytest.mark.parametrize(
    "harm",
    [
        faults.status(429, "7"),
        faults.status(429),
        faults.status(202),
        faults.status(500),
        faults.status(503, "Mon, 01 Jul 2024 16:00:09 GMT"),
        faults.reset(),
        faults.cut(Ending.SHORTER_THAN_TOLD),
        faults.cut(Ending.CHUNKS_WITHOUT_END),
        faults.cut(Ending.UNTOLD, 0.7),
        faults.garbled(),
    ],
    ids=[
        "429 with pause",
        "429",
        "202",
        "500",
        "503 with date",
        "reset",
        "short",
        "chunks",
        "untold",
        "garbled",
    ],
)
def test_what_helps_to_be_asked_again_is_asked_again(kind: Kind, harm: Harm, tmp_path: Path) -> None:
    source = table(kind)
    with kind.portal(source, Fault(harm, at=2, matching=kind.page)) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        fetched = reader.load()
    assert ids(kind, rows_of(fetched)) == all_ids(source)
    assert len(reader.waits) == 1


@every_kind
def test_an_answer_that_does_not_come_is_asked_for_again(kind: Kind, tmp_path: Path) -> None:
    source = table(kind, 10)
    with kind.portal(source, Fault(faults.held(), at=2, matching=kind.page)) as portal:
        reader = Reader(kind.city(portal.url, timeout_seconds=1), tmp_path)
        assert ids(kind, rows_of(reader.load())) == all_ids(source)
        assert len(reader.waits) == 1
    assert [call.error for call in read_calls_made(tmp_path) if call.error] == ["did not answer within 1 seconds"]


@every_kind
@pytest.mark.parametrize(
    "harm",
    [faults.repeated(), faults.reordered(), faults.doubled(), faults.shortened(), faults.shortened(0.0)],
    ids=["repeated", "reordered", "doubled", "shortened", "emptied"],
)
@pytest.mark.parametrize("at", [1, 3, 4])
def test_a_page_that_looks_right_and_is_not_loses_no_row(kind: Kind, harm: Harm, at: int, tmp_path: Path) -> None:
    source = table(kind)
    with kind.portal(source, Fault(harm, at=at, matching=kind.page)) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        fetched = reader.load()
        found = set(ids(kind, rows_of(fetched)))
        if not kind.counts:
            # nothing can tell that rows are left out of one answer; they come when their days are read again
            forget(tmp_path)
            again = reader.load(Ask(mark=fetched.mark, reread_from=date(2023, 5, 1)))
            found |= set(ids(kind, rows_of(again)))
    assert sorted(found) == all_ids(source)


@every_kind
def test_rows_that_change_come_or_go_between_pages_make_no_other_be_missed(kind: Kind, tmp_path: Path) -> None:
    source = table(kind)

    def gone() -> None:
        source.delete("r01", "r04")
        source.change("r02", Note="other words")
        source.add(row("new", "2024-06-20 10:00:00"))

    with kind.portal(source, Fault(first=gone, at=2, matching=kind.page)) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        fetched = reader.load()
    stayed = {one for one in all_ids(source) if one not in ("r01", "r04", "r02", "new")}
    found = Counter(ids(kind, rows_of(fetched)))
    assert stayed <= set(found)


counting = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.counts], ids=lambda kind: kind.name)


@counting
def test_a_table_that_is_emptied_while_it_is_read_is_read_again_from_the_start(kind: Kind, tmp_path: Path) -> None:
    source, rows = table(kind, 60), table(kind, 60).rows()
    emptied = Fault(first=source.lines.clear, at=3, matching=kind.page)
    filled = Fault(first=lambda: source.add(*rows))
    with kind.portal(source, emptied) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)

        def wait(seconds: float) -> None:
            reader.waits.append(seconds)
            portal.faults.append(filled)

        fetched = fetch(reader.city, tmp_path, {}, now=NOW, sleep=wait)[0]
    assert reader.waits == [LONGEST_WAIT]
    assert ids(kind, rows_of(fetched)) == all_ids(source)
    assert fetched.whole


@counting
def test_a_table_that_stays_empty_after_it_was_emptied_is_an_error(kind: Kind, tmp_path: Path) -> None:
    source = table(kind, 60)
    with kind.portal(source, Fault(first=source.lines.clear, at=3, matching=kind.page)) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        with pytest.raises(SourceError, match=r"announced 60 rows and gave 14, and has 0 now: it was emptied"):
            reader.load()
    assert not list(tmp_path.glob("*/part-*.csv"))


@counting
def test_a_table_that_is_written_anew_while_it_is_read_never_counts_as_whole(kind: Kind, tmp_path: Path) -> None:
    source, rows = table(kind, 60), table(kind, 60).rows()

    def written_anew() -> None:
        source.lines.clear()
        source.last_number = 0
        source.add(*rows)

    with kind.portal(source, Fault(first=written_anew, at=3, matching=kind.page)) as portal:
        fetched = Reader(kind.city(portal.url), tmp_path).load()
    assert not fetched.whole


@counting
def test_few_rows_that_are_deleted_while_others_are_read_are_no_reason_to_begin_anew(
    kind: Kind, tmp_path: Path
) -> None:
    source = table(kind, 60)
    deleted = Fault(first=lambda: source.delete("r58", "r59"), at=3, matching=kind.page)
    with kind.portal(source, deleted) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        assert ids(kind, rows_of(reader.load())) == all_ids(source)
    assert reader.waits == []


@every_kind
@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (faults.status(401), "may not be read"),
        (faults.status(403), "may not be read"),
        (faults.status(404), r"mend data_sets in testville\.toml"),
        (faults.status(410), r"mend data_sets in testville\.toml"),
        (faults.status(400, body=b'{"message": "No such column: creatd"}'), "No such column: creatd"),
        (faults.html(), "web page instead of data"),
        (faults.html_under_a_false_name(), "web page instead of data"),
        (faults.nothing(), "nothing at all"),
        (faults.redirect("http://127.0.0.2:9/login"), r"moved to http://127\.0\.0\.2"),
    ],
    ids=["401", "403", "404", "410", "400", "html", "hidden html", "nothing", "moved"],
)
def test_what_no_asking_mends_stops_at_once_and_says_what_to_do(
    kind: Kind, harm: Harm, sentence: str, tmp_path: Path
) -> None:
    with kind.portal(table(kind), Fault(harm, at=2, times=100, matching=kind.page)) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        with pytest.raises(SourceError, match=sentence) as caught:
            reader.load()
        assert len(portal.asked(kind.page)) == 2
    assert reader.waits == []
    assert kind.data_set in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@every_kind
def test_every_attempt_is_kept_with_its_time_size_and_error(kind: Kind, tmp_path: Path) -> None:
    with kind.portal(table(kind), Fault(faults.status(500), at=2, matching=kind.page)) as portal:
        reader = Reader(kind.city(portal.url), tmp_path)
        reader.load()
        calls = read_calls_made(tmp_path)
        assert len(calls) == len(portal.log)
    assert [call.status for call in calls if call.error] == [500]
    assert all(call.bytes > 0 and call.at > 0 and call.seconds >= 0 for call in calls if not call.error)
    assert {call.host for call in calls} == {"127.0.0.1"}
    assert {call.data_set for call in calls} == {kind.data_set}


@every_kind
def test_what_another_page_of_another_data_set_has_read_stays(kind: Kind, tmp_path: Path) -> None:
    """One data set fails: its sentence is told, and the rows of the others have come and are not read again."""
    source = table(kind)
    with kind.portal(source) as portal:
        city = kind.city(portal.url)
        (good,) = (one.model_dump(by_alias=True) for one in city.source.data_sets)
        reader = Reader(kind.city(portal.url, data_sets=[good, good | {"id": kind.missing}]), tmp_path)
        first, missing = reader.load_all({})
        assert first.error is None
        assert kind.missing in str(missing.error)
        pages = len(portal.asked(kind.page))
        again, missing = reader.load_all({})
        assert (again.files, again.mark) == (first.files, first.mark)
        assert kind.missing in str(missing.error)
        assert len([one for one in portal.asked(kind.page)[pages:] if kind.missing not in one.text]) == 0
