"""Requests that are asked for by their ids: those that were open and are too old to be read again by their days."""

from __future__ import annotations

from collections.abc import Iterable

from data_access.city import City, DataSet

MOST_IDS = 100
LONGEST = 1_500
"""Characters of the ids of one question: some servers refuse addresses of more than 2,000."""


def id_column(data_set: DataSet, city: City) -> str:
    """The portal's column of the request's id; '' where the city's file does not tell it, or the source has none."""
    if data_set.id_column:
        return data_set.id_column
    of_it = [city.schemas[data_set.schema_name]] if data_set.schema_name else list(city.schemas.values())
    names = {"" if schema.id_columns else schema.columns.get("request_id", "") for schema in of_it}
    return names.pop() if len(names) == 1 else ""


def batches(ids: Iterable[str], most: int = MOST_IDS) -> list[tuple[str, ...]]:
    """The ids in their order, so many and so long at a time as one question may name."""
    found: list[list[str]] = [[]]
    length = 0
    for one in ids:
        length += len(one) + 1
        if found[-1] and (len(found[-1]) == most or length > LONGEST):
            found.append([])
            length = len(one) + 1
        found[-1].append(one)
    return [tuple(batch) for batch in found if batch]
