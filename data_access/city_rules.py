"""A city's rule tables: in each the first match wins."""

from __future__ import annotations

from pydantic import Field, model_validator

from dashboard.domain.request import ChannelGroup, Origin, Outcome, Status
from data_access.city_source import Part


class Rule(Part):
    """One line of a rule table: if the column's text matches, then the value."""

    then: str | bool
    column: str
    is_: tuple[str, ...] = Field(default=(), alias="is")
    starts: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    words: str = ""
    """What a reader is told that the rule means."""

    @model_validator(mode="after")
    def _has_test(self) -> Rule:
        if not (self.is_ or self.starts or self.has):
            raise ValueError("a rule needs one of: is, starts, has")
        return self


class Rules(Part):
    """The city's rule tables; in each the first match wins."""

    status: tuple[Rule, ...]
    department: tuple[Rule, ...] = ()
    """Queues and codes to departments."""
    department_otherwise: str = ""
    """What a text that no rule of `department` matches becomes: queues may be named after people. '': it stays."""
    origin: tuple[Rule, ...] = ()
    channel_group: tuple[Rule, ...] = ()
    duplicate: tuple[Rule, ...] = ()
    outcome: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _known_values(self) -> Rules:
        for table, allowed in (
            ("status", Status),
            ("origin", Origin),
            ("channel_group", ChannelGroup),
            ("outcome", Outcome),
        ):
            for rule in getattr(self, table):
                if rule.then not in list(allowed):
                    raise ValueError(f"rules.{table}: '{rule.then}' is not one of {', '.join(allowed)}")
        return self
