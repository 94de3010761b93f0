"""The answer about recurring spots, as JSON Schema."""

from __future__ import annotations

from dashboard.api.schema_parts import DAY, HEADER, RECORD, Schema, count, maybe, several, thing, value

SPOT_SCHEMAS: dict[str, Schema] = {
    "Spots": thing(
        {
            **HEADER,
            "spots_from": DAY
            | {"description": "First day of the requests that make a spot, whatever period is chosen."},
            "spots_to": DAY | {"description": "The last of these days: data to."},
            "rows": several(
                thing(
                    {
                        "spot": value("integer", "Its number in this version of the data.", minimum=1),
                        "category": RECORD["category"],
                        **{
                            name: value("string", "What most of its requests name; 'none' where none is recorded.")
                            for name in ("department", "district", "neighbourhood")
                        },
                        "latitude": value("number", "Its middle, WGS 84, rounded.", minimum=-90, maximum=90),
                        "longitude": value("number", "Its middle, WGS 84, rounded.", minimum=-180, maximum=180),
                        "address": maybe("string", "The block that most of its requests name."),
                        "n": value("integer", "Distinct requests of residents.", minimum=3),
                        "open_now": count("Of these open at data through."),
                        "first_day": DAY,
                        "last_day": DAY,
                        "newest": value("string", "The id of its newest request."),
                    }
                ),
                "Of the chosen categories, departments and areas, with their newest request in the chosen dates; the "
                "most frequent first. Channel and origin are not asked.",
            ),
        }
    ),
}
