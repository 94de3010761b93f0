"""The page about city files names every key that one may have, and none that it may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from data_access.check.rule_matches import OTHERWISE
from data_access.city import Area, BoundarySource, Break, City, DataSet, PublishedTarget, Rule, Rules, Schema, Source
from data_access.guess.headers import KNOWN

PAGE = (Path(__file__).parents[1] / "docs" / "adding-a-city.md").read_text("utf-8")
CODE = " ".join(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))
NAMED = set(re.findall(r"[a-z_0-9]+", CODE))


@pytest.mark.parametrize("part", [City, Source, DataSet, Schema, Area, BoundarySource, Break, PublishedTarget, Rule, Rules])
def test_every_key_of_a_city_file_is_described(part: type[BaseModel]) -> None:
    keys = {field.alias or name for name, field in part.model_fields.items()} - {"fingerprint"}
    assert keys - NAMED == set()


def test_every_field_and_rule_table_is_described() -> None:
    assert {*KNOWN, *OTHERWISE} - NAMED == set()
