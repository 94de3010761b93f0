"""How a source's own names became those that are shown: counted over the store, in the city file's own words.

Names of the source itself are not published: a queue may be called after somebody who works there. What stands in the
city file is public already, so a pair shows the file's text, or the pattern of its rule.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, MetaData, func, insert, select

from data_access.city import City
from data_access.city_rules import Rule
from data_access.store.tables import mappings, records

MAPPED = ("category", "department")


def load_mappings(connection: Connection, city: City) -> None:
    """Fill the published table `mappings` from the attached work file."""
    source = records.to_metadata(MetaData(), schema="work")
    found: Counter[tuple[str, str, str]] = Counter()
    for field in MAPPED:
        given, shown = source.c[f"{field}_given"], source.c[field]
        pairs = select(given, shown, func.count()).where(given.is_not(None), shown.is_not(None)).group_by(given, shown)
        rules = city.rules.department if field == "department" else ()
        for text, name, n in connection.execute(pairs):
            words = _in_the_files_words(str(text), city.values.get(field, {}), rules)
            if not words and field == "department" and name == city.rules.department_otherwise:
                words = "…"
            if words:
                found[field, words, str(name)] += int(n)
    if found:
        rows = [{"field": field, "given": given, "shown": shown, "n": n} for (field, given, shown), n in found.items()]
        connection.execute(insert(mappings), rows)


def _in_the_files_words(text: str, values: dict[str, str], rules: tuple[Rule, ...]) -> str:
    """The text if the city file has it, else the pattern that met it ("DPW ..."); '' where neither says anything."""
    if text in values:
        return text
    lowered = values.get(text, text).lower()
    for rule in rules:
        if text in rule.is_:
            return text
        for start in rule.starts:
            if lowered.startswith(start.lower()):
                return f"{start} …"
        for part in rule.has:
            if part.lower() in lowered:
                return f"… {part} …"
    return ""
