"""What the pages say of a city and of the others that can be chosen, read from their published versions."""

from __future__ import annotations

import logging

from dashboard.domain.city_facts import AreaKind, CityChoice, CityFacts
from dashboard.domain.errors import FixedYetError
from data_access.answers.quality import left_out
from data_access.store.published import Published, Snapshot
from data_access.yearly import days_to, remembered

log = logging.getLogger(__name__)


def facts(snapshot: Snapshot) -> CityFacts:
    """What a page says of the city and its source."""
    city = snapshot.city
    return CityFacts(
        id=city.id,
        name=city.name,
        language=city.language,
        data_from=snapshot.data_from,
        data_to=snapshot.data_to,
        data_through=snapshot.data_through_local,
        data_version=snapshot.version,
        rows=snapshot.rows,
        run_in_days=city.run_in_days,
        sample=city.sample,
        invented=city.invented,
        source_name=city.source.name,
        source_url=city.source.url,
        licence=city.source.licence,
        licence_url=city.source.licence_url,
        attribution=city.source.attribution,
        not_published=city.source.not_published,
        record_url=city.source.record_url,
        areas={kind: AreaKind(area.name, area.plural, area.label) for kind, area in city.areas.items()},
        has_portal=city.source.has_portal,
        usual_days=city.source.usual_days,
        missing={str(kind): why for kind, why in city.missing.items()},
        breaks=tuple((each.on, each.why) for each in city.breaks),
        targets=city.known_targets,
        data_sets_to=days_to(city, remembered(snapshot.folder.parent, city)),
        gaps=snapshot.gaps,
        left_out=left_out(snapshot),
    )


def cities(published: Published) -> tuple[CityChoice, ...]:
    """The cities that can be chosen, by name; one that cannot be read is left out, and the log says why."""
    found: list[CityChoice] = []
    for city in published.cities():
        try:
            with published.open(city) as snapshot:
                found.append(_choice(snapshot))
        except FixedYetError:  # removed since the listing
            continue
        except Exception:
            log.exception("the current version of %s cannot be read", city)
    return tuple(sorted(found, key=lambda choice: choice.name.casefold()))


def _choice(snapshot: Snapshot) -> CityChoice:
    city = snapshot.city
    return CityChoice(
        city.id, city.name, snapshot.data_from, snapshot.data_to, tuple(city.areas), city.sample, city.invented
    )
