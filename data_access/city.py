"""A city as its one TOML file describes it, checked before anything is read with it."""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator

from dashboard.domain.errors import CityFileError
from dashboard.domain.targets import Target
from data_access.city_rules import Rule, Rules
from data_access.city_source import BoundarySource, DataSet, Part, Source, Yearly

BUILT_IN = Path(__file__).parent / "cities"

__all__ = ["Area", "BoundarySource", "Break", "City", "DataSet", "Rule", "Rules", "Schema", "Source", "Yearly"]

AreaKind = Literal["district", "neighbourhood"]
TIME_FIELDS = ("created_at", "closed_at", "updated_at", "due_at")
TEXT_FIELDS = ("category", "subcategory", "department", "district", "neighbourhood", "channel", "address")
REQUIRED_FIELDS = ("request_id", "created_at", "category")


class Schema(Part):
    """One set of headers: which column holds which field; extra names may be used by the rules."""

    columns: dict[str, str]
    otherwise: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Per field, the columns whose texts stand in, joined by ' & ', where its own column is empty or is none."""
    point: str = ""
    """The column that holds '(latitude, longitude)' or 'POINT (longitude latitude)', where there are no two of their own."""
    id_columns: tuple[str, ...] = ()
    """Where the source has no id: the columns that never change; rows that are alike in them are numbered."""
    repair_column: str = ""
    """The column whose unquoted commas break lines; those after it are counted from the right."""
    optional: tuple[str, ...] = ()
    """Columns that only some of its files have: when one is away, nobody is told."""
    time_formats: tuple[str, ...]
    time_zone: Literal["UTC", "in_text"] | None = None
    """'UTC' where times carry no zone but are not local; 'in_text' where a time may carry its own ('Z', '-05:00')."""

    @model_validator(mode="after")
    def _required(self) -> Schema:
        there = {*self.columns, *(["request_id"] if self.id_columns else [])}
        missing = [field for field in REQUIRED_FIELDS if field not in there]
        if not there & {"status", "closed_at"}:  # without a status, what has a closing time is closed
            missing.append("status")
        if missing:
            raise ValueError(f"name the column of {', '.join(missing)}")
        return self


class Area(Part):
    """A kind of area: what the city calls it, and how one is named in a sentence."""

    name: str
    plural: str
    label: str = "{name}"
    boundary_property: str | tuple[str, ...] = ""
    """The property of the boundary file that holds the published name; several: the first that a file has, in any case."""
    vintage: str = ""
    """When the boundaries of the source were drawn ('2013', '2023'): rows keep the area of their own time."""
    boundaries_since: date | None = None
    """The day from which they hold: requests created before it are not given an area of these boundaries."""
    boundaries: BoundarySource | None = None
    """Where a portal has them."""
    boundary_patterns: dict[str, str] = Field(default_factory=dict)
    """Where it does so by a rule: a regular expression of the whole text, and what stands for it; the first that fits."""
    boundary_names: dict[str, str] = Field(default_factory=dict)
    """Where the boundary file names an area otherwise than the rows do: its name, and the published one."""

    @field_validator("boundary_patterns")
    @classmethod
    def _patterns(cls, patterns: dict[str, str]) -> dict[str, str]:
        for pattern, replacement in patterns.items():
            try:
                re.sub(pattern, replacement, "")
            except (re.error, IndexError) as error:
                raise ValueError(
                    f"'{pattern}' = '{replacement}' is not a pattern and what stands for it ({error})"
                ) from None
        return patterns


class Break(Part):
    """A day from which rows mean something else: charts over time mark it."""

    on: date
    why: str
    """What has changed, a sentence for readers."""


class PublishedTarget(Part):
    """By when the city says that requests of some categories will be done, where its rows do not say so themselves."""

    category: tuple[str, ...] = Field(min_length=1)
    """The published names."""
    days: int = Field(ge=0)
    business: bool = False
    """Whether Saturdays, Sundays and the city's holidays are left out."""
    valid_from: date
    """Requests made on or after this day have it, up to the day from which another one of the category holds."""
    source_url: str = Field(pattern="^https?://")
    """Where the city says so."""


MissingKind = Literal["closing_time", "location", "target", "request_id", "department", "district"]


class City(Part):
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
    pick: dict[str, str] = Field(default_factory=dict)
    """Per field, a regular expression whose first group is all that counts of a text; one that does not fit says nothing."""
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    aliases: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Per field, an earlier published name and the name that it has now: old links keep working."""
    breaks: tuple[Break, ...] = ()
    targets: tuple[PublishedTarget, ...] = ()
    holidays: tuple[date, ...] = ()
    """Days that are no business days, for targets in business days."""
    missing: dict[MissingKind, str] = Field(default_factory=dict)
    """What the city does not publish and figures therefore lack: the sentence that stands in their place."""
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

    @field_validator("pick")
    @classmethod
    def _one_group(cls, patterns: dict[str, str]) -> dict[str, str]:
        for field, pattern in patterns.items():
            try:
                groups = re.compile(pattern).groups
            except re.error as error:
                raise ValueError(f"'{pattern}' for {field} is not a pattern ({error})") from None
            if groups != 1:
                raise ValueError(f"'{pattern}' for {field} needs one group: what stands in it is picked out")
        return patterns

    @field_validator("targets")
    @classmethod
    def _one_target_at_a_time(cls, targets: tuple[PublishedTarget, ...]) -> tuple[PublishedTarget, ...]:
        begins = [(category, target.valid_from) for target in targets for category in target.category]
        twice = next((each for each in begins if begins.count(each) > 1), None)
        if twice:
            raise ValueError(f"'{twice[0]}' has two targets from {twice[1]}")
        return targets

    @property
    def known_targets(self) -> tuple[Target, ...]:
        """The published targets as plain values."""
        return tuple(Target(**each.model_dump()) for each in self.targets)

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
        where = f"in {folders[-1]}" if folders else "in a folder that FIXEDYET_CITIES_DIR names"
        raise CityFileError(
            f"There is no city '{name}'; the cities are {', '.join(files)}. Add one with a file {name}.toml {where}."
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
