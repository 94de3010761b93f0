"""The answers that hold numbers, as JSON Schema."""

from __future__ import annotations

from dashboard.api.numbers import MEASURES
from dashboard.api.schema_parts import (
    DAY,
    HEADER,
    HORIZON_KEYS,
    NUMBERS,
    PLACE_ON_TIME,
    TIME,
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
from dashboard.domain.ages import BANDS
from dashboard.domain.filters import CHOICES, MULTIPLE
from dashboard.domain.funnel import Position
from dashboard.domain.request import DIMENSIONS, Outcome
from dashboard.domain.trend import BREAKDOWNS
from data_access.answers.fair import DAYS
from data_access.answers.outcomes import OUTCOME_HORIZONS, STILL_OPEN

NUMBER_SCHEMAS: dict[str, Schema] = {
    "Filters": thing(
        {
            **{key: several(value("string", "A published name."), "Chosen; absent: all.") for key in MULTIPLE},
            "origin": value("string", "Whose requests.", enum=list(CHOICES["origin"])),
            "period": maybe(
                "string",
                "The preset that the dates come from; null where dates were given.",
                enum=[*CHOICES["period"], None],
            ),
            "interval": value("string", "Buckets of a series.", enum=list(CHOICES["interval"])),
            "compare": value("string", "The other period.", enum=list(CHOICES["compare"])),
        },
        tuple(MULTIPLE),
        "The filters as they were understood.",
    ),
    "Wait": thing(
        {
            "n": counted("Distinct requests of the period with a usable duration, the open ones included."),
            "events": counted("Of these, closed."),
            "p50_days": days("Kaplan-Meier median: the typical wait."),
            "p50_low": days("Lower 95 % limit of the median."),
            "p50_high": days("Upper 95 % limit of the median."),
            "p90_days": days("90 % are closed within this time."),
            "p90_low": days("Lower 95 % limit."),
            "p90_high": days("Upper 95 % limit."),
            "closed_within": each(HORIZON_KEYS, share("1 - S(days)."), "Share closed within so many days."),
            "closed_within_low": each(HORIZON_KEYS, share("Lower 95 % limit.")),
            "closed_within_high": each(HORIZON_KEYS, share("Upper 95 % limit.")),
            "closed_within_observed": each(
                HORIZON_KEYS, maybe("boolean", "False: a lower bound, nobody was followed for so long.")
            ),
            "longest_observed_days": days("The longest wait that was seen."),
            "closed_only_p50_days": days("Median of the closed ones alone: too fast, for comparison only."),
            "observed_days": maybe(
                "integer", "Days from the end of the period to data through: the shortest follow-up.", minimum=0
            ),
        },
        description="Time to close, with open requests censored at data through; all null without closing times.",
    ),
    "OnTime": thing(
        {
            "rate": share("on_time / (on_time + late_closed + open_overdue); null where none was due."),
            **{name: counted("Distinct requests of the period.") for name in PLACE_ON_TIME},
        },
        description="By their due time; the six parts add up to requests - duplicates.",
    ),
    "Compared": thing(
        {
            "kind": value("string", "Why this period.", enum=["same_dates", "same_weekdays", "just_before"]),
            "extra_weekdays": value("integer", "How many more days from Monday to Friday the present period has."),
            **HEADER,
            "observed_to": TIME
            | {"description": "As of when the earlier period is looked at: of the same age as the present one."},
            **NUMBERS,
        },
        description="The same numbers for the earlier period.",
    ),
    "Summary": thing({**HEADER, **NUMBERS, "compare": {"anyOf": [ref("Compared"), {"type": "null"}]}}),
    "Groups": thing(
        {
            **HEADER,
            "field": value("string", "What the rows are grouped by.", enum=list(DIMENSIONS)),
            "rows": several(
                thing(
                    {
                        "name": value("string", "The published name."),
                        "slug": value("string", "Its form in paths."),
                        **NUMBERS,
                    }
                ),
                "One for each value that occurs.",
            ),
        }
    ),
    "Outcomes": thing(
        {
            **HEADER,
            "totals": several(
                thing(
                    {
                        "outcome": value("string", "How they ended.", enum=list(Outcome)),
                        "n": count("Ended requests of the period."),
                        "share": share("Of all that ended; null where none did."),
                        "words": several(value("string", "Of a rule."), "What the city's rules of it say in words."),
                    }
                ),
                "One for each outcome; only work_done means fixed.",
            ),
            "rows": several(
                thing(
                    {
                        "outcome": value("string", "The outcome, or still_open.", enum=[*Outcome, STILL_OPEN]),
                        "n": count("The requests that the shares are of, open ones included."),
                        "days": value("integer", "Within so many days.", enum=list(OUTCOME_HORIZONS)),
                        "share": share("Aalen-Johansen incidence; those of the same days add to 1."),
                        "low": share("Lower 95 % limit; null for still_open."),
                        "high": share("Upper 95 % limit; null for still_open."),
                        "observed": value("boolean", "False: a lower bound, nobody was followed for so long."),
                    }
                ),
                "Empty without closing times.",
            ),
        },
        description="How requests end over time, each way with the others competing.",
    ),
    "Series": thing(
        {
            **HEADER,
            "measure": value("string", "What is measured.", enum=list(MEASURES)),
            "by": value("string", "What the measure is broken down by.", enum=list(BREAKDOWNS)),
            "rows": several(
                thing(
                    {
                        "name": value(
                            "string",
                            "With `by`: the value, as /options lists it, or an origin or outcome; "
                            "of a count the last is what remains, (all others).",
                        ),
                        "start": DAY,
                        "end": DAY,
                        "n": count("Requests that the value rests on."),
                        "value": maybe(
                            "number",
                            "A count, days (wait, ninety) or a share (all others); null where there is none, "
                            "and where the data hold nothing of the bucket's days.",
                        ),
                        "low": maybe("number", "Lower 95 % limit."),
                        "high": maybe("number", "Upper 95 % limit."),
                        "mature": value(
                            "boolean",
                            "Whether the bucket is whole and complete enough to be compared; "
                            "never where the data hold nothing of some of its days.",
                        ),
                    },
                    ("name",),
                ),
                "One for each bucket of each value, empty ones included.",
            ),
        }
    ),
    "Distribution": thing(
        {
            **HEADER,
            "rows": several(
                thing(
                    {
                        "days": value("number", "Days since creation.", minimum=0),
                        "closed_share": share("1 - S(days)."),
                        "low": share("Lower 95 % limit."),
                        "high": share("Upper 95 % limit."),
                        "at_risk": count("Not yet ended before."),
                    }
                ),
                "The Kaplan-Meier curve as steps.",
            ),
        }
    ),
    "Ages": thing(
        {
            **HEADER,
            "backlog": counted("Distinct requests open at the end of the period, whenever created; null for a sample."),
            "overdue": counted("Open at data through and past due, whenever created."),
            "rows": several(
                thing(
                    {
                        "band": value("string", "The band of ages.", enum=[band.name for band in BANDS]),
                        "from_days": count("Its first age in days."),
                        "to_days": maybe("integer", "Ages are under so many days; null: no end.", minimum=0),
                        "backlog": counted("Of the backlog, by the local days since they were made."),
                        "overdue": counted("Of the overdue, by the time since they were due."),
                    }
                ),
                "The bands, which add up.",
            ),
        }
    ),
    "Fair": thing(
        {
            **HEADER,
            "field": value("string", "The kind of area.", enum=["district", "neighbourhood"]),
            "days": value("integer", "Closed within so many days.", enum=sorted(DAYS)),
            "n": counted(
                "Distinct requests of the period that were made so many days before data through, or earlier."
            ),
            "closed": counted("Of these, closed within so many days."),
            "share": share("closed / n: the city's share."),
            "factor": maybe(
                "number",
                "Over-dispersion factor (Spiegelhalter 2005, winsorised 10 %); limits are widened by it where above 1.",
                minimum=0,
            ),
            "enough_areas": value("boolean", "Whether there are 10 areas of 30 requests: else no position is said."),
            "rows": several(
                thing(
                    {
                        "name": value("string", "The published name; 'none' where none is recorded."),
                        "slug": value("string", "Its form in paths."),
                        "n": count("As above, of this area."),
                        "closed": count("As above, of this area."),
                        "share": share("closed / n."),
                        "expected": value("number", "Closed, if each category were closed as in the city.", minimum=0),
                        "ratio": maybe("number", "closed / expected; null where nothing was expected.", minimum=0),
                        "adjusted_share": maybe("number", "ratio x the city's share; can pass 1.", minimum=0),
                        "low_95": share("Lower 95 % limit of the funnel at this n; null for 'none'."),
                        "high_95": share("Upper 95 % limit."),
                        "low_998": share("Lower 99.8 % limit."),
                        "high_998": share("Upper 99.8 % limit."),
                        "position": maybe(
                            "string",
                            "Of adjusted_share against the limits; null with few areas or under 30 requests.",
                            enum=[*Position, None],
                        ),
                    }
                ),
                "One for each area that occurs, and one for requests without an area.",
            ),
        },
        description="Indirect standardisation by category; null without closing times.",
    ),
}
