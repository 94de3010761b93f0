"""Every city file that comes with the program: complete in itself, and with a rule for all that is known of its source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from data_access.city import BUILT_IN, City, Rule, load_city
from data_access.columns import mapped_headers

NAMES = sorted(path.stem for path in BUILT_IN.glob("*.toml"))
REAL = [name for name in NAMES if not load_city(name).invented]

# What each source is known to write in its column of the status, and what it means.
STATUSES = {
    "nyc": {
        "open": ["Open", "Pending", "Unassigned", "Draft", "Email Sent"],
        "in_progress": ["In Progress", "Assigned", "Started"],
        "closed": ["Closed", "Closed - Testing"],
        "cancelled": ["Cancel"],
    },
    "chicago": {
        "open": ["Open", "Open - Dup"],
        "closed": ["Completed", "Completed - Dup"],
        "cancelled": ["Canceled"],
    },
    "san_francisco": {"open": ["Open", "open"], "closed": ["Closed", "closed"]},
    "los_angeles": {
        "open": ["Open", "New", "Reported"],
        "in_progress": ["Pending", "Workorder Created"],
        "closed": ["Closed", "Referred Out"],
        "cancelled": ["Cancelled"],
    },
    "baltimore": {
        "open": ["New", "Open", "New (Duplicate)", "Open (Duplicate)"],
        "in_progress": ["Pending", "Hold"],
        "closed": ["Closed", "Closed (Duplicate)", "Closed (Transferred)"],
    },
    "toronto": {
        "open": ["New", "Unknown"],
        "in_progress": ["In Progress"],
        "closed": ["Completed", "Closed"],
        "cancelled": ["Cancelled"],
    },
    "boston": {"open": ["Open"], "closed": ["Closed"]},
}
CHANNELS = {
    "nyc": {"phone": ["PHONE"], "web": ["ONLINE"], "app": ["MOBILE"], "other": ["UNKNOWN", "OTHER"]},
    "chicago": {
        "phone": ["Phone Call"],
        "web": ["Internet"],
        "app": ["Mobile Device", "spot-open311-SeeClickFix", "spot-open311-Chicago+Works"],
        "staff": ["Mass Entry", "Alderman's Office"],
    },
    "san_francisco": {
        "phone": ["Voice In", "Phone"],
        "web": ["Web Self Service", "Web"],
        "app": ["Open311", "Mobile/Open311"],
        "social": ["Twitter"],
        "staff": ["Integrated Agency"],
    },
    "los_angeles": {
        "phone": ["Call", "Voicemail"],
        "app": ["Mobile App"],
        "web": ["Self Service"],
        "staff": ["Driver Self Report", "Council's Office"],
        "other": ["Email", "Letter"],
    },
    "baltimore": {"phone": ["Phone"], "app": ["API"], "staff": ["System", "Internal"], "other": ["Email", "Mail"]},
    "boston": {
        "phone": ["Constituent Call", "Call"],
        "app": ["Citizens Connect App", "BOS311"],
        "web": ["Self Service"],
        "social": ["Twitter"],
        "staff": ["Employee Generated", "City Worker App", "Maximo Integration"],
    },
}
SEVEN = {"baltimore", "boston", "chicago", "los_angeles", "nyc", "san_francisco", "toronto"}


def rule_for(rules: tuple[Rule, ...], column: str, text: str) -> Rule | None:
    """The first rule that looks at a column and matches a text, by the words of the documentation."""
    for rule in rules:
        lowered = text.lower()
        if rule.column == column and (
            text in rule.is_
            or any(lowered.startswith(start.lower()) for start in rule.starts)
            or any(part.lower() in lowered for part in rule.has)
        ):
            return rule
    return None


def all_rules(city: City) -> Iterator[tuple[str, Rule]]:
    for table in ("status", "department", "origin", "channel_group", "duplicate", "outcome"):
        for rule in getattr(city.rules, table):
            yield table, rule


def known(table: dict[str, dict[str, list[str]]]) -> list[tuple[str, str, str]]:
    return [
        (city, text, meant) for city, meanings in table.items() for meant, texts in meanings.items() for text in texts
    ]


def test_the_seven_cities_are_there() -> None:
    assert set(REAL) >= SEVEN == set(STATUSES)


@pytest.mark.parametrize(("name", "text", "meant"), known(STATUSES))
def test_every_known_status_has_a_rule(name: str, text: str, meant: str) -> None:
    rule = rule_for(load_city(name).rules.status, "status", text)
    assert rule is not None
    assert rule.then == meant


@pytest.mark.parametrize(("name", "text", "meant"), known(CHANNELS))
def test_every_known_channel_has_its_group(name: str, text: str, meant: str) -> None:
    rule = rule_for(load_city(name).rules.channel_group, "channel", text)
    assert (rule.then if rule else "other") == meant


@pytest.mark.parametrize("name", NAMES)
def test_rules_look_at_columns_that_some_schema_has(name: str) -> None:
    city = load_city(name)
    fields = {field for schema in city.schemas.values() for field in (*schema.columns, *schema.otherwise)}
    assert {rule.column for _, rule in all_rules(city)} <= fields
    for table in (city.strip, city.values, city.aliases):
        assert set(table) <= fields


@pytest.mark.parametrize("name", NAMES)
def test_every_outcome_has_words_and_only_done_work_is_called_done(name: str) -> None:
    meanings: dict[str, set[str]] = {}
    for rule in load_city(name).rules.outcome:
        assert rule.words.strip()
        assert rule.words[0].isupper()
        meanings.setdefault(rule.words, set()).add(str(rule.then))
        if rule.then != "work_done":
            assert not re.search(r"(?<!not yet )\bcorrected\b|\bfixed\b|\brepaired\b|^work done", rule.words.lower())
    assert all(len(outcomes) == 1 for outcomes in meanings.values())  # the same words never mean two things


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_a_duplicate_is_told_to_be_one(name: str) -> None:
    """The rules that make a request a duplicate come first among the outcomes, so that no closed one has another."""
    rules = load_city(name).rules
    for rule in rules.duplicate:
        texts = [(way, text) for way in ("is_", "starts", "has") for text in getattr(rule, way)]
        told = {
            (other.column, way, text)
            for other in rules.outcome
            if other.then == "duplicate"
            for way in ("is_", "starts", "has")
            for text in getattr(other, way)
        }
        for way, text in texts:
            assert (
                (rule.column, way, text) in told
                or any(column == rule.column and how == "has" and part in text for column, how, part in told)
                or text.startswith("Open")  # not ended, so it has no outcome
            )


@pytest.mark.parametrize("name", REAL)
def test_data_sets_are_named_once_and_their_columns_are_of_a_schema(name: str) -> None:
    city = load_city(name)
    assert city.source.has_portal
    for data_set in city.source.data_sets:
        schemas = [city.schemas[data_set.schema_name]] if data_set.schema_name else list(city.schemas.values())
        headers = {header.casefold() for schema in schemas for header in mapped_headers(schema)}
        used = [data_set.created, data_set.id_column, *data_set.changed]
        # system columns, and one that only tells changes, need not be read
        named = {name.casefold() for name in used if name and not name.startswith(":") and name != "LastActivityDate"}
        assert named <= headers, data_set.id
        assert data_set.created


def test_no_data_set_belongs_to_two_cities() -> None:
    ids = Counter(
        (city.source.portal, data_set.id) for city in map(load_city, REAL) for data_set in city.source.data_sets
    )
    assert max(ids.values()) == 1
    every_id = Counter(data_set.id for city in map(load_city, REAL) for data_set in city.source.data_sets)
    assert max(every_id.values()) == 1


@pytest.mark.parametrize("name", REAL)
def test_the_days_of_data_sets_are_in_order(name: str) -> None:
    for data_set in load_city(name).source.data_sets:
        assert data_set.first is None or data_set.last is None or data_set.first <= data_set.last
        if data_set.first:
            assert data_set.first >= load_city(name).service_began


@pytest.mark.parametrize("name", REAL)
def test_publisher_licence_and_what_is_not_published_are_told(name: str) -> None:
    city = load_city(name)
    source = city.source
    assert all((source.name, source.attribution, source.licence))
    assert source.url.startswith("https://")
    assert source.licence_url.startswith("https://")
    for sentence in (*source.not_published, *city.missing.values(), *(event.why for event in city.breaks)):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert all(city.service_began < event.on <= city.checked for event in city.breaks)
    assert [event.on for event in city.breaks] == sorted(event.on for event in city.breaks)


@pytest.mark.parametrize("name", REAL)
def test_targets_are_missing_exactly_where_no_schema_has_a_due_time(name: str) -> None:
    city = load_city(name)
    has_due = any("due_at" in {**schema.columns, **schema.otherwise} for schema in city.schemas.values())
    assert ("target" in city.missing) == (not has_due)
    has_close = any("closed_at" in schema.columns for schema in city.schemas.values())
    assert ("closing_time" in city.missing) == (not has_close)
    has_place = any({"latitude"} & set(schema.columns) or schema.point for schema in city.schemas.values())
    assert ("location" in city.missing) == (not has_place)


@pytest.mark.parametrize("name", NAMES)
def test_declared_departments_and_areas_are_names_that_readers_see(name: str) -> None:
    city = load_city(name)
    hidden = set(city.values.get("department", {})) | {
        text for rule in city.rules.department for text in (*rule.is_, *rule.starts) if text and text != rule.then
    }
    assert not hidden & set(city.date_only_departments)
    assert not set(city.values.get("category", {})) & set(city.sensitive_categories)
    for field, names in city.aliases.items():
        assert not set(names) & set(names.values()), field
    for kind, area in city.areas.items():
        assert not set(area.boundary_names) & set(area.boundary_names.values()), kind
        # new boundaries make another area of a number: charts mark the day
        assert area.boundaries_since in (None, *(event.on for event in city.breaks)), kind
        if area.boundaries:
            assert area.boundary_property
            assert area.boundaries.kind == "url" or area.boundaries.portal or city.source.portal
