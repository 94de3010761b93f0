"""What a page depends on, as one text: two requests with the same key get the same page, byte for byte."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from cachetools import LRUCache

from callbacks.about_city import facts
from callbacks.page_data import city_of, kept_query, own_part, problems_of_city
from callbacks.routes import find
from dashboard.api.caching import version_of
from dashboard.domain.city_facts import CityFacts
from dashboard.domain.filters import Filters
from dashboard.domain.freshness import Syncs
from dashboard.i18n.translator import translator_for
from dashboard.settings import Settings
from data_access.answers.quality import syncs
from data_access.store.published import Published, Snapshot
from layouts.provenance import banners

WHERE_SOMEBODY_IS = frozenset({"q", "near"})
"""A page's own keys that tell an address: its answer is kept nowhere."""


@dataclass(frozen=True, slots=True)
class PageKey:
    """`path`, the canonical query and the page's own part of it, as the browser remembers them of a page that is shown;
    `rest` is all else that its answer depends on, the published versions among it."""

    path: str
    query: str
    own: str
    rest: str
    private: bool
    spoken: bool
    """Whether the address names the language."""

    def text(self, *parts: str) -> str:
        """One text for this page and for what else an answer depends on."""
        return "\n".join((*parts, self.path, self.query, self.own, self.rest))


class PageKeys:
    """Makes the keys of one process; what the banners are made from is read once a version."""

    def __init__(self, published: Published, settings: Settings) -> None:
        self._published, self._settings = published, settings
        self._read: LRUCache[str, tuple[CityFacts, Syncs]] = LRUCache(256)
        self._lock = threading.Lock()

    def of(self, path: str, query: str, now: datetime) -> PageKey | None:
        """The key of the page that a path and query string name, or None where there is no page. Raises NothingPublished.

        Of the moment of reading, aware, it holds what a page says of it: the banners about late data.
        """
        pairs = dict(parse_qsl(query))
        tr = translator_for(pairs.get("lang"))
        with self._published.open(city_of(query, self._published, self._settings)) as snapshot:
            route = find(path, snapshot, pairs)
            if route is None:
                return None
            filters, problems = Filters.parse(query, snapshot.options)
            problems = (*problems_of_city(pairs, snapshot, self._published), *problems)
            own, own_query = own_part(route, query)
            version = version_of(snapshot)
            city, told = self._standing(snapshot, version)
            rest = (
                *banners(city, told, now, tr),
                *(f"{each.parameter}={each.value}" for each in problems),
                version,
                *(f"{city} {number}" for city, number in self._published.versions().items()),
            )
        private = any(own.get(key) for key in WHERE_SOMEBODY_IS)
        return PageKey(path, kept_query(query, filters), own_query, "\n".join(rest), private, bool(pairs.get("lang")))

    def _standing(self, snapshot: Snapshot, version: str) -> tuple[CityFacts, Syncs]:
        with self._lock:
            found = self._read.get(version)
        if found is None:
            found = facts(snapshot), syncs(snapshot)
            with self._lock:
                self._read[version] = found
        return found
