"""Every setting: name, default, help. Read from the environment (FIXEDYET_...) and from fixedyet.toml, in that order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from dashboard.domain.errors import SettingsError

FILE = "fixedyet.toml"


class Settings(BaseSettings):
    """The settings of one process; make it with `load`, which tells what is wrong in one sentence."""

    model_config = SettingsConfigDict(env_prefix="FIXEDYET_", toml_file=FILE, extra="ignore", frozen=True)

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("fixedyet"), description="Folder of the city folders."
    )
    database_url: str = Field(
        "", description="A database server. Not supported yet: leave it empty for the data folder."
    )
    city: str = Field("", description="The city that is shown first; empty: the first in the data folder.")
    cities_dir: Path | None = Field(None, description="Folder with more city files.")
    public_url: str = Field("", description="Absolute address of the site, with its path prefix.")
    contact: str = Field("", description="Where corrections and accessibility reports go: an e-mail or web address.")
    socrata_token: str = Field("", description="Application token for Socrata portals; without one they may slow down.")
    tiles: str = Field("", description="Map tiles: the URL template, a space, and the attribution. Empty: no tiles.")
    proxies: int = Field(0, ge=0, le=9, description="Number of trusted proxies in front (X-Forwarded-*).")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8050, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(2, ge=1, le=64, description="Number of server processes.")
    query_threads: int = Field(2, ge=1, le=64, description="Threads that one query may use.")
    query_seconds: float = Field(
        30, gt=0, le=600, description="Seconds that one new answer may take; then its queries are stopped (503)."
    )
    queries_at_once: int = Field(2, ge=1, le=64, description="New answers that one process computes at once.")
    queries_waiting: int = Field(
        64, ge=0, le=1000, description="New answers that may wait for their turn, a process; more are refused (503)."
    )
    cache_mb: int = Field(
        64, ge=1, le=65536, description="Megabytes of finished, compressed answers that one process keeps."
    )
    warm_pages: bool = Field(
        True, description="Whether all default pages are made in advance after each publish, not only the overviews."
    )

    @field_validator("database_url")
    @classmethod
    def _no_server_yet(cls, url: str) -> str:
        if url:
            raise ValueError("database servers are not supported yet; leave it empty to use the data folder")
        return url

    @field_validator("tiles")
    @classmethod
    def _tiles_have_attribution(cls, tiles: str) -> str:
        if tiles and (" " not in tiles.strip() or not tiles.startswith(("https://", "http://"))):
            raise ValueError("write the tile URL, a space, and the attribution")
        return tiles

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def city_folders(self) -> tuple[Path, ...]:
        """Folders with more city files: the one of the quick look, which its sync makes, and the given one."""
        quick_look = self.data_dir / "csv"
        return (quick_look, self.cities_dir) if self.cities_dir else (quick_look,)

    @property
    def tile_source(self) -> tuple[str, str] | None:
        """URL template and attribution of the map tiles, or None."""
        url, _, attribution = self.tiles.partition(" ")
        return (url, attribution.strip()) if url else None


def load(**given: Any) -> Settings:
    """Read the settings; `given` wins over all. Raises SettingsError naming the setting that is wrong."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "FIXEDYET_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"The setting {name} is wrong: {first['msg'].removeprefix('Value error, ')}.") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{FILE} cannot be read: {error}.") from error
