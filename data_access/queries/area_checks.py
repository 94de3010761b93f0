"""How well the boundaries of a version fit its requests."""

from __future__ import annotations

import json

from sqlalchemy import select

from data_access.areas.checks import AreaCheck
from data_access.store.area_tables import area_checks
from data_access.store.published import Snapshot


def checks(snapshot: Snapshot) -> tuple[AreaCheck, ...]:
    """One check a kind of area that has boundaries, by kind."""
    frame = snapshot.count(select(area_checks).order_by(area_checks.c.kind))
    return tuple(
        AreaCheck(row["kind"], int(row["compared"]), int(row["disagreeing"]), int(row["filled"]), row["vintage"])
        for row in frame.to_dict("records")
    )


def area_names(snapshot: Snapshot, kind: str) -> set[str]:
    """The names of the areas of a kind that are drawn; none without boundaries."""
    path = snapshot.boundaries().get(kind)
    return {feature["properties"]["name"] for feature in json.loads(path.read_text())["features"]} if path else set()
