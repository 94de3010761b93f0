"""Where a city's rows come from and how far they go: the sentences that stand on every page."""

from __future__ import annotations

from datetime import datetime

from dashboard.domain.city_facts import CityFacts
from dashboard.domain.freshness import Syncs, is_stale, year_without_source
from dashboard.i18n.translator import Translator


def banners(city: CityFacts, syncs: Syncs, now: datetime, tr: Translator) -> list[str]:
    """What has to be said on every screen of a city: that it is made up, or that its data are late and why.

    `now` is the moment of reading, aware.
    """
    if city.invented:
        return [
            tr(
                "{city} is an invented city. Every request, name and address here was made up by a program.",
                city=city.name,
            )
        ]
    found: list[str] = []
    if is_stale(city.data_through, now, city.usual_days, syncs.last_news):
        day = tr.date(city.data_to)
        found.append(
            tr(
                "The source held nothing newer than {day} when it was last asked, on {asked}; what you see ends there.",
                day=day,
                asked=tr.date(syncs.last_good.date()),
            )
            if city.has_portal and syncs.from_portal and syncs.last_good is not None
            else tr("Nothing newer than {day} has been loaded here; what you see ends there.", day=day)
        )
    year = year_without_source(city.data_sets_to, now.date())
    if year is not None:
        found.append(
            tr(
                "The source has a data set for each year, and none for {year} is known here yet: requests made since then are missing.",
                year=str(year),
            )
        )
    if syncs.failed_since is not None:
        found.append(
            tr(
                "Fetching new data has failed since {moment}: “{error}” Until it works again, the last good data are shown.",
                moment=tr.moment(syncs.failed_since),
                error=syncs.error,
            )
        )
    return found


def source_facts(city: CityFacts, tr: Translator) -> list[str]:
    """Where the rows come from, how far they go and what the default view leaves out of them, one sentence each."""
    found = [
        tr(
            "Source: {source}, {licence}. {attribution}",
            source=city.source_name,
            licence=city.licence,
            attribution=city.attribution.rstrip(".") + ".",
        ),
        tr(
            "Requests to {day}, as they stood on {moment}.",
            day=tr.date(city.data_to),
            moment=tr.moment(city.data_through),
        )
        if "closing_time" in city.missing
        else tr(
            "Requests to {day}; closings seen through {moment}.",
            day=tr.date(city.data_to),
            moment=tr.moment(city.data_through),
        ),
    ]
    if city.sample:
        found.append(tr("The rows are a sample: they show what is typical, not how much there is."))
    left = city.left_out
    if left.get("city") or left.get("information"):
        found.append(
            tr(
                "Of {rows}, the default view leaves out {city} made by city staff and systems and {information} answered as questions.",
                rows=tr.n("{n} row", "{n} rows", city.rows),
                city=tr.n("{n} request", "{n} requests", left["city"]),
                information=tr.n("{n} request", "{n} requests", left["information"]),
            )
        )
    return found
