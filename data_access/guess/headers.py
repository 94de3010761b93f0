"""Which of a file's columns most likely holds which field, by the names that portals give them."""

from __future__ import annotations

import re
from collections.abc import Sequence

KNOWN: dict[str, tuple[str, ...]] = {
    "request_id": (
        *("service request id", "service request number", "request id", "request number", "request no", "case number"),
        *(
            "case id",
            "case no",
            "case enquiry id",
            "sr number",
            "sr no",
            "sr id",
            "unique key",
            "ticket number",
            "ticket id",
        ),
        *(
            "service request num",
            "sr record id",
            "ticket no",
            "ticket",
            "incident number",
            "incident id",
            "issue id",
            "reference number",
            "reference",
            "id",
        ),
    ),
    "created_at": (
        *("created at", "created date", "date created", "created on", "created", "creation date", "requested datetime"),
        *("open date", "open dt", "date opened", "opened at", "opened on", "opened", "submitted at", "submitted"),
        *("date submitted", "reported at", "reported", "date reported", "received", "date received", "received date"),
        *("request date", "date requested", "initiated", "entry date", "open date time", "logged", "date"),
    ),
    "closed_at": (
        *("closed at", "closed date", "date closed", "closed on", "close date", "closed dt", "closed", "completed at"),
        *("completed date", "date completed", "completion date", "completed", "resolved at", "resolved date"),
        *("date resolved", "resolution date", "resolved", "finished", "date finished"),
    ),
    "updated_at": (
        *("updated at", "updated date", "date updated", "last updated", "updated", "updated datetime", "last modified"),
        *("last modified date", "modified", "date modified", "status date"),
    ),
    "due_at": (
        "due at",
        "due date",
        "due",
        "date due",
        "target date",
        "target dt",
        "sla target dt",
        "sla due date",
        "deadline",
    ),
    "status": (
        "status",
        "case status",
        "sr status",
        "request status",
        "current status",
        "ticket status",
        "status description",
    ),
    "category": (
        *("category", "request type", "service request type", "sr type", "complaint type", "issue type", "case type"),
        *("problem type", "service name", "service type", "type", "problem", "issue", "service", "topic"),
    ),
    "subcategory": (
        "subcategory",
        "sub category",
        "subtype",
        "sub type",
        "request subtype",
        "service subtype",
        "descriptor",
    ),
    "department": (
        *("department", "dept", "agency", "responsible agency", "agency responsible", "assigned department"),
        *("owner department", "division", "owner"),
    ),
    "district": (
        *("district", "council district", "city council district", "ward", "council ward", "supervisor district"),
        *("borough", "precinct"),
    ),
    "neighbourhood": ("neighborhood", "neighbourhood", "neighborhood name", "community area", "suburb", "quarter"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "long", "lon", "lng"),
    "address": (
        "address",
        "street address",
        "incident address",
        "full address",
        "location address",
        "location",
        "street",
    ),
    "channel": (
        *("channel", "source", "method received", "request source", "report source", "received by", "received via"),
        *("how received", "contact method", "origin", "intake method"),
    ),
}
"""Per field, the names of its column, best first; case, '_' and the like do not matter."""


def guessed_columns(header: Sequence[str], taken: Sequence[str] = ()) -> dict[str, str]:
    """The column of each field that a header names plainly; columns that are `taken` are left alone."""
    free = {_plain(name): name for name in reversed(header) if name not in taken}
    found: dict[str, str] = {}
    for field, names in KNOWN.items():
        column = next((free.pop(key) for name in names if (key := name.replace(" ", "")) in free), None)
        if column is not None:
            found[field] = column
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())
