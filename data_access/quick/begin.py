"""The quick look's place in the data folder: its city file, and what an earlier one has left."""

from __future__ import annotations

import shutil
from pathlib import Path

from data_access.city import City, read_city_file
from data_access.store.lock import city_lock

QUICK_LOOK = "csv"
"""The id under which a quick look is published: the name of its folder and of its city file."""


def begin(data_dir: Path, text: str) -> City:
    """Keep the city file of a quick look; where it is another than before, forget the rows of the one before.

    What is published stays until something else is.
    """
    folder = data_dir / QUICK_LOOK
    path = folder / f"{QUICK_LOOK}.toml"
    with city_lock(folder):
        if not path.is_file() or _lasting(path.read_text("utf-8")) != _lasting(text):
            for work in folder.glob("work.duckdb*"):
                work.unlink()
            shutil.rmtree(folder / "boundaries", ignore_errors=True)
            partial = path.with_suffix(".new")
            partial.write_text(text, "utf-8")
            partial.replace(path)
    return read_city_file(path)


def _lasting(text: str) -> list[str]:
    """The lines that do not change by the day."""
    return [line for line in text.splitlines() if not line.startswith("checked")]
