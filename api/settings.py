"""Settings: the only place that reads the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

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
    public_database_url: str | None = Field(
        default=None,
        description="The same database under the login that answers the public, where Kaimen cannot make it.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="Reverse proxies in front: so many addresses at the end of X-Forwarded-For are believed.",
    )
    rate_limit: int = Field(
        default=1200,
        ge=0,
        description="What a client of the public may ask for in a minute, in units of cost; 0 for no limit.",
    )
    metrics: Literal["loopback", "operator", "everyone"] = Field(
        default="loopback", description="Who may read /metrics."
    )
    map_number: str | None = Field(
        default=None,
        max_length=100,
        description="Number of the map's review (审图号), on every page and zone map.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is logged; `info` has a line for each request."
    )
