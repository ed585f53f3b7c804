"""What is known of a request afterwards: its id, a line in the log, figures; never who asked for what."""

from __future__ import annotations

import logging
import re
import secrets
import time
from itertools import count
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.tiers import Tier

_log = logging.getLogger("kaimen.requests")

_SANE: Final = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_GONE: Final = 499
# Told apart, not kept secret: to ask the system for randomness each time takes longer than many an answer.
_PROCESS: Final = secrets.token_hex(10)
_numbers: Final = count(1)

registry: Final = CollectorRegistry()
"""The figures of this process."""

REQUESTS: Final = Counter(
    "kaimen_requests", "Requests answered", ("method", "route", "status", "tier"), registry=registry
)
SECONDS: Final = Histogram(
    "kaimen_request_seconds",
    "Time to the end of an answer",
    ("route",),
    buckets=_BUCKETS_S,
    registry=registry,
)


class Observed:
    """Gives a request its id, and tells afterwards what became of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        number = given if _SANE.fullmatch(given) else f"{_PROCESS}{next(_numbers):012x}"
        scope["kaimen.request_id"] = number
        begin = time.perf_counter()
        status = _GONE

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = number
            await send(message)

        try:
            await self.app(scope, receive, numbered)
        finally:
            _tell(scope, status, time.perf_counter() - begin)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    route = _template(scope)
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    tier = Tier(scope.get("kaimen.tier", Tier.PUBLIC)).name.lower()
    REQUESTS.labels(method, route, str(status), tier).inc()
    SECONDS.labels(route).observe(seconds)
    if not _log.isEnabledFor(logging.INFO):
        return
    told = {
        "method": method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "tier": tier,
        "request_id": scope["kaimen.request_id"],
    }
    # As _log.info() does it, but for its search of the stack for the place of this line.
    record = logging.LogRecord(_log.name, logging.INFO, __file__, 0, "request", None, None)
    record.kaimen = told
    _log.handle(record)


def _template(scope: Scope) -> str:
    """Return the route's template and never the path, which may hold a customer's parcel."""
    # FastAPI keeps a route that was included with a prefix apart from the prefix.
    included = scope.get("fastapi", {}).get("effective_route_context")
    route = scope.get("route")
    return getattr(included, "path_format", None) or getattr(route, "path", None) or "none"
