"""What the data-quality report calls things: flags, reasons, kinds of drift."""

from __future__ import annotations

from dashboard.i18n.translator import N_, Translator

FLAG_WORDS = {
    "closed_before_created": N_("Closed more than a minute before it was created: no duration"),
    "closed_without_time": N_("Closed, but without a closing time: neither open nor timed"),
    "open_with_close": N_("Has a closing time but is open: counted as open"),
    "date_only_close": N_("Closing day without time of day: counted in whole days"),
    "instant_close": N_("Closed within a minute of its creation"),
    "bulk_close": N_("Closed together with many others at the same moment"),
    "impossible_date": N_("A date before the service began or after the rows were read: no duration"),
    "default_location": N_("At the placeholder point for unknown places: shown without a place"),
    "outside_city": N_("A point far outside the city: shown without a place"),
    "no_location": N_("Without a point on the map"),
    "no_district": N_("Without a district"),
    "unknown_category": N_("Without a problem type"),
    "changed_after_close": N_("Changed more than 30 days after it was closed"),
}
QUARANTINE_WORDS = {
    "no_request_id": N_("No request number"),
    "no_created_date": N_("No date of creation"),
    "unreadable_created_date": N_("A date of creation that cannot be read"),
    "wrong_column_count": N_("Too many or too few columns"),
    "unreadable_line": N_("A line that cannot be read"),
}
DRIFT_WORDS = {
    "new_column": N_("A new column"),
    "vanished_column": N_("A column that is gone"),
    "status_without_rule": N_(
        "A status that no rule knows: taken as closed where there is a closing time, else as open"
    ),
    "new_value": N_("A value that was not there before"),
    "new_data_set": N_("A new data set of the source: read from now on"),
    "vanished_data_set": N_("A data set that the source lists no more: not read any longer"),
    "changed_while_read": N_("Rows changed while all of them were read: nothing was removed"),
    "listing_failed": N_("The source's list of data sets could not be read: those known before were read"),
}
COUNTED_DRIFT = ("status_without_rule", "new_value")
"""The kinds of drift that stand for so many rows."""
LEFT_OUT_WORDS = {
    "city": N_("Made by city staff and systems"),
    "information": N_("Questions answered without work"),
    "duplicates": N_("Duplicates: counted as reports, left out of waits and the backlog"),
    "no_duration": N_("Without a usable time from creation to the close: left out of waits"),
}
MISSING_WORDS = {
    "closing_time": N_("Closing times"),
    "location": N_("Locations"),
    "target": N_("Targets"),
    "request_id": N_("Request numbers"),
    "department": N_("Departments"),
    "district": N_("Districts"),
}


def in_words(known: dict[str, str], key: str, tr: Translator, otherwise: str = "") -> str:
    """The words of a key; for one that has none yet `otherwise`, or the key itself."""
    return tr(known[key]) if key in known else (otherwise or key)
