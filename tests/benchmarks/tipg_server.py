"""tipg as a process of its own: `python -m tests.benchmarks.tipg_server DATABASE_URL PORT SCHEMA...`.

Its own settings refuse the address of a Unix socket; beside that it is as it comes.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from starlette_cramjam.middleware import CompressionMiddleware
from tipg.collections import register_collection_catalog
from tipg.database import close_db_connection, connect_to_db
from tipg.factory import Endpoints
from tipg.middleware import CacheControlMiddleware
from tipg.settings import DatabaseSettings, PostgresSettings


def created(url: str, schemas: list[str]) -> FastAPI:
    """Return tipg's application, put together as in ``tipg.main``."""
    found = DatabaseSettings(schemas=schemas)

    @asynccontextmanager
    async def connected(app: FastAPI) -> AsyncIterator[None]:
        settings = PostgresSettings.model_construct(database_url=url)
        await connect_to_db(app, schemas=found.schemas, settings=settings)
        await register_collection_catalog(app, db_settings=found)
        yield
        await close_db_connection(app)

    app = FastAPI(lifespan=connected)
    app.include_router(Endpoints().router)
    app.add_middleware(CacheControlMiddleware, cachecontrol="public, max-age=3600")
    app.add_middleware(CompressionMiddleware, compression_level=6)
    return app


if __name__ == "__main__":
    database_url, port, *names = sys.argv[1:]
    uvicorn.run(created(database_url, names), port=int(port), log_level="warning", access_log=False)
