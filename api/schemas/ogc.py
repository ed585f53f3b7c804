"""Answers of OGC API Features and Tiles (开放地理信息接口)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from api.schemas.capacity import Link, Strict


class Landing(Strict):
    """The landing page."""

    title: str
    description: str
    links: list[Link]


class Conformance(Strict):
    """What the interface conforms to."""

    conformsTo: list[str]  # noqa: N815  # the standard's name


class SpatialExtent(Strict):
    """Where the features are: boxes of west, south, east, north."""

    bbox: list[tuple[float, float, float, float]]
    crs: str


class TemporalExtent(Strict):
    """When the features are."""

    interval: list[tuple[str | None, str | None]]
    trs: str


class ExtentDocument(Strict):
    """Where and when the features are."""

    spatial: SpatialExtent | None = None
    temporal: TemporalExtent | None = None


class CollectionDocument(Strict):
    """A collection."""

    id: str
    title: str
    description: str
    extent: ExtentDocument
    itemType: Literal["feature"]  # noqa: N815  # the standard's name
    crs: list[str]
    storageCrs: str  # noqa: N815  # the standard's name
    links: list[Link]


class CollectionList(Strict):
    """Every collection."""

    collections: list[CollectionDocument]
    crs: list[str]
    links: list[Link]


class Feature(BaseModel):
    """A feature (GeoJSON)."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[Link] | None = None


class FeatureCollection(BaseModel):
    """A page of features (GeoJSON)."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["FeatureCollection"]
    features: list[Feature]
    numberReturned: int  # noqa: N815  # the standard's name
    numberMatched: int | None = None  # noqa: N815  # the standard's name
    timeStamp: str | None = None  # noqa: N815  # the standard's name
    links: list[Link]


class TileSet(BaseModel):
    """A set of tiles."""

    model_config = ConfigDict(extra="allow")

    title: str
    dataType: Literal["vector"]  # noqa: N815  # the standard's name
    crs: str
    tileMatrixSetURI: str  # noqa: N815  # the standard's name
    links: list[dict[str, Any]]


class TileSets(Strict):
    """Sets of tiles of a collection."""

    tilesets: list[TileSet]
    links: list[Link]


class TileMatrixSets(Strict):
    """How tiles may be cut."""

    tileMatrixSets: list[dict[str, Any]]  # noqa: N815  # the standard's name
    links: list[Link]


class TileMatrixSet(BaseModel):
    """How tiles are cut, zoom by zoom."""

    model_config = ConfigDict(extra="allow")

    id: str
    crs: str
    tileMatrices: list[dict[str, Any]]  # noqa: N815  # the standard's name
