"""Answers about tiles and zones (瓦片与分区)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.schemas.capacity import Strict


class RunShown(Strict):
    """The screening that classes and zones are of."""

    run_id: str
    on: str
    load_kva: float | None = Field(description="One load for all parcels; null where each has its own.")


class VectorLayer(Strict):
    """A layer inside the tiles."""

    id: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]


class TileJson(BaseModel):
    """TileJSON 3.0, and which state of the data the tiles are of."""

    tilejson: Literal["3.0.0"]
    name: str
    scheme: Literal["xyz"]
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: list[float]
    attribution: str | None = None
    vector_layers: list[VectorLayer]
    v: str | None = Field(description="Names the state of the data; stands in the addresses of the tiles.")
    on: str | None = Field(description="Day that figures or classes are of.")
    edition: str | None = Field(description="Edition that figures are of; null for live ones.")
    run: RunShown | None


class ZoneProperties(Strict):
    """What is said of a zone."""

    reach_m: float = Field(description="Longest route to an open access point, metres.")
    class_: str = Field(alias="class")
    load_kva: float


class ZoneFeature(Strict):
    """Land from which an open access point is reached within a length."""

    type: Literal["Feature"]
    properties: ZoneProperties
    geometry: dict[str, Any]


class ZoneCollection(Strict):
    """The zones, from near to far."""

    type: Literal["FeatureCollection"]
    features: list[ZoneFeature]


class ParcelClass(Strict):
    """What a screening found of a parcel."""

    id: str
    class_: str | None = Field(alias="class")
    failed_test: str | None
    area_ha: float


class ZonesShown(Strict):
    """Zones and classes of a screening."""

    run_id: str
    on: str
    load_kva: float | None = Field(description="One load for all parcels; null where each has its own.")
    zones: ZoneCollection
    parcels: list[ParcelClass]
    more: bool = Field(description="Whether more parcels lie there than are told.")
