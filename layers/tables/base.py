"""The schema, its naming convention, and what is decided once for every geometry."""

from __future__ import annotations

from sqlalchemy import MetaData

SCHEMA = "grid"
"""Schema of the working tables; what the public may read lies elsewhere."""

PUBLIC_MAP = "public_map"
"""Schema of the views over working tables that the public's login may read."""

SRID = 4326
"""Geometry is stored in EPSG:4326: GeoJSON, OpenStreetMap and tiles take it as it is, and the EPSG
transformation from CGCS2000 (EPSG:4490) is a null one, so nothing of a Chinese survey is lost."""

metadata = MetaData(
    schema=SCHEMA,
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    },
)
