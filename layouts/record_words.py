"""A published request in words: how it stands, how it ended, how long it took, where it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from dashboard.domain.city_facts import CityFacts
from dashboard.domain.durations import DAY
from dashboard.domain.request import NONE_NAME
from dashboard.i18n.translator import Translator
from layouts import words
from layouts.pages.content import Numbers, PageData
from layouts.pages.shared import OUTCOMES
from layouts.untimed import STATUSES

OPEN = ("open", "in_progress")
STATUS_WORDS = dict(STATUSES)


def made_up_numbers(city: CityFacts) -> tuple[str, ...]:
    """The city's sentence on numbers that are not its own, as a page's note; empty where it publishes them."""
    why = city.missing.get("request_id")
    return (why,) if why else ()


def href(data: PageData, request_id: str) -> str:
    """The page of a request; its number may hold any sign."""
    return data.href(f"/request/{quote(request_id, safe='')}")


def status(record: Numbers, tr: Translator) -> str:
    """How it stands."""
    return tr(STATUS_WORDS[record["status"]])


def outcome(record: Numbers, tr: Translator) -> str:
    """How it ended, in the words of the city's rule where it has some; a dash while it is open."""
    if record["status"] in OPEN:
        return "–"
    return str(record["outcome_words"] or tr(OUTCOMES[record["outcome"]]))


def moment(record: Numbers, name: str) -> datetime | None:
    """One of its times, in the city's zone; None where there is none."""
    value = record[name]
    return datetime.fromisoformat(value) if value else None


def day(record: Numbers, name: str, tr: Translator) -> str:
    """The local day of one of its times; a dash where there is none."""
    at = moment(record, name)
    return tr.date(at.date()) if at else "–"


def took(record: Numbers, tr: Translator) -> str:
    """From creation to the close, in words."""
    if record["seconds"] is None:
        return tr("not known")
    if "date_only_close" in record["flags"] and record["seconds"] < DAY:
        return tr("the same day")
    return tr.days(record["seconds"] / DAY)


def age_days(record: Numbers, city: CityFacts) -> float | None:
    """How long an open request has waited at data through; None where that is not known."""
    made = moment(record, "created_at")
    if made is None or record["status"] not in OPEN or made > city.data_through:
        return None
    return (city.data_through - made).total_seconds() / DAY


def duration(record: Numbers, city: CityFacts, tr: Translator) -> str:
    """How long it took, or for how long it has been open."""
    if record["status"] not in OPEN:
        return took(record, tr)
    age = age_days(record, city)
    return tr("waiting for {time}", time=tr.days(age)) if age is not None else tr("not known")


def place(record: Numbers, city: CityFacts, tr: Translator) -> str:
    """The address to the block and the areas, as far as they are known."""
    areas = [city.label(kind, record[kind]) for kind in city.areas if record[kind] != NONE_NAME]
    parts = [each for each in (record["address"], *areas) if each]
    return ", ".join(parts) or tr("No place recorded")


def group(fields: dict[str, Any], city: CityFacts, tr: Translator) -> str:
    """The requests like one, named by what they share; a city's terms are quoted."""
    named = [f"“{words.value_name(field, str(name), city, tr)}”" for field, name in fields.items()]
    return tr("residents' requests of {names}", names=", ".join(named)) if named else tr("all residents' requests")
