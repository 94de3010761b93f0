"""The answers of the API as JSON Schema: written by hand, because it is a promise to other people's scripts.

Clients should expect keys to be added; none is renamed or removed within v1.
"""

from __future__ import annotations

from dashboard.api.number_schemas import NUMBER_SCHEMAS
from dashboard.api.schema_parts import (
    ABOUT,
    DAY,
    GROUP,
    HEADER,
    HORIZON_KEYS,
    MAYBE_TIME,
    MISSING,
    RECORD,
    Schema,
    count,
    counted,
    days,
    each,
    maybe,
    ref,
    several,
    share,
    thing,
    value,
)
from dashboard.api.spot_schemas import SPOT_SCHEMAS
from dashboard.domain.filters import CHOICES
from dashboard.domain.request import DIMENSIONS, Flag

DRIFT = thing(
    {
        "kind": value(
            "string",
            "new_column, vanished_column, status_without_rule, new_value, new_data_set, vanished_data_set, "
            "listing_failed or changed_while_read.",
        ),
        "field": value("string", "The field, the schema of a column, or data_sets."),
        "value": value("string", "The column, the value, the data set, or what went wrong."),
        "n": count("Rows; 1 for what is not counted in rows."),
    }
)
CALL_SUMS = thing(
    {
        "data_set": value("string", "The data set; empty: the portal itself."),
        "host": value("string", "The host asked."),
        "n": count("Calls."),
        "failed": count("Of these, failed."),
        "bytes": count("Over the wire."),
        "seconds": value("number", "In all.", minimum=0),
        "longest": value("number", "Seconds of the longest one.", minimum=0),
        "last_error": value("string", "The last error; empty where there was none."),
    }
)
CALL = thing(
    {
        "at": MAYBE_TIME,
        "host": value("string", "The host asked."),
        "what": value("string", "Path and query, without any token."),
        "data_set": value("string", "The data set; empty: the portal itself."),
        "seconds": value("number", "How long it took.", minimum=0),
        "bytes": count("Over the wire."),
        "status": maybe("integer", "Of HTTP; null where there was no answer."),
        "error": value("string", "What went wrong; empty where nothing did."),
    }
)
SCHEMAS: dict[str, Schema] = {
    **NUMBER_SCHEMAS,
    **SPOT_SCHEMAS,
    "Requests": thing(
        {
            **HEADER,
            "limit": value("integer", "At most so many rows.", minimum=1, maximum=1000),
            "rows": several(ref("Record"), "In the order of `sort`, newest first without it."),
            "next": maybe("string", "Cursor of the next page; null on the last."),
        }
    ),
    "Record": thing(RECORD),
    "Addresses": thing(
        {
            **ABOUT,
            "q": value("string", "What was asked."),
            "rows": several(
                thing(
                    {
                        "address": RECORD["address"] | {"type": "string"},
                        "district": RECORD["district"],
                        "neighbourhood": RECORD["neighbourhood"],
                        "requests": count("Published requests there, whoever made them."),
                        "latitude": maybe("number", "The middle of its requests, WGS 84.", minimum=-90, maximum=90),
                        "longitude": maybe("number", "The middle of its requests, WGS 84.", minimum=-180, maximum=180),
                        "score": value("number", "How well it fits.", minimum=0, maximum=1),
                        "page": maybe("string", "The page of its place; null where no area is recorded."),
                    }
                ),
                "The likeliest first, at most ten; none where nothing is like it.",
            ),
        }
    ),
    "Request": thing(
        {
            **ABOUT,
            **RECORD,
            "expected_wait": thing(
                {
                    "p50_days": days("Half of the requests like it were closed within this time."),
                    "p90_days": days("90 % of them were closed within this time."),
                    "n": counted("Requests like it."),
                    "group": GROUP,
                },
                description="From residents' requests like it, created in the 24 months before data through.",
            ),
            "still_waiting": {"anyOf": [ref("StillWaiting"), {"type": "null"}]},
            "closed_sooner": {
                "anyOf": [
                    thing(
                        {
                            "share": share("Of requests like it, the share that was closed in a shorter time."),
                            "n": counted("Requests like it."),
                            "group": GROUP,
                        },
                        description="Only for a request with a usable duration.",
                    ),
                    {"type": "null"},
                ]
            },
        }
    ),
    "StillWaiting": thing(
        {
            "age_days": value("number", "How long it has been open at data through."),
            "group": GROUP,
            "at_risk": maybe(
                "integer", "Requests like it that were open at this age; null: older than almost all such requests."
            ),
            "within": {
                "anyOf": [
                    {"type": "null"},
                    each(
                        HORIZON_KEYS,
                        thing(
                            {
                                "share": share("Of them, the share still open so many days later."),
                                "low": share("Lower 95 % limit."),
                                "high": share("Upper 95 % limit."),
                                "observed": value("boolean", "False: an upper bound."),
                            }
                        ),
                    ),
                ]
            },
        },
        description="Only for an open request.",
    ),
    "City": thing(
        {
            "id": value("string", "The value of the parameter city."),
            "name": value("string", "The city's name."),
            "time_zone": value("string", "IANA name."),
            **{key: ABOUT[key] for key in ("data_from", "data_to", "data_through", "data_version")},
            "rows": count("Published requests."),
            **{
                key: value("string", "Of the source.")
                for key in ("source", "source_url", "licence", "licence_url", "attribution")
            },
            "sample": value("boolean", "Whether the source is a sample: no backlog is given."),
            "invented": value("boolean", "Whether the city is made up."),
            "missing": MISSING,
            "breaks": several(
                thing({"on": DAY, "why": value("string", "What has changed, a sentence.")}),
                "Days from which rows mean something else: do not compare across them without a look.",
            ),
        }
    ),
    "Cities": several(ref("City"), "The published cities."),
    "Options": thing(
        {
            **ABOUT,
            "fields": each(
                DIMENSIONS,
                several(
                    thing(
                        {
                            "name": value("string", "What to pass as the parameter."),
                            "slug": value("string", "Accepted as well; in paths."),
                            "count": count("Published rows, whatever their origin."),
                        }
                    ),
                    "In the order shown.",
                ),
            ),
            "choices": each(tuple(CHOICES), several(value("string", "A choice."), "What can be chosen.")),
            "defaults": each(tuple(CHOICES), value("string", "The choice where none is given.")),
        }
    ),
    "Quality": thing(
        {
            **ABOUT,
            "rows": count("Published rows."),
            "flags": several(
                thing(
                    {
                        "flag": value("string", "The flag.", enum=list(Flag)),
                        "n": count("Rows."),
                        "share": share("Of all rows."),
                    }
                ),
                "Every flag, also those that no row has.",
            ),
            "flags_by_department": several(
                thing(
                    {
                        "flag": value("string", "The flag."),
                        "department": value("string", "Published name."),
                        "n": count("Rows."),
                    }
                ),
                "Where the flagged rows are.",
            ),
            "quarantine": several(
                thing(
                    {
                        "reason": value("string", "Why."),
                        "words": value("string", "The same as a sentence."),
                        "n": count("Rows."),
                    }
                ),
                "Rows that could not be read as a request.",
            ),
            "quarantine_by_department": several(
                thing(
                    {
                        "reason": value("string", "Why."),
                        "department": value("string", "Published name; 'none' where it could not be read."),
                        "day": value("string", "The local day on which they were first seen.", format="date"),
                        "n": count("Rows."),
                    }
                ),
                "The same by department and day.",
            ),
            "left_out": each(
                ("city", "information", "duplicates", "no_duration"),
                count("Rows of the whole store."),
                "What the default view leaves out.",
            ),
            "not_published": several(value("string", "A sentence."), "What the city does not publish."),
            "mappings": several(
                thing(
                    {
                        "field": value("string", "The field.", enum=list(DIMENSIONS)),
                        "given": maybe(
                            "string", "A name as the city file has it, or its pattern, in which … stands for any text."
                        ),
                        "shown": maybe("string", "The published name."),
                        "n": count("Rows."),
                    }
                ),
                "Names and patterns of the city file, and the names that they are published as.",
            ),
            "area_checks": several(
                thing(
                    {
                        "kind": value("string", "The kind of area."),
                        "compared": count("Rows with a point and an area of their own."),
                        "disagreeing": count("Of these, those whose point lies in another area."),
                        "filled": count("Rows without an area of their own, which got that of their point."),
                        "vintage": maybe("string", "When the boundaries were drawn."),
                        "used": value("boolean", "False: too many disagree, so that no row got the area of its point."),
                    }
                ),
                "Whether rows and boundaries agree.",
            ),
            "calls": several(CALL, "The single calls of the last sync that made any, at most 500, newest first."),
            "runs": several(
                thing(
                    {
                        "run": value("integer", "Its number."),
                        "source": value("string", "Files or portal."),
                        "started_at": MAYBE_TIME,
                        "finished_at": MAYBE_TIME,
                        **{
                            name: maybe("integer", "Rows; null where the sync failed.")
                            for name in ("read", "stored", "updated", "unchanged", "quarantined", "removed", "repaired")
                        },
                        "error": maybe("string", "Why it failed; null where it did not."),
                        "drift": several(DRIFT, "What the source wrote that it had not written before."),
                        "calls": several(CALL_SUMS, "What was asked of the outside, by data set and host."),
                    }
                ),
                "The last syncs before this version, newest first.",
            ),
        }
    ),
    "FlagEffects": thing(
        {
            **HEADER,
            "rows": several(
                thing(
                    {
                        "flag": value("string", "The flag.", enum=list(Flag)),
                        "requests": count("Requests of the selection that have it, duplicates included."),
                        "share": share("Of all requests of the selection."),
                        "no_duration": counted("Of them distinct and without a usable duration: in no wait."),
                        "without": thing(
                            {
                                "n": counted("Distinct requests without the flag that have a duration."),
                                "p50_days": days("Their typical wait; null where the curve does not get there."),
                                "closed_within_30": share("Of them closed within 30 days."),
                            }
                        ),
                    }
                ),
                "Each flag that any of the requests has.",
            ),
        }
    ),
    "Method": thing(
        {
            "method_version": value("string", "The version of the definitions."),
            "measures": several(
                thing(
                    {
                        "id": value("string", "The measure."),
                        "title": value("string", "What it is called."),
                        "unit": value("string", "Its unit."),
                        "low_is_good": value("boolean", "Whether less is better."),
                        "why": value("string", "Why it matters."),
                        "formula": value("string", "How it is computed."),
                    }
                ),
                "Every published number.",
            ),
            "corrections": several(
                thing(
                    {
                        "on": value("string", "The day of the change.", format="date"),
                        "version": value("string", "The method version that it made."),
                        "what": value("string", "What changed."),
                        "effect": value("string", "What it does to numbers that were published before."),
                    }
                ),
                "What changed in the definitions, newest first.",
            ),
        }
    ),
    "Boundaries": thing(
        {
            "type": {"const": "FeatureCollection"},
            "features": several(
                thing(
                    {
                        "type": {"const": "Feature"},
                        "geometry": value("object", "Polygon or MultiPolygon, WGS 84.", additionalProperties=True),
                        "properties": thing(
                            {
                                "name": value("string", "The published name."),
                                "slug": value("string", "Its form in paths."),
                            }
                        ),
                    }
                ),
                "The areas.",
            ),
            "bbox": several(value("number", "A coordinate."), "West, south, east, north."),
            "vintage": value("string", "When the boundaries were drawn; '' where that is not known."),
        },
        ("bbox", "vintage"),
    ),
    "Problem": thing(
        {
            "type": value("string", "about:blank: the status says what kind of error it is."),
            "title": value("string", "The status in words."),
            "status": value("integer", "The HTTP status."),
            "detail": value("string", "What was wrong, and what was expected."),
            "parameter": value("string", "The query key, or part of the path, that is wrong."),
        },
        ("parameter",),
        "RFC 9457.",
    ),
}
