"""Data: how fresh the rows are, what is wrong with them, what changed in the source, and how to get them."""

from __future__ import annotations

from dashboard.domain.corrections import corrections
from dashboard.i18n.translator import Translator
from layouts.pages.content import Charts, Link, PageContent, PageData, Prose
from layouts.pages.data_tables import flag_tables, left_out_table, mapping_tables, quarantine_tables, target_tables
from layouts.pages.flag_effects import effects_table
from layouts.pages.source_tables import area_table, call_tables, drift_table, sync_table
from layouts.quality_words import MISSING_WORDS, in_words


def content(data: PageData, tr: Translator) -> PageContent:
    """What the data page says."""
    city = data.city
    return PageContent(
        title=tr("Data"),
        heading=tr("The data of {city}", city=city.name),
        sentence=tr(
            "What {city} publishes, how fresh it is, what is wrong with it, and what was done with it here. "
            "It covers all rows, whatever the filters say, except where it says that it is about the selection.",
            city=city.name,
        ),
        blocks=(
            _freshness(data, tr),
            sync_table(data, tr),
            *call_tables(data, tr),
            drift_table(data, tr),
            *quarantine_tables(data, tr),
            *flag_tables(data, tr),
            effects_table(data, tr),
            *((Charts(data.charts),) if data.charts else ()),
            left_out_table(data, tr),
            *_lacking(data, tr),
            *_breaks(data, tr),
            *target_tables(data, tr),
            *mapping_tables(data, tr),
            area_table(data, tr),
            _corrections(tr),
            _licence(data, tr),
            _downloads(data, tr),
        ),
    )


def _freshness(data: PageData, tr: Translator) -> Prose:
    city, syncs = data.city, data.syncs
    facts = [
        (tr("Requests made"), tr.date_range(city.data_from, city.data_to)),
        (tr("Data through"), tr.moment(city.data_through)),
        (tr("Rows"), tr.number(city.rows)),
        (tr("Last good sync"), tr.moment(syncs.last_good) if syncs.last_good else tr("none yet")),
        (tr("Last attempt"), tr.moment(syncs.last_attempt) if syncs.last_attempt else tr("none yet")),
    ]
    if syncs.failed_since is not None:
        facts += [(tr("Failing since"), tr.moment(syncs.failed_since)), (tr("What the last attempt said"), syncs.error)]
    if city.has_portal:
        facts.append(
            (
                tr("The source is usually updated"),
                tr.n("every day", "every {n} days", city.usual_days) if city.usual_days else tr("all the time"),
            )
        )
    facts += [
        (tr("Kind of source"), tr("a sample") if city.sample else tr("complete for its dates")),
        (tr("Data version"), tr.number(city.data_version)),
    ]
    return Prose(tr("How fresh it is"), (tuple(facts),), id="freshness", side_by_side=True)


def _lacking(data: PageData, tr: Translator) -> tuple[Prose, ...]:
    city = data.city
    facts = tuple((in_words(MISSING_WORDS, kind, tr), why) for kind, why in city.missing.items())
    if not facts and not city.not_published:
        return ()
    return (
        Prose(tr("What the city does not publish"), (*((facts,) if facts else ()), *city.not_published), id="lacking"),
    )


def _breaks(data: PageData, tr: Translator) -> tuple[Prose, ...]:
    if not data.city.breaks:
        return ()
    facts = tuple((tr.date(day), why) for day, why in data.city.breaks)
    return (Prose(tr("Days from which rows mean something else"), (facts,), id="breaks"),)


def _corrections(tr: Translator) -> Prose:
    facts = tuple(
        (
            tr("{day}, method version {version}", day=tr.date(each.on), version=each.version),
            f"{tr(each.what)} {tr(each.effect)}",
        )
        for each in corrections()
    )
    return Prose(tr("What changed in the definitions"), (facts,), id="corrections")


def _licence(data: PageData, tr: Translator) -> Prose:
    city = data.city
    facts = ((tr("Source"), city.source_name), (tr("Licence"), city.licence), (tr("Attribution"), city.attribution))
    links = ((tr("The source's page"), city.source_url), (tr("The licence"), city.licence_url))
    return Prose(
        tr("Source and licence"), (facts,), tuple(Link(text, href) for text, href in links if href), id="licence"
    )


def _downloads(data: PageData, tr: Translator) -> Prose:
    city, api = data.city, "/api/v1"
    links = [
        Link(tr("The numbers of the selection as CSV"), f"{api}/summary.csv?{data.query}"),
        Link(
            tr("The requests of the selection as CSV, the newest 1,000"), f"{api}/requests.csv?{data.query}&limit=1000"
        ),
        Link(tr("What odd rows do to the headline, as CSV"), f"{api}/flags.csv?{data.query}"),
        Link(tr("This report as JSON"), f"{api}/quality?city={city.id}"),
        Link(tr("This report as CSV"), f"{api}/quality.csv?city={city.id}"),
        *(
            Link(
                tr("Boundaries as GeoJSON: {areas}", areas=city.areas[kind].plural),
                f"{api}/boundaries/{kind}.geojson?city={city.id}",
            )
            for kind in data.boundaries
            if kind in city.areas
        ),
        Link(tr("How to use the programming interface"), "/api"),
    ]
    return Prose(tr("Get the data"), (), tuple(links), id="downloads")
