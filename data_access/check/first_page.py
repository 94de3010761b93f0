"""The first page of a portal's data set, for a dry run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from dashboard.domain.errors import SourceError
from data_access.city import City, DataSet
from data_access.sources.base import Ask
from data_access.sources.http import Door
from data_access.sources.kept import Kept, State
from data_access.sources.portals import open_source

MOST_ROWS = 2_000
"""Enough to judge a map by, and no burden for any portal."""


def first_page(
    city: City,
    data_set: DataSet,
    folder: Path,
    *,
    rows: int = MOST_ROWS,
    token: str = "",
    now: datetime | None = None,
    sleep: Callable[[float], object] | None = None,
) -> Path:
    """Write the first page of a data set, or its file if it is one, below a folder and return where. Raises SourceError."""
    few = city.source.model_copy(update={"page_rows": min(rows, MOST_ROWS, city.source.page_rows or MOST_ROWS)})
    asking = city.model_copy(update={"source": few})
    moment = now or datetime.now(UTC)
    with Door(asking, folder, token=token, sleep=sleep) as door:
        source = open_source(asking, door, moment)
        kept = Kept(folder / "page")
        state = kept.begin(State("", moment.timestamp(), None))
        with closing(source.pages(data_set, Ask(), None, kept.folder)) as pages:
            for page in pages:
                state = kept.add(state, page)
                if state.parts:
                    return kept.files(state)[0]
    raise SourceError(f"{data_set.name or data_set.id or city.source.portal} holds no rows.")


def sets_to_check(city: City, wanted: str = "") -> Iterator[DataSet]:
    """The data sets to look at: the wanted one, or the first that follows each schema. Raises SourceError."""
    if not city.source.data_sets:
        raise SourceError(
            f"{city.name} has no portal to read; give a file: fixedyet cities check {city.id} --from FILE."
        )
    if wanted:
        found = [each for each in city.source.data_sets if wanted in (each.id, each.name)]
        if not found:
            known = ", ".join(each.id for each in city.source.data_sets)
            raise SourceError(f"{city.name} has no data set '{wanted}'; there is {known}.")
        yield found[0]
        return
    seen: set[str] = set()
    for each in city.source.data_sets:
        if each.schema_name not in seen:
            seen.add(each.schema_name)
            yield each
