"""The one normalised record of a service request: its vocabulary, shared by the store, the numbers and the screens."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Status(StrEnum):
    """Where a request stands at *data through*."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How a request ended, by the published rules of its city; only WORK_DONE may be called fixed."""

    WORK_DONE = "work_done"
    NO_ACTION_NEEDED = "no_action_needed"
    NOT_FOUND = "not_found"
    DUPLICATE = "duplicate"
    REFERRED = "referred"
    CANCELLED = "cancelled"
    ADMINISTRATIVE = "administrative"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Who the request comes from: a resident, the city's own staff or systems, or a question that needs no work."""

    RESIDENT = "resident"
    CITY = "city"
    INFORMATION = "information"


class ChannelGroup(StrEnum):
    """The kind of channel; the channel itself keeps the source's own word."""

    PHONE = "phone"
    WEB = "web"
    APP = "app"
    SOCIAL = "social"
    SENSOR = "sensor"
    STAFF = "staff"
    OTHER = "other"


class Flag(StrEnum):
    """What is wrong with a row; a flagged row is kept and counted, never silently changed."""

    CLOSED_BEFORE_CREATED = "closed_before_created"
    CLOSED_WITHOUT_TIME = "closed_without_time"
    OPEN_WITH_CLOSE = "open_with_close"
    DATE_ONLY_CLOSE = "date_only_close"
    INSTANT_CLOSE = "instant_close"
    BULK_CLOSE = "bulk_close"
    IMPOSSIBLE_DATE = "impossible_date"
    DEFAULT_LOCATION = "default_location"
    OUTSIDE_CITY = "outside_city"
    NO_LOCATION = "no_location"
    NO_DISTRICT = "no_district"
    UNKNOWN_CATEGORY = "unknown_category"
    CHANGED_AFTER_CLOSE = "changed_after_close"

    @property
    def bit(self) -> int:
        """The flag's bit in the integer that the store keeps for a row; the order above is part of the file format."""
        return 1 << list(Flag).index(self)


def flags_of(bits: int) -> tuple[Flag, ...]:
    """The flags that are set in a row's integer."""
    return tuple(flag for flag in Flag if bits & flag.bit)


class Code(IntEnum):
    """The small integer that stands for 'none recorded' in every coded field."""

    NONE = 0


NONE_NAME = "none"
"""The published name of the bucket of rows that have no value in a field (no district, no category)."""

DIMENSIONS = ("category", "department", "district", "neighbourhood", "channel")
"""The fields that can be filtered and grouped by, in the order in which they are shown."""
