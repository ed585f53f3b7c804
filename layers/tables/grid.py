"""One table for each layer of the dictionary, with the keys and checks that make wrong states impossible."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from gis.dictionary.model import ASSET_LEVELS, Field, FieldType, Layer, layers
from layers.tables.base import SRID, metadata
from layers.tables.batches import import_batches

_TYPES: dict[FieldType, type[TypeEngine[Any]]] = {
    "text": Text,
    "number": Double,
    "integer": Integer,
    "boolean": Boolean,
    "date": Date,
    "choice": Text,
    "reference": Text,
}

_GEOMETRY_TYPES = {
    "point": ("ST_Point",),
    "line": ("ST_LineString", "ST_MultiLineString"),
    "polygon": ("ST_Polygon", "ST_MultiPolygon"),
}

PARCEL_SQUARES = MappingProxyType(
    {
        "square_x": "floor((st_x(st_centroid(geom)) + 180) / 360 * 262144)::int",
        "square_y": "floor((1 - asinh(tan(radians(st_y(st_centroid(geom))))) / pi()) / 2 * 262144)::int",
    }
)
"""Column, row of the square that a parcel's middle lies in, of 2^18 by 2^18 over the map of WebMercatorQuad.

Tiles seen from far add parcels up by these: a middle costs more than all the rest of such a tile.
"""

assets = Table(
    "assets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("level", Text, nullable=False),
    UniqueConstraint("id", "level"),
    CheckConstraint(f"level in ({', '.join(repr(each) for each in ASSET_LEVELS.values())})", name="level"),
    CheckConstraint("id <> ''", name="id_not_empty"),
    comment="Every asset of the four levels: an id stands for one of them only",
)


def _checks(field: Field) -> list[CheckConstraint]:
    quoted = f'"{field.name}"'
    if field.type == "choice":
        words = ", ".join(f"'{word}'" for word in field.choices)
        return [CheckConstraint(f"{quoted} in ({words})", name=f"{field.name}_known")]
    if field.type not in {"number", "integer"}:
        return []
    conditions = []
    if field.range is not None and field.range.low is not None:
        conditions.append(f"{quoted} {'>=' if field.range.low_included else '>'} {field.range.low:g}")
    if field.range is not None and field.range.high is not None:
        conditions.append(f"{quoted} {'<=' if field.range.high_included else '<'} {field.range.high:.0f}")
    elif field.type == "number":
        conditions.append(f"{quoted} < 'infinity'")
    if not conditions:
        return []
    return [CheckConstraint(" and ".join(conditions), name=f"{field.name}_range")]


def _columns(field: Field) -> list[Column[Any]]:
    """Return a field's columns; a reference keeps its words beside the key they resolve to."""
    if field.type == "reference":
        words, key = field.stored_as
        target = ForeignKey(f"{field.target}.id", ondelete="SET NULL")
        return [Column(words, Text, comment=field.meaning), Column(key, Text, target, index=True)]
    return [Column(field.name, _TYPES[field.type], comment=field.meaning)]


def _geometry(layer: Layer) -> list[Column[Any] | CheckConstraint | Index]:
    if not layer.geometry:
        return []
    column: Column[Any] = Column("geom", Geometry(srid=SRID, spatial_index=False), nullable=False)
    index = Index(f"ix_{layer.name}_geom", "geom", postgresql_using="gist")
    checks = [CheckConstraint("not ST_IsEmpty(geom)", name="geom_not_empty")]
    if "any" not in layer.geometry:
        allowed = ", ".join(f"'{name}'" for kind in layer.geometry for name in _GEOMETRY_TYPES[kind])
        checks.append(CheckConstraint(f"ST_GeometryType(geom) in ({allowed})", name="geom_kind"))
    return [column, index, *checks]


def _asset_key(layer: Layer) -> list[Column[Any] | ForeignKeyConstraint]:
    if layer.level is None:
        return []
    level: Column[Any] = Column("level", Text, Computed(f"'{layer.level}'", persisted=True), nullable=False)
    return [
        level,
        ForeignKeyConstraint(["id", "level"], [assets.c.id, assets.c.level], ondelete="CASCADE"),
    ]


def _table(layer: Layer) -> Table:
    fields = [field for field in layer.fields if field.name != "id"]
    extra: list[Column[Any]] = []
    if layer.name == "roads":
        extra = [Column("node_ids", ARRAY(BigInteger), comment="shared nodes in the order of the vertices")]
    if layer.name == "parcels":
        extra = [Column(at, Integer, Computed(sql, persisted=True)) for at, sql in PARCEL_SQUARES.items()]
    return Table(
        layer.name,
        metadata,
        Column("id", Text, primary_key=True),
        *(column for field in fields for column in _columns(field)),
        *extra,
        *_asset_key(layer),
        *_geometry(layer),
        # A claim that the register accepted was brought by no import.
        Column("batch_id", ForeignKey(import_batches.c.id), nullable=layer.name == "claims"),
        *(check for field in fields for check in _checks(field)),
        CheckConstraint("id <> ''", name="id_not_empty"),
        comment=layer.meaning,
    )


layer_tables: dict[str, Table] = {name: _table(layer) for name, layer in layers().items()}
"""Layer name -> its table, in the dictionary's order."""

Index(
    "ix_roads_main_geom",
    layer_tables["roads"].c.geom,
    postgresql_using="gist",
    postgresql_where=text("class in ('expressway', 'primary', 'secondary', 'tertiary')"),
)
Index("ix_parcels_important", layer_tables["parcels"].c.id, postgresql_where=text("important"))
