"""The demo city in a data folder: made up, then read and published by the same sync as a real city."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from data_access.boundaries import import_boundaries
from data_access.city import BUILT_IN, AreaKind, load_city
from data_access.demo import write_demo
from data_access.store.publish import can_read, current_version
from data_access.sync import Progress, SyncResult, sync_files

DEMO_CITY = "riverbend"
MADE = "made.json"


def make_demo_city(data_dir: Path, *, rows: int, seed: int, progress: Progress | None = None) -> SyncResult:
    """Make up the city and publish it, in place of what was there of it. ValueError below 1,000 rows."""
    city = load_city(DEMO_CITY)
    folder = data_dir / city.id
    (folder / MADE).unlink(missing_ok=True)
    if current_version(folder) is not None:  # another seed makes another city, of which nothing of this one is a part
        for work in folder.glob("work.duckdb*"):
            work.unlink()
    files = write_demo(folder / "made", rows=rows, seed=seed, progress=progress)
    maps: dict[AreaKind, Path] = {"district": files.districts, "neighbourhood": files.neighbourhoods}
    for kind, path in maps.items():
        import_boundaries(city, kind, path, folder, vintage=city.areas[kind].vintage)
    result = sync_files(city, [files.requests], data_dir, progress=progress)
    files.requests.unlink()
    (folder / MADE).write_text(json.dumps(_recipe(rows, seed)))
    return result


def is_made(data_dir: Path, rows: int, seed: int) -> bool:
    """Whether the city is published already, made by this very program from the same rows and seed."""
    folder = data_dir / DEMO_CITY
    try:
        made = json.loads((folder / MADE).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    version = current_version(folder)
    return made == _recipe(rows, seed) and version is not None and can_read(folder, version)


def _recipe(rows: int, seed: int) -> dict[str, object]:
    program = hashlib.sha256()
    for path in sorted(
        (*Path(__file__).parent.glob("*.py"), *Path(__file__).parent.glob("demo*.csv"), BUILT_IN / f"{DEMO_CITY}.toml")
    ):
        program.update(path.read_bytes())
    return {"rows": rows, "seed": seed, "program": program.hexdigest()}
