"""A city as its one TOML file describes it, checked before anything is read with it."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from dashboard.domain.errors import CityFileError
from dashboard.domain.request import ChannelGroup, Origin, Outcome, Status

BUILT_IN = Path(__file__).parent / "cities"

AreaKind = Literal["district", "neighbourhood"]
TIME_FIELDS = ("created_at", "closed_at", "updated_at", "due_at")
TEXT_FIELDS = ("category", "subcategory", "department", "district", "neighbourhood", "channel", "address")
REQUIRED_FIELDS = ("request_id", "created_at", "status", "category")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """Who publishes the rows, and under which licence."""

    name: str
    url: str = ""
    licence: str
    licence_url: str = ""
    attribution: str
    not_published: tuple[str, ...] = ()
    """What a reader would expect and the city does not publish, each a sentence."""


class Schema(_Part):
    """One set of headers: which column holds which field; extra names may be used by the rules."""

    columns: dict[str, str]
    time_formats: tuple[str, ...]
    time_zone: str | None = None
    """'UTC' where times carry no zone but are not local."""

    @field_validator("columns")
    @classmethod
    def _required(cls, columns: dict[str, str]) -> dict[str, str]:
        missing = [field for field in REQUIRED_FIELDS if field not in columns]
        if missing:
            raise ValueError(f"name the column of {', '.join(missing)}")
        return columns


class Rule(_Part):
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


class Rules(_Part):
    """The city's rule tables; in each the first match wins."""

    status: tuple[Rule, ...]
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


class Area(_Part):
    """A kind of area: what the city calls it, and how one is named in a sentence."""

    name: str
    plural: str
    label: str = "{name}"
    boundary_property: str = ""
    """The property of the boundary file that holds the published name."""
    vintage: str = ""
    boundary_names: dict[str, str] = Field(default_factory=dict)
    """Where the boundary file names an area otherwise than the rows do: its name, and the published one."""


class City(_Part):
    """Everything that differs between cities."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    language: str = "en"
    """The language of the city's own terms."""
    time_zone: str
    checked: date
    sample: bool = False
    invented: bool = False
    service_began: date
    fiscal_year_starts: int = Field(default=1, ge=1, le=12)
    run_in_days: int = Field(default=365, ge=0)
    default_points: tuple[tuple[float, float], ...] = ()
    default_addresses: tuple[str, ...] = ()
    empty_texts: tuple[str, ...] = ()
    date_only_departments: tuple[str, ...] = ()
    sensitive_categories: tuple[str, ...] = ()
    exact_addresses_because: str = ""
    source: Source
    schemas: dict[str, Schema]
    strip: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    aliases: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Per field, an earlier published name and the name that it has now: old links keep working."""
    rules: Rules
    areas: dict[AreaKind, Area] = Field(default_factory=dict)
    fingerprint: str = ""
    """Hash of the file: when the map changes, stored rows are read again with it."""

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"'{name}' is not a time zone name such as 'America/New_York'")
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.time_zone)


def city_files(folders: tuple[Path, ...] = ()) -> dict[str, Path]:
    """The city files that are there, by id; later folders win over the built-in ones."""
    files: dict[str, Path] = {}
    for folder in (BUILT_IN, *folders):
        if folder.is_dir():
            files.update({path.stem: path for path in sorted(folder.glob("*.toml"))})
    return files


def load_city(name: str, folders: tuple[Path, ...] = ()) -> City:
    """Read one city's file. Raises CityFileError with one sentence if it is unknown or wrong."""
    files = city_files(folders)
    if name not in files:
        raise CityFileError(
            f"There is no city '{name}'; the cities are {', '.join(files)}. Add one with a file {name}.toml."
        )
    return read_city_file(files[name])


def read_city_file(path: Path) -> City:
    """Read a city file from a path. Raises CityFileError naming the first thing that is wrong."""
    try:
        content = path.read_bytes()
        city = City.model_validate(tomllib.loads(content.decode("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CityFileError(f"The city file {path} cannot be read: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise CityFileError(f"The city file {path} is wrong at {where}: {first['msg']}.") from error
    return city.model_copy(update={"fingerprint": hashlib.sha256(content).hexdigest()[:16]})
