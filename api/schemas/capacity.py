"""Answers about published capacity (公开容量)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LevelName = Literal["substation", "main_transformer", "feeder", "transformer"]
StatusName = Literal["open", "tight", "restricted", "unknown"]
ReasonName = Literal[
    "room",
    "pending",
    "below_threshold",
    "ancestor_tight",
    "ancestor_short",
    "peak",
    "ancestor_restricted",
    "no_reading",
    "voltage_missing",
    "rating_missing",
    "peak_missing",
    "reading_stale",
]


class Strict(BaseModel):
    """An object that has these members and no others."""

    model_config = ConfigDict(extra="forbid")


class Polygon(Strict):
    """A generalised place (概化位置), longitude and latitude."""

    type: Literal["Polygon"]
    coordinates: list[list[tuple[float, float]]]


class Link(Strict):
    """A link to another address."""

    href: str
    rel: str
    type: str | None = None
    title: str | None = None
    hreflang: str | None = None


class EditionHeading(Strict):
    """The edition that an answer is from."""

    edition_id: str
    as_of: str = Field(description="Day the figures are of.")
    created_at: str
    sha256: str
    rows: int
    bands_kva: list[float] = Field(
        description="Lower bounds of the bands by which figures are shown; empty where they are exact."
    )
    cadence: Literal["monthly", "quarterly", "half_yearly", "yearly"]
    next_due: str = Field(description="Last day on which the next edition is in time.")


class RowWords(Strict):
    """The words of a row in the language asked for."""

    level: str | None
    bottleneck_level: str | None
    status: str | None
    reason: str | None


class CapacityProperties(Strict):
    """The published columns but the place."""

    asset_id: str
    level: LevelName | None
    name: str | None
    substation: str | None
    voltage_kv: float | None
    rated_kva: float | None
    limit_kva: float | None
    open_capacity_kva: float | None = Field(description="null where it is not known, which is not 0.")
    status: StatusName | None
    reason: ReasonName | None
    bottleneck_level: LevelName | None
    data_date: str | None
    edition_id: str


class CapacityRow(CapacityProperties):
    """One published asset."""

    geometry: Polygon | None
    words: RowWords


class CapacityExplained(CapacityRow):
    """One published asset, explained."""

    explanation: list[str]


class CapacityPage(Strict):
    """A page of published assets."""

    edition: EditionHeading | None = Field(description="null while there is no edition.")
    items: list[CapacityRow]
    returned: int
    cursor: str | None = Field(description="Where the next page begins; null on the last one.")
    next: str | None = Field(description="Address of the next page; null on the last one.")
    links: list[Link]


class CapacityFeature(Strict):
    """One published asset as GeoJSON."""

    type: Literal["Feature"]
    id: str
    geometry: Polygon | None
    properties: CapacityProperties
    links: list[Link] | None = None


class CapacityFeatures(Strict):
    """A page of published assets as GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[CapacityFeature]
    numberReturned: int  # noqa: N815  # the name that OGC API Features gives it
    numberMatched: int | None = None  # noqa: N815  # as above
    timeStamp: str | None = None  # noqa: N815  # as above
    links: list[Link]
