"""The short way to what is asked for most (快捷通道).

The framework's search for a route and its reading of parameters take several times as long as an answer from
memory. Addresses that need neither go to the same functions directly; all others, and whatever is not
written plainly, go the framework's way.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import HANDLED, problem
from api.routes.capacity import asset
from api.routes.tiles import tile


@dataclass(frozen=True, slots=True)
class Lane:
    """Addresses that are read at once.

    Attributes
    ----------
    path
        Template of the route, for the log and the figures.
    address, query
        What path and query have to be.
    answer
        Answers a request whose path and query matched so.
    """

    path: str
    address: re.Pattern[str]
    query: re.Pattern[bytes]
    answer: Callable[[Request, re.Match[str], re.Match[bytes]], Awaitable[Response]]


async def _tile(request: Request, address: re.Match[str], query: re.Match[bytes]) -> Response:
    layer, z, x, y = address.groups()
    version, run = (each.decode("ascii") if each else None for each in query.groups())
    return await tile(request, layer, int(z), int(x), int(y), version, run)


async def _asset(request: Request, address: re.Match[str], query: re.Match[bytes]) -> Response:
    del query
    return await asset(request, address[1])


LANES: Final = (
    Lane(
        "/api/v1/capacity/{asset_id}",
        re.compile(r"/api/v1/capacity/(.+)", re.DOTALL),
        re.compile(rb"(?:lang=(?:zh|en))?"),
        _asset,
    ),
    Lane(
        "/tiles/{layer}/{z}/{x}/{y}",
        re.compile(r"/tiles/([a-z_]{1,40})/([0-9]{1,2})/([0-9]{1,8})/([0-9]{1,8})", re.ASCII),
        re.compile(rb"(?:v=([A-Za-z0-9._-]{1,100})(?:&run=([A-Za-z0-9._-]{1,100}))?)?"),
        _tile,
    ),
)


class Lanes:
    """Answers what has a lane, and passes everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "http" and scope["method"] == "GET":
            for lane in LANES:
                address = lane.address.fullmatch(scope["path"])
                query = lane.query.fullmatch(scope["query_string"]) if address else None
                if address and query:
                    scope["route"] = lane
                    request = Request(scope, receive, send)
                    try:
                        answer = await lane.answer(request, address, query)
                    except HANDLED as fault:
                        answer = problem(request, fault)
                    await answer(scope, receive, send)
                    return
        await self.app(scope, receive, send)
