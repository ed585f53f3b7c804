"""The first wall: what stands between a request and the routes, as pure ASGI, outermost first.

HEAD as GET; observed (request id, log, figures); headers; CORS; faults; bounds; tier and rate; the short way,
whose answers are packed already or small; gzip.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from api.middleware.bounded import Bounded
from api.middleware.faults import Faults
from api.middleware.gate import Gate
from api.middleware.head import Head
from api.middleware.headers import Headed
from api.middleware.lanes import Lanes
from api.middleware.observed import Observed
from api.service import Service

_EXPOSED = ("ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id", "Content-Crs")
_PACKED = (
    "application/geopackage+sqlite3",
    "application/octet-stream",
    "application/pdf",
    "application/vnd.apache.parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
"""Types of files that compressing makes no smaller, or that are read in parts."""


def add_walls(app: FastAPI, service: Service) -> None:
    """Put the walls around an application; the last one added is the outermost."""
    app.add_middleware(
        GZipMiddleware,
        minimum_size=1000,
        compresslevel=6,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *_PACKED),
    )
    app.add_middleware(Lanes)
    app.add_middleware(Gate, service=service)
    app.add_middleware(Bounded)
    app.add_middleware(Faults)
    # Without credentials: a page of somebody else can read what anyone can, and nothing with a token.
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "HEAD"], expose_headers=_EXPOSED
    )
    app.add_middleware(Headed)
    app.add_middleware(Observed)
    app.add_middleware(Head)
