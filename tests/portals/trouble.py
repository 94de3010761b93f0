"""Trouble to draw from: faults at any request of any kind, and rows that change while they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.builders import row
from tests.portals import faults
from tests.portals.arcgis import failing
from tests.portals.exchange import Ending, Fault, Harm
from tests.portals.table import Table

HARMS: Mapping[str, Callable[[], Harm]] = {
    "429": lambda: faults.status(429, "1"),
    "500": lambda: faults.status(500),
    "503": lambda: faults.status(503, "2"),
    "202": lambda: faults.status(202),
    "403": lambda: faults.status(403),
    "404": lambda: faults.html(404),
    "html": faults.html,
    "html_under_a_false_name": faults.html_under_a_false_name,
    "redirect": lambda: faults.redirect("/sign-in"),
    "nothing": faults.nothing,
    "shorter_than_told": lambda: faults.cut(Ending.SHORTER_THAN_TOLD, 0.7),
    "chunks_without_end": lambda: faults.cut(Ending.CHUNKS_WITHOUT_END, 0.7),
    "untold": lambda: faults.cut(Ending.UNTOLD, 0.7),
    "untold_late": lambda: faults.cut(Ending.UNTOLD, 0.995),
    "cut_after_a_line": lambda: faults.cut_after_a_line(0.7),
    "reset": faults.reset,
    "repeated": faults.repeated,
    "reordered": faults.reordered,
    "doubled": faults.doubled,
    "shortened": faults.shortened,
    "emptied": lambda: faults.shortened(0),
    "garbled": faults.garbled,
    "error_of_status_200": failing,
}


@dataclass(frozen=True)
class Trouble:
    """A fault by its name, at the requests `at` to `at + times - 1`."""

    harm: str
    at: int
    times: int

    def fault(self) -> Fault:
        """The fault, its requests not counted yet."""
        return Fault(HARMS[self.harm](), at=self.at, times=self.times)


@dataclass(frozen=True)
class Edit:
    """A write to the table just before the `at`-th request: a new row, or one with another type, or one less."""

    what: str
    key: str
    at: int

    def fault(self, table: Table) -> Fault:
        """The write as something that happens between two requests."""
        return Fault(at=self.at, first=lambda: self.apply(table))

    def apply(self, table: Table) -> None:
        """Write to the table; a row that is gone, or there already, is left alone."""
        ids = {line["Id"] for line in table.rows()}
        new = f"new-{self.at}"
        if self.what == "add" and new not in ids:
            table.add(row(new, created=f"2024-06-{self.at + 1:02} 08:30:00"))
        if self.what == "change" and self.key in ids:
            table.change(self.key, Type="Noise", Note=f"written {self.at}")
        if self.what == "delete" and self.key in ids:
            table.delete(self.key)


def troubles(without: Sequence[str] = ()) -> st.SearchStrategy[list[Trouble]]:
    """One to three faults, some that go by and some that last."""
    names = st.sampled_from([name for name in HARMS if name not in without])
    one = st.builds(Trouble, names, at=st.integers(1, 9), times=st.sampled_from([1, 1, 2, 100]))
    return st.lists(one, min_size=1, max_size=3)


def edits(keys: Sequence[str], kinds: Sequence[str] = ("add", "change", "delete")) -> st.SearchStrategy[list[Edit]]:
    """A few writes, of few rows each."""
    one = st.builds(Edit, st.sampled_from(kinds), st.sampled_from(keys), st.integers(1, 9))
    return st.lists(one, min_size=1, max_size=3)
