"""Requests and answers about parcels and their connections (接入评估)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.bounds import K_MAX, LIMIT_M_MAX
from api.queries import Jurisdiction
from api.schemas.capacity import Strict
from gis.siting.question import DEFAULT_K, DEFAULT_LIMIT_M

SiteClass = Literal["plug_and_play", "filing", "approval", "restricted", "unreachable", "unknown"]
Level = Literal["transformer", "feeder", "substation"]
Reason = Literal[
    "insufficient_capacity",
    "no_entry",
    "no_route",
    "no_spare_bay",
    "too_far",
    "unknown_capacity",
    "stale",
    "access_point_missing",
    "withheld",
]


class Parcel(Strict):
    """A planned parcel of land."""

    id: str
    name: str | None
    land_use: str | None
    land_use_words: str | None = Field(description="The same as people say it.")
    area_ha: float
    load_kva: float | None
    load_source: Literal["stated", "land_use"] | None
    jurisdiction: str | None
    lon: float | None
    lat: float | None
    bbox: list[float] | None


class ParcelWithGeometry(Parcel):
    """A parcel with its red line."""

    geometry: dict[str, Any] | None


class ParcelList(Strict):
    """Parcels by id; ``more`` where the limit has left some out."""

    parcels: list[Parcel]
    more: bool
    cursor: str | None = Field(description="Where the next page begins; null on the last one.")


class PlaceFound(Strict):
    """The parcel at a place, null where none is."""

    parcel: ParcelWithGeometry | None


class Found(Strict):
    """One thing that a search found."""

    kind: Literal["parcel", "asset", "place"]
    id: str | None
    name: str | None
    level: str | None
    lon: float | None
    lat: float | None


class SearchResult(Strict):
    """What a search found, parcels first."""

    found: list[Found]


class AccessPoint(Strict):
    """Where a feeder is tapped."""

    id: str | None
    kind: str | None
    spare_bays: int | None


class Bottleneck(Strict):
    """What leaves the least."""

    asset_id: str | None
    level: str


class Piece(Strict):
    """A part of a route."""

    kind: Literal["entry", "verge", "crossing", "duct", "tap"]
    road_id: str
    road_name: str | None
    road_class: Literal["primary", "secondary", "tertiary", "local", "expressway", "other"]
    length_m: float
    crossing: int | None
    geometry: dict[str, Any] | None = None


class RouteShown(Strict):
    """A route with what it measures."""

    geometry: dict[str, Any]
    length_m: float
    crossing_m: float
    crossing_count: int
    city_road_crossing_m: float
    excavation_m: float
    green_m: float
    along_main_road_m: float
    along_infrastructure_m: float
    pieces: list[Piece]


class Bar(BaseModel):
    """A stage on the calendar."""

    model_config = ConfigDict(extra="allow")

    stage: str
    clock: Literal["utility", "government", "construction"]
    earliest: date
    latest: date | None
    working_days: float | None
    citation: dict[str, Any] | None


class Option(Strict):
    """A way to connect the site."""

    rank: int | None = None
    asset_id: str | None
    asset_name: str | None
    level: Level
    voltage_kv: float | None
    substation_id: str | None
    access_point: AccessPoint | None
    open_capacity_kva: float
    upper_bound: bool
    bottleneck: Bottleneck | None
    status: Literal["open", "tight", "restricted", "unknown"]
    data_date: date | None
    route: RouteShown
    decision: dict[str, Any] | None
    timeline: list[Bar]
    assumed: list[str]
    warnings: list[str]
    independence: Literal["substation", "bus_section"] | None = None
    second: Option | None = None


class Rejected(Strict):
    """Something near that does not serve the load, and why."""

    asset_id: str | None
    asset_name: str | None
    level: Level
    reason: Reason
    detail: str
    length_m: float | None
    straight_m: float | None
    open_capacity_kva: float | None


class AssessmentShown(BaseModel):
    """What a site can be connected to."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    parcel_id: str | None
    parcel_name: str | None
    on: date
    jurisdiction: str | None
    edition: str | None
    load_kva: float | None
    load_kw: float | None
    power_factor: float | None
    load_source: Literal["stated", "land_use", "argument"] | None
    supplies: int
    site_class: SiteClass = Field(alias="class")
    failed_test: str | None
    options: list[Option]
    rejected: list[Rejected]
    warnings: list[str]
    words: dict[str, str]


class ConnectionRequest(Strict):
    """A place that was drawn, and the load that it asks for."""

    geometry: dict[str, Any] = Field(description="GeoJSON point or polygon, degrees, longitude first.")
    load_kva: float | None = Field(default=None, gt=0, le=1_000_000)
    load_kw: float | None = Field(default=None, gt=0, le=1_000_000)
    pf: float | None = Field(default=None, gt=0, le=1)
    on: date | None = None
    k: int = Field(default=DEFAULT_K, ge=1, le=K_MAX)
    limit_m: float = Field(default=DEFAULT_LIMIT_M, gt=0, le=LIMIT_M_MAX)
    supplies: int | None = Field(default=None, ge=1, le=2)
    jurisdiction: Jurisdiction = None
    facts: dict[str, Any] = Field(default_factory=dict)
