"""Which request a duplicate is one of: as the source names it, and only where that one is published too."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from dashboard.domain.errors import CityFileError
from data_access.answers.requests import one
from data_access.city import BUILT_IN, read_city_file
from tests.builders import COLUMNS, Store, make_city, row
from tests.data_access.cities.reading import read
from tests.sample_data import boston_csv

PICKED = r"(?i)duplicate of (?:case )?#?(\w+)"


def test_only_another_request_that_is_published_is_named(tmp_path: Path) -> None:
    schemas = {
        "rows": {"columns": COLUMNS | {"duplicate_of": "Detail"}, "time_formats": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]}
    }
    store = Store(tmp_path / "data", make_city(schemas=schemas))
    note = "duplicate of another"
    rows = [
        row("first"),
        row("child", Detail="first", Note=note),
        row("of a child", Detail="child", Note=note),
        row("of one elsewhere", Detail="gone", Note=note),
        row("of itself", Detail="of itself", Note=note),
        row("unnamed", Detail="", Note=note),
        row("no duplicate", Detail="first"),
    ]
    store.sync(rows)
    named = {"child": "first", "of a child": "child"}

    def told() -> dict[str, str]:
        texts = store.requests()["duplicate_of"]
        return {name: text for name, text in texts.items() if not pd.isna(text)}  # type: ignore[misc]

    assert told() == named
    with store.snapshot() as snapshot:
        found = {name: one(snapshot, name) for name in ("child", "unnamed")}
    assert [record and record["duplicate_of"] for record in found.values()] == ["first", None]
    # the one elsewhere comes later
    store.sync([row("gone")])
    assert told() == {**named, "of one elsewhere": "gone"}


def test_the_number_is_picked_out_of_a_sentence(tmp_path: Path) -> None:
    columns = COLUMNS | {"duplicate_of": "Note"}
    schemas = {"rows": {"columns": columns, "time_formats": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]}}
    store = Store(tmp_path / "data", make_city(schemas=schemas, pick={"duplicate_of": PICKED}))
    store.sync([row("17"), row("18", Note="Duplicate of case #17, sorry"), row("19", Note="duplicate of no.17")])
    assert dict(store.requests()["duplicate_of"].dropna()) == {"18": "17"}


@pytest.mark.parametrize(("pattern", "why"), [("(", "is not a pattern"), ("abc", "needs one group")])
def test_a_pattern_that_picks_nothing_is_refused(pattern: str, why: str, tmp_path: Path) -> None:
    text = (BUILT_IN / "boston.toml").read_text()
    path = tmp_path / "boston.toml"
    path.write_text(re.sub(r"(\[pick\]\nduplicate_of = )'[^']*'", lambda found: f"{found[1]}'{pattern}'", text))
    with pytest.raises(CityFileError, match=why):
        read_city_file(path)


def test_numbers_in_the_closing_texts_of_a_real_year(tmp_path: Path) -> None:
    rows = pd.read_csv(boston_csv(), dtype=str, keep_default_na=False)
    rows = rows[rows["CLOSURE_REASON"].str.contains("duplicate", case=False)]
    texts = rows.set_index("CASE_ENQUIRY_ID")["CLOSURE_REASON"]
    found = texts.str.extract(r"duplicate of (?:existing )?case\s+#?(\d{12})\b", flags=re.IGNORECASE)[0].dropna()
    found = found[texts.str.lower().str.contains("duplicate of existing case")]
    assert len(found) > 500
    stored = read("boston", tmp_path / "data", rows.to_csv(index=False)).records
    assert stored["duplicate_of"].dropna().to_dict() == found.to_dict()
