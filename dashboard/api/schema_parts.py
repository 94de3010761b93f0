"""What the schemas of the answers are put together from: kinds of values, and the keys that several answers share."""

from __future__ import annotations

from typing import Any

from dashboard.domain.method import HORIZONS
from dashboard.domain.request import DIMENSIONS, ChannelGroup, Flag, Origin, Outcome, Status

Schema = dict[str, Any]


def value(kind: str, description: str, **more: Any) -> Schema:
    """A plain value."""
    return {"type": kind, "description": description, **more}


def maybe(kind: str, description: str, **more: Any) -> Schema:
    """A plain value or null."""
    return {"type": [kind, "null"], "description": description, **more}


def thing(properties: dict[str, Schema], optional: tuple[str, ...] = (), description: str = "") -> Schema:
    """An object; every property is always there, but for the optional ones."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        **({"description": description} if description else {}),
        "properties": properties,
        "required": required,
    }


def several(items: Schema, description: str) -> Schema:
    """A list."""
    return {"type": "array", "items": items, "description": description}


def ref(name: str) -> Schema:
    """One of the schemas below."""
    return {"$ref": f"#/components/schemas/{name}"}


def count(description: str) -> Schema:
    """A number of requests or rows."""
    return value("integer", description, minimum=0)


def counted(description: str) -> Schema:
    """A number of requests or rows, or null where the city does not publish what it is counted from."""
    return maybe("integer", description, minimum=0)


def share(description: str) -> Schema:
    """A share from 0 to 1, or null."""
    return maybe("number", description, minimum=0, maximum=1)


def days(description: str) -> Schema:
    """A duration in days, or null."""
    return maybe("number", f"{description} In days; null where the curve does not reach it.", minimum=0)


def each(names: tuple[str, ...], schema: Schema, description: str = "") -> Schema:
    """An object with the same kind of value under each name."""
    return thing(dict.fromkeys(names, schema), description=description)


HORIZON_KEYS = tuple(str(horizon) for horizon in HORIZONS)
MISSING = value(
    "object",
    "What the city does not publish, each with a sentence for readers: closing_time, location, target, request_id, "
    "department, district. What needs it is null.",
    propertyNames={"enum": ["closing_time", "location", "target", "request_id", "department", "district"]},
    additionalProperties={"type": "string"},
)
DAY = value("string", "A local date.", format="date")
TIME = value("string", "RFC 3339 with the city's offset.", format="date-time")
MAYBE_TIME = maybe("string", "RFC 3339 with the city's offset, or null.", format="date-time")

ABOUT: dict[str, Schema] = {
    "city": value("string", "The city's id."),
    "data_from": DAY | {"description": "First local day of the data."},
    "data_to": DAY | {"description": "Last local day for which created requests are held; periods end here."},
    "data_through": TIME | {"description": "Up to when closings were observed: the censoring time of open requests."},
    "data_version": value("integer", "The published version; a sync that changes anything makes a new one.", minimum=1),
    "method_version": value("string", "The version of the definitions."),
    "missing": MISSING,
}
HEADER: dict[str, Schema] = {
    **ABOUT,
    "filters": ref("Filters"),
    "from": DAY | {"description": "First local day of the period."},
    "to": DAY | {"description": "Last local day of the period, included."},
}
NUMBERS: dict[str, Schema] = {
    "requests": count("Created in the period, duplicates included."),
    "duplicates": count("Of these, duplicates of another request; they count as reports only."),
    "open": counted("Of the distinct ones, open at data through, those in progress included."),
    "in_progress": counted("Of the open ones, those whose status now is in progress."),
    "closed_of_these": counted("Of the distinct ones, closed at data through."),
    "cancelled": counted("Of the distinct ones, cancelled at data through."),
    "closed": counted("Distinct requests closed in the period, whenever created."),
    "backlog": maybe(
        "integer",
        "Distinct requests open at the end of the period, whenever created; null for a sample and without closing times.",
        minimum=0,
    ),
    "overdue": counted("Open at data through and past due, whenever created."),
    "wait": ref("Wait"),
    "on_time": ref("OnTime"),
    "outcomes": each(
        tuple(Outcome), counted("Ended requests of the period."), "How the ended requests of the period ended."
    ),
    "work_done_within": each(HORIZON_KEYS, share("Aalen-Johansen incidence of work_done; other ends compete.")),
    "work_done_within_low": each(HORIZON_KEYS, share("Lower 95 % limit.")),
    "work_done_within_high": each(HORIZON_KEYS, share("Upper 95 % limit.")),
    "work_done_within_observed": each(
        HORIZON_KEYS, maybe("boolean", "False: a lower bound, nobody was followed for so long.")
    ),
    "repeats": thing(
        {
            "eligible": counted("Closed in the period, 30 days before the data end, with a category and a place."),
            "followed": counted("Of these, followed within 30 days by another of the category within 50 m."),
            "rate": share("followed / eligible; null where none is eligible."),
        },
        description="Residents' distinct requests that were followed by the same again after the close.",
    ),
    "instant": thing(
        {
            "n": counted("Requests of the period closed within 60 seconds."),
            "share": share("n / wait.n."),
            "p50_days_without_instant": days("The typical wait without them."),
        },
        description="Closes that came at once.",
    ),
    "left_out": each(
        ("city", "information", "no_duration"),
        counted("Requests of the period."),
        "What the default origin (city, information) and a missing duration leave out.",
    ),
}
PLACE_ON_TIME = ("on_time", "late_closed", "open_overdue", "not_yet_due", "without_target", "no_closing_time")
RECORD: dict[str, Schema] = {
    "request_id": value("string", "The source's own id."),
    **dict.fromkeys(("created_at", "closed_at", "updated_at", "due_at"), MAYBE_TIME),
    "status": value("string", "Where it stands at data through.", enum=list(Status)),
    "outcome": value(
        "string", "How it ended, by the city's published rules; only work_done means fixed.", enum=list(Outcome)
    ),
    "outcome_words": maybe("string", "What the rule says in words."),
    **{name: value("string", "The published name; 'none' where none is recorded.") for name in DIMENSIONS},
    "channel_group": value("string", "The kind of channel.", enum=list(ChannelGroup)),
    "origin": value("string", "Who it comes from.", enum=list(Origin)),
    "duplicate": value("boolean", "Whether it is a duplicate of another request."),
    "duplicate_of": maybe("string", "The id of that request, where the source names it and it is published here."),
    "latitude": maybe("number", "WGS 84, rounded.", minimum=-90, maximum=90),
    "longitude": maybe("number", "WGS 84, rounded.", minimum=-180, maximum=180),
    "address": maybe("string", "To the block, unless the city file says otherwise."),
    "seconds": maybe(
        "integer", "From creation to the close; null while open and where no duration can be used.", minimum=0
    ),
    "flags": several(
        value("string", "What is wrong with the row.", enum=list(Flag)), "Flagged rows are kept and counted."
    ),
}
GROUP = maybe(
    "object",
    "The published values that the group shares with the request; empty: the whole city.",
    additionalProperties={"type": "string"},
)
