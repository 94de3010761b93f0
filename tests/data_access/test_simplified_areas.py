"""Outlines for a zoom: small, the same areas, no seam between neighbours, no corner off by more than a pixel or two."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import shapely
from shapely.geometry import Polygon, mapping, shape

from data_access.areas.simplified import simplified


def wavy(steps: int) -> list[tuple[float, float]]:
    """The line between two neighbours, with many small corners."""
    return [(step / steps, 0.5 + 0.0004 * math.sin(step)) for step in range(steps + 1)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    border = wavy(4000)
    areas = {"south": [(0, 0), (1, 0), *reversed(border)], "north": [*border, (1, 1), (0, 1)]}
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": mapping(Polygon(corners))}
        for name, corners in areas.items()
    ]
    path = tmp_path / "district.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "bbox": [0, 0, 1, 1], "vintage": "2020", "features": features})
    )
    return path


@pytest.mark.parametrize("zoom", [8, 10, 12, 14])
def test_neighbours_meet_and_nothing_moves_by_more_than_two_pixels(file: Path, zoom: int) -> None:
    found = json.loads(simplified(file, zoom))
    whole = json.loads(file.read_text())
    assert {key: found[key] for key in ("bbox", "vintage")} == {"bbox": [0, 0, 1, 1], "vintage": "2020"}
    assert [each["properties"] for each in found["features"]] == [each["properties"] for each in whole["features"]]
    south, north = (shape(each["geometry"]) for each in found["features"])
    assert south.is_valid
    assert north.is_valid
    assert south.intersection(north).area == 0
    assert shapely.union_all([south, north]).area == pytest.approx(1, abs=1e-9)
    pixel = 360 / 256 / 2**zoom
    before = [shape(each["geometry"]) for each in whole["features"]]
    assert all(shapely.hausdorff_distance(a, b) < 2 * pixel for a, b in zip((south, north), before, strict=True))


def test_a_coarser_zoom_has_fewer_corners(file: Path) -> None:
    sizes = [len(simplified(file, zoom)) for zoom in (6, 12, 18)]
    assert sizes == sorted(sizes)
    assert sizes[0] * 20 < sizes[2]
