"""Settings: the only place that reads the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set from outside; each name with the prefix ``KAIMEN_`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="KAIMEN_", env_ignore_empty=True)

    home: Path = Field(
        default=Path(".kaimen"), description="Folder of the private database and of generated files."
    )
    database_url: str | None = Field(
        default=None, description="A PostGIS database to use in place of the private one."
    )
